"""Movements on the operating account for the script in pandas: numpy counts by customer, direction and band of ages."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from bench.from_scratch.clock import DAY_US, EDGES, NIGHT_END_US, Clock, microseconds
from bench.from_scratch.pandas_pairs import Pairs, counterparties
from bench.from_scratch.rows import Flags, Ints, each_group, instants, known_mask
from bench.from_scratch.tables import units

WINDOWS = (7, 30, 90, 180, 365)
NIGHTS = (30, 90, 365)
EXACT = 1 << 53  # up to here doubles count by ones
LOW_BITS = 20
NEVER = np.iinfo(np.int64).min
COLUMNS = ["customer_id", "transaction_at", "direction_code", "transaction_amount", "counterparty_id"]
Floats = npt.NDArray[np.float64]
Values = dict[str, Any]


@dataclass(frozen=True)
class Rows:
    """Movements of the longest window; `place` is that of the customer."""

    place: Ints
    at: Ints
    is_in: Flags
    units: Ints


def movement(path: Path, customers: pd.Index, replaced: Ints, clock: Clock) -> Values:
    """Columns by place of the customer; nulls where there is no movement in the longest window."""
    cutoff, start = microseconds(clock.cutoff), microseconds(clock.start(EDGES[-1]))

    def read(first: int, table: pa.Table) -> tuple[Rows, Pairs]:
        at = instants(table["transaction_at"])
        customer, direction = (table[name].combine_chunks() for name in ("customer_id", "direction_code"))
        place = customers.get_indexer(customer.dictionary.to_pandas())[customer.indices.to_numpy()]
        known = known_mask(first, table, replaced, clock) & (at < cutoff) & (place >= 0)
        recent = np.flatnonzero(known & (at >= start))
        is_in = (direction.dictionary.to_numpy(zero_copy_only=False) == "in")[direction.indices.to_numpy()]
        rows = Rows(place[recent], at[recent], is_in[recent], units(table["transaction_amount"])[recent])
        return rows, Pairs.of(table["counterparty_id"].combine_chunks(), known, place, at)

    found = each_group(path, [*COLUMNS, "observed_at", "is_deleted"], read)
    pairs = counterparties([pairs for _, pairs in found], len(customers), clock)
    rows = Rows(*(_joined([getattr(rows, name) for rows, _ in found]) for name in Rows.__dataclass_fields__))
    values = _summed(rows, len(customers), clock) | pairs
    values["new_counterparty_90d_ratio"] = ratio(pairs["new_counterparty_90d_count"], pairs["counterparty_90d_count"])
    has_none = np.bincount(rows.place, minlength=len(customers)) == 0
    return {name: nulled(value, has_none) for name, value in values.items()}


def _joined(pieces: list[Any]) -> Any:
    return np.concatenate(pieces) if pieces else np.empty(0, np.int64)


def _summed(rows: Rows, customers: int, clock: Clock) -> Values:
    starts = np.array([microseconds(clock.start(days)) for days in reversed(EDGES)])
    band = len(EDGES) - np.searchsorted(starts, rows.at, side="right")
    side = rows.place * 2 + rows.is_in
    group, shape = side * len(EDGES) + band, (customers, 2, len(EDGES))
    is_night = (rows.at + _ahead(rows.at, clock)) % DAY_US < NIGHT_END_US
    # Of each customer: out and in, over windows that grow.
    counts = np.bincount(group, minlength=np.prod(shape)).reshape(shape).cumsum(axis=2)
    amounts = _sums(group, rows.units, int(np.prod(shape))).reshape(shape).cumsum(axis=2)
    nights = np.bincount(group[is_night], minlength=np.prod(shape)).reshape(shape).sum(axis=1).cumsum(axis=1)
    index = {days: place for place, days in enumerate(EDGES)}
    outflow, inflow = ({days: amounts[:, way, index[days]] for days in EDGES} for way in (0, 1))
    incoming = {days: counts[:, 1, index[days]] for days in EDGES}
    total = {days: counts[:, 0, index[days]] + incoming[days] for days in EDGES}
    share = {days: ratio(nights[:, index[days]], total[days]) for days in NIGHTS}
    half = np.flatnonzero(band <= index[180])
    spread = _spread(side[half], rows.units[half], counts[:, :, index[180]].ravel(), amounts[:, :, index[180]].ravel())
    values: Values = {}
    for days in WINDOWS:
        values |= {
            f"transaction_{days}d_count": total[days],
            f"inflow_{days}d_count": incoming[days],
            f"outflow_{days}d_count": total[days] - incoming[days],
            f"inflow_amount_{days}d": inflow[days],
            f"outflow_amount_{days}d": outflow[days],
            f"net_flow_amount_{days}d": inflow[days] - outflow[days],
        }
    return values | {
        **{f"night_{days}d_count": nights[:, index[days]] for days in NIGHTS},
        "night_share_90d_ratio": share[90],
        "night_share_change_ratio": share[30] - share[365],
        "outflow_variation_180d_ratio": spread[0::2],
        "inflow_variation_180d_ratio": spread[1::2],
        **_blocks(inflow),
        "inflow_amount_prior_90d": inflow[180] - inflow[90],
        "outflow_amount_prior_90d": outflow[180] - outflow[90],
        "inflow_amount_year_ago_90d": inflow[455] - inflow[365],
        "activity_burst_7d_ratio": ratio(90 * total[7], 7 * total[90]),
        "outflow_burst_7d_ratio": ratio(90 * outflow[7], 7 * outflow[90]),
        **_extremes(rows, band <= index[90], customers, clock),
    }


def _sums(group: Ints, values: Ints, size: int) -> Ints:
    """Exact sums of integers that are not negative; where doubles could not hold them, of their halves."""
    rows = np.bincount(group, minlength=1).max(initial=0)
    if int(values.max(initial=0)) * int(rows) < EXACT:
        return np.bincount(group, values, size).astype(np.int64)
    high, low = values >> LOW_BITS, values & ((1 << LOW_BITS) - 1)
    return (np.bincount(group, high, size).astype(np.int64) << LOW_BITS) + np.bincount(group, low, size).astype(
        np.int64
    )


def _ahead(at: Ints, clock: Clock) -> Any:
    """Microseconds that local time is ahead of UTC."""
    steps = clock.offsets(365)
    if len(steps) == 1:
        return steps[0][1]
    offsets = np.array([ahead for _, ahead in steps])
    return offsets[np.searchsorted([start for start, _ in steps[1:]], at, side="right")]


def _spread(side: Ints, values: Ints, count: Ints, total: Ints) -> Floats:
    """Population standard deviation over the mean of each side; null where the sum is not positive."""
    mean = ratio(total, count)
    squares = np.bincount(side, (values - mean[side]) ** 2, len(count))
    return ratio(np.sqrt(ratio(squares, count)) * count, total)


def _blocks(inflow: dict[int, Ints]) -> Values:
    blocks = np.diff([inflow[days] for days in (30, 60, 90, 120, 150, 180)], axis=0, prepend=0)
    return {
        "inflow_block_variation_180d_ratio": ratio(6 * blocks.std(axis=0), inflow[180]),
        "lowest_inflow_block_180d_ratio": ratio(6 * blocks.min(axis=0), inflow[180]),
        "active_inflow_block_180d_count": (blocks > 0).sum(axis=0),
        "inflow_amount_prior_30d": blocks[1],
    }


def _extremes(rows: Rows, is_recent: Flags, customers: int, clock: Clock) -> Values:
    largest, last, last_in = (np.full(customers, NEVER) for _ in range(3))
    out = np.flatnonzero(is_recent & ~rows.is_in)
    np.maximum.at(largest, rows.place[out], rows.units[out])
    np.maximum.at(last, rows.place, rows.at)
    np.maximum.at(last_in, rows.place[rows.is_in], rows.at[rows.is_in])
    return {
        "largest_outflow_amount_90d": nulled(largest, largest == NEVER),
        "days_since_transaction_days": _age(last, clock),
        "days_since_inflow_days": _age(last_in, clock),
    }


def _age(at: Ints, clock: Clock) -> Any:
    is_never = at == NEVER
    local = pd.to_datetime(np.where(is_never, 0, at), unit="us", utc=True).tz_convert(clock.timezone)
    days = (pd.Timestamp(clock.day) - local.tz_localize(None).normalize()).days.to_numpy()
    return nulled(days, is_never)


def ratio(numerator: Any, denominator: Any) -> Floats:
    """A double; not a number where the denominator is not positive."""
    return np.divide(numerator, denominator, out=np.full(len(denominator), np.nan), where=denominator > 0)


def nulled(values: Any, is_null: Flags) -> Any:
    """The values with these as nulls too."""
    if isinstance(values, pd.arrays.IntegerArray):
        return pd.arrays.IntegerArray(values.to_numpy(np.int64, na_value=0), values.isna() | is_null)
    if values.dtype.kind == "f":
        return np.where(is_null, np.nan, values)
    return pd.arrays.IntegerArray(values.astype(np.int64), is_null)
