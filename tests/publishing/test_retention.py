"""Promises of retention: nothing goes unasked; asked, exactly what is older goes, and month-ends stay."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from risk_world import PORTFOLIO, World, ask, tell

from loudong.decisions.decide import decide
from loudong.errors import LoudongError
from loudong.pipeline.runs import Run
from loudong.publishing import retention
from loudong.publishing.publish import RESULT_TABLES, publish
from loudong.publishing.retention import prune, require_long_enough
from loudong.settings import get_settings

NEWEST = date(2024, 9, 16)  # 200 days after 29 February 2024
LEAP_DAY = date(2024, 2, 29)
CONTRACT = {"contract_id": "K1", "is_open": True, "start_date": date(2024, 1, 1), "bucket_code": "d0"}


@pytest.fixture
def keep(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Sets the retention as an installation does."""

    def _keep(days: int) -> None:
        monkeypatch.setenv("LOUDONG_RETENTION_DAYS", str(days))
        get_settings.cache_clear()

    yield _keep
    monkeypatch.undo()
    get_settings.cache_clear()


def built(world: World, day: date, pd: float = 0.01) -> Run:
    run = world.run(day, {"C1": {"pd": pd, "contracts": [CONTRACT]}, "C2": {"pd": 0.3, "contracts": [CONTRACT]}})
    decide(run)
    return run


def published(world: World, day: date, pd: float = 0.01) -> str:
    run = built(world, day, pd)
    verdict = publish(run).verdict
    world.finish(run, verdict)
    assert verdict == "published"
    return run.run_id


def kept() -> dict[str, set[date]]:
    """Dates of which rows are left, by run; every table must say the same."""
    found: list[dict[str, set[date]]] = []
    for schema, table in RESULT_TABLES:
        if table == "tier_move":  # a row is there only where a tier changed
            continue
        slices: dict[str, set[date]] = {}
        for run_id, day, rows in ask(f"select run_id, as_of_date, count(*) from {schema}.{table} group by 1, 2"):
            assert rows == 2
            slices.setdefault(run_id, set()).add(day)
        found.append(slices)
    assert found.count(found[0]) == len(found)
    return found[0]


def days_kept() -> set[date]:
    return {day for days in kept().values() for day in days}


def test_by_default_nothing_is_deleted(world: World) -> None:
    days = [date(2023, 1, 15), date(2023, 1, 31), NEWEST]
    for day in days:
        published(world, day)
    published(world, days[0], pd=0.02)
    assert get_settings().retention_days == 0
    assert prune(NEWEST) is None
    assert len(kept()) == 4
    assert ask("select count(*) from ops.removed_slice") == [(0,)]


@pytest.mark.parametrize("days", [199, 200, 201, 202])
def test_a_date_exactly_as_old_as_the_retention_stays_and_the_day_before_goes(
    world: World, keep: Any, days: int
) -> None:
    asked = [LEAP_DAY + timedelta(days=offset) for offset in range(-3, 3)]
    for day in (*asked, NEWEST):
        published(world, day)
    keep(days)
    removed = prune(NEWEST)
    assert removed is not None
    first_kept = NEWEST - timedelta(days=days)
    assert removed.first_kept_date == first_kept
    assert days_kept() == {NEWEST} | {day for day in asked if day >= first_kept or day == LEAP_DAY}
    gone = [day for day in asked if day < first_kept and day != LEAP_DAY]
    tables = {table for _, table in RESULT_TABLES} - {"tier_move"}  # no tier changed
    assert removed.rows == ({table: 2 * len(gone) for table in tables} if gone else {})
    assert ask("select as_of_date, row_count from ops.removed_slice order by 1") == [(day, 8) for day in gone]


@pytest.mark.parametrize(
    ("day", "stays"),
    [
        (date(2023, 2, 28), True),
        (date(2024, 2, 28), False),
        (date(2024, 2, 29), True),
        (date(2023, 12, 31), True),
        (date(2023, 12, 30), False),
        (date(2023, 4, 30), True),
        (date(2023, 5, 30), False),
    ],
)
def test_calendar_month_ends_of_standing_runs_stay(world: World, keep: Any, day: date, stays: bool) -> None:
    published(world, day)
    published(world, NEWEST)
    keep(181)
    prune(NEWEST)
    assert (day in days_kept()) is stays


