"""What a policy may not be: full of gaps, overlapping, about unknown things, ownerless, or partly without effect."""

import operator as operator_functions
from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import pairwise
from typing import cast

from loudong.policy.problems import Problems
from loudong.policy.tables import (
    CATEGORIES,
    CUSTOMER_TYPES,
    DELINQUENCY_RULES,
    LANDED_ROLES,
    MODEL_WATCHES,
    TABLES,
    TIERS,
    Row,
)

Numbered = list[tuple[int, Row]]
ONE = Decimal(1)
COMPARE: dict[str, Callable[[Decimal, Decimal], bool]] = {
    ">": operator_functions.gt,
    ">=": operator_functions.ge,
    "<": operator_functions.lt,
    "<=": operator_functions.le,
    "=": operator_functions.eq,
}


def check(tables: dict[str, Numbered], indicators: dict[str, str], problems: Problems) -> None:
    """Note every contradiction of the policy `tables` (rows with their line numbers) in `problems`."""
    for name, table in TABLES.items():
        _keys(name, table.key, tables[name], problems)
    _keys("policy_version", ("effective_from",), tables["policy_version"], problems)
    buckets(tables["delinquency_bucket"], problems)
    materiality(tables["materiality"], problems)
    categories(tables["asset_category"], problems)
    delinquency_rules(tables["delinquency_rule"], problems)
    model_watches(tables["model_watch"], problems)
    cutoffs(tables["tier_cutoff"], problems)
    floors(tables["tier_floor"], indicators, problems)
    cooldowns(tables["tier_cooldown"], problems)
    owners(tables, problems)


def _keys(name: str, key: tuple[str, ...], rows: Numbered, problems: Problems) -> None:
    seen: dict[tuple[object, ...], int] = {}
    for line, row in rows:
        value = tuple(row[column] for column in key)
        if value in seen:
            text = ", ".join(str(part) for part in value)
            problems.add(name, line, key[-1], f"{text} stands on row {seen[value]} already")
        seen.setdefault(value, line)


def buckets(rows: Numbered, problems: Problems) -> None:
    """Buckets cover every day from 0 on, once, in the order of sort_order."""
    name = "delinquency_bucket"
    ordered = sorted(rows, key=lambda item: cast(int, item[1]["sort_order"]))
    expected: int | None = 0
    for line, row in ordered:
        low, high = cast(int, row["min_dpd_days"]), cast("int | None", row["max_dpd_days"])
        if expected is None:
            problems.add(name, line, "min_dpd_days", "overlap: the bucket before it has no end")
        elif low > expected:
            problems.add(name, line, "min_dpd_days", f"gap: no bucket holds {expected} to {low - 1} days")
        elif low < expected:
            problems.add(name, line, "min_dpd_days", f"overlap: {low} days belong to the bucket before it")
        if high is not None and high < low:
            problems.add(name, line, "max_dpd_days", f"{high} is below min_dpd_days {low}: no day can reach it")
        expected = None if high is None else high + 1
    if expected is not None:
        problems.add(name, ordered[-1][0], "max_dpd_days", f"gap: no bucket holds {expected} days and more")


def materiality(rows: Numbered, problems: Problems) -> None:
    """Every currency has a bound for persons and one for enterprises."""
    for currency in sorted({str(row["currency"]) for _, row in rows}):
        have = {row["customer_type_code"] for _, row in rows if row["currency"] == currency}
        for missing in [kind for kind in CUSTOMER_TYPES if kind not in have]:
            problems.add("materiality", None, "customer_type_code", f"gap: no row for {currency} {missing}")


