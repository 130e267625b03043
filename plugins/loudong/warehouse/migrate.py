"""Setting up and changing the warehouse: databases, roles and numbered migrations."""

import hashlib
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from loudong.errors import LoudongError
from loudong.settings import Settings, get_settings
from loudong.warehouse import connect as connecting
from loudong.warehouse.credentials import credentials
from loudong.warehouse.embedded import ADMIN_USER

MIGRATION_DIR = Path(__file__).with_name("migrations")
# Which migrations were applied, and who may read that.
LEDGER = (
    "create table if not exists public.loudong_migration (version integer primary key, name text not null, "
    "sha256 text not null, applied_at timestamptz not null default clock_timestamp())"
)
LEDGER_RIGHTS = (
    "revoke all on schema public from public; grant usage on schema public to loudong_pipeline; "
    "grant select on public.loudong_migration to loudong_pipeline"
)
LOCK_KEY = 0x10D0  # advisory lock: two installations of the same warehouse wait for each other

logger = logging.getLogger(__name__)


def migrations() -> list[tuple[int, str, str]]:
    """All migrations of this code: (version, file name, SQL), in order."""
    files = sorted(MIGRATION_DIR.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    return [(int(file.name[:4]), file.name, file.read_text(encoding="utf-8")) for file in files]


def schemas() -> list[str]:
    """The schemas that are Loudong's own."""
    return sorted({name for _, _, text in migrations() for name in re.findall(r"^create schema (\w+);", text, re.M)})


def set_up(settings: Settings | None = None) -> list[str]:
    """Bring the warehouse to this code's schema version; the names of the migrations applied.

    Starts the embedded server and makes its databases where no other warehouse is named. Idempotent. The administrator
    need not be a superuser: owning the database and CREATEROLE are enough.
    """
    settings = settings or get_settings()
    with prepared(settings) as connection:
        return _apply(connection)


@contextmanager
def prepared(settings: Settings) -> Iterator[connecting.Connection]:
    """The administrator's connection to a warehouse that exists, with its roles but not necessarily its tables."""
    connecting.target("admin", settings)  # refused before anything is started
    connecting.ensure_embedded(settings)
    if settings.warehouse_url is None:
        _create_databases(settings)
    with connecting.connect("admin", settings) as connection:
        try:
            connection.execute("select pg_advisory_xact_lock(%s)", (LOCK_KEY,))
            _require_version(connection)
            _create_roles(connection, settings)
            yield connection
        except psycopg.errors.InsufficientPrivilege as error:
            raise LoudongError(
                f"{connection.info.user} may not set up {connection.info.dbname}: {error.diag.message_primary}; an "
                "administrator owns the database, has CREATEROLE and made (or has ADMIN OPTION on) loudong_pipeline "
                "and loudong_bi"
            ) from error


def check_version(connection: connecting.Connection) -> None:
    """Raise a LoudongError unless the warehouse has exactly this code's schema version."""
    version = max(applied(connection), default=0)
    todo = version_advice(version)
    if todo is not None:
        raise LoudongError(f"the warehouse has schema version {version}, this code needs {migrations()[-1][0]}; {todo}")


def version_advice(version: int) -> str | None:
    """What to do about a warehouse of schema `version`; None when it is this code's."""
    wanted = migrations()[-1][0]
    if version == wanted:
        return None
    return "run: loudong setup" if version < wanted else "use the Loudong release that made it"


def require_schema(settings: Settings | None = None) -> None:
    """Start the embedded server where it is used; a LoudongError unless the warehouse has this code's schema."""
    connecting.ensure_embedded(settings)
    with connecting.connect(settings=settings) as connection:
        check_version(connection)


def _require_version(connection: connecting.Connection) -> None:
    major = connection.info.server_version // 10000
    if major < 15:
        raise LoudongError(f"the warehouse runs PostgreSQL {major}; Loudong needs 15 or later")


def _create_databases(settings: Settings) -> None:
    """The warehouse's database, and one each for Airflow and MLflow with an owner that sees nothing else."""
    passwords = credentials(settings)
    goal = connecting.embedded_target(settings, "postgres", ADMIN_USER, passwords["admin"])
    with connecting.reach(goal, settings, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", (LOCK_KEY,))
        for database, owner in (
            (settings.warehouse_database, None),
            ("airflow", "airflow"),
            ("mlflow", "mlflow"),
        ):
            if owner is not None:
                _create_role(connection, owner, passwords[owner])
            if connection.execute("select 1 from pg_database where datname = %s", (database,)).fetchone():
                continue
            name = sql.Identifier(database)
            connection.execute(sql.SQL("create database {}").format(name))
            connection.execute(sql.SQL("revoke all on database {} from public").format(name))
            if owner is not None:
                connection.execute(sql.SQL("alter database {} owner to {}").format(name, sql.Identifier(owner)))


def _create_role(connection: connecting.Connection, name: str, password: str) -> None:
    exists = connection.execute("select 1 from pg_roles where rolname = %s", (name,)).fetchone()
    verb = sql.SQL("alter" if exists else "create")
    connection.execute(
        sql.SQL("{} role {} login password {}").format(verb, sql.Identifier(name), sql.Literal(password))
    )


def _create_roles(connection: connecting.Connection, settings: Settings) -> None:
    roles: tuple[connecting.Role, ...] = ("pipeline", "bi")
    for role in roles:
        _create_role(connection, f"loudong_{role}", connecting.target(role, settings).password)
        connection.execute(
            sql.SQL("grant connect on database {} to {}").format(
                sql.Identifier(connection.info.dbname), sql.Identifier(f"loudong_{role}")
            )
        )
    connection.execute(
        sql.SQL("grant temporary on database {} to loudong_pipeline").format(sql.Identifier(connection.info.dbname))
    )
    _join_pipeline(connection)


def _join_pipeline(connection: connecting.Connection) -> None:
    """Let an administrator who is no superuser act for loudong_pipeline: its default rights, what dbt made as it."""
    row = connection.execute("select usesuper from pg_user where usename = current_user").fetchone()
    if row is None or row[0]:
        return
    inherit = " with inherit true, set true" if connection.info.server_version >= 160000 else ""
    connection.execute(f"grant loudong_pipeline to current_user{inherit}".encode())


def applied(connection: connecting.Connection) -> dict[int, str]:
    """The migrations that the warehouse has: their version and the hash of their text."""
    row = connection.execute("select to_regclass('public.loudong_migration') is not null").fetchone()
    if row is None or not row[0]:
        return {}
    return dict(connection.execute("select version, sha256 from public.loudong_migration").fetchall())


def _apply(connection: connecting.Connection) -> list[str]:
    connection.execute(LEDGER)
    present = applied(connection)
    known = migrations()
    if present and max(present) > known[-1][0]:
        check_version(connection)
    done = []
    for version, name, statements in known:
        digest = hashlib.sha256(statements.encode()).hexdigest()
        if version in present:
            if present[version] != digest:
                raise LoudongError(f"migration {name} was changed after it was applied; add a new one instead")
            continue
        connection.execute(statements)
        connection.execute(
            "insert into public.loudong_migration (version, name, sha256) values (%s, %s, %s)",
            (version, name, digest),
        )
        logger.info("applied %s", name)
        done.append(name)
    connection.execute(LEDGER_RIGHTS)
    return done
