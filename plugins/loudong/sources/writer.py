"""Writing data frames as landing files in the contract's columns and order."""

import gzip
from datetime import date
from pathlib import Path

import pandas as pd

from loudong.errors import LoudongError
from loudong.landing.contract import entity
from loudong.portfolio.settings import PortfolioSettings, write_portfolio


def start(out: Path, portfolio: PortfolioSettings) -> None:
    """Make the folder `out` and describe the portfolio in it. A LoudongError when it holds anything."""
    if out.exists() and any(out.iterdir()):
        raise LoudongError(f"{out} is not empty; name a new folder")
    out.mkdir(parents=True, exist_ok=True)
    write_portfolio(out, portfolio)


def write(out: Path, name: str, frame: pd.DataFrame, delivered: date) -> int:
    """Write `frame` (contract columns, missing optional ones aside, and observed_at) as one delivery; its rows.

    The bytes depend on the rows alone.
    """
    columns = [column for column in (*entity(name).column_names, "observed_at") if column in frame.columns]
    extra = set(frame.columns) - set(columns)
    if extra:
        raise LoudongError(f"{name} has no column {', '.join(sorted(extra))} in the landing contract")
    folder = out / name / delivered.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    text = frame[columns].to_csv(index=False, lineterminator="\n")
    (folder / "part-0000.csv.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    return len(frame)


def end_of_day(days: "pd.Series[pd.Timestamp]", timezone: str) -> "pd.Series[str]":
    """The last second of each day in `timezone`, as text: when something that happened that day was known at last."""
    moments = days.dt.tz_localize(None).dt.normalize() + pd.Timedelta(days=1) - pd.Timedelta(seconds=1)
    return iso(moments.dt.tz_localize(timezone))


def iso(moments: "pd.Series[pd.Timestamp]") -> "pd.Series[str]":
    """Moments with a zone as ISO 8601 text with a numeric offset."""
    text = moments.dt.strftime("%Y-%m-%dT%H:%M:%S%z")
    return text.str[:-2] + ":" + text.str[-2:]


def read_csv(source: Path, name: str, columns: list[str], **options: object) -> pd.DataFrame:
    """The source file `name` (plain or gzipped) from folder `source`; a LoudongError when it or a column is missing."""
    found = [source / f"{name}{suffix}" for suffix in (".csv.gz", ".csv") if (source / f"{name}{suffix}").is_file()]
    if not found:
        raise LoudongError(f"{source} holds no {name}.csv.gz or {name}.csv")
    frame = pd.read_csv(found[0], index_col=False, **options)  # type: ignore[call-overload]
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise LoudongError(f"{found[0]} lacks the column(s) {', '.join(missing)}")
    result: pd.DataFrame = frame
    return result
