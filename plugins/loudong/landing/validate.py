"""Checking rows against the landing contract, column by column; each bad row gets the first reason found.

The result of a check is text that PostgreSQL casts without an error, so that one bad cell never stops a load.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loudong.landing.batch import Batch, is_utf8, printable
from loudong.landing.contract import DELIVERY_COLUMNS, Column, Entity

# What matches can be read by Arrow and by PostgreSQL. The pattern knows the calendar: parsing each date takes longer.
YEAR = "[1-9][0-9]{3}"
LEAP_YEAR = "(?:[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[13579][26]|[2468][048])00)"
DATE = (
    f"(?:{YEAR}-(?:"
    "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|"
    "(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|"
    f"02-(?:0[1-9]|1[0-9]|2[0-8]))|{LEAP_YEAR}-02-29)"
)
PATTERNS = {
    "integer": r"^[+-]?[0-9]{1,9}$",
    "numeric": r"^[+-]?[0-9]{1,14}(\.[0-9]{1,100})?$",
    "date": f"^{DATE}$",
    "timestamp": rf"^{DATE}[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{{1,6}})?)?"
    r"(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$",
    "boolean": r"^(?i)(true|false|t|f|1|0)$",
}
ROUNDS_TO_15_DIGITS = r"^[+-]?9{14}\.9{4}[5-9]"
EXAMPLES = {
    "integer": "a whole number of at most 9 digits",
    "numeric": "a number like 12.50 with at most 14 digits before the point",
    "date": "a date like 2026-01-31",
    "timestamp": "a moment with its zone, like 2026-01-31T08:00:00+08:00",
    "boolean": "true or false",
}
KEY_CHARACTERS = 200  # PostgreSQL cannot index much longer ones


@dataclass(frozen=True)
class Refusal:
    """Why a row does not land: a code to count by, a sentence, and the row's position in its batch."""

    position: int
    reason_code: str
    reason: str


@dataclass
class Checked:
    """A batch after all checks: text columns of the good rows (contract columns, observed_at, is_deleted), their
    line numbers, and the refusals of the others."""

    columns: dict[str, pa.Array]
    lines: pa.Array
    refusals: list[Refusal]
    used_assumed: bool


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


def check(
    batch: Batch,
    entity: Entity,
    timezone: str,
    assumed_observed_at: datetime,
    known_customers: pa.Array | None,
    now: datetime,
) -> Checked:
    """Check every row of `batch`.

    `assumed_observed_at` stands in where a row carries no observed_at. `known_customers` holds the customers that rows
    may refer to; None for entities that refer to none.
    """
    refusals = _Refusals(len(batch))
    columns: dict[str, pa.Array] = {}
    for column in (*entity.columns, *DELIVERY_COLUMNS):
        cells = batch.cells.get(column.name)
        text = pa.nulls(len(batch), pa.string()) if cells is None else _decode(column, cells, refusals)
        columns[column.name] = _check_type(column, text, refusals)
    _check_not_future(columns["observed_at"], now, refusals)
    used_assumed = columns["observed_at"].null_count > 0
    columns["observed_at"] = pc.fill_null(columns["observed_at"], assumed_observed_at.isoformat())
    deleted = _is_true(columns["is_deleted"])
    columns["is_deleted"] = pc.if_else(pa.array(deleted), "true", "false")
    for column in entity.columns:
        needed = column.name in entity.key or column.name == entity.effective
        if needed or not column.nullable:
            missing = _mask(pc.is_null(columns[column.name]))
            refusals.add(missing if needed else missing & ~deleted, "missing_value", f"{column.name} is missing")
        _check_values(column, columns[column.name], refusals)
        if column.name in entity.key and column.type == "text":
            long = _mask(pc.greater(pc.utf8_length(columns[column.name]), KEY_CHARACTERS))
            refusals.add(long, "out_of_range", f"{column.name} is longer than {KEY_CHARACTERS} characters")
    _check_dates(entity, columns, timezone, refusals)
    _check_entity_rules(entity, columns, refusals)
    if known_customers is not None:
        unknown = ~_mask(pc.is_in(columns["customer_id"], value_set=known_customers))
        refusals.add(unknown, "unknown_customer", "customer {value} is not known", columns["customer_id"])
    good = pa.array(refusals.good)
    return Checked(
        {name: values.filter(good) for name, values in columns.items()},
        batch.lines.filter(good),
        [refusals.found[position] for position in sorted(refusals.found)],
        used_assumed,
    )


