"""The panel: customers not in default on each date, their features as known then, and what became of them."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from loudong.errors import LoudongError
from loudong.pipeline.runs import Run
from loudong.settings import get_settings
from loudong.warehouse.connect import Connection, connect
from models.features import Feature

if TYPE_CHECKING:
    import pandas as pd

LEAST_BADS = 50
FETCH_ROWS = 20_000
# By what a model is judged beside all rows: the name of the slice and what it is in the mart.
GROUPS = {
    "customer_type": "customer_type_code",
    "industry": "industry_code",
    "building": "building_id",
    "tenure": "case when tenure_days < 180 then '0-179 days' when tenure_days < 365 then '180-364 days' "
    "when tenure_days < 1095 then '1-2 years' when tenure_days >= 1095 then '3 years and more' end",
}
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Panel:
    """Rows ordered by date and customer. `bad` is 1.0 where a default began within the horizon.

    `groups` holds for each of `GROUPS` the group of every row. `customer_share` is the part of the customers whose rows
    these are: all of them, or, of a panel too large for the memory of one process, those that a hash chose.
    """

    frame: "pd.DataFrame"
    bad: np.ndarray[Any, np.dtype[np.float64]]
    customers: np.ndarray[Any, np.dtype[np.str_]]
    dates: np.ndarray[Any, np.dtype[np.datetime64]]
    groups: dict[str, np.ndarray[Any, np.dtype[np.str_]]]
    content_hash: str
    customer_share: float = 1.0

    def __len__(self) -> int:
        return len(self.bad)

    @property
    def distinct_dates(self) -> list[date]:
        found: list[date] = np.unique(self.dates).tolist()
        return found


def read_panel(run: Run, features: tuple[Feature, ...]) -> Panel:
    """The matured rows of a panel run, of as many customers as `train_rows` of the settings allows.

    A LoudongError says how much is missing when it is too little to learn from.
    """
    import pandas as pd

    names = [feature.name for feature in features]
    parts = []
    with connect() as connection:
        share = _customer_share(connection, run)
        with connection.cursor(name="panel") as cursor:
            cursor.itersize = FETCH_ROWS
            cursor.execute(_query(names), (run.run_id, share))
            while rows := cursor.fetchmany(FETCH_ROWS):
                part = pd.DataFrame(rows, columns=["customer_id", "as_of_date", "bad", *GROUPS, *names])
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
        groups={name: table[name].fillna(UNKNOWN).astype(str).to_numpy(np.str_) for name in GROUPS},
        content_hash=digest[:16],
        customer_share=share,
    )


def _customer_share(connection: Connection, run: Run) -> float:
    """The part of the customers whose rows number `train_rows` at most."""
    row = connection.execute(
        "select count(*) from marts.fct_default_label where run_id = %s and is_mature", (run.run_id,)
    ).fetchone()
    return min(1.0, get_settings().train_rows / max(row[0], 1)) if row else 1.0


def _query(names: list[str]) -> str:
    """A customer is in or out with all dates, by a hash that knows neither features nor outcome."""
    groups = ", ".join(f"{expression} as group_{name}" for name, expression in GROUPS.items())
    return (
        f"select customer_id, as_of_date, l.is_default::integer, {groups}, {', '.join(f'f.{name}' for name in names)} "
        "from marts.fct_customer_features as f inner join marts.fct_default_label as l "
        "using (run_id, as_of_date, customer_id) where run_id = %s and l.is_mature "
        "and ('x' || left(md5('panel' || customer_id), 8))::bit(32)::bigint < %s * 4294967296.0 order by 2, 1"
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
