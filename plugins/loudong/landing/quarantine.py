"""Rows that were refused: showing them, and trying them again once what was wrong has been mended."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from loudong.landing.batch import Batch, split_rows
from loudong.landing.contract import entities
from loudong.landing.files import end_of_day, known_customers
from loudong.landing.hold import hold
from loudong.landing.stage import STAGE, copy_rows, create_stage, insert_stage, tally
from loudong.landing.typed import MOMENT
from loudong.landing.validate import check
from loudong.landing.versions import settle_all
from loudong.pipeline.runs import current_portfolio
from loudong.transform.state import forget_state
from loudong.warehouse.connect import Connection, connect

# A row whose bytes were not text is stored escaped, so it is no longer the row that was delivered; nor is one that
# swallowed others.
NOT_REPLAYED = ("bad_encoding", "open_quote")


@dataclass(frozen=True)
class QuarantinedRow:
    """One refused row: where it stood, as delivered, and why it did not land."""

    entity: str
    path: str
    line: int
    raw_row: str
    reason_code: str
    reason: str


@dataclass(frozen=True)
class ReasonCount:
    """How many open rows of an entity were refused for one reason."""

    entity: str
    reason_code: str
    rows: int


@dataclass(frozen=True)
class Replayed:
    """What a replay did, in rows."""

    landed: int
    known: int
    still_refused: int


def list_rows(entity: str | None = None, limit: int = 20) -> list[QuarantinedRow]:
    """Open rows, newest first."""
    with connect() as connection:
        rows = connection.execute(
            "select entity, path, line, raw_row, reason_code, reason from ops.quarantine "
            "where state = 'open' and (%(entity)s::text is null or entity = %(entity)s) "
            "order by quarantine_id desc limit %(limit)s",
            {"entity": entity, "limit": limit},
        ).fetchall()
    return [QuarantinedRow(*row) for row in rows]


def count_by_reason(entity: str | None = None) -> list[ReasonCount]:
    """Open rows counted per entity and reason, most first."""
    with connect() as connection:
        rows = connection.execute(
            "select entity, reason_code, count(*) from ops.quarantine "
            "where state = 'open' and (%(entity)s::text is null or entity = %(entity)s) "
            "group by 1, 2 order by 3 desc, 1, 2",
            {"entity": entity},
        ).fetchall()
    return [ReasonCount(*row) for row in rows]


def replay(entity: str | None = None) -> Replayed:
    """Check open rows again and land those that are good now; rows still refused keep their first reason.

    Raises LoadBusyError while a load or a run is at work.
    """
    landed = known = refused = 0
    with connect(autocommit=True) as holding:
        hold(holding)
        for name in entities():
            if entity not in (None, name):
                continue
            with connect() as connection:
                result = _replay_entity(connection, name)
            landed, known, refused = landed + result.landed, known + result.known, refused + result.still_refused
        settle_all(holding)
    return Replayed(landed, known, refused)


def _replay_entity(connection: Connection, name: str) -> Replayed:
    entity = entities()[name]
    rows = connection.execute(
        "select q.quarantine_id, q.file_id, q.line, q.header, q.raw_row, f.delivery_date "
        "from ops.quarantine as q inner join ops.landing_file as f using (file_id) "
        "where q.entity = %s and q.state = 'open' and q.reason_code <> all (%s) for update of q",
        (name, list(NOT_REPLAYED)),
    ).fetchall()
    if not rows:
        return Replayed(0, 0, 0)
    timezone = current_portfolio(connection).timezone
    refers = name != "customer" and "customer_id" in entity.column_names
    customers = known_customers(connection) if refers else None
    create_stage(connection, entity)
    per_file = defaultdict(list)
    for row in rows:
        per_file[(row[1], row[3], row[5])].append(row)
    good: list[int] = []
    for (file_id, header, delivery_date), mine in per_file.items():
        cells, whole = split_rows(header, [row[4] for row in mine])
        kept = [row for row, is_whole in zip(mine, whole, strict=True) if is_whole]
        batch = Batch(cells, pa.array([row[2] for row in kept], pa.int64()), [])
        # What was assumed when the file came would lay claim to knowledge that dates published since did without.
        assumed = end_of_day(connection, delivery_date, timezone)
        assumed_each = pa.repeat(pa.scalar(assumed, MOMENT), len(kept))
        checked = check(batch, entity, timezone, assumed_each, customers, datetime.now(UTC))
        copy_rows(connection, entity, np.full(len(kept), file_id, np.int64), batch.lines, checked, STAGE)
        bad = {refusal.position for refusal in checked.refusals}
        good += [row[0] for position, row in enumerate(kept) if position not in bad]
    parts = insert_stage(connection, entity, timezone)
    per_file_landed = tally(connection, entity, parts)
    landed = sum(per_file_landed.values())
    if parts:
        forget_state(connection, min(part.first_observed_at for part in parts))
    connection.execute(
        "update ops.landing_file set has_versions_settled = false where file_id = any (%s)", (list(per_file_landed),)
    )
    connection.execute(
        "update ops.quarantine set state = 'replayed', replayed_at = clock_timestamp() where quarantine_id = any (%s)",
        (good,),
    )
    return Replayed(landed, len(good) - landed, len(rows) - len(good))
