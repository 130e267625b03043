"""What the policy of the actions may not be: incomplete, contradictory, or a support that anybody may get."""

from typing import cast

from loudong.policy.action_tables import ACTIONS, GAPS, SUPPORTS
from loudong.policy.checks import condition, constant, covers
from loudong.policy.columns import TIERS, Numbered
from loudong.policy.problems import Problems

# What a condition may look at beside the indicators.
SCORES = {"pd": "number", "score_points": "number"}
# The value that each kind of action is about.
NEEDED = {
    "credit_limit_review": "limit_share_pct",
    "repayment_monitoring": "monitor_every_days",
    "transaction_restriction": "restriction_code",
    "credit_increase": "limit_share_pct",
}


def check(tables: dict[str, Numbered], indicators: dict[str, str], problems: Problems) -> None:
    """Note every contradiction of strategies, their conditions and the enforcement rules in `problems`."""
    strategies(tables["strategy"], problems)
    conditions(tables["strategy_condition"], tables["strategy"], indicators, problems)
    enforcement(tables["enforcement_rule"], problems)


def strategies(rows: Numbered, problems: Problems) -> None:
    """Every tier has one standard per demanded action, each row the value it is about, reviewed before it ends."""
    name = "strategy"
    have = {(row["tier"], row["action_code"]) for _, row in rows}
    for tier in TIERS:
        for action in ACTIONS:
            if (tier, action) not in have:
                problems.add(name, None, "action_code", f"gap: no {action} for tier {tier}")
    for line, row in rows:
        column = NEEDED.get(str(row["action_code"]))
        if column is not None and row[column] is None:
            problems.add(name, line, column, f"{row['action_code']} needs a value here")
        review, period = cast(int, row["review_every_days"]), cast(int, row["period_days"])
        if review > period:
            problems.add(name, line, "review_every_days", f"{review} is above period_days {period}: it ends unreviewed")
        share = row["limit_share_pct"]
        if row["action_code"] == "credit_increase" and share is not None and cast(int, share) <= 100:
            problems.add(name, line, "limit_share_pct", f"{share} is no increase: more than 100 is needed")
        if row["action_code"] == "credit_limit_review" and share is not None and cast(int, share) > 100:
            problems.add(name, line, "limit_share_pct", f"{share} is above 100: credit_increase offers more")
        if row["action_code"] in SUPPORTS and row["tier"] == TIERS[-1]:
            problems.add(name, line, "tier", f"{row['action_code']} cannot be offered to tier {TIERS[-1]}")
    constant(name, rows, ("standard_code", "action_code"), set(NEEDED.values()), problems)


def conditions(rows: Numbered, strategy: Numbered, indicators: dict[str, str], problems: Problems) -> None:
    """Every support has conditions, every condition belongs to a support and can hold beside the others."""
    name = "strategy_condition"
    offered = {(row["tier"], row["action_code"]): line for line, row in strategy if row["action_code"] in SUPPORTS}
    have = {(row["tier"], row["action_code"]) for _, row in rows}
    for (tier, action), line in offered.items():
        if (tier, action) not in have:
            problems.add("strategy", line, "action_code", f"{action} of tier {tier} has no row in {name}.csv")
    for line, row in rows:
        condition(name, line, row, indicators | SCORES, problems)
        if (row["tier"], row["action_code"]) not in offered:
            text = f"strategy.csv offers no {row['action_code']} to tier {row['tier']}"
            problems.add(name, line, "action_code", text)
        for other_line, other in rows:
            same = all(row[column] == other[column] for column in ("tier", "action_code", "indicator"))
            if same and other_line != line and covers(row, other):
                problems.add(name, line, "threshold", f"without effect: row {other_line} demands more")


def enforcement(rows: Numbered, problems: Problems) -> None:
    """Every contradiction that is looked for has a row."""
    have = {row["gap_code"] for _, row in rows}
    for code in GAPS:
        if code not in have:
            problems.add("enforcement_rule", None, "gap_code", f"gap: no row for {code}")
