"""Promises of the session in which a policy decides: its memory is its own, and it can write nowhere else."""

from datetime import date, timedelta
from typing import Any

import pytest
from risk_world import ask as query
from trial.planting import Past, Values, always, weeks
from trial.test_engine import quiet

from loudong.decisions.decide import decide
from loudong.errors import LoudongError
from loudong.publishing.publish import publish
from loudong.settings import get_settings
from loudong.trial.engine import decide_dates
from loudong.trial.shadow import create_shadows, require_untouched
from loudong.trial.sources import stored_features
from loudong.trial.trying import ask
from loudong.warehouse.connect import Connection, connect

DAYS = weeks(4)


def by_week(*weekly: Values) -> Any:
    """A customer who is another one on each date."""
    return lambda day: weekly[DAYS.index(day)]


_TIERS = "select previous_tier, tier, decided_by from pg_temp.customer_tier where as_of_date = %s"


def decided(past: Past, run_id: str, connection: Connection, days: tuple[date, ...]) -> None:
    decide_dates(connection, past.world.policy, dict.fromkeys(days, run_id), "Asia/Shanghai", lambda day: None)


def test_previous_tier_and_cooldown_are_those_of_the_trial(past: Past) -> None:
    published = past.world.run(date(2025, 3, 1), {"C1": {"pd": 0.5}})
    decide(published)
    past.world.finish(published, publish(published).verdict)
    days = weeks(10)
    pds = dict(zip(days, [0.01, 0.03, 0.2, *[0.03] * 7], strict=True))
    run_id = past.plant(days, {"C1": lambda day: {"pd": pds[day]}})
    with connect(autocommit=True) as connection:
        rows: list[tuple[object, ...]] = []

        def _note(day: date) -> None:
            rows.extend(connection.execute(_TIERS, (day,)).fetchall())

        decide_dates(connection, past.world.policy, dict.fromkeys(days, run_id), "Asia/Shanghai", _note)
        assert connection.execute("select distinct as_of_date from pg_temp.customer_tier").fetchall() == [(days[-1],)]
    hold_days = {row["tier"]: row["hold_days"] for row in past.world.policy.rows["tier_cooldown"]}
    held = -(-int(str(hold_days["high"])) // 7)
    assert rows[:3] == [(None, "low", "pd"), ("low", "medium", "pd"), ("medium", "high", "pd")]
    assert rows[3 : 3 + held] == [("high", "high", "cooldown")] * held
    assert rows[3 + held] == ("high", "medium", "pd")
    assert query("select tier from risk.customer_tier") == [("high",)]


def test_an_alert_stands_until_its_rule_lapses_and_is_new_when_it_is_met_after_the_cooldown(past: Past) -> None:
    days = weeks(13)
    late = {days[0], days[1], days[7], days[12]}
    customer = {"C1": lambda day: {"pd": 0.01, "dpd_days": 8 if day in late else 0}, "C2": always(0.01)}
    run_id = past.plant(days, customer)
    with connect(autocommit=True) as connection:
        decided(past, run_id, connection, days)
        alerts = connection.execute(
            "select customer_id, rule_code, opened_date, closed_date from pg_temp.alert "
            "where subject_level = 'customer' order by opened_date"
        ).fetchall()
        alerted = connection.execute("select as_of_date from trial_customer where is_alerted order by 1").fetchall()
    rule = next(row for row in past.world.policy.rows["alert_rule"] if row["rule_code"] == "arrears")
    lapsed = next(day for day in days if (day - days[1]).days >= int(str(rule["lapse_days"])))
    cool_until = lapsed + timedelta(days=int(str(rule["cooldown_days"])))
    assert lapsed < days[7] <= cool_until < days[12]
    assert alerts == [("C1", "arrears", days[0], lapsed), ("C1", "arrears", days[12], None)]
    assert [day for (day,) in alerted] == [day for day in days if day < lapsed or day == days[12]]


def checked(connection: Connection, statements: str) -> None:
    """Run statements as those of a date are run."""
    with connection.transaction():
        connection.execute(statements.encode())
        require_untouched(connection)


def test_a_write_to_what_others_see_is_found_and_taken_back(past: Past) -> None:
    run_id = past.plant(DAYS[:1], {"C1": always(0.01)})
    with connect(autocommit=True) as connection:
        create_shadows(connection, past.world.policy)
        with pytest.raises(LoudongError, match=r"a trial has written to risk\.walk_forward_score; all of it"):
            checked(connection, f"delete from risk.walk_forward_score where run_id = '{run_id}'")
    with connect(autocommit=True) as connection:
        create_shadows(connection, past.world.policy)
        checked(connection, "delete from customer_tier; insert into policy_tier_cutoff (tier) values ('none')")
    assert query("select count(*) from risk.walk_forward_score") == [(1,)]


def test_a_date_without_a_pd_is_left_out_and_named(past: Past) -> None:
    customers = {
        "C1": by_week({}, {"pd": 0.01}, {"pd": 0.01}, {"pd": 0.01}),
        "C2": by_week({}, {"pd": 0.1}, {}, {"pd": 0.1}),
    }
    past.plant(DAYS, customers)
    question = ask(get_settings().policy_dir, DAYS[0], DAYS[-1], quiet)
    assert question.decided_dates == (DAYS[1], DAYS[3])
    assert question.left_out[DAYS[0]] == "no pd: no model had been trained by then"
    assert question.left_out[DAYS[2]].startswith("no pd for 1 of 2 customers")
    with pytest.raises(LoudongError, match=r"none of the 1 dates can be decided; 2025-03-02: no pd"):
        ask(get_settings().policy_dir, DAYS[0], DAYS[0], quiet)


def test_features_are_built_anew_when_sql_data_or_policy_are_others(past: Past) -> None:
    from risk_world import PORTFOLIO, tell

    from loudong.trial.sources import features_hash

    run_id = past.plant(DAYS, {"C1": always(0.01)})
    wanted = features_hash(past.world.policy, PORTFOLIO)
    with connect() as connection:
        assert stored_features(connection, DAYS, wanted) == dict.fromkeys(DAYS, run_id)
        assert stored_features(connection, DAYS, "another policy") == {}
    tell("update ops.trial_features set sql_version = 'older' where as_of_date = %s", DAYS[0])
    tell("insert into ops.landing_file (entity, path, sha256, state) values ('payment', 'late.csv', 'x', 'loaded')")
    tell(
        "insert into ops.file_delivery (file_id, entity, observed_date, row_count, first_observed_at, "
        "last_observed_at, landed_at) "
        "select file_id, 'payment', %s, 1, now(), now(), clock_timestamp() from ops.landing_file",
        DAYS[3],
    )
    with connect() as connection:
        assert set(stored_features(connection, DAYS, wanted)) == {DAYS[1], DAYS[2]}
    again = past.plant(DAYS[:1], {"C1": always(0.01)})
    with connect() as connection:
        assert stored_features(connection, DAYS, wanted) == {DAYS[0]: again, DAYS[1]: run_id, DAYS[2]: run_id}
