"""Publishing a policy: what was tried and approved decides from its effective date on."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from loudong.errors import LoudongError
from loudong.policy.load import Policy
from loudong.publishing import ledger
from loudong.warehouse.connect import Connection


@dataclass(frozen=True)
class Trial:
    """A recorded trial, as `ops.policy_trial` keeps it."""

    trial_id: int
    candidate_version: str
    baseline_version: str
    as_of_dates: list[date]
    figures: dict[str, Any]
    report_path: str | None
    tried_by: str
    tried_at: datetime


def newest_trial(connection: Connection, policy: Policy) -> Trial:
    """The newest trial of exactly the rows of `policy`. LoudongError when there is none."""
    row = connection.execute(
        "select trial_id, candidate_version, baseline_version, as_of_dates, figures, report_path, tried_by, tried_at "
        "from ops.policy_trial where content_hash = %s order by trial_id desc limit 1",
        (policy.content_hash,),
    ).fetchone()
    if row is None:
        raise LoudongError(
            f"policy {policy.version} was never tried as it stands; run: loudong policy try DIR --from DATE --to DATE"
        )
    return Trial(*row)


def effective_from(policy: Policy) -> date:
    """From when on `policy` is to decide: the newest effective_from of policy_version.csv."""
    return max(row["effective_from"] for row in policy.rows["policy_version"])  # type: ignore[type-var, return-value]


def publish_policy(connection: Connection, policy: Policy, name: str, reason: str) -> Trial:
    """Record the approval of `policy` by `name`; the trial it rests on.

    LoudongError for a policy that was not tried as it stands, one without a name or reason, and one that would have
    been in force on a date that is published already.
    """
    if not name.strip() or not reason.strip():
        raise LoudongError("say who approves the policy and why: --by NAME --because TEXT")
    ledger.lock(connection)
    trial = newest_trial(connection, policy)
    start = effective_from(policy)
    newest = ledger.newest_published_date(connection)
    if newest is not None and start <= newest:
        raise LoudongError(
            f"policy_version.csv of {policy.version} says effective_from {start}, but dates up to {newest} are "
            "published already: give it a later date and try it again"
        )
    busy = connection.execute(
        "select run_id from ops.run where state = 'running' and kind = 'daily' and as_of_date >= %s", (start,)
    ).fetchone()
    if busy is not None:
        raise LoudongError(f"run {busy[0]} is deciding a date from {start} on: wait for it to end")
    label = policy.version.partition("+")[0]
    other = connection.execute(
        "select content_hash from ops.policy_approval where split_part(policy_version, '+', 1) = %s "
        "and content_hash <> %s limit 1",
        (label, policy.content_hash),
    ).fetchone()
    if other is not None or label == trial.baseline_version.partition("+")[0]:
        raise LoudongError(f"{label} names another policy already: give this one a name of its own and try it again")
    connection.execute(
        "insert into ops.policy_approval (policy_version, content_hash, content, effective_from, trial_id, "
        "approved_by, reason) values (%s, %s, %s, %s, %s, %s, %s)",
        (
            policy.version,
            policy.content_hash,
            json.dumps(policy.content, ensure_ascii=False),
            start,
            trial.trial_id,
            name.strip(),
            reason.strip(),
        ),
    )
    return trial
