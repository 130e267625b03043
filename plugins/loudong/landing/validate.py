"""Checking rows against the landing contract, column by column; each bad row gets the first reason found.

What passes is typed, within what PostgreSQL holds, so that one bad cell never stops a load.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loudong.landing.batch import Batch, is_utf8, printable
from loudong.landing.contract import DELIVERY_COLUMNS, Column, Entity
from loudong.landing.typed import data_of, read, without

EXAMPLES = {
    "integer": "a whole number of at most 9 digits",
    "numeric": "a number like 12.50 with at most 14 digits before the point",
    "date": "a date like 2026-01-31",
    "timestamp": "a moment with its zone, like 2026-01-31T08:00:00+08:00",
    "boolean": "true or false",
}
KEY_CHARACTERS = 200  # PostgreSQL cannot index much longer ones
# Bytes of which nothing is to be trimmed and that need no look at their encoding: from the first to before the end.
_PLAIN, _PLAIN_END = np.uint8(0x21), np.uint8(0x7F)


@dataclass(frozen=True)
class Refusal:
    """Why a row does not land: a code to count by, a sentence, and the row's position in its batch."""

    position: int
    reason_code: str
    reason: str


@dataclass
class Checked:
    """A batch after all checks: typed columns of the good rows (contract columns, observed_at, is_deleted), their
    places in the batch, the days of the portfolio's time zone on which they took effect and were observed; the refusals
    of the others; and which rows of the batch came without observed_at."""

    columns: dict[str, pa.Array]
    places: np.ndarray
    effective_days: pa.Array
    observed_days: pa.Array
    refusals: list[Refusal]
    lacks_observed_at: np.ndarray

    def take(self, places: np.ndarray) -> "Checked":
        """The good rows at `places` alone."""
        chosen = pa.array(places)
        return replace(
            self,
            columns={name: values.take(chosen) for name, values in self.columns.items()},
            places=self.places[places],
            effective_days=self.effective_days.take(chosen),
            observed_days=self.observed_days.take(chosen),
        )


class _Refusals:
    """Collects the first reason per row."""

    def __init__(self, count: int) -> None:
        self.found: dict[int, Refusal] = {}
        self.good = np.ones(count, dtype=bool)

    def add(self, bad: np.ndarray, code: str, reason: str, values: pa.Array | None = None) -> None:
        for position in np.flatnonzero(bad & self.good):
            value = values[int(position)].as_py() if values is not None else None
            shown = printable(value) if isinstance(value, bytes) else value
            text = reason.replace("{value}", f"'{shown}'")
            self.found[int(position)] = Refusal(int(position), code, text)
        self.good &= ~bad

    def without(self, values: pa.Array) -> pa.Array:
        """`values` of the rows for which no reason was found."""
        return values.filter(self._chosen) if self.found else values

    @cached_property
    def _chosen(self) -> pa.Array:
        """The good rows, once all reasons are found."""
        return pa.array(self.good)


def check(
    batch: Batch,
    entity: Entity,
    timezone: str,
    assumed_observed_at: pa.Array,
    known_customers: Collection[str] | None,
    now: datetime,
) -> Checked:
    """Check every row of `batch`.

    `assumed_observed_at`, one moment per row, stands in where a row carries no observed_at. `known_customers` holds the
    customers that rows may refer to; None for entities that refer to none.
    """
    refusals = _Refusals(len(batch))
    texts: dict[str, pa.Array] = {}
    columns: dict[str, pa.Array] = {}
    for column in (*entity.columns, *DELIVERY_COLUMNS):
        cells = batch.cells.get(column.name)
        text = pa.nulls(len(batch), pa.string()) if cells is None else _decode(column, cells, refusals)
        columns[column.name], wrong = read(column.type, text)
        if wrong.any():
            reason = f"{column.name} is {{value}}, not {EXAMPLES[column.type]}"
            refusals.add(wrong, "wrong_type", reason, text)
        texts[column.name] = without(text, wrong)
    _check_not_future(columns["observed_at"], texts["observed_at"], now, refusals)
    lacks_observed_at = _mask(pc.is_null(columns["observed_at"]))
    columns["observed_at"] = pc.coalesce(columns["observed_at"], assumed_observed_at)
    columns["is_deleted"] = pc.fill_null(columns["is_deleted"], False)
    deleted = _mask(columns["is_deleted"])
    for column in entity.columns:
        text = texts[column.name]
        needed = column.name in entity.key or column.name == entity.effective
        if (needed or not column.nullable) and text.null_count:
            missing = _mask(pc.is_null(text))
            refusals.add(missing if needed else missing & ~deleted, "missing_value", f"{column.name} is missing")
        _check_values(column, text, refusals)
        if column.name in entity.key and column.type == "text":
            long = _mask(pc.greater(pc.utf8_length(text), KEY_CHARACTERS))
            refusals.add(long, "out_of_range", f"{column.name} is longer than {KEY_CHARACTERS} characters")
    observed_days = _local_days(columns["observed_at"], timezone)
    effective_days = columns[entity.effective]
    if entity.column(entity.effective).type == "timestamp":
        effective_days = _local_days(effective_days, timezone)
    late = _mask(pc.greater(effective_days, observed_days))
    reason = f"{entity.effective} {{value}} lies after the day the row was observed"
    refusals.add(late, "future_date", reason, texts[entity.effective])
    _check_entity_rules(entity, texts, refusals)
    if known_customers is not None:
        unknown = _unknown(texts["customer_id"], known_customers)
        refusals.add(unknown, "unknown_customer", "customer {value} is not known", texts["customer_id"])
    return Checked(
        {name: refusals.without(values) for name, values in columns.items()},
        np.flatnonzero(refusals.good),
        refusals.without(effective_days),
        refusals.without(observed_days),
        [refusals.found[position] for position in sorted(refusals.found)],
        lacks_observed_at,
    )


