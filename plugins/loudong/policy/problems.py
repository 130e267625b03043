"""Collecting what is wrong with a policy, each with file, row and column."""

from dataclasses import dataclass, field
from pathlib import Path

from loudong.errors import LoudongError

MOST_SHOWN = 20


@dataclass
class Problems:
    """Faults found so far. `raise_if_any` refuses the policy, naming each of them."""

    folder: Path
    most_shown: int | None = MOST_SHOWN
    found: list[str] = field(default_factory=list)

    def add(self, table: str, line: int | None, column: str | None, text: str) -> None:
        """Note a fault of `table` on line `line` of its file (the header is line 1)."""
        where = f"{table}.csv"
        if line is not None:
            where += f", row {line}"
        if column is not None:
            where += f", column {column}"
        self.found.append(f"{where}: {text}")

    def raise_if_any(self) -> None:
        if not self.found:
            return
        shown = self.found[: self.most_shown]
        if len(self.found) > len(shown):
            shown.append(f"and {len(self.found) - len(shown)} more")
        raise LoudongError(f"the policy in {self.folder} is refused: " + "\n  ".join(["", *shown]).strip())
