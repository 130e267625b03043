"""Policy tables of the follow-up: which work is asked for by what, how long it takes and what came of it."""

from loudong.policy.columns import CUSTOMER_TYPES, LABELS, OPERATORS, TIERS, Field, Table

KINDS = ("visit", "call", "document_request", "statement_update", "reminder")
# What asks for a contact: the calendar, an event, or an indicator that meets a condition.
INDICATOR_TRIGGERS = ("statement_stale", "contact_stale")
TRIGGERS = ("cadence", "tier_rise", "new_customer", "promise_broken", *INDICATOR_TRIGGERS)
# A new customer of whom too little is known is of no tier yet.
UNKNOWN = "unknown"
# From least to most urgent, as the alert rules have them.
ALERT_SEVERITIES = ("minor", "major", "critical")
# What an outcome means to the rest of the follow-up.
EFFECTS = ("reached", "promised", "not_reached", "contact_wrong")
# Single numbers of the follow-up and of alerts, each with its unit.
WORK_RULES = {
    "screening_least_known": "count",
    "manager_daily_minutes": "minute",
    "overdue_factor_pct": "percent",
}
# Without them no alert waits.
RATION_RULES = {"alert_ration_pct": "percent", "alert_ration_least": "count"}

TASK_TABLES = (
    Table(
        "follow_up_cadence",
        ("trigger_code", "tier"),
        (
            Field("trigger_code", codes=TRIGGERS),
            Field("tier", codes=(*TIERS, UNKNOWN)),
            Field("kind_code", codes=KINDS),
            Field("indicator", is_required=False),
            Field("operator", is_required=False, codes=OPERATORS),
            Field("threshold", "number", is_required=False),
            Field("every_days", "integer", is_required=False, minimum=1),
            Field("due_days", "integer", minimum=0),
            Field("owner_role"),
            *LABELS,
        ),
    ),
    Table(
        "dunning_step",
        ("bucket_code",),
        (
            Field("bucket_code"),
            Field("step", "integer", minimum=1),
            Field("kind_code", codes=KINDS),
            Field("min_past_due_amount", "number", minimum=0),
            Field("due_days", "integer", minimum=0),
            Field("owner_role"),
            *LABELS,
        ),
    ),
    Table(
        "task_kind",
        ("kind_code",),
        (
            Field("kind_code", codes=KINDS),
            Field("effort_minutes", "integer", minimum=1),
            Field("effect_pct", "number", minimum=0),
            *LABELS,
        ),
    ),
    Table(
        "alert_effort",
        ("severity",),
        (
            Field("severity", codes=ALERT_SEVERITIES),
            Field("effort_minutes", "integer", minimum=1),
            Field("effect_pct", "number", minimum=0),
            *LABELS,
        ),
    ),
    Table("recovery", ("bucket_code",), (Field("bucket_code"), Field("recoverable_pct", "number", minimum=0), *LABELS)),
    Table(
        "loss_given_default",
        ("customer_type_code",),
        (Field("customer_type_code", codes=CUSTOMER_TYPES), Field("lgd_pct", "number", minimum=0), *LABELS),
    ),
    Table(
        "task_outcome",
        ("outcome_code",),
        (Field("outcome_code"), Field("effect_code", codes=EFFECTS), *LABELS),
    ),
    Table("screening_indicator", ("indicator",), (Field("indicator"), *LABELS)),
    Table(
        "work_rule",
        ("rule_code",),
        (
            Field("rule_code", codes=(*WORK_RULES, *RATION_RULES)),
            Field("value", "number", minimum=0),
            Field("unit_code", codes=("count", "minute", "percent")),
            *LABELS,
        ),
    ),
)
