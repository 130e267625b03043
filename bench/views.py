"""How long the views of `bi` take to answer the example questions of their descriptions."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from loudong.reference import example_questions
from loudong.warehouse.connect import connect


@dataclass(frozen=True)
class Answer:
    """Seconds until a view had answered its example question with so many rows."""

    view: str
    rows: int
    seconds: float


def measure() -> Iterator[Answer]:
    """Ask every view, as readers do, each for the first time in its session."""
    for view, (_, query) in example_questions().items():
        with connect("bi") as connection:
            started = time.perf_counter()
            rows = len(connection.execute(query.encode()).fetchall())
            yield Answer(view, rows, time.perf_counter() - started)
