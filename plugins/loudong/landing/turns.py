"""Connections that many short jobs take by turns: opening one costs both sides as much as copying a thousand rows."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from types import TracebackType

from loudong.warehouse.connect import Connection, connect


class Turns(AbstractContextManager["Turns"]):
    """As many connections as jobs run at once, each opened when it is first needed; all close with the block.

    They commit by themselves: whoever takes one opens a transaction. Threads may share it.
    """

    def __init__(self) -> None:
        self._free: list[Connection] = []
        self._opened = ExitStack()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return self._opened.__exit__(kind, error, trace)

    @contextmanager
    def take(self) -> Iterator[Connection]:
        """A connection of one's own for the block."""
        try:
            connection = self._free.pop()
        except IndexError:
            # Statements about temporary tables, which go with each transaction, are not worth preparing.
            connection = self._opened.enter_context(connect(autocommit=True, prepare_threshold=None))
        try:
            yield connection
        finally:
            self._free.append(connection)
