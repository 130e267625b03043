"""Why a customer has one tier under one policy and another under the other, in one sentence."""

from collections.abc import Mapping
from typing import Any

from loudong.policy import Policy
from loudong.trial.trying import Question


def why(row: Mapping[str, Any], question: Question) -> str:
    """What set the tier on either side; `row` holds tiers, deciders and floors of both, and pd where it is of one."""
    before = _decider(row["baseline_by"], row["baseline_floor"], row["baseline_tier"], question.baseline)
    after = _decider(row["candidate_by"], row["candidate_floor"], row["candidate_tier"], question.candidate)
    told = f"was {row['baseline_tier']} by {before}, is {row['candidate_tier']} by {after}"
    return f"pd {100 * row['pd']:.2f} %: {told}" if "pd" in row else told


def _decider(decided_by: str, floor_code: str | None, tier: str, policy: Policy) -> str:
    if decided_by == "pd":
        bounds = next(row for row in policy.rows["tier_cutoff"] if row["tier"] == tier)
        upper = "" if bounds["max_pd"] is None else f" to {_pct(bounds['max_pd'])}"
        return f"cut-off (pd from {_pct(bounds['min_pd'])}{upper})"
    if floor_code is not None:
        floor = next((row for row in policy.rows["tier_floor"] if row["floor_code"] == floor_code), None)
        condition = "" if floor is None else f" ({floor['indicator']} {floor['operator']} {floor['threshold']})"
        return f"floor {floor_code}{condition}"
    return decided_by


def _pct(share: Any) -> str:
    return f"{100 * float(share):g} %"
