"""What alert rules may not be: about unknown things, ownerless, alike, unreachable, or leading nowhere when late."""

from itertools import combinations, pairwise
from typing import cast

from loudong.policy.alert_indicators import CONDITIONS_MET, GROUP_INDICATORS, MODEL_INDICATORS
from loudong.policy.checks import Numbered, condition, constant, covers
from loudong.policy.problems import Problems
from loudong.policy.tables import LANDED_ROLES, SEVERITIES, Row

# The same on every level of a rule: they are of the rule, not of its severity.
OF_THE_RULE = (
    "rule_version",
    "level_code",
    "area_code",
    "kind_code",
    "indicator",
    "min_customer_count",
    "cooldown_days",
    "lapse_days",
)


def check(tables: dict[str, Numbered], features: dict[str, str], problems: Problems) -> None:
    """Note every contradiction of the alert rules, their conditions and the ways of escalation in `problems`."""
    alert_rules(tables, features, problems)
    escalations(tables, problems)


def known_indicators(features: dict[str, str], level: str) -> dict[str, str]:
    """Indicators that rules of a level may name, with their kind: boolean or number."""
    if level == "customer":
        return features | dict.fromkeys(MODEL_INDICATORS, "number")
    return {
        name: "boolean" if name.startswith(("is_", "has_")) else "number" for name in GROUP_INDICATORS.get(level, {})
    }


def alert_rules(tables: dict[str, Numbered], features: dict[str, str], problems: Problems) -> None:
    """A rule is one or more severities of one condition, narrower the graver, or several conditions counted."""
    rows = tables["alert_rule"]
    constant("alert_rule", rows, ("rule_code",), OF_THE_RULE, problems)
    _levels(rows, features, problems)
    _severities(rows, problems)
    _alike(tables, problems)
    _conditions(tables, features, problems)


def _levels(rows: Numbered, features: dict[str, str], problems: Problems) -> None:
    name = "alert_rule"
    for line, row in rows:
        level, role = str(row["level_code"]), row["owner_role"]
        if (row["kind_code"] == "several") != (row["indicator"] == CONDITIONS_MET):
            problems.add(name, line, "indicator", f"a rule of kind several counts {CONDITIONS_MET}, and no other does")
        elif row["kind_code"] != "several":
            condition(name, line, row, known_indicators(features, level), problems, f"of level {level}")
        if (level == "customer") != (row["min_customer_count"] is None):
            text = "a customer is one: leave it empty" if level == "customer" else "a group needs a least size"
            problems.add(name, line, "min_customer_count", text)
        if role == "relationship_manager" and level != "customer":
            problems.add(name, line, "owner_role", f"a {level} has no relationship manager")
        if role == "building_manager" and level not in ("customer", "building"):
            problems.add(name, line, "owner_role", f"a {level} has no building manager")
        if cast(int, row["resolve_days"]) < cast(int, row["respond_days"]):
            problems.add(name, line, "resolve_days", f"{row['resolve_days']} is below respond_days")


def _severities(rows: Numbered, problems: Problems) -> None:
    """Of one rule the graver severity is the harder to reach."""
    by_rule: dict[str, dict[str, tuple[int, Row]]] = {}
    for line, row in rows:
        by_rule.setdefault(str(row["rule_code"]), {})[str(row["severity"])] = (line, row)
    for levels in by_rule.values():
        ordered = [levels[severity] for severity in SEVERITIES if severity in levels]
        for (milder_line, milder), (line, row) in pairwise(ordered):
            if not covers(milder, row) or covers(row, milder):
                text = f"{row['severity']} must be harder to reach than {milder['severity']} on row {milder_line}"
                problems.add("alert_rule", line, "threshold", text + ": one of them is unreachable")


def _alike(tables: dict[str, Numbered], problems: Problems) -> None:
    """No two rules of a level ask for the same."""
    asked: dict[object, set[tuple[object, ...]]] = {}
    for _, row in tables["alert_condition"]:
        asked.setdefault(row["rule_code"], set()).add((row["indicator"], row["operator"], row["threshold"]))
    for (other_line, other), (line, row) in combinations(tables["alert_rule"], 2):
        differ = row["rule_code"] != other["rule_code"] and all(
            row[column] == other[column] for column in ("severity", "level_code")
        )
        same = asked.get(row["rule_code"]) == asked.get(other["rule_code"])
        if differ and same and covers(row, other) and covers(other, row):
            problems.add("alert_rule", line, "rule_code", f"overlap: row {other_line} asks for the same")


def _conditions(tables: dict[str, Numbered], features: dict[str, str], problems: Problems) -> None:
    """Conditions belong to a rule that counts them, which asks for two or more and for no more than there are."""
    name = "alert_condition"
    rules = {str(row["rule_code"]): row for _, row in tables["alert_rule"]}
    counted: dict[str, int] = {}
    for line, row in tables[name]:
        rule = rules.get(str(row["rule_code"]))
        if rule is None or rule["kind_code"] != "several":
            problems.add(name, line, "rule_code", f"alert_rule.csv has no rule {row['rule_code']} of kind several")
            continue
        counted[str(row["rule_code"])] = counted.get(str(row["rule_code"]), 0) + 1
        level = str(rule["level_code"])
        condition(name, line, row, known_indicators(features, level), problems, f"of level {level}")
    for line, row in tables["alert_rule"]:
        if row["kind_code"] != "several":
            continue
        most = counted.get(str(row["rule_code"]), 0)
        if row["operator"] != ">=":
            problems.add("alert_rule", line, "operator", f"conditions are counted: ask for >= 2 to {most}")
        elif not 2 <= cast(float, row["threshold"]) <= most or cast(float, row["threshold"]) % 1:
            text = f"{row['threshold']} of {most} conditions in alert_condition.csv: ask for a number from 2 to {most}"
            problems.add("alert_rule", line, "threshold", text)


def escalations(tables: dict[str, Numbered], problems: Problems) -> None:
    """Every role that owns an alert escalates to another, up to one that does not; nobody is asked in a circle."""
    name = "alert_escalation"
    upward = {str(row["role_code"]): row["escalate_to_role"] for _, row in tables[name]}
    team = {str(row["role_code"]) for _, row in tables["team_member"]}
    for line, row in tables[name]:
        role, above = str(row["role_code"]), row["escalate_to_role"]
        if role not in (*LANDED_ROLES, *team):
            problems.add(name, line, "role_code", f"nobody in team_member.csv has the role {role}")
        if above is not None and (str(above) not in team or str(above) not in upward):
            problems.add(name, line, "escalate_to_role", f"{above} is no role of the team with a row of its own")
        seen = [role]
        while above is not None and str(above) in upward:
            if str(above) in seen:
                problems.add(name, line, "escalate_to_role", f"a circle: {' to '.join([*seen, str(above)])}")
                break
            seen.append(str(above))
            above = upward[str(above)]
    for line, row in tables["alert_rule"]:
        if row["owner_role"] is not None and str(row["owner_role"]) not in upward:
            problems.add("alert_rule", line, "owner_role", f"{row['owner_role']} has no row in alert_escalation.csv")
