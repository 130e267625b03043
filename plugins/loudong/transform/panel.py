"""A panel: many dates of one run, built in one pass or rolled from date to date; both say the same.

In one pass every date looks at its whole history, all dates side by side: cheapest for few customers, of whom a start
of dbt costs more than their rows. A large panel is rolled: each date goes on from the one before as a daily run does,
in a schema of its own, so that time, memory and disk of a date are those of one more day.
"""

import logging
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from loudong.pipeline.runs import Run
from loudong.transform import aside
from loudong.transform.dbt import build_layers
from loudong.warehouse.connect import connect

# Where one more date costs the same both ways.
ROLLED_FROM_CUSTOMERS = 5_000
# These layers say the same on all dates of a run.
DATELESS = ("seeds", "staging")

logger = logging.getLogger(__name__)


def build_panel(run: Run, layers: Sequence[str], policy_dir: Path) -> int:
    """Build `layers` for all dates of a panel run; the number of nodes that ran. Raises as `build_layers`."""
    if not _is_rolled(run):
        return build_layers(run, layers, policy_dir=policy_dir)
    dated = [layer for layer in layers if layer not in DATELESS]
    first, *others = sorted(run.as_of_dates)
    with aside.cleared():
        count = _build_date(run, layers, first, policy_dir)
        return count + sum(_build_date(run, dated, day, policy_dir) for day in others)


def _is_rolled(run: Run) -> bool:
    # Listed dates judge a few customers each: rolling would carry everybody along.
    if len(run.as_of_dates) == 1 or run.portfolio.judged_dates == "listed":
        return False
    with connect() as connection:
        row = connection.execute("select count(distinct customer_id) from landing.customer").fetchone()
    return bool(row and row[0] >= ROLLED_FROM_CUSTOMERS)


def _build_date(run: Run, layers: Sequence[str], day: date, policy_dir: Path) -> int:
    logger.info("panel %s: %s of the dates until %s", run.run_id, day, max(run.as_of_dates))
    rolled = {"run_kind": "daily", "as_of_dates": [day.isoformat()], "rolled_in": aside.SCHEMA}
    return build_layers(run, layers, rolled, policy_dir)
