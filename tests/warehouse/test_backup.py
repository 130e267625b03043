"""Promises of backup and restore: all as it was, or nothing touched; also on another machine."""

import os
import shutil
import stat
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from risk_world import PORTFOLIO
from second_machine import second_machine

from loudong.errors import LoudongError
from loudong.settings import Settings
from loudong.warehouse import clients, embedded, migrate
from loudong.warehouse.backup import ARTIFACTS, MLFLOW, WAREHOUSE, backup, restore
from loudong.warehouse.connect import connect, embedded_url, target
from loudong.warehouse.credentials import credentials
from models import registry
from models.scorer import Scorer

Register = Callable[[str, Scorer], tuple[str, str]]
World = dict[str, object]

RELATIONS = (
    "select n.nspname, c.relname, c.relkind::text, c.relowner::regrole::text, c.relacl::text "
    "from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace "
    "where n.nspname = any (%(schemas)s) and c.relkind not in ('i', 't') or c.relname = 'loudong_migration' "
    "order by 1, 2"
)
RIGHTS = (
    "select nspname, nspowner::regrole::text, nspacl::text from pg_namespace where nspname = any (%(schemas)s) "
    "union all select 'default', defaclrole::regrole::text, defaclacl::text from pg_default_acl "
    "union all select proname, proowner::regrole::text, prosrc from pg_proc "
    "where pronamespace = any (select oid from pg_namespace where nspname = any (%(schemas)s)) order by 1, 2, 3"
)


def world(settings: Settings | None = None) -> World:
    """Everything in Loudong's schemas: tables and views with owner, rights and rows; schemas, functions, defaults."""
    with connect("admin", settings) as connection:
        named = {"schemas": migrate.schemas()}
        relations = connection.execute(RELATIONS, named).fetchall()
        found: World = {"rights": connection.execute(RIGHTS, named).fetchall(), "relations": relations}
        for schema, name, kind, _, _ in relations:
            if kind in ("r", "v"):
                query = (
                    f'select count(*), md5(string_agg(t::text, chr(10) order by t::text)) from "{schema}"."{name}" as t'
                )
                found[f"{schema}.{name}"] = connection.execute(query).fetchone()
    return found


def use(settings: Settings | None = None) -> None:
    """Leave in the warehouse what loading, dbt and a run leave."""
    with connect("pipeline", settings) as connection:
        number = connection.execute("select count(*) from landing.portfolio").fetchone()[0]
        connection.execute(
            "insert into landing.portfolio (name, content_hash, settings) values (%s, %s, %s)",
            (PORTFOLIO.name, f"hash {number}", PORTFOLIO.model_dump_json()),
        )
        connection.execute(
            "insert into ops.run (run_id, kind, state, holder, ended_at, as_of_dates, code_version, reason) "
            "values (%s, 'panel', 'done', 'cli:x:1', now(), '{2026-01-31}', '1', %s)",
            (f"r{number}", "换行\n\t\\. and 'quotes'"),
        )
        connection.execute(f"create table marts.built_{number} as select 1 as one")
        connection.execute(f"create view bi.shown_{number} as select one from marts.built_{number}")


@pytest.fixture
def empty(warehouse: Settings, tmp_path: Path) -> Path:
    """A backup of a warehouse before its first run."""
    name = f"{warehouse.warehouse_database}_empty"
    settings = warehouse.model_copy(update={"warehouse_database": name})
    migrate.set_up(settings)
    backup(tmp_path / "empty.dump", settings)
    drop(warehouse, name)
    return tmp_path / "empty.dump"


def drop(settings: Settings, database: str) -> None:
    admin = embedded_url(settings, "postgres", embedded.ADMIN_USER, credentials(settings)["admin"])
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"drop database {database} with (force)")


def rewritten(file: Path, member: str, change: Callable[[bytes], bytes]) -> Path:
    """The same backup with one member changed, whole as an archive."""
    changed = file.with_name(f"changed-{file.name}")
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(changed, "w") as copy:
        for name in source.namelist():
            copy.writestr(name, change(source.read(name)) if name == member else source.read(name))
    return changed


def test_what_was_saved_comes_back_as_it_was_with_owners_and_rights(warehouse: Settings, tmp_path: Path) -> None:
    use()
    before = world()
    size, notes = backup(tmp_path / "a.dump")
    assert (size, notes) == ((tmp_path / "a.dump").stat().st_size, [])
    use()
    with connect("admin") as connection:
        connection.execute("delete from ops.run where run_id = 'r0'; alter table landing.payment add extra text")
        connection.execute("revoke select on all tables in schema ops from loudong_pipeline")
    assert world() != before
    assert restore(tmp_path / "a.dump", replace=True) == []
    assert world() == before
    assert migrate.set_up(warehouse) == []
    use()  # sequences go on, the pipeline may write and create


