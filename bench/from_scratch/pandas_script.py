"""The features in pandas: numpy where rows are many, group by group of the Parquet files."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from bench.from_scratch import THREADS
from bench.from_scratch.clock import Clock
from bench.from_scratch.pandas_movement import movement
from bench.from_scratch.pandas_repayment import repayment
from bench.from_scratch.rows import each_group, known_mask, replaced_rows
from bench.from_scratch.running import KEYS, run
from bench.from_scratch.tables import units, with_amounts

COLUMNS = {
    "contract": ["customer_id", "contract_id", "signed_date"],
    "installment": ["customer_id", "contract_id", "installment_id", "agreed_date", "due_date", "due_amount"],
    "payment": ["customer_id", "contract_id", "payment_date", "paid_amount"],
    "pause": ["customer_id", "contract_id", "agreed_date", "start_date", "end_date", "kind_code"],
}


def features(folder: Path, as_of_date: date, timezone: str) -> pa.Table:
    """One row per customer known on the date, by customer_id."""
    pa.set_cpu_count(THREADS)
    clock = Clock(as_of_date, timezone)
    described = _known(folder, "customer", ["customer_id", "valid_from_date"], clock).to_pandas()
    described = described[described["valid_from_date"] <= as_of_date]
    customers = pd.Index(np.sort(described["customer_id"].unique()))
    known = {entity: _frame(_known(folder, entity, names, clock), customers) for entity, names in COLUMNS.items()}
    path = folder / "transaction.parquet"
    moved = movement(path, customers, replaced_rows(path, KEYS["transaction"], clock), clock)
    families = [family.reindex(range(len(customers))) for family in repayment(known, clock)]
    table = pd.concat([pd.DataFrame({"customer_id": customers}), pd.DataFrame(moved), *families], axis="columns")
    return with_amounts(pa.Table.from_pandas(table, preserve_index=False))


def _known(folder: Path, entity: str, names: list[str], clock: Clock) -> pa.Table:
    """The newest versions known before the cutoff that are not deleted."""
    path = folder / f"{entity}.parquet"
    replaced = replaced_rows(path, KEYS[entity], clock)

    def read(first: int, rows: pa.Table) -> pa.Table:
        return rows.select(names).filter(pa.array(known_mask(first, rows, replaced, clock)))

    pieces = each_group(path, [*names, "observed_at", "is_deleted"], read)
    return pa.concat_tables(
        pieces or [pq.read_table(path, columns=names, read_dictionary=["customer_id", "contract_id"])]
    )


def _frame(table: pa.Table, customers: pd.Index) -> pd.DataFrame:
    """Rows of the customers by their places, dates as days since 1970 and amounts as ten-thousandths."""
    table = table.unify_dictionaries()
    columns: dict[str, Any] = {}
    for name in table.column_names:
        kind = table.schema.field(name).type
        if name == "customer_id":
            column = table[name].combine_chunks().to_pandas()
            columns["customer"] = customers.get_indexer(column.cat.categories)[column.cat.codes]
        elif pa.types.is_decimal(kind):
            columns[name] = units(table[name])
        elif pa.types.is_date(kind):
            columns[name] = table[name].cast(pa.int32()).to_pandas()
        else:
            columns[name] = table[name].to_pandas()
    rows = pd.DataFrame(columns)
    return rows[rows["customer"] >= 0]


if __name__ == "__main__":
    run(features)
