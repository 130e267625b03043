"""Promises of the tasks: contacts by cadence and by event, each asked for once."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from risk_world import World, ask, insert, tell

from loudong.decisions.acts import Act
from loudong.decisions.decide import decide
from loudong.decisions.demand import Demands
from loudong.decisions.task_states import Promise, assign_tasks, cancel_tasks, finish_tasks, note_tasks
from loudong.errors import LoudongError
from loudong.publishing.publish import publish
from loudong.warehouse.connect import connect

D1, D2, D3 = date(2025, 3, 1), date(2025, 3, 2), date(2025, 3, 3)
LOW, MEDIUM, HIGH = 0.01, 0.05, 0.5
ACT = Act("R1", "as agreed")


def day(world: World, as_of_date: date, pd: float, **values: Any) -> Demands:
    """Run and publish one date for customer C1; what it demanded."""
    run = world.run(as_of_date, {"C1": {"pd": pd} | values})
    decide(run)
    publication = publish(run)
    world.finish(run, publication.verdict)
    return publication.demands


def tasks() -> list[tuple[Any, ...]]:
    return ask("select trigger_code, created_date, due_date, state from risk.follow_up_task order by task_id")


def test_a_rise_to_high_asks_for_a_call_within_three_days_saying_why(world: World) -> None:
    day(world, D1, LOW)
    tell("update risk.follow_up_task set state = 'done', closed_date = created_date, closed_by = 'R1'")
    day(world, D2, HIGH)
    assert ("tier_rise", D2, D2 + timedelta(days=3), "open") in tasks()
    rows = ask("select reason_en, reason_zh, owner_id from risk.follow_up_task where trigger_code = 'tier_rise'")
    assert rows == [
        (
            "Rose from low risk to high risk: probability of default 50.0 %, 0 days past due, exposure 100000.",
            "由低风险升为高风险：违约概率50.0%，逾期0天，敞口100000。",
            "R1",
        )
    ]


def test_a_reason_leaves_out_what_is_not_known(world: World) -> None:
    day(world, D1, LOW, dpd_days=None)
    tell("update risk.follow_up_task set state = 'done', closed_date = created_date, closed_by = 'R1'")
    day(world, D2, HIGH, dpd_days=None)
    rows = ask("select reason_en, reason_zh from risk.follow_up_task where trigger_code = 'tier_rise'")
    assert rows == [
        (
            "Rose from low risk to high risk: probability of default 50.0 %, exposure 100000.",
            "由低风险升为高风险：违约概率50.0%，敞口100000。",
        )
    ]


def test_a_customer_first_judged_counts_as_risen_only_when_high(world: World) -> None:
    run = world.run(D1, {"C1": {"pd": HIGH}, "C2": {"pd": MEDIUM}})
    decide(run)
    publish(run)
    assert ask("select customer_id from risk.follow_up_task where trigger_code = 'tier_rise'") == [("C1",)]


def test_a_falling_tier_asks_for_no_call(world: World) -> None:
    day(world, D1, HIGH)
    tell("update risk.follow_up_task set state = 'done', closed_date = created_date, closed_by = 'R1'")
    assert day(world, D2, MEDIUM).tasks_created == 0


def test_one_task_of_a_kind_is_open_and_a_date_run_again_asks_once(world: World) -> None:
    day(world, D1, HIGH)
    assert day(world, D1, HIGH, utilisation_ratio=0.6).tasks_created == 0
    tell("update risk.follow_up_task set state = 'done', closed_date = created_date, closed_by = 'R1'")
    assert day(world, D1, HIGH, utilisation_ratio=0.7).tasks_created == 0
    assert len(tasks()) == 1


def test_the_regular_contact_comes_every_days_after_the_last_task(world: World) -> None:
    day(world, D1, HIGH)
    tell("update risk.follow_up_task set state = 'done', closed_date = created_date, closed_by = 'R1'")
    assert day(world, D1 + timedelta(days=29), HIGH).tasks_created == 0
    assert day(world, D1 + timedelta(days=30), HIGH).tasks_created == 1
    assert tasks()[-1] == ("cadence", D1 + timedelta(days=30), D1 + timedelta(days=35), "open")


def test_customers_never_contacted_are_spread_over_the_period_and_each_asked_once(world: World) -> None:
    per_day = []
    for offset in range(0, 90, 10):
        run = world.run(D1 + timedelta(days=offset), {f"C{number}": {"pd": MEDIUM} for number in range(60)})
        decide(run)
        publication = publish(run)
        per_day.append(publication.demands.tasks_created)
        world.finish(run, publication.verdict)
    assert sum(per_day) >= 50
    assert max(per_day) < 20
    assert ask("select max(count) from (select count(*) from risk.follow_up_task group by customer_id) as t") == [(1,)]


def test_an_open_task_past_its_due_date_is_overdue(world: World) -> None:
    day(world, D1, HIGH)
    day(world, D1 + timedelta(days=3), HIGH)
    assert tasks()[0][3] == "open"
    day(world, D1 + timedelta(days=4), HIGH)
    assert tasks()[0][3] == "overdue"


def of(trigger: str, columns: str = "kind_code, created_date, state") -> list[tuple[Any, ...]]:
    return ask(f"select {columns} from risk.follow_up_task where trigger_code = %s order by task_id", trigger)


def close_all() -> None:
    """A person closes whatever is open."""
    ids = [row[0] for row in ask("select task_id from risk.follow_up_task where state in ('open', 'overdue')")]
    finish_tasks(ids, "reached", ACT)


def arrears(world: World, as_of_date: date, dpd_days: int | None) -> Demands:
    amount = 500 if dpd_days else 0
    return day(world, as_of_date, LOW, dpd_days=dpd_days, past_due_amount=amount)


@pytest.mark.parametrize(
    ("dpd_days", "step"), [(0, []), (1, [1]), (30, [1]), (31, [2]), (90, [3]), (91, [4]), (181, [6]), (None, [])]
)
def test_dunning_asks_for_the_step_of_the_bucket(world: World, dpd_days: int | None, step: list[int]) -> None:
    arrears(world, D1, dpd_days)
    assert [row[0] for row in of("dunning", "step")] == step


def test_a_step_is_asked_for_once_per_spell_and_a_new_spell_begins_anew(world: World) -> None:
    for offset, dpd in enumerate((5, 6, 29, 31, 12, 32, None, 33)):
        arrears(world, D1 + timedelta(days=offset), dpd)
        if offset == 1:
            close_all()
    assert [row[0] for row in of("dunning", "step")] == [1, 2]
    arrears(world, D1 + timedelta(days=8), 0)
    arrears(world, D1 + timedelta(days=9), 1)
    assert [row[0] for row in of("dunning", "step")] == [1, 2, 1]


def test_dunning_nobody_touched_ends_with_the_arrears_or_the_next_step_and_what_a_person_noted_stays(
    world: World,
) -> None:
    arrears(world, D1, 30)
    arrears(world, D2, 31)
    assert of("dunning", "step, state") == [(1, "cancelled"), (2, "open")]
    ((task_id,),) = ask("select task_id from risk.follow_up_task where step = 2")
    note_tasks([task_id], ACT)
    assert arrears(world, D3, 0).tasks_cancelled == 0
    assert of("dunning", "step, state") == [(1, "cancelled"), (2, "open")]


def test_dunning_cancelled_by_a_run_comes_back_when_the_date_is_run_again_with_arrears(world: World) -> None:
    arrears(world, D1, 5)
    arrears(world, D2, 0)
    assert of("dunning", "step, state") == [(1, "cancelled")]
    arrears(world, D2, 6)
    assert of("dunning", "step, state") == [(1, "open")]
    assert ask("select reason from risk.follow_up_task_event order by follow_up_task_event_id desc limit 1") == [
        ("the date was run again: the customer is past due",)
    ]


def both(world: World, as_of_date: date, pd: float, **values: Any) -> None:
    """Run and publish one date for an old customer and a new one."""
    run = world.run(as_of_date, {"C1": {"pd": LOW}, "C2": {"pd": pd} | values})
    decide(run)
    world.finish(run, publish(run).verdict)


@pytest.mark.parametrize(
    ("pd", "values", "result", "kinds"),
    [
        (HIGH, {}, "high", ["visit"]),
        (LOW, {}, "unknown", ["visit"]),
        (MEDIUM, {"limit_amount": 1}, "unknown", ["visit"]),
        (MEDIUM, {"limit_amount": 1, "deposit_ratio": 0}, "medium", ["document_request"]),
        (LOW, {"limit_amount": 1, "deposit_ratio": 0}, "low", []),
    ],
)
def test_a_new_customer_is_screened_on_arrival_with_what_is_known(
    world: World, pd: float, values: dict[str, Any], result: str, kinds: list[str]
) -> None:
    day(world, D1, LOW)
    both(world, D2, pd, **values)
    both(world, D2, pd, **values | {"utilisation_ratio": 0.1})
    assert [row[0] for row in of("new_customer", "kind_code")] == kinds
    assert ask("select customer_id, screened_date, result_code from risk.customer_screening order by 1") == [
        ("C1", D1, "taken_over"),
        ("C2", D2, result),
    ]
    assert of("tier_rise") == []


def test_the_screening_says_what_is_known_and_what_is_not(world: World) -> None:
    day(world, D1, LOW)
    both(world, D2, HIGH, limit_amount=1)
    ((english, chinese),) = of("new_customer", "reason_en, reason_zh")
    assert "Known: limit. Not known: outside credit score, age of the business" in english
    assert "已知：授信额度；未知：外部信用评分" in chinese


def test_an_indicator_asks_for_its_contact_from_its_threshold_on_and_not_again_within_its_days(world: World) -> None:
    for offset, age in ((0, 500), (1, 501), (2, 502), (180, 681), (181, 682)):
        day(world, D1 + timedelta(days=offset), LOW, statement_age_days=age)
        if offset == 1:
            close_all()
    assert of("statement_stale", "kind_code, created_date") == [
        ("statement_update", D2),
        ("statement_update", D1 + timedelta(days=181)),
    ]
    day(world, D1 + timedelta(days=182), LOW, statement_age_days=None, unanswered_streak_count=5)
    assert of("contact_stale", "kind_code, reason_en") == [
        ("visit", "Contact data lead nowhere: unanswered_streak_count is 5.")
    ]


def test_contact_data_that_a_person_found_wrong_ask_for_a_visit(world: World) -> None:
    arrears(world, D1, 31)
    ((task_id,),) = of("dunning", "task_id")
    finish_tasks([task_id], "contact_data_wrong", ACT)
    arrears(world, D2, 32)
    arrears(world, D3, 33)
    assert of("contact_stale", "kind_code, created_date, reason_zh") == [("visit", D2, "联系方式失效：人工核实有误。")]


def pay(number: int, payment_date: date, amount: int, observed: str) -> None:
    row = {"payment_id": f"P{number}", "customer_id": "C1", "payment_date": payment_date, "paid_amount": amount}
    row |= {"observed_at": f"{observed}+08:00", "file_id": 1, "file_line": 1, "content_hash": f"{number:032x}"}
    with connect() as connection:
        insert(connection, "landing", "payment", [row])


def promised(world: World, amount: int, by_date: date) -> None:
    """C1 is 31 days past due on D1 and promises `amount` until `by_date`."""
    with connect("admin") as connection:
        connection.execute("truncate landing.payment, landing.payment_superseded")
    arrears(world, D1, 31)
    ((task_id,),) = of("dunning", "task_id")
    finish_tasks([task_id], "promised", ACT, Promise(Decimal(amount), by_date))


def promise() -> tuple[Any, ...]:
    return ask("select state, paid_amount, judged_date from risk.promise")[0]


D4 = date(2025, 3, 4)


@pytest.mark.parametrize(
    ("payments", "state", "paid"),
    [
        ([], "broken", 0),
        ([(D1, 100, "2025-03-01T10:00:00")], "broken", 0),
        ([(D2, 99, "2025-03-02T10:00:00")], "broken", 99),
        ([(D2, 60, "2025-03-02T10:00:00"), (D3, 40, "2025-03-04T23:59:59")], "kept", 100),
        ([(D3, 100, "2025-03-05T00:00:00")], "broken", 0),
        ([(D4, 100, "2025-03-04T10:00:00")], "broken", 0),
        ([(D2, 100, "2025-03-02T10:00:00"), (D3, -1, "2025-03-03T10:00:00")], "broken", 99),
    ],
)
def test_a_promise_is_judged_the_day_after_it_by_what_was_paid_since_and_is_known(
    world: World, payments: list[tuple[date, int, str]], state: str, paid: int
) -> None:
    promised(world, 100, D3)
    for number, payment in enumerate(payments, start=1):
        pay(number, *payment)
    arrears(world, D3, 33)
    assert promise()[0] == "open"
    arrears(world, D4, 34)
    assert promise() == (state, paid, D4)
    assert [row[0] for row in of("promise_broken", "kind_code")] == (["call"] if state == "broken" else [])


def test_a_payment_that_became_known_late_mends_the_judgement_and_asks_nothing_more(world: World) -> None:
    promised(world, 100, D3)
    arrears(world, D4, 34)
    pay(1, D3, 100, "2025-03-05T10:00:00")
    arrears(world, date(2025, 3, 5), 35)
    assert promise() == ("kept", 100, date(2025, 3, 5))
    assert len(of("promise_broken")) == 1


def test_a_promise_in_the_landed_interactions_that_was_broken_asks_for_a_call_once(world: World) -> None:
    for offset, broken in enumerate((0, 1, 1)):
        day(world, D1 + timedelta(days=offset), LOW, broken_promise_365d_count=broken)
    assert of("promise_broken", "kind_code, created_date") == [("call", D2)]


def test_a_closed_task_stays_as_it_was_decided(world: World) -> None:
    arrears(world, D1, 31)
    ((task_id,),) = of("dunning", "task_id")
    finish_tasks([task_id], "paid", ACT)
    for attempt in (
        lambda: finish_tasks([task_id], "reached", ACT),
        lambda: cancel_tasks([task_id], ACT),
        lambda: assign_tasks([task_id], "CL01", ACT),
    ):
        with pytest.raises(LoudongError, match=f"task {task_id} is done: it stays as it was decided"):
            attempt()
    assert of("dunning", "state, outcome_code, closed_by, closed_date") == [("done", "paid", "R1", D1)]
    assert ask(
        "select from_state, to_state, outcome_code, reason from risk.follow_up_task_event where actor = 'R1'"
    ) == [("open", "done", "paid", "as agreed")]


@pytest.mark.parametrize(
    ("outcome", "promise", "message"),
    [
        ("vanished", None, "unknown outcome 'vanished': task_outcome.csv has contact_data_wrong, documents_received"),
        ("promised", None, "outcome promised needs one task, --promised-amount and --promised-date"),
        ("paid", Promise(Decimal(1), D2), "outcome paid is no promise"),
        ("promised", Promise(Decimal(0), D2), "--promised-amount must be above 0"),
        ("promised", Promise(Decimal(1), D1), "--promised-date 2025-03-01 must lie after the newest published date"),
    ],
)
def test_an_outcome_that_makes_no_sense_is_refused_and_changes_nothing(
    world: World, outcome: str, promise: Promise | None, message: str
) -> None:
    arrears(world, D1, 31)
    ((task_id,),) = of("dunning", "task_id")
    with pytest.raises(LoudongError, match=message):
        finish_tasks([task_id], outcome, ACT, promise)
    assert (of("dunning", "state"), ask("select * from risk.promise")) == ([("open",)], [])


def test_a_task_is_given_to_people_who_exist_and_keeps_its_history(world: World) -> None:
    arrears(world, D1, 31)
    ((task_id,),) = of("dunning", "task_id")
    with pytest.raises(LoudongError, match="nobody is called XX"):
        assign_tasks([task_id], "XX", ACT)
    assign_tasks([task_id], "CL01", ACT)
    assign_tasks([task_id], "M1", ACT)
    arrears(world, D1, 32)
    assert of("dunning", "owner_id") == [("M1",)]
    assert ask("select from_owner_id, to_owner_id from risk.follow_up_task_event where actor = 'R1' order by 1") == [
        ("CL01", "M1"),
        ("R1", "CL01"),
    ]


def test_a_task_that_a_person_cancelled_is_not_asked_for_again_for_its_date(world: World) -> None:
    day(world, D1, HIGH)
    cancel_tasks([row[0] for row in of("tier_rise", "task_id")], ACT)
    assert day(world, D1, HIGH, utilisation_ratio=0.6).tasks_created == 0
