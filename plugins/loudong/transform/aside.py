"""The schema `aside`: what one run builds for itself, apart from the marts and from the state of the daily runs."""

from contextlib import contextmanager
from typing import TYPE_CHECKING

from psycopg import sql

from loudong.warehouse.connect import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = "aside"


@contextmanager
def cleared() -> "Iterator[None]":
    """The schema is empty when the block begins, whatever a run that died left there, and when it has ended."""
    _clear()
    try:
        yield
    finally:
        _clear()


def _clear() -> None:
    with connect() as connection:
        relations = connection.execute(
            "select c.relname, c.relkind in ('v', 'm') from pg_class as c "
            "inner join pg_namespace as n on n.oid = c.relnamespace "
            "where n.nspname = %s and c.relkind in ('r', 'v')",
            (SCHEMA,),
        ).fetchall()
        for name, is_view in relations:
            kind = sql.SQL("view" if is_view else "table")
            connection.execute(sql.SQL("drop {} if exists {} cascade").format(kind, sql.Identifier(SCHEMA, name)))
