"""Promises of replays: a date says the same whatever lands after it and whatever was built since; a leak is found."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from landing.delivering import ask
from oracle.comparing import build
from oracle.edges import edges
from oracle.histories import DATES, customer_history, surroundings
from oracle.making import FIRST, LAST
from transform.later import Row, deliver, later_versions, new_keys
from transform.slices import FACTS, described, differing, texts

from loudong.landing.contract import entities
from loudong.landing.load import load_folder
from loudong.landing.quarantine import replay
from loudong.pipeline.runs import cutoff
from loudong.portfolio.settings import PortfolioSettings
from loudong.settings import Settings, get_settings

DAY, ONE, TWO, MONTH = (DATES[0] + timedelta(days=days) for days in (0, 1, 2, 30))
END = cutoff(DAY, "Asia/Shanghai")
DIMS = ("marts.dim_customer", "marts.dim_building")
CUSTOMERS = 60
PORTFOLIO = PortfolioSettings(
    name="replay",
    title="Replay",
    currency="CNY",
    timezone="Asia/Shanghai",
    horizon_days=180,
    history_start_date=FIRST,
    history_end_date=LAST,
)
STRANGER = "C-stranger"


@dataclass
class Story:
    """Run ids in the order of building: DAY alone, three later dates when all had landed, DAY and MONTH once more, and
    a panel of them; what the dimensions said of DAY, first and at the end; and how many rows a replay landed."""

    runs: dict[str, str] = field(default_factory=dict)
    said: list[list[list[str]]] = field(default_factory=list)
    replayed: int = 0

    def build(self, label: str, *days: date) -> None:
        kind = "daily" if len(days) == 1 else "panel"
        self.runs[label] = build(kind, *days)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def story(warehouse: Settings, without_data_tests: None, tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("landing")
    before, after = _history()
    told = Story()
    deliver(folder, PORTFOLIO, "before", before)
    load_folder(folder)
    told.build("first", DAY)
    told.said.append([described(dim, DAY, END) for dim in DIMS])
    deliver(folder, PORTFOLIO, "after", after)
    deliver(folder, PORTFOLIO, "versions", later_versions(before, END, END + timedelta(days=3)))
    deliver(folder, PORTFOLIO, "keys", new_keys(before, ONE, END))
    deliver(folder, PORTFOLIO, "too-early", new_keys(before, ONE, END - timedelta(microseconds=1)))
    deliver(folder, PORTFOLIO, "stranger", [row for row in _stranger() if row[0] != "customer"])
    load_folder(folder)
    deliver(folder, PORTFOLIO, "met", [row for row in _stranger() if row[0] == "customer"])
    load_folder(folder)
    told.build("one", ONE)
    told.replayed = replay().landed
    told.build("two", TWO)
    told.build("month", MONTH)
    told.build("again", DAY)
    told.build("month again", MONTH)
    told.build("panel", DAY, TWO, MONTH)
    told.said.append([described(dim, DAY, END) for dim in DIMS])
    return told


def _history() -> tuple[list[Row], list[Row]]:
    """What was known when DAY ended, of customers known by then, and what became known later."""
    rows = [row for seed in range(CUSTOMERS) for row in customer_history(seed)]
    rows += surroundings(1, [f"C{seed}" for seed in range(CUSTOMERS)]) + edges()
    before, after = [], []
    for name, values, _ in rows:
        is_known = datetime.fromisoformat(str(values["observed_at"])) < END
        (before if is_known else after).append((name, values))
    known = {values["customer_id"] for name, values in before if name == "customer"}
    return [row for row in before if "customer_id" not in row[1] or row[1]["customer_id"] in known], after


def _stranger() -> list[Row]:
    """Somebody of whom everything but who it is arrives first, all of it observed before ONE ended."""
    days = {"early": DAY - timedelta(days=200), "due": DAY - timedelta(days=40), "late": DAY - timedelta(days=9)}
    named = {"customer_id": STRANGER, "observed_at": f"{ONE}T12:00:00+08:00"}
    rows: list[Row] = [
        (
            "customer",
            {"customer_type_code": "person", "valid_from_date": days["early"], "onboarded_date": days["early"]},
        ),
        ("contract", {"contract_type_code": "loan", "signed_date": days["early"], "start_date": days["early"]}),
        ("installment", {"installment_id": "I", "agreed_date": days["early"], "due_date": days["due"]}),
        ("payment", {"payment_id": "P", "payment_date": days["late"], "paid_amount": 400}),
        ("transaction", {"transaction_id": "T", "transaction_at": f"{DAY}T10:00:00+08:00", "counterparty_id": "Y"}),
        ("credit_score", {"source_code": "bureau", "score_date": days["late"], "score_value": 640}),
        ("interaction", {"interaction_id": "N", "interaction_at": f"{DAY}T11:00:00+08:00", "channel_code": "call"}),
    ]
    more: dict[str, dict[str, Any]] = {
        "contract": {"contract_id": "K"},
        "installment": {"contract_id": "K", "due_amount": 900},
        "payment": {"contract_id": "K"},
        "transaction": {"direction_code": "in", "transaction_amount": 70},
    }
    return [(name, {**values, **named, **more.get(name, {})}) for name, values in rows]


def _counts(query: str, *values: object) -> dict[str, int]:
    """What `query` counts in each landing table; `{key}` in it are the columns of the key."""
    found = {}
    for name, entity in entities().items():
        ((count,),) = ask(query.format(name=name, key=", ".join(entity.key), effective=entity.effective), *values)
        found[name] = int(str(count))
    return found


def test_later_rows_of_every_entity_and_kind_have_landed(story: Story) -> None:
    """Without them the other tests would compare a date with itself."""
    newer = "select count(*) from landing.{name} where observed_at >= %s and not is_deleted and ({key}) "
    known = "(select {key} from landing.{name} where observed_at < %s)"
    corrected = _counts(f"{newer} in {known}", END, END)
    added = _counts(f"{newer} not in {known} and {{effective}} >= %s", END, END, ONE)
    deleted = _counts("select count(*) from landing.{name} where observed_at >= %s and is_deleted", END)
    for kind in (corrected, added, deleted):
        assert set(kind) == set(entities())
        assert min(kind.values()) > 0, kind


def test_rows_said_to_be_known_before_they_take_effect_do_not_land(story: Story) -> None:
    rows = ask(
        "select entity, count(*) from ops.quarantine where path like '%%/too-early.csv' and state = 'open' "
        "and reason_code = 'future_date' group by 1"
    )
    assert {str(row[0]) for row in rows} == set(entities())
    assert ask("select sum(rows_landed) from ops.landing_file where path like '%%/too-early.csv'") == [(0,)]


@pytest.mark.parametrize("label", ["again", "panel"])
def test_a_date_says_the_same_whatever_lands_after_it_and_is_built_since(story: Story, label: str) -> None:
    assert story.runs[label] != story.runs["first"]
    assert differing(DAY, story.runs["first"], story.runs[label], at_least=40) == {}


def test_what_dimensions_say_of_a_date_stays_the_same(story: Story) -> None:
    first, last = story.said
    assert all(len(rows) > 3 for rows in first)
    assert first == last


@pytest.mark.parametrize("label", ["month again", "panel"])
def test_a_later_date_says_the_same_after_an_earlier_one_was_run_again(story: Story, label: str) -> None:
    assert differing(MONTH, story.runs["month"], story.runs[label], at_least=40) == {}


def test_later_dates_say_something_else(story: Story) -> None:
    """The rows that landed later are read where they count."""
    first, month = (texts(FACTS[0], story.runs[label], day) for label, day in (("first", DAY), ("month", MONTH)))
    assert not set(first) & set(month)


def test_rows_replayed_from_quarantine_reach_the_state_that_was_rolled_past_them(story: Story) -> None:
    """They keep the file they came in, and were known before the date that the state stood at."""
    assert story.replayed == len(_stranger()) - 1
    assert any(STRANGER in row for row in texts("marts.fct_contract_delinquency", story.runs["two"], TWO))
    assert differing(TWO, story.runs["two"], story.runs["panel"], at_least=40) == {}


@pytest.fixture
def changed(story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str, str], None]]:
    """Has runs of the test use a copy of the dbt project in which a text of a file is replaced."""
    project = tmp_path / "dbt_project"
    shutil.copytree(get_settings().project_dir / "dbt_project", project)

    def _change(file: str, old: str, new: str) -> None:
        text = (project / file).read_text(encoding="utf-8")
        assert old in text
        (project / file).write_text(text.replace(old, new), encoding="utf-8")
        monkeypatch.setenv("LOUDONG_PROJECT_DIR", str(tmp_path))
        get_settings.cache_clear()

    yield _change
    monkeypatch.undo()
    get_settings.cache_clear()


def test_a_cutoff_that_lies_a_day_late_is_found(story: Story, changed: Callable[[str, str, str], None]) -> None:
    changed("macros/two_clocks.sql", "instant_of('as_of_date + 1')", "instant_of('as_of_date + 2')")
    changed("macros/state.sql", "date_of_run() ~ ' + 1'", "date_of_run() ~ ' + 2'")
    story.build("leaking", DAY)
    story.build("leaking panel", DAY, TWO)
    for label in ("leaking", "leaking panel"):
        found = differing(DAY, story.runs["first"], story.runs[label], at_least=40)
        assert set(found) == set(FACTS)
        assert min(found.values()) > 10


def test_a_view_that_takes_rows_for_known_when_they_took_effect_is_found(
    story: Story, changed: Callable[[str, str, str], None]
) -> None:
    """The rows of a panel are beside those of a warehouse that held nothing but what was known by their date."""
    zone = PORTFOLIO.timezone
    changed(
        "models/staging/stg_landing__payment.sql",
        "observed_at as known_from",
        f"least(observed_at, payment_date::timestamp at time zone '{zone}') as known_from",
    )
    story.build("early payments", DAY, TWO)
    found = differing(DAY, story.runs["first"], story.runs["early payments"], at_least=40)
    assert set(found) == set(FACTS)


def test_a_state_whose_columns_are_others_is_created_again(
    story: Story, changed: Callable[[str, str, str], None]
) -> None:
    family = "int_credit_score__latest"
    score = "latest.score_value as credit_score_value"
    changed(f"models/intermediate/{family}_scope.sql", score, f"{score}, 7 as added")
    run = build("daily", MONTH)
    assert differing(MONTH, story.runs["month"], run, at_least=40) == {}
    ((rows, sevens),) = ask(f"select count(*), count(*) filter (where added = 7) from intermediate.{family}_state")
    assert rows == sevens
    assert int(str(rows)) > 0
