"""Which rows a suite looks at, as SQL with every value quoted."""

import re
from datetime import UTC
from string import Template

from psycopg import sql

from loudong.errors import LoudongError
from loudong.pipeline.runs import Run, cutoff
from loudong.quality.suites import Suite

_RUN_ID = re.compile(r"[A-Za-z0-9._-]+")


def parameters(run: Run) -> dict[str, str]:
    """SQL literals of the values that suites may use: `$run_id`, `$as_of_date`, `$cutoff`, `$judged_dates`."""
    if not _RUN_ID.fullmatch(run.run_id):
        raise LoudongError(f"run id '{run.run_id}' may hold letters, digits, '.', '_' and '-' only")
    known_before = cutoff(run.as_of_date, run.portfolio.timezone).astimezone(UTC)
    return {
        "run_id": _literal(run.run_id),
        "as_of_date": _literal(run.as_of_date.isoformat()) + "::date",
        "cutoff": _literal(known_before.strftime("%Y-%m-%d %H:%M:%S+00")) + "::timestamptz",
        "judged_dates": _literal(run.portfolio.judged_dates),
    }


def _literal(value: str) -> str:
    return sql.Literal(value).as_string()


def fill(query: str, values: dict[str, str]) -> str:
    """`query` with its `$name` parameters replaced by SQL literals."""
    return Template(query).substitute(values)


def batch_query(suite: Suite, values: dict[str, str]) -> str:
    """The query that yields the rows of `suite`.

    `current`: newest version of each key known before the cut-off, without deleted ones; so a corrected row passes.
    `delivered`: newest try of each landing file of the last `window_days` days. `run`: rows of this run.
    `known`: rows of a history that were known before the cut-off.
    """
    table = sql.Identifier(*suite.table.split(".")).as_string()
    if suite.rows == "run":
        return fill(f"select * from {table} where run_id = $run_id", values)
    if suite.rows == "known":
        return fill(f"select * from {table} where known_from < $cutoff", values)
    days = suite.window_days
    if suite.rows == "delivered":
        return fill(
            f"select distinct on (entity, path) * from {table} where delivery_date <= $as_of_date"
            + (f" and delivery_date > $as_of_date - {days}" if days else "")
            + " order by entity, path, file_id desc",
            values,
        )
    keys = ", ".join(suite.key)
    window = f" and observed_at >= $cutoff - interval '{days} days'" if days else ""
    return fill(
        f"select * from (select distinct on ({keys}) * from {table} where observed_at < $cutoff{window} "
        f"order by {keys}, observed_at desc, content_hash desc) as newest where not is_deleted",
        values,
    )


def ever_landed_query(suite: Suite, values: dict[str, str]) -> str:
    """Whether anything of the suite's landing table was known before the cut-off: one row, one boolean."""
    table = sql.Identifier(*suite.table.split(".")).as_string()
    return fill(f"select exists (select 1 from {table} where observed_at < $cutoff)", values)