def test_a_backup_from_before_the_first_run_empties_a_used_warehouse(warehouse: Settings, empty: Path) -> None:
    use()
    assert restore(empty, replace=True)[0].startswith("its models score only where LOUDONG_WAREHOUSE_DATABASE is")
    with connect("admin") as connection:
        migrate.check_version(connection)
        for table in ("ops.run", "landing.portfolio"):
            assert connection.execute(f"select count(*) from {table}").fetchone() == (0,)
        assert connection.execute("select count(*) from pg_views where schemaname = 'bi'").fetchone() == (0,)
    use()


@pytest.fixture
def older_code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[pytest.MonkeyPatch]:
    """The release before this one: it lacks the last migration."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrate.MIGRATION_DIR, folder)
    sorted(folder.glob("*.sql"))[-1].unlink()
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "MIGRATION_DIR", folder)
        yield patch


def test_a_backup_of_an_older_release_comes_back_and_asks_for_setup(
    warehouse: Settings, tmp_path: Path, older_code: pytest.MonkeyPatch
) -> None:
    name = f"{warehouse.warehouse_database}_older"
    settings = warehouse.model_copy(update={"warehouse_database": name})
    migrate.set_up(settings)
    backup(tmp_path / "older.dump", settings)
    drop(warehouse, name)
    older_code.undo()
    use()
    older, newest = [version for version, _, _ in migrate.migrations()[-2:]]
    notes = restore(tmp_path / "older.dump", replace=True)
    assert f"it has schema version {older}, this release needs {newest}; run: loudong setup" in notes
    assert migrate.set_up(warehouse) == [migrate.migrations()[-1][1]]
    use()


def test_a_backup_of_a_newer_release_is_refused(
    warehouse: Settings, empty: Path, older_code: pytest.MonkeyPatch
) -> None:
    before = world()
    with pytest.raises(LoudongError, match=r"holds schema version \d+, this code has \d+; use the Loudong release"):
        restore(empty, replace=True)
    assert world() == before


@pytest.mark.parametrize("kind", ["text", "empty", "other zip", "cut", "spoilt", "folder", "absent"])
def test_a_file_that_is_no_whole_backup_is_refused_and_nothing_changes(
    warehouse: Settings, empty: Path, kind: str
) -> None:
    use()
    before = world()
    whole, file = empty.read_bytes(), empty.with_name("other.dump")
    if kind == "text":
        file.write_text("select 1;")
    elif kind == "empty":
        file.touch()
    elif kind == "other zip":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("hello", "world")
    elif kind == "cut":
        file.write_bytes(whole[: len(whole) // 2])
    elif kind == "spoilt":
        with zipfile.ZipFile(empty) as archive:
            member = archive.getinfo(WAREHOUSE)
        middle = member.header_offset + member.compress_size // 2
        file.write_bytes(whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :])
    elif kind == "folder":
        file.mkdir()
    with pytest.raises(LoudongError) as caught:
        restore(file, replace=True)
    assert str(caught.value).startswith(str(file))
    assert "\n" not in str(caught.value)
    assert world() == before


def test_a_restore_that_fails_midway_leaves_warehouse_and_mlflow_as_they_were(
    warehouse: Settings, empty: Path, scorer: Scorer, register: Register
) -> None:
    use()
    register(registry.model_name(PORTFOLIO.name), scorer)
    before = world()
    for member in (WAREHOUSE, MLFLOW):
        broken = rewritten(empty, member, lambda text: text + b"\nselect 1 / 0;\n")
        with pytest.raises(LoudongError, match="could not be restored and is as it was: division by zero"):
            restore(broken, replace=True)
        assert world() == before
        assert registry.has_champion()


def test_a_warehouse_in_use_is_not_replaced_unasked(warehouse: Settings, empty: Path) -> None:
    before = world()
    with pytest.raises(LoudongError, match="add --yes"):
        restore(empty)
    assert world() == before


def test_nobody_else_may_read_a_backup_from_its_first_byte(
    warehouse: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes = set()
    real = clients.dump

    def watched(*arguments: object) -> None:
        modes.update(stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir())
        real(*arguments)

    monkeypatch.setattr(clients, "dump", watched)
    mask = os.umask(0)
    try:
        backup(tmp_path / "a.dump")
    finally:
        os.umask(mask)
    assert modes == {0o600}
    assert [(path.name, stat.S_IMODE(path.stat().st_mode)) for path in tmp_path.iterdir()] == [("a.dump", 0o600)]


def test_a_backup_overwrites_nothing_and_leaves_no_half_file(warehouse: Settings, tmp_path: Path) -> None:
    (tmp_path / "a.dump").write_text("precious")
    with pytest.raises(LoudongError, match="exists; name a new file"):
        backup(tmp_path / "a.dump")
    with pytest.raises(LoudongError, match=r"b\.dump cannot be written: No such file"):
        backup(tmp_path / "absent" / "b.dump")
    nowhere = warehouse.model_copy(update={"warehouse_database": "nowhere"})
    with pytest.raises(LoudongError, match="does not exist"):
        backup(tmp_path / "c.dump", nowhere)
    assert [path.name for path in tmp_path.iterdir()] == ["a.dump"]
    assert (tmp_path / "a.dump").read_text() == "precious"


def test_a_warehouse_that_was_never_set_up_cannot_be_saved(warehouse: Settings, tmp_path: Path) -> None:
    with pytest.raises(LoudongError, match="holds no warehouse yet, nothing to save; run: loudong setup"):
        backup(tmp_path / "a.dump", warehouse.model_copy(update={"warehouse_database": "airflow"}))


def test_a_restore_on_a_new_machine_brings_champion_roles_and_rights(
    warehouse: Settings, tmp_path: Path, scorer: Scorer, register: Register
) -> None:
    use()
    register(registry.model_name(PORTFOLIO.name), scorer)
    version = registry.load_champion().version
    before = world()
    file = tmp_path / "a.dump"
    backup(file)
    away = warehouse.mlflow_artifacts_dir.rename(warehouse.state_dir / "gone")
    name = {"LOUDONG_WAREHOUSE_DATABASE": warehouse.warehouse_database}
    try:
        with second_machine() as machine:
            finished = machine.loudong("restore", str(file), **name)
            assert (finished.returncode, finished.stderr) == (0, "")
            assert finished.stdout == f"the warehouse holds what {file} holds\n"
            settings = machine.settings.model_copy(update={"warehouse_database": warehouse.warehouse_database})
            assert world(settings) == before
            use(settings)
            with connect("bi", settings) as connection:
                assert connection.execute("select count(*) from bi.shown_0").fetchone() == (1,)
                with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                    connection.execute("select * from ops.run")
            loaded = machine.python("from models import registry; print(registry.load_champion().version)", **name)
            assert loaded == version
            assert machine.loudong("setup", **name).stdout == "the warehouse is up to date\n"
    finally:
        away.rename(warehouse.mlflow_artifacts_dir)


def test_models_of_another_warehouse_are_not_lost_with_a_restore(
    warehouse: Settings, tmp_path: Path, scorer: Scorer, register: Register
) -> None:
    file = tmp_path / "a.dump"
    use()
    register(registry.model_name(PORTFOLIO.name), scorer)
    backup(file)
    register(registry.model_name(PORTFOLIO.name), scorer)
    register("default_other_loudong_template", scorer)
    with pytest.raises(LoudongError, match=r"default_other_loudong_template version 1\); .* --keep-models"):
        restore(file, replace=True)
    assert "MLflow's registry and models were left as they are" in restore(file, replace=True, keep_models=True)
    assert (warehouse.state_dir / ARTIFACTS).is_dir()


def test_an_mlflow_server_of_its_own_is_said_to_be_missing(warehouse: Settings, tmp_path: Path) -> None:
    settings = warehouse.model_copy(update={"mlflow_tracking_uri": "http://127.0.0.1:9"})
    _, notes = backup(tmp_path / "a.dump", settings)
    assert notes == ["MLflow's registry and models are not in it: save that server with its own tools"]
    with zipfile.ZipFile(tmp_path / "a.dump") as archive:
        assert archive.namelist() == [WAREHOUSE, "backup.json"]
    assert restore(tmp_path / "a.dump", replace=True) == ["MLflow's registry and models were left as they are"]


def test_an_administrator_who_is_no_superuser_saves_and_restores(rented: Settings, tmp_path: Path) -> None:
    migrate.set_up(rented)
    use(rented)
    before = world(rented)
    backup(tmp_path / "a.dump", rented)
    use(rented)
    restore(tmp_path / "a.dump", replace=True, settings=rented)
    assert world(rented) == before
    use(rented)


def test_a_backup_goes_to_an_administrator_of_another_name(
    warehouse: Settings, rented: Settings, tmp_path: Path
) -> None:
    use()
    backup(tmp_path / "a.dump")
    restore(tmp_path / "a.dump", replace=True, settings=rented)
    tables = [name for name in world() if "." in name]
    assert {name: world()[name] for name in tables} == {name: world(rented)[name] for name in tables}
    use(rented)


def test_where_tls_is_demanded_the_machines_own_programs_are_asked_for(
    warehouse: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Those of the embedded server speak no TLS."""
    place = replace(target("admin"), options={"sslmode": "require"})
    monkeypatch.setenv("PATH", str(tmp_path))
    message = "pg_dump was not found, which sslmode=require needs"
    with (tmp_path / "a").open("wb") as output, pytest.raises(LoudongError, match=message):
        clients.dump(place, output)
