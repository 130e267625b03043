"""At the edges of definitions the marts, and the oracle that they are held to, say what the calendar says."""

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from oracle import boundary_cases, more_cases
from oracle.boundary_cases import DAYS_PAST_DUE, MATERIALITY, PAYMENTS, Case
from oracle.comparing import FACTS, build, oracle_rows, sql_rows
from oracle.landed import Landed

from loudong.landing.load import load_folder
from loudong.portfolio.settings import PortfolioSettings, write_portfolio
from loudong.settings import Settings

AS_OF = date(2024, 3, 1)
CASES = [*DAYS_PAST_DUE, *MATERIALITY, *PAYMENTS, *more_cases.CASES]
PORTFOLIO = PortfolioSettings(
    name="boundaries",
    title="Boundaries",
    currency="CNY",
    timezone="Asia/Shanghai",
    horizon_days=180,
    history_start_date=date(2022, 1, 1),
    history_end_date=date(2024, 3, 31),
)
TOWER = {
    **{"building_id": "B", "valid_from_date": "2022-01-01", "building_name": "Tower", "building_type_code": "office"},
    "observed_at": "2022-01-01" + boundary_cases.KNOWN,
}
CUSTOMERS, CONTRACTS = FACTS


@dataclass
class Described:
    """Both marts by key, as built and as the oracle has them."""

    sql: dict[str, dict[tuple[str, ...], dict[str, Any]]]
    oracle: dict[str, dict[tuple[str, ...], dict[str, Any]]]


@pytest.fixture(scope="module")
def described(warehouse: Settings, without_data_tests: None, tmp_path_factory: pytest.TempPathFactory) -> Described:
    folder = tmp_path_factory.mktemp("boundaries")
    write_portfolio(folder, PORTFOLIO)
    by_entity: dict[str, list[dict[str, Any]]] = defaultdict(list, building=[TOWER])
    for case in CASES:
        first_known = {"valid_from_date": "2022-01-01", "observed_at": "2022-01-01" + boundary_cases.KNOWN}
        who = {"customer_id": case.name, "customer_type_code": case.kind, "onboarded_date": "2022-01-01"}
        for entity, rows in ({"customer": [first_known]} | case.rows).items():
            by_entity[entity] += [(who if entity == "customer" else {"customer_id": case.name}) | row for row in rows]
    for entity, rows in by_entity.items():
        place = folder / entity / "2024-03-31" / "all.csv"
        place.parent.mkdir(parents=True)
        with place.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, sorted({name for row in rows for name in row}), restval="")
            writer.writeheader()
            writer.writerows(rows)
    assert load_folder(folder).quarantined == 0
    run_id = build("panel", AS_OF)
    sql = {table: sql_rows(table, run_id, AS_OF) for table in FACTS}
    return Described(sql, oracle_rows(Landed.read(), PORTFOLIO, AS_OF))


def test_every_case_is_told_apart() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 60


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_at_the_edge(described: Described, case: Case) -> None:
    for rows in (described.sql, described.oracle):
        assert _of(rows[CUSTOMERS][case.name,], case.customer) == _plain(case.customer)
        assert _of(rows[CONTRACTS][case.name, case.of], case.contract) == _plain(case.contract)


def _of(row: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    return _plain({name: row.get(name) for name in expected})


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Dates as text, amounts as numbers of four decimals."""

    def plain(value: Any) -> Any:
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, str) and value.replace(".", "").isdigit():
            return Decimal(value)
        return value

    return {name: plain(value) for name, value in values.items()}
