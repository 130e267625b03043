"""The panel: customers not in default on each date, their features as known then, and what became of them."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from loudong.errors import LoudongError
from loudong.pipeline.runs import Run
from loudong.warehouse.connect import connect
from models.features import Feature

if TYPE_CHECKING:
    import pandas as pd

LEAST_BADS = 50
FETCH_ROWS = 20_000


@dataclass(frozen=True)
class Panel:
    """Rows ordered by date and customer. `bad` is 1.0 where a default began within the horizon."""

    frame: "pd.DataFrame"
    bad: np.ndarray[Any, np.dtype[np.float64]]
    customers: np.ndarray[Any, np.dtype[np.str_]]
    dates: np.ndarray[Any, np.dtype[np.datetime64]]
    customer_types: np.ndarray[Any, np.dtype[np.str_]]
    content_hash: str

    def __len__(self) -> int:
        return len(self.bad)

    @property
    def distinct_dates(self) -> list[date]:
        found: list[date] = np.unique(self.dates).tolist()
        return found


def read_panel(run: Run, features: tuple[Feature, ...]) -> Panel:
    """The matured rows of a panel run. A LoudongError says how much is missing when it is too little to learn from."""
    import pandas as pd

    names = [feature.name for feature in features]
    query = (
        "select f.customer_id, f.as_of_date, l.is_default::integer, f.customer_type_code, "
        + ", ".join(f"f.{name}" for name in names)
        + " from marts.fct_customer_features as f inner join marts.fct_default_label as l "
        "using (run_id, as_of_date, customer_id) where f.run_id = %s and l.is_mature order by 2, 1"
    )
    parts = []
    with connect() as connection, connection.cursor(name="panel") as cursor:
        cursor.itersize = FETCH_ROWS
        cursor.execute(query, (run.run_id,))
        while rows := cursor.fetchmany(FETCH_ROWS):
            part = pd.DataFrame(rows, columns=["customer_id", "as_of_date", "bad", "type", *names])
            part[names] = as_numbers(part[names], features)
            parts.append(part)
    if not parts:
        raise LoudongError("the panel is empty: no date has a known outcome for the whole horizon yet")
    table = pd.concat(parts, ignore_index=True)
    bads = int(table["bad"].sum())
    if min(bads, len(table) - bads) < LEAST_BADS:
        raise LoudongError(
            f"too little to learn from: {bads:,} defaults among {len(table):,} customer-dates; at least {LEAST_BADS} "
            "of them and as many others are needed; load a longer history"
        )
    digest = hashlib.sha256(pd.util.hash_pandas_object(table, index=False).to_numpy().tobytes()).hexdigest()
    return Panel(
        frame=table[names],
        bad=table["bad"].to_numpy(np.float64),
        customers=table["customer_id"].to_numpy(np.str_),
        dates=table["as_of_date"].to_numpy("datetime64[D]"),
        customer_types=table["type"].fillna("unknown").astype(str).to_numpy(np.str_),
        content_hash=digest[:16],
    )


def as_numbers(frame: "pd.DataFrame", features: tuple[Feature, ...]) -> "pd.DataFrame":
    """Feature values as doubles (booleans 0 and 1), text left as it is; null is NaN."""
    import pandas as pd

    return pd.DataFrame(
        {
            feature.name: frame[feature.name].astype(object)
            if feature.is_categorical
            else frame[feature.name].astype("float64")
            for feature in features
        }
    )
