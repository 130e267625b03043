"""What each policy table holds: its columns, their types and its key. One CSV file per table."""

from loudong.policy.action_tables import ACTION_TABLES
from loudong.policy.columns import CONDITION as _CONDITION
from loudong.policy.columns import CUSTOMER_TYPES, TIERS, Field, Row, Table, Value
from loudong.policy.columns import LABELS as _LABELS
from loudong.policy.task_tables import TASK_TABLES

# From least to most urgent.
SEVERITIES = ("minor", "major", "critical")
# What an alert rule looks at, what it is about, and how.
ALERT_LEVELS = ("customer", "building", "industry", "portfolio")
ALERT_AREAS = (
    "repayment",
    "transactions",
    "score",
    "statements",
    "contacts",
    "occupancy",
    "industry",
    "related_parties",
    "concentration",
    "anchor_tenant",
    "model",
    "portfolio",
)
ALERT_KINDS = ("level", "change", "peer_distance", "several")
# Their people stand in the data: the manager of the main building, and the customer's own.
LANDED_ROLES = ("building_manager", "relationship_manager")
# Five categories (五级分类, Order 2023 No. 1), from best to worst.
CATEGORIES = ("normal", "special_mention", "substandard", "doubtful", "loss")
# What is watched of the model; models/watching.py says what each is.
MODEL_WATCHES = ("feature_psi", "score_psi", "null_rate", "observed_to_expected", "auc_fall")
# Single numbers of the delinquency rules, each with its unit.
DELINQUENCY_RULES = {
    "default_cure_months": "month",
    "restructured_cure_months": "month",
    "technical_days": "day",
    "contamination_pct": "percent",
    "category_cure_months": "month",
    "category_cure_periods": "count",
    "significant_dpd_days": "day",
}


TABLES = {
    table.name: table
    for table in (
        Table(
            "policy_version",
            ("policy_version",),
            (Field("policy_version"), Field("effective_from", "date"), Field("approved_by"), Field("note")),
        ),
        Table(
            "delinquency_bucket",
            ("bucket_code",),
            (
                Field("bucket_code"),
                Field("min_dpd_days", "integer", minimum=0),
                Field("max_dpd_days", "integer", is_required=False, minimum=0),
                Field("sort_order", "integer"),
                *_LABELS,
            ),
        ),
        Table(
            "materiality",
            ("currency", "customer_type_code"),
            (
                Field("currency"),
                Field("customer_type_code", codes=CUSTOMER_TYPES),
                Field("absolute_amount", "number", minimum=0),
                Field("relative_pct", "number", minimum=0),
            ),
        ),
        Table(
            "asset_category",
            ("category_code",),
            (
                Field("category_code", codes=CATEGORIES),
                Field("over_dpd_days", "integer", is_required=False, minimum=0),
                Field("sort_order", "integer"),
                *_LABELS,
            ),
        ),
        Table(
            "delinquency_rule",
            ("rule_code",),
            (
                Field("rule_code", codes=tuple(DELINQUENCY_RULES)),
                Field("value", "number", minimum=0),
                Field("unit_code", codes=("month", "day", "percent", "count")),
                *_LABELS,
            ),
        ),
        Table(
            "model_watch",
            ("watch_code",),
            (
                Field("watch_code", codes=MODEL_WATCHES),
                Field("bound", "number", minimum=0),
                Field("least_count", "integer", minimum=1),
                Field("asks_retraining", codes=("yes", "no")),
                *_LABELS,
            ),
        ),
        Table(
            "team_member",
            ("member_id", "role_code"),
            (
                Field("member_id"),
                Field("role_code"),
                Field("open_alert_capacity", "integer", minimum=1),
                Field("daily_minutes", "integer", minimum=0),
                *_LABELS,
            ),
        ),
        Table(
            "tier_cutoff",
            ("tier",),
            (
                Field("tier", codes=TIERS),
                Field("min_pd", "number", minimum=0),
                Field("max_pd", "number", is_required=False, minimum=0),
                *_LABELS,
            ),
        ),
        Table(
            "tier_floor",
            ("floor_code",),
            (
                Field("floor_code"),
                *_CONDITION,
                Field("min_tier", codes=TIERS),
                Field("sort_order", "integer"),
                Field("is_overridable", codes=("yes", "no")),
                *_LABELS,
            ),
        ),
        Table(
            "tier_cooldown",
            ("tier",),
            (Field("tier", codes=TIERS), Field("hold_days", "integer", minimum=0), *_LABELS),
        ),
        Table(
            "alert_rule",
            ("rule_code", "severity"),
            (
                Field("rule_code"),
                Field("rule_version"),
                Field("level_code", codes=ALERT_LEVELS),
                Field("area_code", codes=ALERT_AREAS),
                Field("kind_code", codes=ALERT_KINDS),
                *_CONDITION,
                Field("severity", codes=SEVERITIES),
                Field("min_exposure_amount", "number", minimum=0),
                Field("min_customer_count", "integer", is_required=False, minimum=1),
                Field("owner_role"),
                Field("respond_days", "integer", minimum=0),
                Field("resolve_days", "integer", minimum=1),
                Field("cooldown_days", "integer", minimum=0),
                Field("lapse_days", "integer", minimum=1),
                *_LABELS,
                Field("why_en"),
                Field("why_zh"),
                Field("remedy_en"),
                Field("remedy_zh"),
            ),
        ),
        Table(
            "alert_condition",
            ("rule_code", "condition_code"),
            (Field("rule_code"), Field("condition_code"), *_CONDITION, *_LABELS),
        ),
        Table(
            "alert_escalation",
            ("role_code",),
            (Field("role_code"), Field("escalate_to_role", is_required=False), *_LABELS),
        ),
        *ACTION_TABLES,
        *TASK_TABLES,
    )
}

__all__ = ["TABLES", "TIERS", "Field", "Row", "Table", "Value"]
