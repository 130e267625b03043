"""Backup and restore of the warehouse and of the own MLflow, in one file.

The file is a zip archive: `backup.json` says what it is, `warehouse.sql` holds Loudong's schemas. Where MLflow lives
beside the embedded warehouse, `mlflow.sql` holds its registry and `mlflow-artifacts/` the models. An MLflow server of
its own (LOUDONG_MLFLOW_TRACKING_URI) is not included, nor are Airflow's records: save those with their own tools. A
backup is SQL that the administrator runs: restore only files that you trust.
"""

import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from psycopg import IsolationLevel, sql

from loudong.errors import LoudongError
from loudong.settings import Settings, get_settings
from loudong.warehouse import clients, migrate
from loudong.warehouse import connect as connecting
from loudong.warehouse.credentials import credentials

FORMAT = 1
MANIFEST, WAREHOUSE, MLFLOW, ARTIFACTS = "backup.json", "warehouse.sql", "mlflow.sql", "mlflow-artifacts"
PIPELINE = "loudong_pipeline"


@dataclass(frozen=True)
class Manifest:
    """What a backup holds. `artifacts` is the URI under which its models were kept; null without MLflow."""

    format: int
    database: str
    migrations: list[tuple[int, str, str, str]]
    schemas: list[str]
    owned_by_pipeline: list[tuple[str, str]]
    artifacts: str | None = None
    models: list[tuple[str, str]] = field(default_factory=list)

    @property
    def version(self) -> int:
        """Its schema version."""
        return max((row[0] for row in self.migrations), default=0)


def backup(file: Path, settings: Settings | None = None) -> tuple[int, list[str]]:
    """Write warehouse and own MLflow into `file`; its size in bytes and what to know about it. Never overwrites.

    Only the owner may read the file, from its first byte.
    """
    settings = settings or get_settings()
    place = connecting.target("admin", settings)
    connecting.ensure_embedded(settings)
    if file.exists():
        raise LoudongError(f"{file} exists; name a new file")
    try:
        descriptor, name = tempfile.mkstemp(".partial", f"{file.name}.", file.parent)
    except OSError as error:
        raise LoudongError(f"{file} cannot be written: {error.strerror}") from error
    partial = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as raw:
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
                _write(archive, place, settings)
            raw.flush()
            os.fsync(raw.fileno())
        partial.rename(file)
    finally:
        partial.unlink(missing_ok=True)
    missing = "MLflow's registry and models are not in it: save that server with its own tools"
    return file.stat().st_size, [] if settings.has_own_mlflow else [missing]


def _write(archive: zipfile.ZipFile, place: connecting.Target, settings: Settings) -> None:
    with connecting.connect("admin", settings) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        manifest = _describe(connection, settings)
        snapshot = str((connection.execute("select pg_export_snapshot()").fetchone() or ("",))[0])
        schemas = [f"--schema={name}" for name in manifest.schemas]
        with archive.open(WAREHOUSE, "w", force_zip64=True) as output:
            clients.dump(place, output, f"--snapshot={snapshot}", *schemas)
    if settings.has_own_mlflow:
        with archive.open(MLFLOW, "w", force_zip64=True) as output:
            clients.dump(_mlflow(settings), output)
        root = settings.mlflow_artifacts_dir
        for path in sorted(path for path in root.rglob("*") if path.is_file()):
            archive.write(path, f"{ARTIFACTS}/{path.relative_to(root).as_posix()}")
    archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))


