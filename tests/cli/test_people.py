"""Promises of the commands by which people decide on actions and tasks: what they show, do and refuse."""

from datetime import date

import pytest
from click.testing import CliRunner, Result
from risk_world import World, ask

from loudong.cli import cli
from loudong.decisions.decide import decide
from loudong.errors import LoudongError
from loudong.publishing.publish import publish
from loudong.settings import Settings

D1 = date(2025, 3, 1)
PERSON = ("--by", "R1", "--because", "as agreed")


@pytest.fixture(scope="module")
def _world(warehouse: Settings) -> World:
    world = World()
    world.create()
    return world


@pytest.fixture
def _day(_world: World) -> None:
    _world.clear()
    run = _world.run(D1, {"C1": {"pd": 0.5, "dpd_days": 31, "past_due_amount": 7, "limit_amount": 1000}})
    decide(run)
    _world.finish(run, publish(run).verdict)


def loudong(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def refused(*arguments: str) -> str:
    result = loudong(*arguments)
    assert isinstance(result.exception, LoudongError)
    return str(result.exception)


@pytest.mark.usefixtures("_day")
def test_actions_are_listed_moved_by_standard_or_id_and_refused_with_what_is_possible() -> None:
    shown = loudong("action", "list", "--code", "credit_limit_review").output
    assert "immediate_review" in shown
    assert "proposed limit 1,000" in shown
    assert loudong("action", "approve", "--standard", "no_new_credit", *PERSON).output == "1 action(s) approved\n"
    ((action_id,),) = ask("select action_id from risk.customer_action where state = 'approved'")
    assert loudong("action", "send", str(action_id), *PERSON).output == "1 action(s) sent\n"
    assert loudong("action", "confirm", str(action_id), *PERSON).output == "1 action(s) confirmed\n"
    assert "it can become lapsed, not sent" in refused("action", "send", str(action_id), *PERSON)
    assert "or all of one --standard" in refused("action", "lapse", *PERSON)
    assert loudong("action", "lapse", str(action_id), *PERSON).output == "1 action(s) lapsed\n"
    assert '"state": "lapsed"' in loudong("action", "list", "--state", "lapsed", "--json").output


@pytest.mark.usefixtures("_day")
def test_credit_is_approved_listed_taken_back_and_refused_with_what_is_wrong() -> None:
    shown = loudong("credit", "approve", "C1", "K1", "--limit", "50,000", *PERSON).output
    assert shown == "K1 of C1 up to 50,000.00, by R1: as agreed\n"
    assert loudong("credit", "list").output == shown
    assert "unknown customer X1" in refused("credit", "approve", "X1", "K1", "--limit", "5", *PERSON)
    assert "--limit much is not an amount" in refused("credit", "approve", "C1", "K1", "--limit", "much", *PERSON)
    assert "0 is no limit" in refused("credit", "approve", "C1", "K1", "--limit", "0", *PERSON)
    assert "by R1: as agreed" in loudong("credit", "withdraw", "C1", "K1", *PERSON).output
    assert loudong("credit", "list").output == "nothing is approved\n"
    assert "nothing is approved for contract K1" in refused("credit", "withdraw", "C1", "K1", *PERSON)


@pytest.mark.usefixtures("_day")
def test_tasks_are_listed_closed_given_away_and_noted() -> None:
    shown = loudong("task", "list", "--customer", "C1").output.splitlines()
    assert len(shown) == 2
    assert "31 days past due" in shown[0]
    ids = dict(ask("select trigger_code, task_id from risk.follow_up_task"))
    call, rise = str(ids["dunning"]), str(ids["tier_rise"])
    assert loudong("task", "assign", call, "--to", "CL02", *PERSON).output == "1 task(s) given to CL02\n"
    assert loudong("task", "note", call, *PERSON).output == "1 task(s) noted\n"
    promised = ("--outcome", "promised", "--promised-amount", "7.50", "--promised-date")
    assert "needs both" in refused("task", "done", call, "--outcome", "promised", "--promised-amount", "7", *PERSON)
    assert loudong("task", "done", call, *promised, "2025-03-05", *PERSON).output == "1 task(s) done: promised\n"
    assert ask("select promised_amount, promised_date from risk.promise") == [(7.5, date(2025, 3, 5))]
    assert loudong("task", "cancel", rise, *PERSON).output == "1 task(s) cancelled\n"
    assert loudong("task", "list", "--closed", "--owner", "CL02").output.count("promised") == 1


@pytest.mark.usefixtures("_day")
def test_a_decision_without_a_person_or_a_reason_is_no_decision() -> None:
    assert loudong("task", "cancel", "1", "--because", "so").exit_code == 2
    assert "--because must say why" in refused("task", "cancel", "1", "--by", "R1", "--because", " ")
    assert "is not a number" in refused(
        "task", "done", "1", "--outcome", "promised", "--promised-amount", "x", "--promised-date", "2025-03-05", *PERSON
    )
