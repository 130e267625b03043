"""Which policy is in force on a date: the newest approved one, before the first of them the one that was shipped.

Approved policies are kept with all their rows in `ops.policy_approval`. Where a run needs files, they are written out
below the state folder.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from loudong.errors import LoudongError
from loudong.policy.load import load_policy, write_policy
from loudong.settings import get_settings
from loudong.warehouse.connect import Connection, connect


@dataclass(frozen=True)
class Approval:
    """An approved policy: in force from `effective_from` on, until another one is."""

    policy_version: str
    content_hash: str
    effective_from: date
    approved_by: str
    reason: str
    approved_at: datetime


_APPROVALS = (
    "select policy_version, content_hash, effective_from, approved_by, reason, approved_at from ops.policy_approval"
)


def approvals(connection: Connection) -> list[Approval]:
    """Every approval, in the order in which they come into force."""
    rows = connection.execute(f"{_APPROVALS} order by effective_from, approval_id".encode()).fetchall()
    return [Approval(*row) for row in rows]


def approval_in_force(connection: Connection, as_of_date: date) -> Approval | None:
    """The approval with the newest effective_from not after `as_of_date`, of several the last; None before any."""
    row = connection.execute(
        f"{_APPROVALS} where effective_from <= %s order by effective_from desc, approval_id desc limit 1".encode(),
        (as_of_date,),
    ).fetchone()
    return Approval(*row) if row else None


def folder_in_force(as_of_date: date) -> Path:
    """The folder of the policy in force on `as_of_date`."""
    with connect() as connection:
        approval = approval_in_force(connection, as_of_date)
        return get_settings().policy_dir if approval is None else _written(connection, approval.content_hash)


def folder_of_version(policy_version: str | None) -> Path:
    """The folder of the policy that a run was opened with: an approved one, else the one that was shipped."""
    with connect() as connection:
        row = connection.execute(
            "select content_hash from ops.policy_approval where policy_version = %s limit 1", (policy_version,)
        ).fetchone()
        return get_settings().policy_dir if row is None else _written(connection, row[0])


def _written(connection: Connection, content_hash: str) -> Path:
    """The folder that holds the rows of an approved policy; written, in one step, where it does not yet."""
    folder = get_settings().state_dir.resolve() / "policy" / content_hash[:16]
    if not folder.is_dir():
        row = connection.execute(
            "select content from ops.policy_approval where content_hash = %s limit 1", (content_hash,)
        ).fetchone()
        if row is None:
            raise LoudongError(f"no approved policy has the content {content_hash}")
        partial = folder.with_name(f"{folder.name}.{secrets.token_hex(3)}")
        partial.mkdir(parents=True)
        write_policy(row[0], partial)
        try:
            partial.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
    found = load_policy(folder)
    if found.content_hash != content_hash:
        raise LoudongError(
            f"the files in {folder} are not those of the approved policy {found.version}: remove the folder, it is "
            "written again from ops.policy_approval"
        )
    return folder
