"""The features of a run, batch by batch: binary COPY into Arrow, one batch ahead of whoever works on it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from psycopg import sql

from loudong.errors import WarehouseUnreachableError
from loudong.pipeline.runs import Run
from loudong.settings import get_settings
from loudong.warehouse.connect import place, url
from models.features import Feature

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

# About what a value takes on the way: its bytes and their length.
BYTES_PER_VALUE = 12


@dataclass(frozen=True)
class Batch:
    """Customers with their features: doubles (booleans 0 and 1), text as text, null where nothing is known."""

    customers: list[str]
    dates: list[date]
    frame: "pd.DataFrame"


def read_features(run: Run, features: tuple[Feature, ...], in_default: bool = True) -> Iterator[Batch]:
    """The rows of `run` by date and customer, at most `score_batch_rows` at a time: memory does not grow with them.

    Without those who are in default where `in_default` is false.
    """
    rows = get_settings().score_batch_rows
    with ThreadPoolExecutor(1) as ahead:
        found = read_arrow(_query(run, features, in_default), rows * (len(features) + 2))
        coming = ahead.submit(next, found, None)
        while (batch := coming.result()) is not None:
            coming = ahead.submit(next, found, None)
            for start in range(0, batch.num_rows, rows):
                yield _batch(batch.slice(start, rows), features)


def _batch(batch: "pa.RecordBatch", features: tuple[Feature, ...]) -> Batch:
    frame = batch.select([feature.name for feature in features]).to_pandas()
    return Batch(batch.column("customer_id").to_pylist(), batch.column("as_of_date").to_pylist(), frame)


def _query(run: Run, features: tuple[Feature, ...], in_default: bool) -> str:
    chosen = "" if in_default else " and not is_in_default"
    return (
        f"select customer_id, as_of_date, {', '.join(map(as_number, features))} from marts.fct_customer_features "
        f"where run_id = {quoted(run.run_id)}{chosen} order by as_of_date, customer_id"
    )


def quoted(value: object) -> str:
    """A value as it is written in SQL. COPY takes no parameters: of a query with some the driver holds all rows."""
    return sql.Literal(value).as_string()


def read_arrow(query: str, batch_values: int) -> "Iterator[pa.RecordBatch]":
    """The rows of a query without parameters by binary COPY, about `batch_values` values at a time.

    WarehouseUnreachableError when the warehouse breaks off.
    """
    from adbc_driver_manager import OperationalError
    from adbc_driver_postgresql import StatementOptions, dbapi

    batch_bytes = batch_values * BYTES_PER_VALUE
    try:
        with dbapi.connect(url("pipeline")) as connection, connection.cursor() as cursor:
            cursor.adbc_statement.set_options(**{StatementOptions.BATCH_SIZE_HINT_BYTES.value: str(batch_bytes)})
            cursor.execute(query)
            yield from cursor.fetch_record_batch()
    except OperationalError as error:
        raise WarehouseUnreachableError(f"the warehouse {place()} broke off: {error}") from error


def as_number(feature: Feature, table: str = "") -> str:
    """SQL of a feature as a double (booleans 0 and 1), text as it is; `table` is its alias, if any, with the dot."""
    if feature.is_categorical:
        return table + feature.name
    cast = "::integer::double precision" if feature.data_type == "boolean" else "::double precision"
    return f"{table}{feature.name}{cast} as {feature.name}"
