"""What the policy of the follow-up may not be: full of gaps, without a duration or worth, or about unknown things."""

from typing import cast

from loudong.policy.checks import condition
from loudong.policy.columns import CUSTOMER_TYPES, TIERS, Numbered, Row
from loudong.policy.problems import Problems
from loudong.policy.task_tables import (
    ALERT_SEVERITIES,
    EFFECTS,
    INDICATOR_TRIGGERS,
    KINDS,
    RATION_RULES,
    UNKNOWN,
    WORK_RULES,
)

SHARES = (
    ("task_kind", "effect_pct"),
    ("alert_effort", "effect_pct"),
    ("recovery", "recoverable_pct"),
    ("loss_given_default", "lgd_pct"),
)


def check(tables: dict[str, Numbered], indicators: dict[str, str], problems: Problems) -> None:
    """Note every contradiction of contacts, dunning steps, kinds, outcomes and numbers of the work in `problems`."""
    cadences(tables["follow_up_cadence"], indicators, problems)
    dunning(tables["dunning_step"], tables["delinquency_bucket"], problems)
    complete("task_kind", "kind_code", KINDS, tables["task_kind"], problems)
    complete("alert_effort", "severity", ALERT_SEVERITIES, tables["alert_effort"], problems)
    complete("loss_given_default", "customer_type_code", CUSTOMER_TYPES, tables["loss_given_default"], problems)
    buckets = tuple(str(row["bucket_code"]) for _, row in tables["delinquency_bucket"])
    complete("recovery", "bucket_code", buckets, tables["recovery"], problems)
    known("recovery", "bucket_code", buckets, tables["recovery"], problems)
    for name, column in SHARES:
        shares(name, column, tables[name], problems)
    complete("task_outcome", "effect_code", EFFECTS, tables["task_outcome"], problems)
    screening(tables["screening_indicator"], tables["work_rule"], indicators, problems)
    rules(tables["work_rule"], problems)


def complete(name: str, column: str, codes: tuple[str, ...], rows: Numbered, problems: Problems) -> None:
    """Every one of `codes` has a row."""
    have = {row[column] for _, row in rows}
    for code in codes:
        if code not in have:
            problems.add(name, None, column, f"gap: no row for {code}")


def known(name: str, column: str, codes: tuple[str, ...], rows: Numbered, problems: Problems) -> None:
    """No row is about anything but `codes`."""
    for line, row in rows:
        if row[column] not in codes:
            problems.add(name, line, column, f"unknown {column} '{row[column]}'")


def shares(name: str, column: str, rows: Numbered, problems: Problems) -> None:
    """A share is not above 100 percent."""
    for line, row in rows:
        if cast(int, row[column]) > 100:
            problems.add(name, line, column, f"{row[column]} is above 100 percent")


def cadences(rows: Numbered, indicators: dict[str, str], problems: Problems) -> None:
    """Every tier has its regular contact; each row has what its trigger needs and nothing that it cannot use."""
    name = "follow_up_cadence"
    for tier in TIERS:
        if not any(row["tier"] == tier and row["trigger_code"] == "cadence" for _, row in rows):
            problems.add(name, None, "tier", f"gap: no regular contact for tier {tier}")
    for line, row in rows:
        trigger, tier_or_unknown = str(row["trigger_code"]), row["tier"]
        _timing(name, line, row, problems)
        if trigger in INDICATOR_TRIGGERS:
            missing = [column for column in ("indicator", "operator", "threshold") if row[column] is None]
            for column in missing:
                problems.add(name, line, column, f"{trigger} needs a condition")
            if not missing:
                condition(name, line, row, indicators, problems)
        elif row["indicator"] is not None:
            problems.add(name, line, "indicator", f"{trigger} looks at no indicator: leave it empty")
        if trigger == "tier_rise" and tier_or_unknown == TIERS[0]:
            problems.add(name, line, "tier", f"unreachable: no tier rises to {TIERS[0]}")
        if tier_or_unknown == UNKNOWN and trigger != "new_customer":
            problems.add(name, line, "tier", f"unreachable: only a new customer can be of tier {UNKNOWN}")


def _timing(name: str, line: int, row: Row, problems: Problems) -> None:
    """What comes again says after how many days, and is due before it does."""
    trigger = str(row["trigger_code"])
    every, due = cast("int | None", row["every_days"]), cast(int, row["due_days"])
    comes_again = trigger == "cadence" or trigger in INDICATOR_TRIGGERS
    if comes_again and every is None:
        problems.add(name, line, "every_days", f"a {trigger} needs the days between two contacts")
    if not comes_again and every is not None:
        problems.add(name, line, "every_days", f"{trigger} happens once: leave it empty")
    if every is not None and due >= every:
        problems.add(name, line, "due_days", f"{due} is not below every_days {every}")


def dunning(rows: Numbered, buckets: Numbered, problems: Problems) -> None:
    """Every bucket past due has a step, the later the bucket the higher the step; what is not past due has none."""
    name = "dunning_step"
    ordered = sorted((row for _, row in buckets), key=lambda row: cast(int, row["sort_order"]))
    past_due = [str(row["bucket_code"]) for row in ordered if cast(int, row["min_dpd_days"]) > 0]
    have = {str(row["bucket_code"]): (line, row) for line, row in rows}
    for bucket in past_due:
        if bucket not in have:
            problems.add(name, None, "bucket_code", f"gap: no step for bucket {bucket}")
    for bucket, (line, _) in have.items():
        if bucket not in past_due:
            problems.add(name, line, "bucket_code", f"{bucket} is no bucket of days past due")
    before = 0
    for line, row in [have[bucket] for bucket in past_due if bucket in have]:
        step = cast(int, row["step"])
        if step <= before:
            problems.add(name, line, "step", f"{step} must be above the {before} of the bucket before it")
        before = step


def screening(rows: Numbered, numbers: Numbered, indicators: dict[str, str], problems: Problems) -> None:
    """What a new customer is screened for exists, and the least that must be known can be known."""
    for line, row in rows:
        if row["indicator"] not in indicators:
            text = f"unknown indicator '{row['indicator']}': not a number or boolean of marts.fct_customer_features"
            problems.add("screening_indicator", line, "indicator", text)
    for line, row in numbers:
        if row["rule_code"] == "screening_least_known" and cast(int, row["value"]) > len(rows):
            text = f"unreachable: {row['value']} of {len(rows)} indicators in screening_indicator.csv"
            problems.add("work_rule", line, "value", text)


def rules(rows: Numbered, problems: Problems) -> None:
    """Every number is there, in its unit; those of the ration both or neither."""
    complete("work_rule", "rule_code", tuple(WORK_RULES), rows, problems)
    if any(row["rule_code"] in RATION_RULES for _, row in rows):
        complete("work_rule", "rule_code", tuple(RATION_RULES), rows, problems)
    for line, row in rows:
        unit = (WORK_RULES | RATION_RULES).get(str(row["rule_code"]))
        if unit is not None and row["unit_code"] != unit:
            problems.add("work_rule", line, "unit_code", f"{row['rule_code']} counts in {unit}")
        if row["rule_code"] == "overdue_factor_pct" and cast(int, row["value"]) < 100:
            problems.add("work_rule", line, "value", f"{row['value']} is below 100: overdue work would wait longer")