def _describe(connection: connecting.Connection, settings: Settings) -> Manifest:
    if not migrate.applied(connection):
        raise LoudongError(f"{connection.info.dbname} holds no warehouse yet, nothing to save; run: loudong setup")
    migrations = connection.execute(
        "select version, name, sha256, applied_at::text from public.loudong_migration order by version"
    ).fetchall()
    present = connection.execute(
        "select nspname from pg_namespace where nspname = any (%s) order by 1", (migrate.schemas(),)
    ).fetchall()
    owned = connection.execute(
        "select n.nspname, c.relname from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace "
        "inner join pg_roles as r on r.oid = c.relowner where n.nspname = any (%s) and r.rolname = %s "
        "and c.relkind in ('r', 'p', 'v', 'm') order by 1, 2",
        (migrate.schemas(), PIPELINE),
    ).fetchall()
    own = settings.has_own_mlflow
    return Manifest(
        format=FORMAT,
        database=settings.warehouse_database,
        migrations=[(row[0], row[1], row[2], row[3]) for row in migrations],
        schemas=[row[0] for row in present],
        owned_by_pipeline=[(row[0], row[1]) for row in owned],
        artifacts=settings.mlflow_artifacts_dir.as_uri() if own else None,
        models=_registered(settings) if own else [],
    )


def _mlflow(settings: Settings) -> connecting.Target:
    return connecting.embedded_target(settings, "mlflow", "mlflow", credentials(settings)["mlflow"])


def _registered(settings: Settings) -> list[tuple[str, str]]:
    """Every version in the own MLflow's registry: (model name, version)."""
    with connecting.reach(_mlflow(settings), settings) as connection:
        row = connection.execute("select to_regclass('public.model_versions') is not null").fetchone()
        if row is None or not row[0]:
            return []
        rows = connection.execute("select name, version::text from public.model_versions order by 1, 2").fetchall()
    return [(row[0], row[1]) for row in rows]


def restore(
    file: Path, replace: bool = False, keep_models: bool = False, settings: Settings | None = None
) -> list[str]:
    """Bring the warehouse and, unless `keep_models`, the own MLflow to what `file` holds; what to know about it.

    All or nothing: what does not go well leaves both databases as they were. Refused with a LoudongError when the
    warehouse is in use and `replace` was not asked for, when `file` is no backup or of a newer release, and when MLflow
    holds models of another warehouse that would be lost. Views of others that read Loudong's tables go with them.
    """
    settings = settings or get_settings()
    place = connecting.target("admin", settings)
    with _opened(file) as (archive, manifest):
        newest = migrate.migrations()[-1][0]
        if manifest.version > newest:
            raise LoudongError(
                f"{file} holds schema version {manifest.version}, this code has {newest}; "
                f"{migrate.version_advice(manifest.version)}"
            )
        with migrate.prepared(settings) as connection:
            row = connection.execute("select to_regclass('ops.run') is not null").fetchone()
            if row and row[0] and not replace:
                raise LoudongError("the warehouse is in use; restoring replaces all it holds: add --yes")
        with_models = manifest.artifacts is not None and settings.has_own_mlflow and not keep_models
        with ExitStack() as staged, _undamaged(file):
            if with_models:
                _require_no_loss(file, manifest, settings)
                for name in archive.namelist():
                    if name.startswith(f"{ARTIFACTS}/"):
                        archive.extract(name, settings.state_dir)
                before, after = _around_mlflow(manifest, settings)
                dump = staged.enter_context(archive.open(MLFLOW))
                staged.enter_context(clients.replaced(_mlflow(settings), before, dump, after))
            before, after = _around_warehouse(manifest)
            dump = staged.enter_context(archive.open(WAREHOUSE))
            staged.enter_context(clients.replaced(place, before, dump, after))
    return _notes(manifest, with_models, settings)


