"""What people do to actions and tasks has a name, a reason and a date: the newest published one, which they saw."""

from dataclasses import dataclass
from datetime import date

from loudong.errors import LoudongError
from loudong.publishing import ledger
from loudong.warehouse.connect import Connection

# Who acts when no person does.
PIPELINE = "loudong"


@dataclass(frozen=True)
class Act:
    """Who decides, and why. A LoudongError where one of them is missing or not a person's."""

    by: str
    because: str

    def __post_init__(self) -> None:
        if not self.by.strip() or self.by == PIPELINE:
            raise LoudongError(f"--by must name the person who decides, not '{self.by}'")
        if not self.because.strip():
            raise LoudongError("--because must say why")


def open_act(connection: Connection) -> date:
    """Hold off runs that decide or publish; the newest published date. A LoudongError when there is none."""
    ledger.lock(connection)
    newest = ledger.newest_published_date(connection)
    if newest is None:
        raise LoudongError("nothing is published yet, so there is nothing to decide on; run: loudong run --as-of DATE")
    return newest