def _decode(column: Column, cells: pa.Array, refusals: _Refusals) -> pa.Array:
    """Cells as text; an empty cell is null. Rows whose bytes are not UTF-8 are refused."""
    cells = cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
    try:
        text = cells.cast(pa.string())
    except pa.ArrowInvalid:
        broken = _broken(cells)
        refusals.add(broken, "bad_encoding", f"{column.name} is not UTF-8 text: {{value}}", cells)
        text = pc.if_else(pa.array(broken), pa.scalar(None, pa.binary()), cells).cast(pa.string())
    data = data_of(text)
    if len(data) and not (data.min() >= _PLAIN and data.max() < _PLAIN_END):
        nul = _mask(pc.match_substring(text, "\0"))
        refusals.add(nul, "bad_encoding", f"{column.name} holds a NUL character")
        text = pc.utf8_trim_whitespace(text)
    if text.null_count == 0 and pc.min(pc.binary_length(text)).as_py() != 0:
        return text
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _broken(cells: pa.Array) -> np.ndarray:
    """Which cells are not UTF-8."""
    _, offsets, _ = cells.buffers()
    ends = np.frombuffer(offsets, np.int32)[cells.offset + 1 : cells.offset + len(cells) + 1]
    start = int(np.frombuffer(offsets, np.int32)[cells.offset])
    suspects = np.unique(np.searchsorted(ends, start + np.flatnonzero(data_of(cells) >= 0x80), side="right"))
    broken = np.zeros(len(cells), dtype=bool)
    broken[[place for place in suspects if not is_utf8(cells[int(place)].as_py() or b"")]] = True
    return broken


def _check_values(column: Column, text: pa.Array, refusals: _Refusals) -> None:
    if column.codes:
        unknown = ~_mask(pc.is_in(text, value_set=pa.array(column.codes)), if_null=True) & _mask(pc.is_valid(text))
        known = ", ".join(column.codes)
        refusals.add(unknown, "unknown_code", f"{column.name} is {{value}}, not one of {known}", text)
    if column.minimum is not None or column.maximum is not None:
        numbers = text.cast(pa.float64())
        low = _mask(pc.less(numbers, column.minimum)) if column.minimum is not None else np.zeros(len(text), bool)
        high = _mask(pc.greater(numbers, column.maximum)) if column.maximum is not None else np.zeros(len(text), bool)
        limits = f"{'-' if column.minimum is None else column.minimum} to {column.maximum or '-'}"
        refusals.add(low | high, "out_of_range", f"{column.name} is {{value}}, outside {limits}", text)


def _check_not_future(observed: pa.Array, text: pa.Array, now: datetime, refusals: _Refusals) -> None:
    future = _mask(pc.greater(observed, pa.scalar(now, observed.type)))
    refusals.add(future, "future_date", "observed_at {value} lies in the future", text)


def _check_entity_rules(entity: Entity, columns: dict[str, pa.Array], refusals: _Refusals) -> None:
    if {"start_date", "end_date"} <= columns.keys():
        before = _mask(pc.less(columns["end_date"], columns["start_date"]))  # ISO dates order as text
        refusals.add(before, "end_before_start", "end_date {value} lies before start_date", columns["end_date"])
    if entity.name == "contract":
        orphan = _mask(pc.and_(pc.is_valid(columns["close_reason_code"]), pc.is_null(columns["closed_date"])))
        refusals.add(orphan, "missing_value", "close_reason_code without closed_date")


def _unknown(names: pa.Array, known: Collection[str]) -> np.ndarray:
    """Which of `names`, many of them the same, are not known."""
    encoded = names.dictionary_encode()
    is_unknown = np.array([name not in known for name in (*encoded.dictionary.to_pylist(), None)], dtype=bool)
    result: np.ndarray = is_unknown[encoded.indices.fill_null(len(encoded.dictionary)).to_numpy()]
    return result


def _local_days(instants: pa.Array, timezone: str) -> pa.Array:
    return pc.local_timestamp(instants.cast(pa.timestamp("us", tz=timezone))).cast(pa.date32(), safe=False)


def _mask(condition: pa.Array, if_null: bool = False) -> np.ndarray:
    result: np.ndarray = pc.fill_null(condition, if_null).to_numpy(zero_copy_only=False)
    return result