def categories(rows: Numbered, problems: Problems) -> None:
    """All five, from best to worst in sort_order, each but the best above more days past due than the one before."""
    name = "asset_category"
    by_code = {str(row["category_code"]): (line, row) for line, row in rows}
    for missing in [code for code in CATEGORIES if code not in by_code]:
        problems.add(name, None, "category_code", f"gap: no row for {missing}")
    ordered = [by_code[code] for code in CATEGORIES if code in by_code]
    for line, row in ordered[:1]:
        if row["over_dpd_days"] is not None:
            problems.add(name, line, "over_dpd_days", "the best category has no lower bound: leave it empty")
    for (_, better), (line, worse) in pairwise(ordered):
        if cast(int, better["sort_order"]) >= cast(int, worse["sort_order"]):
            problems.add(name, line, "sort_order", f"must be above that of {better['category_code']}")
        bound, lower = worse["over_dpd_days"], better["over_dpd_days"]
        if bound is None:
            problems.add(name, line, "over_dpd_days", "is missing: no days past due lead here")
        elif lower is not None and cast(int, bound) <= cast(int, lower):
            problems.add(name, line, "over_dpd_days", f"must be above the {lower} of {better['category_code']}")


def delinquency_rules(rows: Numbered, problems: Problems) -> None:
    """Every number is there, in its unit."""
    name = "delinquency_rule"
    have = {str(row["rule_code"]): (line, row) for line, row in rows}
    for rule, unit in DELINQUENCY_RULES.items():
        if rule not in have:
            problems.add(name, None, "rule_code", f"gap: no row for {rule}")
        elif have[rule][1]["unit_code"] != unit:
            problems.add(name, have[rule][0], "unit_code", f"{rule} counts in {unit}")


def model_watches(rows: Numbered, problems: Problems) -> None:
    """Every number that is watched has a row; the ratio of defaults to those expected is bounded on both sides of 1."""
    name = "model_watch"
    have = {str(row["watch_code"]): (line, row) for line, row in rows}
    for code in MODEL_WATCHES:
        if code not in have:
            problems.add(name, None, "watch_code", f"gap: no row for {code}")
    line, row = have.get("observed_to_expected", (None, None))
    if row is not None and Decimal(str(row["bound"])) <= 1:
        problems.add(name, line, "bound", "must be above 1: the ratio is held between its inverse and it")


def cutoffs(rows: Numbered, problems: Problems) -> None:
    """Tiers cover every pd from 0 to 1, once, riskier tiers the higher pd."""
    name = "tier_cutoff"
    by_tier = {str(row["tier"]): (line, row) for line, row in rows}
    expected = Decimal(0)
    for tier in TIERS:
        if tier not in by_tier:
            problems.add(name, None, "tier", f"gap: no row for tier {tier}")
            continue
        line, row = by_tier[tier]
        low, high = cast(Decimal, row["min_pd"]), cast("Decimal | None", row["max_pd"])
        if low > expected:
            problems.add(name, line, "min_pd", f"gap: no tier holds pd {expected} to {low}")
        elif low < expected:
            problems.add(name, line, "min_pd", f"overlap: pd {low} to {expected} belongs to the tier below too")
        high = ONE if high is None else high
        if high <= low or high > ONE:
            problems.add(name, line, "max_pd", f"{high} must lie above min_pd {low} and not above 1: unreachable")
        expected = high
    if TIERS[-1] in by_tier and expected < ONE:
        problems.add(name, by_tier[TIERS[-1]][0], "max_pd", f"gap: no tier holds pd {expected} to 1")


def condition(
    name: str,
    line: int,
    row: Row,
    indicators: dict[str, str],
    problems: Problems,
    whose: str = "of marts.fct_customer_features",
) -> None:
    """The indicator exists, and some values meet the condition while others do not."""
    indicator, operator = str(row["indicator"]), str(row["operator"])
    threshold = cast(Decimal, row["threshold"])
    kind = indicators.get(indicator)
    if kind is None:
        text = f"unknown indicator '{indicator}': not a number or boolean {whose}"
        problems.add(name, line, "indicator", text)
    elif kind == "boolean" and (operator != "=" or threshold not in (0, 1)):
        problems.add(name, line, "threshold", f"'{indicator}' is true (1) or false (0): ask for = 1 or = 0")
    elif indicator.endswith(("_days", "_count")):
        if (operator == "<" and threshold <= 0) or (operator in ("<=", "=") and threshold < 0):
            problems.add(name, line, "threshold", f"unreachable: '{indicator}' is never below 0")
        if (operator == ">=" and threshold <= 0) or (operator == ">" and threshold < 0):
            problems.add(name, line, "threshold", f"always true: '{indicator}' is never below 0")