def test_superseded_and_failed_runs_go_when_they_are_older_also_at_month_ends(world: World, keep: Any) -> None:
    old, young = date(2024, 1, 31), date(2024, 8, 15)
    superseded, standing = published(world, old), published(world, old, pd=0.02)
    failed = built(world, old, pd=0.03)
    world.finish(failed, "failed")
    young_runs = {published(world, young), published(world, young, pd=0.02)}
    young_failed = built(world, young, pd=0.03)
    world.finish(young_failed, "failed")
    young_runs.add(young_failed.run_id)
    newest = published(world, NEWEST)
    keep(181)
    prune(NEWEST)
    assert set(kept()) == {standing, newest} | young_runs
    assert ask("select run_id from ops.removed_slice order by 1") == [
        (run,) for run in sorted([superseded, failed.run_id])
    ]
    assert ask("select count(*) from ops.run") == [(7,)]
    assert ask("select count(*) from ops.publication") == [(5,)]


def test_a_run_that_builds_keeps_its_rows_however_old_its_date(world: World, keep: Any) -> None:
    published(world, NEWEST)
    running = built(world, date(2023, 3, 15))
    keep(181)
    prune(NEWEST)
    assert running.run_id in kept()
    world.finish(running, "failed")


def test_panels_lose_the_dates_on_which_they_do_not_stand(world: World, keep: Any) -> None:
    ends = (date(2023, 6, 30), date(2023, 7, 31))
    for run_id in ("panel.old", "panel.new"):
        tell(
            "insert into ops.run (run_id, kind, state, holder, as_of_dates, code_version, ended_at) "
            "values (%s, 'panel', 'done', 'x', %s, 'x', clock_timestamp())",
            run_id,
            list(ends),
        )
        for day in ends:
            tell(
                "insert into marts.fct_customer_features (run_id, as_of_date, customer_id) values (%s, %s, 'C1')",
                run_id,
                day,
            )
    daily = published(world, ends[1])
    published(world, NEWEST)
    keep(181)
    prune(NEWEST)
    found = ask("select run_id, as_of_date from marts.fct_customer_features where as_of_date < %s order by 1", NEWEST)
    assert set(found) == {("panel.new", ends[0]), (daily, ends[1])}


def test_small_batches_delete_all_and_a_second_time_finds_nothing(
    world: World, keep: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(world, date(2024, 1, 15))
    published(world, NEWEST)
    keep(181)
    monkeypatch.setattr(retention, "BATCH_ROWS", 1)
    first = prune(NEWEST)
    assert first is not None
    assert (first.slices, first.row_count) == (1, 8)
    again = prune(NEWEST)
    assert again is not None
    assert (again.slices, again.row_count) == (0, 0)


def test_what_was_stopped_half_way_goes_on_the_next_time(world: World, keep: Any) -> None:
    run_id = published(world, date(2024, 1, 15))
    published(world, NEWEST)
    tell("insert into ops.removed_slice (run_id, as_of_date) values (%s, '2024-01-15')", run_id)
    tell("delete from risk.customer_tier where run_id = %s", run_id)
    keep(181)
    prune(NEWEST)
    assert days_kept() == {NEWEST}
    assert ask("select row_count from ops.removed_slice") == [(6,)]


def test_a_removed_date_that_is_run_again_is_published_anew_and_stays_until_the_next(world: World, keep: Any) -> None:
    old = date(2024, 1, 15)
    published(world, old)
    published(world, NEWEST)
    keep(181)
    prune(NEWEST)
    assert days_kept() == {NEWEST}
    again = published(world, old)
    prune(old)
    assert kept()[again] == {old}
    prune(NEWEST)
    assert days_kept() == {NEWEST}


def test_a_retention_that_ends_before_outcomes_are_known_is_refused(keep: Any, world: World) -> None:
    for days in (1, PORTFOLIO.horizon_days):
        keep(days)
        with pytest.raises(LoudongError, match=f"LOUDONG_RETENTION_DAYS is {days}, but outcomes .* after 180 days"):
            require_long_enough(PORTFOLIO)
    for days in (0, PORTFOLIO.horizon_days + 1):
        keep(days)
        require_long_enough(PORTFOLIO)


def test_a_retention_that_is_no_number_of_days_is_named(keep: Any) -> None:
    keep(-1)
    with pytest.raises(LoudongError, match="LOUDONG_RETENTION_DAYS is not valid"):
        get_settings()


def test_what_policies_are_tried_on_stays_until_it_is_built_anew(world: World, keep: Any) -> None:
    old = date(2023, 1, 15)
    tried, plain = published(world, old), published(world, old, pd=0.02)
    published(world, NEWEST)
    tell(
        "insert into ops.trial_features (as_of_date, features_hash, run_id, sql_version, newest_file_id) "
        "values (%s, 'x', %s, 'x', 0)",
        old,
        tried,
    )
    keep(300)
    prune(NEWEST)
    assert tried in kept()
    assert plain not in kept()
    tell("update ops.trial_features set superseded_at = now()")
    prune(NEWEST)
    assert tried not in kept()
