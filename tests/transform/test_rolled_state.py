"""A state that is rolled from day to day says what one made from scratch says, whatever lands in between and how."""

from datetime import date
from pathlib import Path

import pytest
from landing.delivering import OBSERVED, SETTINGS, ask, customers, write
from oracle.comparing import build
from transform.slices import differing, texts

from loudong.landing.load import load_folder
from loudong.landing.quarantine import replay
from loudong.portfolio.settings import write_portfolio
from loudong.settings import Settings

DAY, NEXT = date(2026, 1, 31), date(2026, 2, 1)
EARLY = "2025-06-01T10:00:00+08:00"
HEADERS = {
    "contract": "contract_id,customer_id,contract_type_code,building_id,signed_date,start_date",
    "installment": "installment_id,customer_id,contract_id,agreed_date,due_date,due_amount",
    "payment": "payment_id,customer_id,contract_id,payment_date,paid_amount",
    "transaction": "transaction_id,customer_id,transaction_at,direction_code,transaction_amount,counterparty_id",
    "credit_score": "customer_id,source_code,score_date,score_value",
    "interaction": "interaction_id,customer_id,interaction_at,channel_code,purpose_code,is_answered",
}
# What the state is made of, of one customer; all of it known before DAY ended.
ROWS = {
    "contract": "K1,{who},lease,B1,2025-05-01,2025-05-01",
    "installment": "I1,{who},K1,2025-05-01,2025-12-01,900",
    "payment": "P1,{who},K1,2025-12-20,400",
    "transaction": "T1,{who},2026-01-10T10:00:00+08:00,in,70,Y",
    "credit_score": "{who},bureau,2026-01-05,640",
    "interaction": "N1,{who},2026-01-20T10:00:00+08:00,call,dunning,false",
}


def _deliver(folder: Path, who: str, observed: str) -> None:
    for entity, header in HEADERS.items():
        row = ROWS[entity].format(who=who)
        write(folder, entity, f"{who}.csv", f"{header},observed_at\n{row},{observed}\n")


@pytest.fixture(scope="module")
def folder(warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A landing folder with two customers, loaded; DAY and NEXT can be built of it."""
    place = tmp_path_factory.mktemp("landing")
    write_portfolio(place, SETTINGS)
    building = "building_id,valid_from_date,building_name,building_type_code,observed_at"
    write(place, "building", "a.csv", f"{building}\nB1,2025-01-01,Tower,office,{EARLY}\n")
    write(place, "customer", "a.csv", customers("C1", "C2"))
    for who in ("C1", "C2"):
        _deliver(place, who, OBSERVED)
    assert load_folder(place).quarantined == 0
    return place


def test_rows_replayed_from_quarantine_reach_the_state_that_was_rolled_past_them(folder: Path) -> None:
    _deliver(folder, "C9", OBSERVED)
    assert load_folder(folder).quarantined == len(ROWS)
    write(folder, "customer", "late.csv", customers("C9"))
    load_folder(folder)
    build("daily", DAY)
    # Of the customer the state knows; of these rows, which keep the file they came in, it does not.
    assert replay().landed == len(ROWS)
    rolled = build("daily", NEXT)
    assert any("C9" in row for row in texts("marts.fct_contract_delinquency", rolled, NEXT))
    assert differing(NEXT, rolled, build("panel", NEXT), at_least=3) == {}
