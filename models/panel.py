"""The panel: customers not in default on each date, their features as known then, and what became of them."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from loudong.errors import TooLittleError
from loudong.pipeline.runs import Run
from loudong.settings import get_settings
from loudong.warehouse.connect import connect
from models.encoding import Categories, TextCodes, recode
from models.features import Feature, model_features
from models.metrics import UNKNOWN
from models.reading import as_number, quoted, read_arrow

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

LEAST_BADS = 50
# By what a model is judged beside all rows: the name of the slice and what it is in the mart.
GROUPS = {
    "customer_type": "customer_type_code",
    "industry": "industry_code",
    "building": "building_id",
    "tenure": "case when tenure_days < 180 then '0-179 days' when tenure_days < 365 then '180-364 days' "
    "when tenure_days < 1095 then '1-2 years' when tenure_days >= 1095 then '3 years and more' end",
}
# A customer is in or out with all dates, by a hash that knows neither features nor outcome.
_CHOSEN = (
    "from marts.fct_default_label as l {join} where run_id = {run_id} and l.is_mature "
    "and ('x' || left(md5('panel' || customer_id), 8))::bit(32)::bigint < {share} * 4294967296.0"
)


@dataclass(frozen=True)
class Panel:
    """Rows ordered by date and customer. `bad` is 1.0 where a default began within the horizon.

    `values` holds the model's features, text as its place in `categories`. `groups` holds for each of `GROUPS` the
    group of every row. `customer_share` is the part of the customers whose rows these are: all of them, or, of a panel
    too large for the memory of one process, those that a hash chose.
    """

    values: npt.NDArray[np.float64]
    categories: Categories
    bad: npt.NDArray[np.float64]
    customers: npt.NDArray[np.str_]
    dates: npt.NDArray[np.datetime64]
    groups: dict[str, npt.NDArray[np.str_]]
    row_hashes: npt.NDArray[np.uint64]
    customer_share: float = 1.0

    def __len__(self) -> int:
        return len(self.bad)

    @property
    def distinct_dates(self) -> list[date]:
        found: list[date] = np.unique(self.dates).tolist()
        return found

    @property
    def buildings(self) -> npt.NDArray[np.str_] | None:
        """The building of every row; None where that is not known of the panel."""
        return self.groups.get("building")

    @property
    def content_hash(self) -> str:
        """Sixteen hex digits over all values of all rows."""
        return hashlib.sha256(self.row_hashes.tobytes()).hexdigest()[:16]

    def until(self, last: date) -> "Panel":
        """The rows of the dates up to `last`, with no text that later ones alone hold. Copies nothing without need."""
        count = int(np.searchsorted(self.dates, np.datetime64(last), side="right"))
        features, values, categories = model_features(), self.values[:count], {}
        for place, feature in enumerate(features):
            if feature.is_categorical:
                seen = set(np.unique(values[:, place]))
                texts = self.categories[feature.name]
                categories[feature.name] = [text for code, text in enumerate(texts) if code in seen]
        return replace(
            self,
            values=recode(values, features, self.categories, categories),
            categories=categories,
            bad=self.bad[:count],
            customers=self.customers[:count],
            dates=self.dates[:count],
            groups={name: groups[:count] for name, groups in self.groups.items()},
            row_hashes=self.row_hashes[:count],
        )


def read_panel(run: Run, features: tuple[Feature, ...]) -> Panel:
    """The matured rows of a panel run, of as many customers as `train_rows` of the settings allows.

    A TooLittleError says how much is missing when it is too little to learn from.
    """
    panel = read_rows(run, features)
    if not len(panel):
        raise TooLittleError("the panel is empty: no date has a known outcome for the whole horizon yet")
    require_enough(panel)
    return panel


def require_enough(panel: Panel) -> None:
    """A TooLittleError where the rows hold too few defaults, or too few others, to learn from."""
    bads = int(panel.bad.sum())
    if min(bads, len(panel) - bads) < LEAST_BADS:
        raise TooLittleError(
            f"too little to learn from: {bads:,} defaults among {len(panel):,} customer-dates; at least {LEAST_BADS} "
            "of them and as many others are needed; load a longer history"
        )


def read_rows(run: Run, features: tuple[Feature, ...]) -> Panel:
    """As `read_panel`, but however few rows there are. They are encoded as they come: only one copy is in memory."""
    count, share = _count(run)
    groups = ", ".join(f"({expression})::text as group_{name}" for name, expression in GROUPS.items())
    columns = ", ".join(as_number(feature, "f.") for feature in features)
    join = "inner join marts.fct_customer_features as f using (run_id, as_of_date, customer_id)"
    query = (
        f"select customer_id, as_of_date, l.is_default::integer::double precision as bad, {groups}, {columns} "
        f"{_CHOSEN.format(join=join, run_id=quoted(run.run_id), share=quoted(share))} order by as_of_date, customer_id"
    )
    rows = _Rows(count, features)
    batch_values = get_settings().score_batch_rows * (len(features) + len(GROUPS) + 3)
    for batch in read_arrow(query, batch_values):
        rows.add(batch)
    return rows.panel(share)


def _count(run: Run) -> tuple[int, float]:
    """Rows that will come, at most, and the part of the customers whose rows number about `train_rows`."""
    most = get_settings().train_rows
    with connect() as connection:
        row = connection.execute(
            "select count(*) from marts.fct_default_label where run_id = %s and is_mature", (run.run_id,)
        ).fetchone()
        share = min(1.0, most / max(row[0], 1)) if row else 1.0
        chosen = _CHOSEN.format(join="", run_id="%s", share="%s")
        row = connection.execute(f"select count(*) {chosen}".encode(), (run.run_id, share)).fetchone()
    return int(row[0]) if row else 0, share


class _Rows:
    """Room for all rows of a panel, filled batch by batch."""

    def __init__(self, count: int, features: tuple[Feature, ...]) -> None:
        self._features = features
        self._values = np.empty((count, len(features)))
        self._codes = {feature.name: TextCodes() for feature in features if feature.is_categorical}
        self._filled = 0
        self._parts: dict[str, list[npt.NDArray[Any]]] = {
            name: [] for name in ("bad", "customer_id", "as_of_date", "hash", *GROUPS)
        }

    def add(self, batch: "pa.RecordBatch") -> None:
        import pandas as pd

        here = slice(self._filled, self._filled + batch.num_rows)
        for place, feature in enumerate(self._features):
            column = batch.column(feature.name)
            codes = self._codes.get(feature.name)
            self._values[here, place] = codes.of(column) if codes else column.to_numpy(zero_copy_only=False)
        self._filled += batch.num_rows
        for name in ("bad", "as_of_date"):
            # A copy: what looks into a batch keeps all of it in memory.
            self._parts[name].append(batch.column(name).to_numpy(zero_copy_only=False).copy())
        self._parts["customer_id"].append(np.array(batch.column("customer_id").to_pylist(), dtype=np.str_))
        for name in GROUPS:
            groups = batch.column(f"group_{name}").fill_null(UNKNOWN).to_pylist()
            self._parts[name].append(np.array(groups, dtype=np.str_))
        self._parts["hash"].append(pd.util.hash_pandas_object(batch.to_pandas(), index=False).to_numpy())

    def panel(self, share: float) -> Panel:
        values = self._values[: self._filled]
        places = {feature.name: place for place, feature in enumerate(self._features)}

        def column(name: str, kind: Any) -> npt.NDArray[Any]:
            parts = self._parts[name]
            return np.concatenate(parts).astype(kind, copy=False) if parts else np.empty(0, dtype=kind)

        return Panel(
            values=values,
            categories={name: codes.sort(values[:, places[name]]) for name, codes in self._codes.items()},
            bad=column("bad", np.float64),
            customers=column("customer_id", np.str_),
            dates=column("as_of_date", "datetime64[D]"),
            groups={name: column(name, np.str_) for name in GROUPS},
            row_hashes=column("hash", np.uint64),
            customer_share=share,
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
