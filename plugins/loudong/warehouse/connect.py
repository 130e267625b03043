"""Reaching the warehouse: one URL per role, one way to open a connection."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args
from urllib.parse import quote, unquote, urlencode

import psycopg

from loudong.errors import LoudongError, WarehouseUnreachableError
from loudong.settings import Settings, get_settings
from loudong.warehouse import embedded
from loudong.warehouse.credentials import credentials

Role = Literal["admin", "pipeline", "bi"]
Connection = psycopg.Connection[tuple[Any, ...]]

# libpq sends it with every connection of this process and of those it starts (dbt, pg_dump, psql): what a session
# shows or casts must not depend on the time zone that server, role or user prefer.
os.environ["PGTZ"] = "UTC"

# Stricter than RFC 3986 where parsers disagree: whoever reads such a URL finds the same pieces in it.
_PIECE = r"(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})"
_URL = re.compile(
    rf"postgres(?:ql)?://(?P<user>{_PIECE}+)(?::(?P<password>(?:{_PIECE}|:)*))?"
    rf"@(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{{1,5}}))?"
    rf"/(?P<database>{_PIECE}+)(?:\?(?P<options>[a-z_]+={_PIECE}*(?:&[a-z_]+={_PIECE}*)*))?"
)


@dataclass(frozen=True)
class Target:
    """A place in a PostgreSQL server and who goes there; `options` are libpq's own, such as sslmode."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    options: dict[str, str] = field(default_factory=dict)

    def url(self, with_password: bool = True) -> str:
        """As a URL, quoted."""
        secret = f":{quote(self.password, safe='')}" if with_password and self.password else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        options = f"?{urlencode(self.options, quote_via=quote)}" if self.options else ""
        user, database = quote(self.user, safe=""), quote(self.database, safe="")
        return f"postgresql://{user}{secret}@{host}:{self.port}/{database}{options}"

    def __str__(self) -> str:
        """As people read it, without the password."""
        return f"{self.host}:{self.port}/{self.database}"


def _given(url: str) -> Target:
    """The pieces of LOUDONG_WAREHOUSE_URL. The message of the error shows none of them: any may be a password's."""
    found = _URL.fullmatch(url)
    if found is None:
        raise LoudongError(
            "LOUDONG_WAREHOUSE_URL must look like postgresql://USER:PASSWORD@HOST:PORT/DATABASE; in user and password "
            "write / @ : % ? # and spaces as %2F %40 %3A %25 %3F %23 and %20"
        )
    options = [pair.partition("=") for pair in (found["options"] or "").split("&") if pair]
    return Target(
        host=found["host"].strip("[]"),
        port=int(found["port"] or 5432),
        database=unquote(found["database"]),
        user=unquote(found["user"]),
        password=unquote(found["password"] or ""),
        options={name: unquote(value) for name, _, value in options},
    )


def _password(settings: Settings, role: Role) -> str | None:
    given = {"pipeline": settings.pipeline_password, "bi": settings.bi_password}.get(role)
    return given.get_secret_value() if given else None


def _role_of(user: str) -> Role:
    """The role that a user of LOUDONG_WAREHOUSE_URL has: whoever is not one of the lesser ones administers."""
    roles: tuple[Role, ...] = get_args(Role)
    return next((role for role in roles if user == f"loudong_{role}"), "admin")


def target(role: Role, settings: Settings | None = None) -> Target:
    """Where the warehouse is for `role`. A LoudongError when LOUDONG_WAREHOUSE_URL does not reach that far."""
    settings = settings or get_settings()
    if settings.warehouse_url is None:
        password = _password(settings, role) or credentials(settings)[role]
        return embedded_target(settings, settings.warehouse_database, f"loudong_{role}", password)
    given = _given(settings.warehouse_url.get_secret_value())
    ours = _role_of(given.user)
    if role == ours:
        return given
    if role == "admin":
        raise LoudongError(
            f"this needs the administrator's URL in LOUDONG_WAREHOUSE_URL, which names {given.user}, a lesser role"
        )
    secret = _password(settings, role)
    if secret is None and ours != "admin":
        raise LoudongError(
            f"LOUDONG_WAREHOUSE_URL names {given.user}; to connect as loudong_{role} too, "
            f"set LOUDONG_{role.upper()}_PASSWORD"
        )
    return replace(given, user=f"loudong_{role}", password=secret or credentials(settings)[role])


def place(settings: Settings | None = None) -> str:
    """Host, port and database of the warehouse, for people."""
    settings = settings or get_settings()
    given = settings.warehouse_url
    if given is None:
        return str(embedded_target(settings, settings.warehouse_database, "", ""))
    return str(_given(given.get_secret_value()))


def may_administer(settings: Settings | None = None) -> bool:
    """Whether this installation was given the administrator's rights, or those of a lesser role."""
    settings = settings or get_settings()
    given = settings.warehouse_url
    return given is None or _role_of(_given(given.get_secret_value()).user) == "admin"


def url(role: Role, settings: Settings | None = None) -> str:
    """The warehouse's URL for `role`. It holds the password: never print it."""
    return target(role, settings).url()


def embedded_target(settings: Settings, database: str, user: str, password: str) -> Target:
    """A place in the embedded server."""
    return Target("127.0.0.1", settings.warehouse_port, database, user, password)


def embedded_url(settings: Settings, database: str, user: str, password: str) -> str:
    """A URL into the embedded server."""
    return embedded_target(settings, database, user, password).url()


@contextmanager
def connect(role: Role = "pipeline", settings: Settings | None = None, **options: Any) -> Iterator[Connection]:
    """A connection for `role`; committed at the end of the block, rolled back on an error. Its time zone is UTC.

    Raises WarehouseUnreachableError, naming host and database, when the server does not answer or breaks off.
    """
    settings = settings or get_settings()
    with reach(target(role, settings), settings, **options) as connection:
        yield connection


@contextmanager
def reach(goal: Target, settings: Settings, **options: Any) -> Iterator[Connection]:
    """As `connect`, to any database of the warehouse's server."""
    try:
        connection = psycopg.connect(goal.url(), connect_timeout=10, application_name="loudong", **options)
    except psycopg.OperationalError as error:
        raise _unreachable(goal, error, settings) from error
    except psycopg.ProgrammingError as error:
        raise LoudongError(f"LOUDONG_WAREHOUSE_URL cannot be read: {str(error).strip()}") from error
    try:
        with connection:
            yield connection
    except psycopg.OperationalError as error:
        if connection.broken:
            raise _unreachable(goal, error, settings) from error
        raise


def _unreachable(goal: Target, error: psycopg.OperationalError, settings: Settings) -> LoudongError:
    reason = str(error).strip().splitlines()[-1]
    what = f"the warehouse at {goal} cannot be reached as {goal.user}: {reason}"
    if "does not exist" in reason or "authentication failed" in reason:
        # The server answers: no time mends this.
        where = "run" if settings.warehouse_url is None else "check LOUDONG_WAREHOUSE_URL, or as its administrator run"
        return LoudongError(f"{what}; {where}: loudong setup")
    hint = "start it with: loudong up" if settings.warehouse_url is None else "is it up?"
    return WarehouseUnreachableError(f"{what}; {hint}")


def ensure_embedded(settings: Settings | None = None) -> None:
    """Start the embedded server where no other warehouse is named."""
    settings = settings or get_settings()
    if settings.warehouse_url is None:
        embedded.start(settings)
