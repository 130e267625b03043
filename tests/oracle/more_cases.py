"""More cases at the edges of definitions, on 1 March 2024: order of coverage, pauses, probation, cure, contagion."""

from typing import Any

from oracle.boundary_cases import IN_TIME, TOO_LATE, Case, Rows, contract, due, event, paid, pause

TWO = [contract("A"), contract("B")]
TWO_DUES = [due("2024-01-10", 500, "A"), due("2024-01-20", 500, "B")]
COVERAGE = [
    Case(
        "unassigned_covers_the_oldest_of_both",
        {"contract": TWO, "installment": TWO_DUES, "payment": [paid("2024-01-25", 500, "")]},
        {
            "dpd_days": 41,
            "past_due_amount": 500,
            "past_due_contract_count": 1,
            "last_days_late": 41,
            "first_days_late": 15,
        },
        {"dpd_days": 0, "past_due_amount": 0},
    ),
    Case(
        "unassigned_gives_way_to_what_names_its_contract",
        {
            "contract": TWO,
            "installment": TWO_DUES,
            "payment": [paid("2024-01-25", 500, ""), paid("2024-02-01", 500, "A")],
        },
        # From 1 February on A has money of its own, and the unassigned is free for B.
        {"dpd_days": 0, "past_due_amount": 0, "last_days_late": 12, "first_days_late": 15},
        {"worst_dpd_90d_days": 14},
    ),
    Case(
        "too_much_on_one_contract_does_not_cover_the_other",
        {"contract": TWO, "installment": TWO_DUES, "payment": [paid("2024-01-25", 1000, "A")]},
        {"dpd_days": 41, "past_due_amount": 500},
        {"dpd_days": 41},
        of="B",
    ),
    Case(
        "too_much_covers_what_falls_due_next",
        {
            "contract": [contract()],
            "installment": [due("2024-01-10"), due("2024-02-10")],
            "payment": [paid("2024-01-10", 2000)],
        },
        {"dpd_days": 0, "late_installment_ever_count": 0, "mean_days_early_ever": 31.0, "installment_count": 2},
    ),
    Case(
        "too_little_leaves_the_newest_open",
        {
            "contract": [contract()],
            "installment": [due("2024-01-10"), due("2024-02-10")],
            "payment": [paid("2024-02-10")],
        },
        # Money covers the January installment, 31 days late; that of February is 20 days past due.
        {
            "dpd_days": 20,
            "first_days_late": 31,
            "last_days_late": 20,
            "worst_dpd_90d_days": 30,
            "on_time_streak_count": 0,
        },
        {"oldest_due_date": "2024-02-10"},
    ),
    Case(
        "paid_before_it_was_billed",
        {
            "contract": [contract()],
            "installment": [due("2024-02-20", agreed_date="2024-02-01", observed_at="2024-02-01T12:00:00+08:00")],
            "payment": [paid("2024-01-20")],
        },
        {"dpd_days": 0, "mean_days_early_ever": 31.0, "paid_ratio_90d": 1.0, "paid_amount_30d": 0},
    ),
    Case(
        "billed_too_late_to_be_known",
        {"contract": [contract()], "installment": [due("2024-01-31", observed_at=TOO_LATE)]},
        {"dpd_days": None, "installment_count": None, "category_code": None},
        {"dpd_days": None, "past_due_amount": None, "stage_number": None},
    ),
    Case(
        "nothing_to_pay",
        {"contract": [contract()], "installment": [due("2024-01-31", 0)]},
        {"dpd_days": 0, "installment_count": None, "worst_dpd_365d_days": None},
        {"dpd_days": 0, "past_due_amount": 0, "category_code": "normal"},
    ),
    Case(
        "due_on_29_february_paid_on_time",
        {"contract": [contract()], "installment": [due("2024-02-29")], "payment": [paid("2024-02-29")]},
        {"dpd_days": 0, "late_installment_90d_count": 0, "paid_amount_m0": 0, "paid_amount_m1": 1000},
    ),
    Case(
        "grace",
        {"contract": [contract(grace_days=30)], "installment": [due("2024-01-31")]},
        {"dpd_days": 30, "delinquent_days": 0, "bucket_code": "d1_30"},
    ),
    Case(
        "grace_is_over",
        {"contract": [contract(grace_days=30)], "installment": [due("2024-01-30")]},
        {"dpd_days": 31, "delinquent_days": 1, "bucket_code": "d31_60"},
    ),
]


def paused(name: str, pauses: Rows, dpd: int, excused: int, category: str, **more: Any) -> Case:
    """1000 due on 1 November, 121 days before."""
    rows = {"contract": [contract()], "installment": [due("2023-11-01")], "pause": pauses}
    values = {"dpd_days": dpd, "excused_days": excused, "category_code": category, "is_in_default": dpd > 90, **more}
    return Case(name, rows, {"dpd_days": dpd, "is_in_default": dpd > 90, "last_days_late": 121}, values)


def technical(name: str, due_date: str, end: str, category: str, clause: str) -> Case:
    rows = {"contract": [contract()], "installment": [due(due_date)], "pause": [pause("2024-02-20", end, "technical")]}
    return Case(name, rows, {"category_code": category}, {"category_code": category, "category_clause_code": clause})


