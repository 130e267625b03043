"""Setting up and changing the warehouse: databases, roles and numbered migrations."""

import hashlib
import logging
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from loudong.errors import LoudongError
from loudong.settings import Settings, get_settings
from loudong.warehouse import connect as connecting
from loudong.warehouse.credentials import credentials
from loudong.warehouse.embedded import ADMIN_USER

MIGRATION_DIR = Path(__file__).with_name("migrations")
LOCK_KEY = 0x10D0  # advisory lock: two installations of the same warehouse wait for each other

logger = logging.getLogger(__name__)


def migrations() -> list[tuple[int, str, str]]:
    """All migrations of this code: (version, file name, SQL), in order."""
    files = sorted(MIGRATION_DIR.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    return [(int(file.name[:4]), file.name, file.read_text(encoding="utf-8")) for file in files]


def set_up(settings: Settings | None = None) -> list[str]:
    """Bring the warehouse to this code's schema version; the names of the migrations applied.

    Starts the embedded server and makes its databases where no other warehouse is named. Idempotent.
    """
    settings = settings or get_settings()
    connecting.ensure_embedded(settings)
    if settings.warehouse_url is None:
        _create_databases(settings)
    with connecting.connect("admin", settings) as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", (LOCK_KEY,))
        _require_version(connection)
        _create_roles(connection, settings)
        return _apply(connection)


def check_version(connection: connecting.Connection) -> None:
    """Raise a LoudongError unless the warehouse has exactly this code's schema version."""
    wanted = migrations()[-1][0]
    found = _applied(connection)
    version = max(found, default=0)
    if version != wanted:
        todo = "run: loudong setup" if version < wanted else "use the Loudong release that made it"
        raise LoudongError(f"the warehouse has schema version {version}, this code needs {wanted}; {todo}")


def _require_version(connection: connecting.Connection) -> None:
    major = connection.info.server_version // 10000
    if major < 15:
        raise LoudongError(f"the warehouse runs PostgreSQL {major}; Loudong needs 15 or later")


def _create_databases(settings: Settings) -> None:
    """The warehouse's database, and one each for Airflow and MLflow with an owner that sees nothing else."""
    passwords = credentials(settings)
    target = connecting.embedded_url(settings, "postgres", ADMIN_USER, passwords["admin"])
    with psycopg.connect(target, autocommit=True) as connection:
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
        password = urlsplit(connecting.url(role, settings)).password or ""
        _create_role(connection, f"loudong_{role}", unquote(password))
        connection.execute(
            sql.SQL("grant connect on database {} to {}").format(
                sql.Identifier(connection.info.dbname), sql.Identifier(f"loudong_{role}")
            )
        )
    connection.execute(
        sql.SQL("grant temporary on database {} to loudong_pipeline").format(sql.Identifier(connection.info.dbname))
    )


def _applied(connection: connecting.Connection) -> dict[int, str]:
    row = connection.execute("select to_regclass('public.loudong_migration') is not null").fetchone()
    if row is None or not row[0]:
        return {}
    return dict(connection.execute("select version, sha256 from public.loudong_migration").fetchall())


def _apply(connection: connecting.Connection) -> list[str]:
    connection.execute(
        "create table if not exists public.loudong_migration (version integer primary key, name text not null, "
        "sha256 text not null, applied_at timestamptz not null default clock_timestamp())"
    )
    applied = _applied(connection)
    known = migrations()
    if applied and max(applied) > known[-1][0]:
        check_version(connection)
    done = []
    for version, name, statements in known:
        digest = hashlib.sha256(statements.encode()).hexdigest()
        if version in applied:
            if applied[version] != digest:
                raise LoudongError(f"migration {name} was changed after it was applied; add a new one instead")
            continue
        connection.execute(statements)
        connection.execute(
            "insert into public.loudong_migration (version, name, sha256) values (%s, %s, %s)",
            (version, name, digest),
        )
        logger.info("applied %s", name)
        done.append(name)
    connection.execute("grant usage on schema public to loudong_pipeline")
    connection.execute("grant select on public.loudong_migration to loudong_pipeline")
    return done
