"""Part of a portfolio as a landing folder of its own."""

import shutil
from collections.abc import Iterable
from pathlib import Path


def link(folder: Path, files: Iterable[Path], work: Path) -> None:
    """Have the landing folder `work` hold `files` of the portfolio in `folder`, beside those it holds already."""
    work.mkdir(exist_ok=True)
    shutil.copy(folder / "portfolio.yml", work)
    for file in files:
        place = work / file.relative_to(folder)
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(file.resolve())
