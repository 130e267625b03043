"""Landed rows as Parquet files: every version of every row, in the order in which they lie in the warehouse."""

import io
from collections.abc import Iterator
from pathlib import Path

import click
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from loudong.landing.contract import Column, Entity, entities
from loudong.warehouse.connect import connect

EXPORTED = ("customer", "contract", "installment", "payment", "pause", "transaction")
ROW_GROUP_ROWS = 1 << 18
BLOCK_BYTES = 1 << 23  # of text that is turned into columns at a time
TYPES = {
    "text": pa.string(),
    "integer": pa.int32(),
    "numeric": pa.decimal128(18, 4),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "boolean": pa.bool_(),
}
HASH_BYTES = 16


def export(folder: Path) -> dict[str, int]:
    """Write `<entity>.parquet` of each of `EXPORTED` into `folder`; the rows written.

    Memory holds a row group. The content hash is its 16 bytes, whose order is the one in which ties are decided.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return {name: _export(entities()[name], folder / f"{name}.parquet") for name in EXPORTED}


def _export(entity: Entity, path: Path) -> int:
    columns = [column for column in entity.columns if not column.personal]
    schema = _schema(columns)
    rows = 0
    with pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        store_decimal_as_integer=True,
        use_dictionary=[column.name for column in columns if column.type == "text" and column.name != entity.key[-1]],
    ) as writer:
        for table in _groups(_batches(entity, schema)):
            writer.write_table(table, row_group_size=ROW_GROUP_ROWS)
            rows += table.num_rows
    return rows


def _schema(columns: list[Column]) -> pa.Schema:
    fields = [pa.field(column.name, TYPES[column.type]) for column in columns]
    return pa.schema(
        [
            *fields,
            pa.field("observed_at", TYPES["timestamp"]),
            pa.field("is_deleted", TYPES["boolean"]),
            pa.field("content_hash", pa.binary(HASH_BYTES)),
        ]
    )


def _batches(entity: Entity, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    text_schema = schema.set(schema.get_field_index("content_hash"), pa.field("content_hash", pa.string()))
    statement = f"copy (select {', '.join(schema.names)} from landing.{entity.name}) to stdout (format csv)"
    with connect("admin") as connection, connection.cursor().copy(statement.encode()) as copy:
        source = io.BufferedReader(_Stream(iter(copy)), BLOCK_BYTES)
        if not source.peek(1):
            return
        reader = pa_csv.open_csv(
            source,
            read_options=pa_csv.ReadOptions(column_names=schema.names, block_size=BLOCK_BYTES),
            parse_options=pa_csv.ParseOptions(newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(
                column_types=text_schema,
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                true_values=["t"],
                false_values=["f"],
            ),
        )
        for batch in reader:
            place = batch.schema.get_field_index("content_hash")
            columns = batch.columns
            columns[place] = _hashes(batch.column(place))
            yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _hashes(texts: pa.Array) -> pa.Array:
    """UUIDs as their bytes."""
    data = bytes.fromhex("".join(texts.to_pylist()).replace("-", ""))
    return pa.Array.from_buffers(pa.binary(HASH_BYTES), len(texts), [None, pa.py_buffer(data)])


def _groups(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The same rows in tables of one row group each."""
    held: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        held.append(batch)
        count += batch.num_rows
        if count >= ROW_GROUP_ROWS:
            table = pa.Table.from_batches(held)
            whole = count - count % ROW_GROUP_ROWS
            yield table.slice(0, whole)
            held, count = table.slice(whole).to_batches(), count - whole
    if held:
        yield pa.Table.from_batches(held)


class _Stream(io.RawIOBase):
    """What a COPY sends, as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = bytes(piece)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def main(folder: Path) -> None:
    """Write the landed rows of the warehouse into FOLDER."""
    for name, rows in export(folder).items():
        click.echo(f"{name:<14}{rows:>14,} rows")


if __name__ == "__main__":
    main()
