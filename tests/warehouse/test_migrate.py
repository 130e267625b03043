"""Promises of the warehouse: versioned schema, least rights, clear refusals."""

import os

import psycopg
import pytest
from pydantic import SecretStr

from loudong.errors import LoudongError, WarehouseUnreachableError
from loudong.landing.contract import entities
from loudong.settings import Settings
from loudong.warehouse import embedded, migrate
from loudong.warehouse.connect import connect
from loudong.warehouse.credentials import credentials, credentials_path


def test_every_landing_table_has_the_columns_and_types_of_its_contract(warehouse: Settings) -> None:
    with connect() as connection:
        rows = connection.execute(
            "select table_name, column_name, data_type from information_schema.columns "
            "where table_schema = 'landing' and table_name <> 'portfolio' order by table_name, ordinal_position"
        ).fetchall()
    names = {"numeric(18, 4)": "numeric", "timestamptz": "timestamp with time zone"}
    for entity in entities().values():
        columns = [(column, kind) for table, column, kind in rows if table == entity.name]
        expected = {column.name: names.get(column.sql_type, column.sql_type) for column in entity.columns}
        first = [column.name for column in entity.columns if not column.added]
        assert columns[: len(first)] == [(name, expected[name]) for name in first]
        # A column that was added later stands behind those of the delivery.
        later = [column.name for column in entity.columns if column.added]
        assert columns[len(columns) - len(later) :] == [(name, expected[name]) for name in later]
        # Its natural key, and which version was replaced when.
        ends = [column for table, column, _ in rows if table == f"{entity.name}_superseded"]
        assert ends == [*entity.key, "observed_at", "content_hash", "superseded_at"]
    assert {row[0] for row in rows} == {*entities(), *(f"{name}_superseded" for name in entities())}


def test_setting_up_again_changes_nothing(warehouse: Settings) -> None:
    assert migrate.set_up(warehouse) == []


def test_the_bi_reader_sees_nothing_outside_bi(warehouse: Settings) -> None:
    with connect("bi") as connection:
        for table in ("landing.customer", "marts.customer_features", "risk.customer_tier", "ops.run"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(f"select * from {table}")


def test_the_pipeline_cannot_change_or_delete_what_landed(warehouse: Settings) -> None:
    with connect() as connection:
        for statement in ("delete from landing.payment", "update landing.payment set paid_amount = 0"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(statement)


def test_a_warehouse_of_another_schema_version_is_refused(warehouse: Settings) -> None:
    with connect("admin") as connection:
        connection.execute("insert into public.loudong_migration (version, name, sha256) values (9999, 'x', 'x')")
        with pytest.raises(LoudongError, match="has schema version 9999"):
            migrate.check_version(connection)
        connection.rollback()


def test_the_schemas_known_as_ours_are_those_of_the_warehouse(warehouse: Settings) -> None:
    with connect("admin") as connection:
        rows = connection.execute(
            "select nspname from pg_namespace where nspname !~ '^(pg_|information_schema$|public$)' order by 1"
        ).fetchall()
    assert [row[0] for row in rows] == migrate.schemas()


def test_an_administrator_who_may_only_make_roles_sets_the_warehouse_up(rented: Settings) -> None:
    with connect("admin", rented) as connection:
        assert connection.execute("select usesuper from pg_user where usename = current_user").fetchone() == (False,)
    assert migrate.set_up(rented) == [name for _, name, _ in migrate.migrations()]
    assert migrate.set_up(rented) == []
    with connect("pipeline", rented) as connection:
        migrate.check_version(connection)
        connection.execute("create view bi.probe as select 1 as one")
    with connect("bi", rented) as connection:
        assert connection.execute("select one from bi.probe").fetchone() == (1,)
    with connect("pipeline", rented) as connection:
        connection.execute("drop view bi.probe")


def test_an_administrator_without_the_rights_is_told_which_are_missing(rented: Settings) -> None:
    given = rented.warehouse_url.get_secret_value().replace("dba:dba", "guest:guest")
    with pytest.raises(LoudongError, match=r"^guest may not set up risk: .*CREATEROLE"):
        migrate.set_up(rented.model_copy(update={"warehouse_url": SecretStr(given)}))


def test_an_unreachable_warehouse_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(warehouse_url="postgresql://nobody:secret@127.0.0.1:9/nowhere")
    with (
        pytest.raises(WarehouseUnreachableError, match=r"127\.0\.0\.1:9/nowhere") as caught,
        connect("admin", settings),
    ):
        pass
    assert "secret" not in str(caught.value)


def test_generated_passwords_are_for_the_owner_alone(server: Settings) -> None:
    path = credentials_path(server)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with pytest.raises(LoudongError, match="can be read by others"):
        credentials(server)
    path.chmod(0o600)


@pytest.mark.parametrize(("cores", "connections", "workers"), [(1, 2, 0), (2, 1, 1), (2, 2, 0), (3, 2, 0), (16, 2, 7)])
def test_a_query_takes_the_cores_that_dbts_connections_leave(
    monkeypatch: pytest.MonkeyPatch, cores: int, connections: int, workers: int
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert embedded.parallel_workers(Settings(dbt_threads=connections)) == workers


def test_the_embedded_server_runs_with_as_many_parallel_workers(server: Settings) -> None:
    with connect("admin", server) as connection:
        assert connection.execute("show max_parallel_workers_per_gather").fetchone() == (
            str(embedded.parallel_workers(server)),
        )
