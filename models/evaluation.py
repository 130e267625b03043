"""How a model did, by slice, into `ops.model_evaluation`."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta

import numpy as np

from loudong.warehouse.connect import connect
from models.metrics import Floats, Merit, merit
from models.panel import Panel
from models.splits import Mask

# Bads and goods that a group needs before its AUC says anything.
LEAST_OF_EACH = 10


def slices(panel: Panel, judged: Mask) -> Iterator[tuple[str, Mask]]:
    """`all`, each month and each group of the panel, with which of the judged rows belong to it."""
    yield "all", np.ones(int(judged.sum()), dtype=bool)
    months = panel.dates[judged].astype("datetime64[M]").astype(str)
    for name, groups in ({"month": months} | {name: all_of[judged] for name, all_of in panel.groups.items()}).items():
        for group in np.unique(groups):
            yield f"{name}={group}", groups == group


def by_slice(panel: Panel, judged: Mask, pd: Floats) -> dict[str, Merit]:
    """Figures for each of `slices`; `pd` belongs to the judged rows."""
    bad, customers = panel.bad[judged], panel.customers[judged]
    buildings = None if panel.buildings is None else panel.buildings[judged]
    return {
        name: merit(
            bad[here],
            pd[here],
            customers[here],
            None if buildings is None else buildings[here],
            least=1 if name == "all" else LEAST_OF_EACH,
        )
        for name, here in slices(panel, judged)
    }


def record(model_name: str, version: str, protocol: str, merits: dict[str, Merit]) -> None:
    """One row per slice."""
    columns = ("n", "bads", "auc", "auc_low", "auc_high", "gini", "ks", "brier", "log_loss", "mean_pd", "bad_rate")
    statement = (
        f"insert into ops.model_evaluation (model_name, model_version, protocol, slice, {', '.join(columns)}) "
        f"values (%(model_name)s, %(version)s, %(protocol)s, %(slice)s, "
        f"{', '.join(f'%({name})s' for name in columns)})"
    )
    with connect() as connection:
        for name, figures in merits.items():
            values = asdict(figures) | {
                "model_name": model_name,
                "version": version,
                "protocol": protocol,
                "slice": name,
            }
            connection.execute(statement, values)


def horizon_end(as_of_date: date, horizon_days: int) -> date:
    """Last day whose events can change the label of `as_of_date`."""
    return as_of_date + timedelta(days=horizon_days)
