"""Converting a public data set by name."""

from collections.abc import Callable
from pathlib import Path

from loudong.errors import LoudongError


def _converters() -> dict[str, Callable[[Path, Path], dict[str, int]]]:
    from loudong.sources import ibm_ar, superlender, taiwan

    return {"taiwan": taiwan.convert, "superlender": superlender.convert, "ibm-ar": ibm_ar.convert}


def convert(name: str, source: Path, out: Path) -> dict[str, int]:
    """Write the data set `name` found in folder `source` as landing files into `out`; rows per entity.

    Raises a LoudongError for an unknown name, a source that lacks a file or column, or a folder that is not empty.
    """
    converters = _converters()
    if name not in converters:
        raise LoudongError(f"unknown data set '{name}'; known are {', '.join(converters)}")
    if not source.is_dir():
        raise LoudongError(f"{source} is not a folder")
    return converters[name](source, out)
