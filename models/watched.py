"""What watching finds, and the policy that says when a number is out of bounds."""

from dataclasses import dataclass

from loudong.warehouse.connect import Connection


@dataclass(frozen=True)
class Rule:
    """One row of the policy table model_watch."""

    bound: float
    least_count: int
    asks_retraining: bool


@dataclass(frozen=True)
class Finding:
    """One watched number. `state` is ok, crossed or not_enough_data."""

    watch_code: str
    subject: str
    value: float | None
    reference: float | None
    n: int
    critical_value: float | None
    bound: float
    state: str


def read_rules(connection: Connection) -> dict[str, Rule]:
    """The seeded rows of model_watch by code."""
    rows = connection.execute(
        "select watch_code, bound::double precision, least_count::integer, asks_retraining = 'yes' "
        "from staging.policy_model_watch"
    ).fetchall()
    return {code: Rule(bound, least, asks) for code, bound, least, asks in rows}