@contextmanager
def _opened(file: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    with ExitStack() as stack:
        try:
            with _undamaged(file):
                archive = stack.enter_context(zipfile.ZipFile(file))
                manifest = Manifest(**json.loads(archive.read(MANIFEST)))
        except OSError as error:
            raise LoudongError(f"{file} cannot be read: {error.strerror}") from error
        except (KeyError, ValueError, TypeError) as error:
            raise LoudongError(f"{file} is no backup that this release of Loudong knows") from error
        if manifest.format != FORMAT or WAREHOUSE not in archive.namelist():
            raise LoudongError(f"{file} is no backup that this release of Loudong knows")
        yield archive, manifest


@contextmanager
def _undamaged(file: Path) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise LoudongError(f"{file} is not a whole backup made by loudong backup; nothing was changed") from error


def _require_no_loss(file: Path, manifest: Manifest, settings: Settings) -> None:
    """MLflow serves every warehouse of an installation: models of the others must not be lost with a restore."""
    kept = {(name, version) for name, version in manifest.models}
    with connecting.connect("admin", settings) as connection:
        databases = [row[0] for row in connection.execute("select datname from pg_database").fetchall()]

    def warehouse_of(model: str) -> str:
        return max((database for database in databases if model.endswith(f"_{database}")), key=len, default="")

    lost = [
        f"{name} version {version}"
        for name, version in _registered(settings)
        if (name, version) not in kept and warehouse_of(name) != settings.warehouse_database
    ]
    if lost:
        raise LoudongError(
            f"MLflow holds models of other warehouses that {file} lacks ({', '.join(lost)}); "
            "to leave MLflow as it is, add --keep-models"
        )


def _around_warehouse(manifest: Manifest) -> tuple[str, str]:
    """SQL before and after the dump of the warehouse. What loudong_pipeline owned it owns again."""
    names = sorted({*migrate.schemas(), *manifest.schemas})
    before = [
        sql.SQL("select pg_advisory_xact_lock({})").format(sql.Literal(migrate.LOCK_KEY)),
        sql.SQL("drop schema if exists {} cascade").format(sql.SQL(", ").join(map(sql.Identifier, names))),
        sql.SQL("drop table if exists public.loudong_migration"),
    ]
    owners = [
        sql.SQL("alter table {} owner to {}").format(sql.Identifier(*name), sql.Identifier(PIPELINE))
        for name in manifest.owned_by_pipeline
    ]
    ledger = [
        sql.SQL("insert into public.loudong_migration (version, name, sha256, applied_at) values ({})").format(
            sql.SQL(", ").join(map(sql.Literal, row))
        )
        for row in manifest.migrations
    ]
    after = [*owners, sql.SQL(migrate.LEDGER), *ledger, sql.SQL(migrate.LEDGER_RIGHTS), sql.SQL("analyze")]
    return _text(before), _text(after)


def _around_mlflow(manifest: Manifest, settings: Settings) -> tuple[str, str]:
    """SQL before and after the dump of MLflow. Its models lie where this installation keeps them."""
    before = [sql.SQL("drop schema public cascade"), sql.SQL("create schema public")]
    move = sql.SQL(
        """do $move$ declare place record; begin
        for place in
            select c.table_name, c.column_name from information_schema.columns as c
            inner join information_schema.tables as t using (table_schema, table_name)
            where c.table_schema = 'public' and t.table_type = 'BASE TABLE'
                and c.data_type in ('character varying', 'text')
        loop
            execute format(
                'update public.%1$I set %2$I = %3$L || substr(%2$I, length(%4$L) + 1) '
                'where %2$I = %4$L or starts_with(%2$I, %4$L || ''/'')',
                place.table_name, place.column_name, {}, {}
            );
        end loop; end $move$"""
    ).format(sql.Literal(settings.mlflow_artifacts_dir.as_uri()), sql.Literal(manifest.artifacts))
    return _text(before), _text([move])


def _text(statements: Sequence[sql.Composable]) -> str:
    return "".join(f"{statement.as_string()};\n" for statement in statements)


def _notes(manifest: Manifest, with_models: bool, settings: Settings) -> list[str]:
    notes = []
    advice = migrate.version_advice(manifest.version)
    if advice is not None:
        newest = migrate.migrations()[-1][0]
        notes.append(f"it has schema version {manifest.version}, this release needs {newest}; {advice}")
    if not with_models:
        notes.append("MLflow's registry and models were left as they are")
    elif manifest.database != settings.warehouse_database:
        notes.append(f"its models score only where LOUDONG_WAREHOUSE_DATABASE is {manifest.database}")
    return notes
