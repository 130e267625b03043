"""Reaching the warehouse: one URL per role, one way to open a connection."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg

from loudong.errors import LoudongError, WarehouseUnreachableError
from loudong.settings import Settings, get_settings
from loudong.warehouse import embedded
from loudong.warehouse.credentials import credentials

Role = Literal["admin", "pipeline", "bi"]
Connection = psycopg.Connection[tuple[Any, ...]]


def _password(settings: Settings, role: Role) -> str:
    given = {"pipeline": settings.pipeline_password, "bi": settings.bi_password}.get(role)
    return given.get_secret_value() if given else credentials(settings)[role]


def url(role: Role, settings: Settings | None = None) -> str:
    """The warehouse's URL for `role`. It holds the password: never print it."""
    settings = settings or get_settings()
    if settings.warehouse_url is None:
        return embedded_url(settings, settings.warehouse_database, f"loudong_{role}", _password(settings, role))
    given = settings.warehouse_url.get_secret_value()
    parts = urlsplit(given)
    if parts.scheme not in ("postgresql", "postgres") or not parts.hostname or not parts.path.strip("/"):
        raise LoudongError("LOUDONG_WAREHOUSE_URL must look like postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
    if role == "admin":
        return given
    host = f"{parts.hostname}:{parts.port or 5432}"
    user = f"loudong_{role}:{quote(_password(settings, role), safe='')}"
    return urlunsplit(parts._replace(netloc=f"{user}@{host}"))


def embedded_url(settings: Settings, database: str, user: str, password: str) -> str:
    """A URL into the embedded server."""
    return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{settings.warehouse_port}/{database}"


@contextmanager
def connect(role: Role = "pipeline", settings: Settings | None = None, **options: Any) -> Iterator[Connection]:
    """A connection for `role`; committed at the end of the block, rolled back on an error.

    Raises WarehouseUnreachableError, naming host and database, when the server does not answer or breaks off.
    """
    target = url(role, settings)
    try:
        connection = psycopg.connect(target, connect_timeout=10, application_name="loudong", **options)
    except psycopg.OperationalError as error:
        raise _unreachable(target, error, settings) from error
    try:
        with connection:
            yield connection
    except psycopg.OperationalError as error:
        if connection.broken:
            raise _unreachable(target, error, settings) from error
        raise


def _unreachable(target: str, error: psycopg.OperationalError, settings: Settings | None) -> WarehouseUnreachableError:
    parts = urlsplit(target)
    hint = "start it with: loudong up" if (settings or get_settings()).warehouse_url is None else "is it up?"
    reason = str(error).strip().splitlines()[-1]
    return WarehouseUnreachableError(
        f"the warehouse at {parts.hostname}:{parts.port}{parts.path} cannot be reached as {parts.username}: "
        f"{reason}; {hint}"
    )


def ensure_embedded(settings: Settings | None = None) -> None:
    """Start the embedded server where no other warehouse is named."""
    settings = settings or get_settings()
    if settings.warehouse_url is None:
        embedded.start(settings)
