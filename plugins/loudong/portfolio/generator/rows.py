"""Rows of an entity while they are made: columns of equal length and the moment each row became known."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from loudong.portfolio.generator import parameters as p

Ints = npt.NDArray[np.int64]
DAY_SECONDS = 86_400
# The portfolio's zone is eight hours east of UTC all year round.
ZONE_SECONDS = 8 * 3_600


@dataclass
class Rows:
    """Columns by contract name, and `observed` in seconds since 1970 (UTC). `is_late`: known later than usual."""

    columns: dict[str, pa.Array]
    observed: Ints
    is_late: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.observed)


def make_rows(columns: dict[str, object], observed: Ints, is_late: npt.NDArray[np.bool_] | None = None) -> Rows:
    """Rows from numpy arrays, lists or Arrow arrays."""
    arrays = {name: value if isinstance(value, pa.Array) else pa.array(value) for name, value in columns.items()}
    late = np.zeros(len(observed), dtype=bool) if is_late is None else is_late
    return Rows(arrays, observed, late)


def concat(parts: list[Rows]) -> Rows:
    """One after the other."""
    names = parts[0].columns
    columns = {name: pa.concat_arrays([part.columns[name] for part in parts]) for name in names}
    return Rows(
        columns, np.concatenate([part.observed for part in parts]), np.concatenate([part.is_late for part in parts])
    )


def dates(days: Ints) -> pa.Array:
    """Day numbers as dates; negative ones (NEVER) are null."""
    return pa.array(days.astype("datetime64[D]"), mask=days < 0)


def evening(days: Ints, generator: np.random.Generator) -> Ints:
    """A moment in the evening of each day, in the portfolio's zone: what happened that day is known by then."""
    return days * DAY_SECONDS - ZONE_SECONDS + generator.integers(18 * 3_600, 24 * 3_600 - 60, len(days))


def known_late(count: int, generator: np.random.Generator) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Extra days until a row is known: none for most, some for the share that comes late; and which these are."""
    is_late = generator.random(count) < p.LATE_KNOWN_SHARE
    extra = np.where(is_late, generator.integers(p.LATE_KNOWN_DAYS[0], p.LATE_KNOWN_DAYS[1] + 1, count), 0)
    return extra, is_late


def ids(prefix: str, numbers: Ints, width: int) -> npt.NDArray[np.str_]:
    """Identifiers like C0000012."""
    if len(numbers) == 0:  # zfill cannot take an empty array
        return np.array([], dtype=str)
    return np.char.add(prefix, np.char.zfill(numbers.astype(str), width))


def moments(seconds: Ints) -> pa.Array:
    """Seconds since 1970 as ISO text in the portfolio's zone."""
    import pyarrow.compute as pc

    local = pa.array((seconds + ZONE_SECONDS).astype("datetime64[s]"))
    return pc.strftime(local, format="%Y-%m-%dT%H:%M:%S+08:00")