PAUSES = [
    paused("31_days_paused", [pause("2024-01-01", "2024-01-31")], 90, 31, "special_mention"),
    paused("30_days_paused", [pause("2024-01-01", "2024-01-30")], 91, 30, "substandard", default_date="2024-03-01"),
    paused(
        "overlapping_pauses_count_once",
        [pause("2024-01-01", "2024-01-20"), pause("2024-01-10", "2024-01-31", "rent_free", contract_id="")],
        *(90, 31, "special_mention"),
    ),
    paused("an_open_pause", [pause("2023-11-02", "")], 0, 121, "normal", past_due_amount=1000),
    paused("paused_on_the_due_date_only", [pause("2023-10-01", "2023-11-01")], 121, 0, "substandard"),
    paused("technical_stops_no_count", [pause("2024-01-01", "2024-01-31", "technical")], 121, 0, "substandard"),
    paused("pause_known_in_time", [pause("2024-01-01", "2024-01-31", observed_at=IN_TIME)], 90, 31, "special_mention"),
    paused("pause_known_too_late", [pause("2024-01-01", "2024-01-31", observed_at=TOO_LATE)], 121, 0, "substandard"),
    technical("technical_for_7_days", "2024-02-23", "2024-03-01", "normal", "technical"),
    technical("technical_for_8_days", "2024-02-22", "2024-03-01", "special_mention", "past_due"),
    technical("technical_until_yesterday", "2024-02-23", "2024-02-29", "special_mention", "past_due"),
]


def recorded(name: str, end: str, default_days: int | None, since: int | None, **terms: Any) -> Case:
    """A default recorded on 1 June 2023."""
    values = {
        "is_in_default": default_days is not None,
        "default_days": default_days,
        "days_since_default_end_days": since,
    }
    rows = {"contract": [contract(**terms)], "default_event": [event(end)]}
    return Case(name, rows, values, {"is_in_default": default_days is not None})


PROBATION = [
    recorded("lasting_event", "", 274, None),
    # Three months after 30 November is 29 February.
    recorded("probation_ended_on_29_february", "2023-11-30", None, 1),
    recorded("probation_ends_today", "2023-12-01", None, 0),
    recorded("probation_ends_tomorrow", "2023-12-02", 274, None),
    recorded("restructured_takes_twelve_months", "2023-11-30", 274, None, is_restructured="true"),
]


def cured(name: str, paid_on: str, category: str, clause: str, dues: Rows = [], payments: Rows = []) -> Case:  # noqa: B006
    """700 due on 1 May 2023 and paid more than 90 days later; too little for a default."""
    rows = {
        "contract": [contract()],
        "installment": [due("2023-05-01", 700), *dues],
        "payment": [paid(paid_on, 700), *payments],
    }
    return Case(
        name, rows, {"dpd_days": 0}, {"category_code": category, "category_clause_code": clause, "stage_number": 1}
    )


CURE = [
    cured("90_days_late_needs_no_cure", "2023-07-31", "normal", "current"),
    cured("91_days_late_long_ago", "2023-08-01", "normal", "current"),
    cured("six_months_today", "2023-09-01", "normal", "current"),
    cured("six_months_tomorrow", "2023-09-02", "substandard", "cure"),
    cured(
        *("second_period_still_to_come", "2023-08-15", "substandard", "cure"),
        [due("2023-12-01", 100), due("2024-06-01", 100)],
        [paid("2023-12-01", 100)],
    ),
    cured(
        *("two_periods_met", "2023-08-15", "normal", "current"),
        [due("2023-12-01", 100), due("2024-03-01", 100)],
        [paid("2023-12-01", 200)],
    ),
]


def both(name: str, bad: Any, good: Any, bad_due: str, kind: str, *of_b: Any) -> Case:
    """Contract A past due, contract B not; what B is: category, its clause, stage, its clause."""
    rows = {"contract": TWO, "installment": [due(bad_due, bad, "A"), due("2024-06-01", good, "B")]}
    names = ("category_code", "category_clause_code", "stage_number", "stage_clause_code")
    return Case(name, rows, {}, dict(zip(names, of_b, strict=True)), of="B", kind=kind)


CONTAGION = [
    both("a_tenth_is_non_performing", 100, 900, "2023-12-01", "enterprise", "normal", "current", 1, "none"),
    both("more_than_a_tenth", "100.01", 900, "2023-12-01", "enterprise", "substandard", "contamination", 1, "none"),
    both("a_tenth_90_days_past_due", 900, 900, "2023-12-02", "enterprise", "normal", "current", 1, "none"),
    both(
        "obligor_in_default",
        5000,
        900,
        "2023-12-01",
        "enterprise",
        "substandard",
        "contamination",
        3,
        "obligor_default",
    ),
    both("a_person_is_not_contaminated", 5000, 900, "2023-12-01", "person", "normal", "current", 1, "none"),
]
CASES = [*COVERAGE, *PAUSES, *PROBATION, *CURE, *CONTAGION]
