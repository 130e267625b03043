"""Policy tables of the actions: what a tier demands or offers, on which conditions, and what contradicts it."""

from loudong.policy.columns import CONDITION, LABELS, TIERS, Field, Table

# What every tier demands one standard of.
ACTIONS = ("credit_limit_review", "repayment_monitoring", "transaction_restriction")
# What a tier may offer to whom the conditions hold.
SUPPORTS = ("simplified_approval", "credit_increase")
RESTRICTIONS = ("none", "approve_new_credit", "stop_new_credit")
# How the books can contradict an action.
GAPS = (
    "credit_after_stop",
    "limit_raised_after_stop",
    "credit_without_approval",
    "limit_raised_without_approval",
    "limit_above_allowed",
    "monitoring_overdue",
    "support_undeserved",
)

ACTION_TABLES = (
    Table(
        "strategy",
        ("tier", "action_code"),
        (
            Field("tier", codes=TIERS),
            Field("action_code", codes=(*ACTIONS, *SUPPORTS)),
            Field("standard_code"),
            Field("owner_role"),
            Field("limit_share_pct", "number", is_required=False, minimum=0),
            Field("monitor_every_days", "integer", is_required=False, minimum=1),
            Field("restriction_code", is_required=False, codes=RESTRICTIONS),
            Field("review_every_days", "integer", minimum=1),
            Field("period_days", "integer", minimum=1),
            *LABELS,
        ),
    ),
    Table(
        "strategy_condition",
        ("tier", "action_code", "indicator", "operator"),
        (Field("tier", codes=TIERS), Field("action_code", codes=SUPPORTS), *CONDITION, *LABELS),
    ),
    Table(
        "enforcement_rule",
        ("gap_code",),
        (
            Field("gap_code", codes=GAPS),
            Field("grace_days", "integer", minimum=0),
            Field("owner_role"),
            *LABELS,
        ),
    ),
)
