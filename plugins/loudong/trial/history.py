"""What alert rules look at, over many dates at once: indicators, pd and exposure as arrays of date x customer."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from loudong.decisions.statements import mart_types
from loudong.trial.sources import Sources
from loudong.warehouse.connect import Connection, url

Floats = npt.NDArray[np.float64]
_FIXED = ("pd", "exposure", "in_default")


@dataclass(frozen=True)
class History:
    """Arrays of date x customer, NaN where a customer is not described on a date or an indicator is not known."""

    dates: tuple[date, ...]
    customers: npt.NDArray[np.str_]
    values: dict[str, Floats]

    @property
    def pd(self) -> Floats:
        return self.values["pd"]

    @property
    def present(self) -> npt.NDArray[np.bool_]:
        """Whether a customer is described on a date."""
        return ~np.isnan(self.pd)

    def between(self, first: int, last: int) -> "History":
        """The dates from position `first` up to, not including, `last`."""
        part = slice(first, last)
        return History(self.dates[part], self.customers, {name: values[part] for name, values in self.values.items()})


def read_history(
    connection: Connection, sources: Sources, dates: tuple[date, ...], indicators: tuple[str, ...]
) -> History:
    """The walk-forward pd and the stored features `indicators` of `dates`; booleans are 1 and 0."""
    from adbc_driver_postgresql import dbapi

    types = mart_types(connection, indicators)
    query = (
        "select feature.customer_id, score.pd, coalesce(feature.exposure_amount, 0)::double precision, "
        "coalesce(feature.is_in_default, false)::integer::double precision, "
        + ", ".join(
            f"feature.{name}{'::integer' if types.get(name) == 'boolean' else ''}::double precision"
            for name in indicators
        )
        + " from marts.fct_customer_features as feature inner join risk.walk_forward_score as score "
        "using (run_id, as_of_date, customer_id) where run_id = $1 and as_of_date = $2 order by 1"
    )
    found = []
    with dbapi.connect(url("pipeline")) as arrow, arrow.cursor() as cursor:
        for day in dates:
            cursor.execute(query, (sources.runs[day], day))
            table = cursor.fetch_arrow_table()
            columns = [np.asarray(column.to_numpy(), np.float64) for column in table.columns[1:]]
            found.append((np.asarray(table.column(0).to_pylist(), np.str_), columns))
    customers = np.unique(np.concatenate([ids for ids, _ in found]))
    values = {name: np.full((len(dates), len(customers)), np.nan) for name in (*_FIXED, *indicators)}
    for position, (ids, columns) in enumerate(found):
        places = np.searchsorted(customers, ids)
        for name, column in zip(values, columns, strict=True):
            values[name][position, places] = column
    return History(dates, customers, values)
