"""The features in polars: lazy scans, and the streaming engine where rows are many."""

from datetime import date
from pathlib import Path

import polars as pl
import pyarrow as pa

from bench.from_scratch.clock import Clock
from bench.from_scratch.polars_movement import movement
from bench.from_scratch.polars_repayment import repayment
from bench.from_scratch.running import KEYS, run
from bench.from_scratch.tables import with_amounts


def features(folder: Path, as_of_date: date, timezone: str) -> pa.Table:
    """One row per customer known on the date, by customer_id."""
    clock = Clock(as_of_date, timezone)
    known = {entity: _known(folder / f"{entity}.parquet", key, clock) for entity, key in KEYS.items()}
    customers = known["customer"].filter(pl.col("valid_from_date") <= as_of_date).select("customer_id").unique()
    table = customers.collect().sort("customer_id")
    for family in (movement(known, clock), *repayment(known, clock)):
        table = table.join(family, on="customer_id", how="left", maintain_order="left")
    return with_amounts(table.to_arrow())


def _known(path: Path, key: tuple[str, ...], clock: Clock) -> pl.LazyFrame:
    """The newest versions known before the cutoff that are not deleted.

    Keys are compared by a hash of 64 bits. Of the few that seem to repeat the rows themselves decide, so that two keys
    of one hash do no harm.
    """
    rows = pl.scan_parquet(path, row_index_name="row").filter(pl.col("observed_at") < clock.cutoff)
    key_hash = pl.struct(key).hash()
    hashes = rows.select(key_hash.alias("key_hash")).collect(engine="streaming")["key_hash"].sort()
    twice = hashes.filter(hashes == hashes.shift())
    if len(twice):
        versions = rows.filter(key_hash.is_in(twice.unique().implode())).select(
            "row", *key, "observed_at", "content_hash"
        )
        in_order = versions.collect(engine="streaming").sort("observed_at", "content_hash", descending=True)
        replaced = in_order.filter(~pl.struct(key).is_first_distinct())["row"]
        rows = rows.filter(~pl.col("row").is_in(replaced.implode()))
    return rows.filter(~pl.col("is_deleted"))


if __name__ == "__main__":
    run(features)