def covers(wide: Row, narrow: Row) -> bool:
    """Every value that meets the condition of `narrow` meets that of `wide` as well."""
    if wide["indicator"] != narrow["indicator"]:
        return False
    operator, other = str(wide["operator"]), str(narrow["operator"])
    bound, value = cast(Decimal, wide["threshold"]), cast(Decimal, narrow["threshold"])
    if other == "=":
        return COMPARE[operator](value, bound)
    if operator[0] != other[0] or operator == "=":
        return False
    if bound == value:
        return operator == other or operator.endswith("=")
    return bound < value if operator[0] == ">" else bound > value


def floors(rows: Numbered, indicators: dict[str, str], problems: Problems) -> None:
    """Every floor can raise a tier: it asks for more than the lowest and no other floor always does so before."""
    name = "tier_floor"
    _keys(name, ("sort_order",), rows, problems)
    for line, row in rows:
        condition(name, line, row, indicators, problems)
        if row["min_tier"] == TIERS[0]:
            problems.add(name, line, "min_tier", f"unreachable: no tier lies below {TIERS[0]}")
        for other_line, other in rows:
            rank, other_rank = TIERS.index(str(row["min_tier"])), TIERS.index(str(other["min_tier"]))
            same = covers(row, other) and rank == other_rank
            if line != other_line and covers(other, row) and other_rank >= rank and not (same and line < other_line):
                text = f"unreachable: floor {other['floor_code']} on row {other_line} always demands as much"
                problems.add(name, line, "threshold", text)


def cooldowns(rows: Numbered, problems: Problems) -> None:
    """Every tier that one can fall from is held for a number of days; 0 for a tier that is left at once."""
    name = "tier_cooldown"
    have = {row["tier"]: line for line, row in rows}
    for tier in TIERS[1:]:
        if tier not in have:
            problems.add(name, None, "tier", f"gap: no row for tier {tier}")
    if TIERS[0] in have:
        problems.add(name, have[TIERS[0]], "tier", f"unreachable: nobody falls from {TIERS[0]}")


def constant(name: str, rows: Numbered, group: tuple[str, ...], columns: Iterable[str], problems: Problems) -> None:
    """Rows of one `group` agree on `columns`."""
    first: dict[tuple[object, ...], tuple[int, Row]] = {}
    for line, row in rows:
        key = tuple(row[column] for column in group)
        first_line, first_row = first.setdefault(key, (line, row))
        for column in columns:
            if row[column] != first_row[column]:
                text = f"{row[column]} contradicts {first_row[column]} on row {first_line} of the same {group[0]}"
                problems.add(name, line, column, text)


def owners(tables: dict[str, Numbered], problems: Problems) -> None:
    """Whoever a row makes responsible exists: a role of the data, or one with a member in the team."""
    roles = {str(row["role_code"]) for _, row in tables["team_member"]}
    for line, row in tables["team_member"]:
        if row["role_code"] in LANDED_ROLES:
            problems.add("team_member", line, "role_code", f"{row['role_code']} is named by the data, not by the team")
    for name, table in TABLES.items():
        if any(field.name == "owner_role" for field in table.fields):
            for line, row in tables[name]:
                if row["owner_role"] is not None and row["owner_role"] not in (*LANDED_ROLES, *roles):
                    problems.add(
                        name, line, "owner_role", f"nobody in team_member.csv has the role {row['owner_role']}"
                    )