def _decode(column: Column, cells: pa.Array, refusals: _Refusals) -> pa.Array:
    """Cells as text; an empty cell is null. Rows whose bytes are not UTF-8 are refused."""
    cells = cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
    try:
        text = cells.cast(pa.string())
    except pa.ArrowInvalid:
        broken = np.array([not is_utf8(value or b"") for value in cells.to_pylist()], dtype=bool)
        refusals.add(broken, "bad_encoding", f"{column.name} is not UTF-8 text: {{value}}", cells)
        text = pc.if_else(pa.array(broken), pa.scalar(None, pa.binary()), cells).cast(pa.string())
    nul = _mask(pc.match_substring(text, "\0"))
    refusals.add(nul, "bad_encoding", f"{column.name} holds a NUL character")
    text = pc.utf8_trim_whitespace(text)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _check_type(column: Column, text: pa.Array, refusals: _Refusals) -> pa.Array:
    if column.type == "text":
        return text
    wrong = ~_mask(pc.match_substring_regex(text, PATTERNS[column.type]), if_null=True)
    if column.type == "numeric":
        wrong |= _mask(pc.match_substring_regex(text, ROUNDS_TO_15_DIGITS))
    if not wrong.any():
        return text
    refusals.add(wrong, "wrong_type", f"{column.name} is {{value}}, not {EXAMPLES[column.type]}", text)
    return pc.if_else(pa.array(wrong), pa.scalar(None, pa.string()), text)


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


def _check_not_future(observed_at: pa.Array, now: datetime, refusals: _Refusals) -> None:
    observed = _instants(observed_at)
    future = _mask(pc.greater(observed, pa.scalar(now, observed.type)))
    refusals.add(future, "future_date", "observed_at {value} lies in the future", observed_at)


def _check_dates(entity: Entity, columns: dict[str, pa.Array], timezone: str, refusals: _Refusals) -> None:
    observed_day = _local_days(_instants(columns["observed_at"]), timezone)
    effective = columns[entity.effective]
    if entity.column(entity.effective).type == "timestamp":
        effective_day = _local_days(_instants(effective), timezone)
    else:
        effective_day = effective.cast(pa.date32())
    late = _mask(pc.greater(effective_day, observed_day))
    reason = f"{entity.effective} {{value}} lies after the day the row was observed"
    refusals.add(late, "future_date", reason, effective)


def _check_entity_rules(entity: Entity, columns: dict[str, pa.Array], refusals: _Refusals) -> None:
    if {"start_date", "end_date"} <= columns.keys():
        before = _mask(pc.less(columns["end_date"], columns["start_date"]))  # ISO dates order as text
        refusals.add(before, "end_before_start", "end_date {value} lies before start_date", columns["end_date"])
    if entity.name == "contract":
        orphan = _mask(pc.and_(pc.is_valid(columns["close_reason_code"]), pc.is_null(columns["closed_date"])))
        refusals.add(orphan, "missing_value", "close_reason_code without closed_date")


def _instants(text: pa.Array) -> pa.Array:
    text = pc.replace_substring_regex(text, r"^(.{16})(Z|[+-])", r"\1:00\2")
    return text.cast(pa.timestamp("us", tz="UTC"))


def _local_days(instants: pa.Array, timezone: str) -> pa.Array:
    return pc.local_timestamp(instants.cast(pa.timestamp("us", tz=timezone))).cast(pa.date32(), safe=False)


def _is_true(text: pa.Array) -> np.ndarray:
    return _mask(pc.is_in(pc.utf8_lower(text), value_set=pa.array(["true", "t", "1"])))


def _mask(condition: pa.Array, if_null: bool = False) -> np.ndarray:
    result: np.ndarray = pc.fill_null(condition, if_null).to_numpy(zero_copy_only=False)
    return result
