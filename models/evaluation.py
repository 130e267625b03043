"""How a model did, by slice, into `ops.model_evaluation`."""

from dataclasses import asdict
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from loudong.warehouse.connect import connect
from models.metrics import Merit, merit
from models.panel import Panel


def by_slice(panel: Panel, judged: npt.NDArray[np.bool_], pd: npt.NDArray[np.float64]) -> dict[str, Merit]:
    """Figures for `all` and for each customer type; `pd` belongs to the judged rows."""
    bad, customers, types = panel.bad[judged], panel.customers[judged], panel.customer_types[judged]
    merits = {"all": merit(bad, pd, customers)}
    for kind in np.unique(types):
        here = types == kind
        merits[f"customer_type={kind}"] = merit(bad[here], pd[here], customers[here])
    return merits


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
