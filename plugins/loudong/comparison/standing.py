"""The run that stands for a date: one side of a comparison."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from loudong.comparison.late import Known
from loudong.errors import LoudongError
from loudong.pipeline.runs import current_portfolio, cutoff
from loudong.warehouse.connect import Connection


@dataclass(frozen=True)
class Standing:
    """The run whose rows people see for a date. It knew what was observed before `cutoff_at` and had landed by
    `started_at`. `policy` holds the rows of its policy, by table."""

    as_of_date: date
    run_id: str
    kind: str
    started_at: datetime
    cutoff_at: datetime
    timezone: str
    model_name: str | None
    model_version: str | None
    policy_version: str | None
    policy: dict[str, list[dict[str, str]]]

    @property
    def known(self) -> Known:
        return Known(self.as_of_date, self.started_at, self.cutoff_at, self.timezone)

    @property
    def model(self) -> tuple[str, str]:
        """Name and version of the model that scored it."""
        return str(self.model_name), str(self.model_version)


_FIND = """
    select run.run_id, standing.kind, run.started_at, run.model_name, run.model_version, run.policy_version,
        coalesce(policy.content, '{}'), removed.removed_at is not null
    from %s as standing
    inner join ops.run as run on run.run_id = standing.run_id
    left join ops.policy_version as policy on policy.policy_version = run.policy_version
    left join ops.removed_slice as removed
        on removed.run_id = standing.run_id and removed.as_of_date = standing.as_of_date
    where standing.as_of_date = %%(day)s
"""
_STANDS = _FIND % "ops.standing_run"
_STOOD = _FIND % (
    "(select distinct on (as_of_date) as_of_date, run_id, 'daily' as kind from ops.publication "
    "where published_at < %(moment)s order by as_of_date, published_at desc)"
)


def standing_for(connection: Connection, as_of_date: date) -> Standing:
    """The standing run of `as_of_date`. LoudongError when the date is not built, or its rows were deleted."""
    return _find(connection, as_of_date, _STANDS, {"day": as_of_date})


def stood_for(connection: Connection, as_of_date: date, moment: datetime) -> Standing:
    """The run that was published for `as_of_date` and stood at `moment`. LoudongError where none did, or its rows were
    deleted."""
    return _find(connection, as_of_date, _STOOD, {"day": as_of_date, "moment": moment})


def _find(connection: Connection, as_of_date: date, query: str, asked: dict[str, Any]) -> Standing:
    timezone = current_portfolio(connection).timezone
    row: tuple[Any, ...] | None = connection.execute(query.encode(), asked).fetchone()
    if row is None:
        raise LoudongError(f"{as_of_date} is not built; run: loudong run --as-of {as_of_date}")
    if row[7]:
        raise LoudongError(
            f"the rows of {as_of_date} were deleted when they were older than LOUDONG_RETENTION_DAYS; to have them "
            f"again, run: loudong run --as-of {as_of_date}"
        )
    return Standing(as_of_date, row[0], row[1], row[2], cutoff(as_of_date, timezone), timezone, *row[3:7])
