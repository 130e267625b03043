"""What may become of an alert, and what people do to it: one table of moves, one statement that changes.

People decide on what they saw: an edit carries the newest published date as its `as_of_date`, and the instant at which
it was made as `happened_at`. A later run of that date or of an older one takes nothing of it back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from loudong.decisions.statements import execute
from loudong.errors import LoudongError
from loudong.policy.tables import LANDED_ROLES
from loudong.publishing import ledger
from loudong.warehouse.connect import Connection

Outcome = Literal["confirmed", "valuable", "false_alarm"]
OUTCOMES: tuple[Outcome, ...] = ("confirmed", "valuable", "false_alarm")
SYSTEM = "loudong"
STANDING = ("open", "acknowledged", "snoozed")
CLOSED = ("resolved", "withdrawn", "lapsed")
# Days to close an alert of a time in which rules did not say.
RESOLVE_DAYS = 30
RESPOND_DAYS = 7


@dataclass(frozen=True)
class Move:
    """A kind of event: from which status (None: there was no alert) to which; `to` None leaves the status."""

    sources: tuple[str | None, ...]
    to: str | None
    by_people: bool


MOVES: Mapping[str, Move] = {
    "opened": Move((None,), "open", False),
    "reopened": Move(("withdrawn", "lapsed"), "open", False),
    "risen": Move(STANDING, None, False),
    "woken": Move(("snoozed",), "open", False),
    "lapsed": Move(("open", "snoozed"), "lapsed", False),
    "breached": Move(("open", "acknowledged"), None, False),
    "acknowledged": Move(("open", "snoozed"), "acknowledged", True),
    "assigned": Move(STANDING, None, True),
    "noted": Move((*STANDING, *CLOSED), None, True),
    "snoozed": Move(STANDING, "snoozed", True),
    "escalated": Move(STANDING, "open", True),
    "resolved": Move(STANDING, "resolved", True),
    "withdrawn": Move(STANDING, "withdrawn", True),
}


@dataclass(frozen=True)
class Edit:
    """An alert in the hands of a person: `alert` as it stands, `today` the newest published date."""

    connection: Connection
    alert: dict[str, Any]
    today: date
    actor: str
    reason: str

    def move(self, kind: str, **values: Any) -> None:
        """Change the alert and write the event; refuses what the table of moves does not have."""
        move, alert = MOVES[kind], self.alert
        if alert["status"] not in move.sources:
            allowed = ", ".join(str(source) for source in move.sources)
            raise LoudongError(
                f"alert {alert['alert_id']} is {alert['status']} and cannot be {kind}: only what is {allowed} can"
            )
        status = move.to or alert["status"]
        changed = {"status": status, **values}
        if status != "snoozed":
            changed["snoozed_until"] = None
        if status in CLOSED and alert["status"] not in CLOSED:
            changed |= {"closed_date": self.today, "closed_by": self.actor}
        self.connection.execute(
            "create temporary table if not exists decision_alert_change (customer_id text, alert_id bigint, "
            "kind_code text, as_of_date date, actor text, reason text, run_id text, new_values jsonb) on commit drop"
        )
        self.connection.execute(
            "insert into decision_alert_change values (%s, %s, %s, %s, %s, %s, null, %s)",
            (
                alert["customer_id"],
                alert["alert_id"],
                kind,
                self.today,
                self.actor,
                self.reason,
                Jsonb({name: str(value) if isinstance(value, date) else value for name, value in changed.items()}),
            ),
        )
        execute(self.connection, "alerts_changed")

    def days(self, name: str, default: int) -> timedelta:
        """A number of days that the rule gave when it hit."""
        return timedelta(days=int(self.alert["evidence"].get(name, default)))


def edit(connection: Connection, alert_id: int, actor: str, reason: str) -> Edit:
    """Take an alert in hand for the rest of the transaction. Raises LoudongError for an unknown alert, and for an
    edit without a name or a reason."""
    actor, reason = actor.strip(), reason.strip()
    if not actor or actor == SYSTEM:
        raise LoudongError(f"'{actor}' is not the name of a person: say who decides it")
    if not reason:
        raise LoudongError("say why: the reason is kept with the change")
    ledger.lock(connection)
    connection.execute("set local search_path to risk, staging")
    with connection.cursor(row_factory=dict_row) as cursor:
        alert = cursor.execute("select * from alert where alert_id = %s", (alert_id,)).fetchone()
    today = ledger.newest_published_date(connection)
    if alert is None or today is None:
        raise LoudongError(f"there is no alert {alert_id}; see: loudong alert list")
    return Edit(connection, alert, today, actor, reason)


def acknowledge(edited: Edit) -> None:
    """Somebody has it in hand; it is now due when it is to be closed."""
    edited.move("acknowledged", due_date=edited.today + edited.days("resolve_days", RESOLVE_DAYS))


def note(edited: Edit) -> None:
    """Keep a remark: the reason."""
    edited.move("noted")


def snooze(edited: Edit, until: date) -> None:
    """Silence the rule for the subject up to and including `until`."""
    if until <= edited.today:
        raise LoudongError(f"snooze until a date after {edited.today}, the newest published date; not {until}")
    edited.move("snoozed", snoozed_until=until)


def resolve(edited: Edit, outcome: str) -> None:
    """Close it with what it was worth."""
    if outcome not in OUTCOMES:
        raise LoudongError(f"'{outcome}' is no outcome: {', '.join(OUTCOMES)}")
    edited.move("resolved", outcome_code=outcome)


def withdraw(edited: Edit) -> None:
    """Close it because it should not have been raised."""
    edited.move("withdrawn")


def assign(edited: Edit, member_id: str | None) -> str:
    """Give it to a person, within the capacity of the team; without one to the least loaded of its role. Who has it.

    Managers of buildings and customers have no capacity; a member of the team takes it in the role of the alert, or
    in the only other one that the member has.
    """
    role, owner = _place(edited, edited.alert["owner_role"], member_id)
    edited.move("assigned", owner_role=role, owner_id=owner, owner_set_by=edited.actor)
    return owner


def escalate(edited: Edit, role: str | None) -> str:
    """Hand it to `role`, else to the role that policy puts above its own; that role has its days to respond.

    The member with least to do gets it; where all are full it waits for one. The role that has it now.
    """
    rows: dict[str, str | None] = dict(
        edited.connection.execute(
            "select role_code, nullif(escalate_to_role, '') from policy_alert_escalation"
        ).fetchall()
    )
    above = role or rows.get(edited.alert["owner_role"])
    if above is None:
        raise LoudongError(f"nobody stands above {edited.alert['owner_role']} in alert_escalation.csv: name a role")
    if above not in rows or above in LANDED_ROLES:
        raise LoudongError(f"'{above}' is no role of the team that alerts escalate to")
    if above == edited.alert["owner_role"]:
        raise LoudongError(f"alert {edited.alert['alert_id']} is with {above} already")
    free = _least_loaded(edited.connection, above)
    edited.move(
        "escalated",
        owner_role=above,
        owner_id=free,
        owner_set_by=edited.actor,
        due_date=edited.today + edited.days("respond_days", RESPOND_DAYS),
    )
    return above


_LOAD = (
    "select member.member_id, member.role_code, member.open_alert_capacity::integer, count(alert.alert_id) "
    "from policy_team_member as member left join alert on alert.owner_role = member.role_code "
    "and alert.owner_id = member.member_id and alert.status in ('open', 'acknowledged') group by 1, 2, 3 "
)


def _least_loaded(connection: Connection, role: str) -> str | None:
    rows = connection.execute(f"{_LOAD} order by 4, 1").fetchall()
    return next((who for who, code, capacity, load in rows if code == role and load < capacity), None)


def _place(edited: Edit, role: str, member_id: str | None) -> tuple[str, str]:
    """Role and person who takes the alert."""
    if member_id is None:
        if role in LANDED_ROLES:
            raise LoudongError(f"a {role} comes with the data: name the person with --to")
        free = _least_loaded(edited.connection, role)
        if free is None:
            raise LoudongError(f"every {role} has as many open alerts as team_member.csv allows: name another person")
        return role, free
    roles = {code: (capacity, load) for who, code, capacity, load in _team(edited.connection) if who == member_id}
    if not roles:
        _require_manager(edited.connection, member_id)
        return role, member_id
    if role not in roles and len(roles) > 1:
        raise LoudongError(f"{member_id} is {' and '.join(sorted(roles))}: escalate to one of these roles first")
    role = role if role in roles else next(iter(roles))
    capacity, load = roles[role]
    holds_it = (edited.alert["owner_role"], edited.alert["owner_id"]) == (role, member_id)
    if load >= capacity and not holds_it:
        raise LoudongError(f"{member_id} has {load} open alerts and takes at most {capacity}: name another person")
    return role, member_id


def _team(connection: Connection) -> list[tuple[str, str, int, int]]:
    return connection.execute(_LOAD).fetchall()


def _require_manager(connection: Connection, member_id: str) -> None:
    known = connection.execute(
        "select exists (select 1 from marts.dim_customer where manager_id = %(who)s) "
        "or exists (select 1 from marts.dim_building where manager_id = %(who)s)",
        {"who": member_id},
    ).fetchone()
    if not known or not known[0]:
        raise LoudongError(f"nobody is called {member_id}: neither in team_member.csv nor as a manager in the data")
