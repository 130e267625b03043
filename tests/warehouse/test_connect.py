"""Promises of reaching the warehouse: each role as far as its URL goes, secrets unseen, results the same everywhere."""

import os
import subprocess
import sys
from urllib.parse import quote

import psycopg
import pytest

from loudong.errors import LoudongError, WarehouseUnreachableError
from loudong.settings import Settings
from loudong.transform import dbt
from loudong.warehouse import migrate
from loudong.warehouse.connect import connect, may_administer, place, target, url
from loudong.warehouse.credentials import credentials

SHAPE = "LOUDONG_WAREHOUSE_URL must look like postgresql://USER:PASSWORD@HOST:PORT/DATABASE"


def external(server: Settings, user: str, password: str, options: str = "", **given: str) -> Settings:
    """Settings that name the embedded server as if it were somebody else's."""
    where = f"127.0.0.1:{server.warehouse_port}/{server.warehouse_database}{options}"
    return Settings(warehouse_url=f"postgresql://{user}:{quote(password, safe='')}@{where}", **given)


def test_the_pipelines_url_is_used_as_it_is_and_does_not_administer(warehouse: Settings) -> None:
    settings = external(warehouse, "loudong_pipeline", credentials(warehouse)["pipeline"])
    with connect("pipeline", settings) as connection:
        assert connection.info.user == "loudong_pipeline"
        migrate.check_version(connection)
    assert not may_administer(settings)
    with pytest.raises(LoudongError, match=r"needs the administrator's URL .* names loudong_pipeline"):
        url("admin", settings)
    with pytest.raises(LoudongError, match="needs the administrator's URL"):
        migrate.set_up(settings)


def test_the_pipelines_url_reaches_bi_once_its_password_is_given(warehouse: Settings) -> None:
    mine, other = credentials(warehouse)["pipeline"], credentials(warehouse)["bi"]
    with pytest.raises(LoudongError, match="set LOUDONG_BI_PASSWORD"):
        url("bi", external(warehouse, "loudong_pipeline", mine))
    with connect("bi", external(warehouse, "loudong_pipeline", mine, bi_password=other)) as connection:
        assert connection.info.user == "loudong_bi"


def test_the_bi_readers_url_does_not_make_it_the_pipeline(warehouse: Settings) -> None:
    settings = external(warehouse, "loudong_bi", credentials(warehouse)["bi"])
    with connect("bi", settings) as connection:
        assert connection.info.user == "loudong_bi"
    with pytest.raises(LoudongError, match="set LOUDONG_PIPELINE_PASSWORD"):
        url("pipeline", settings)


def test_the_administrators_url_reaches_every_role(warehouse: Settings) -> None:
    passwords = credentials(warehouse)
    settings = external(
        warehouse,
        "loudong_admin",
        passwords["admin"],
        pipeline_password=passwords["pipeline"],
        bi_password=passwords["bi"],
    )
    assert may_administer(settings)
    for role in ("admin", "pipeline", "bi"):
        with connect(role, settings) as connection:
            assert connection.info.user == f"loudong_{role}"


@pytest.mark.parametrize("mark", ["/", "@", "%", "?", "#", " ", "%2"])
def test_a_password_that_breaks_the_url_is_refused_and_not_shown(mark: str) -> None:
    settings = Settings(warehouse_url=f"postgresql://loudong_pipeline:hush{mark}zzquiet@db.example:5432/loudong")
    for role in ("admin", "pipeline", "bi"):
        with pytest.raises(LoudongError) as caught:
            url(role, settings)
        assert str(caught.value).startswith(SHAPE)
        assert "\n" not in str(caught.value)
        assert "hush" not in str(caught.value)
        assert "quiet" not in str(caught.value)


@pytest.mark.parametrize("given", ["", "mysql://a:b@c/d", "postgresql://a:b@c", "postgresql:///d", "a:b@c/d"])
def test_what_is_no_postgresql_url_is_refused(given: str) -> None:
    with pytest.raises(LoudongError, match=f"^{SHAPE}"):
        url("pipeline", Settings(warehouse_url=given))


def test_a_password_of_any_characters_works_quoted(warehouse: Settings) -> None:
    password = "/@:%?# &=+ü%41"
    with connect("admin", autocommit=True) as connection:
        connection.execute(psycopg.sql.SQL("create role dba login password {}").format(psycopg.sql.Literal(password)))
        connection.execute(f"grant connect on database {warehouse.warehouse_database} to dba")
        try:
            settings = external(warehouse, "dba", password)
            with connect("admin", settings) as other:
                assert other.info.user == "dba"
            assert target("admin", settings).password == password
            with connect("admin", Settings(warehouse_url=url("admin", settings))) as other:
                assert other.info.user == "dba"
        finally:
            connection.execute(f"revoke connect on database {warehouse.warehouse_database} from dba; drop role dba")


def test_an_address_of_any_kind_is_kept_whole() -> None:
    given = (
        "postgresql://me:p@[::1]:6000/ware%20house?sslmode=verify-full&sslrootcert=/etc/ca.pem&application_name=a%26b"
    )
    found = target("admin", Settings(warehouse_url=given.replace("/etc/ca", "%2Fetc%2Fca")))
    assert (found.host, found.port, found.database) == ("::1", 6000, "ware house")
    assert found.options == {"sslmode": "verify-full", "sslrootcert": "/etc/ca.pem", "application_name": "a&b"}
    assert psycopg.conninfo.conninfo_to_dict(found.url())["sslrootcert"] == "/etc/ca.pem"
    assert "me" not in place(Settings(warehouse_url="postgresql://me:p@db:6000/w"))


def test_options_of_the_url_count_in_connections_and_in_dbt(warehouse: Settings) -> None:
    """The embedded server speaks no TLS: demanding it must fail, and say why."""
    settings = external(
        warehouse, "loudong_pipeline", credentials(warehouse)["pipeline"], "?sslmode=require&sslrootcert=ca.pem"
    )
    with pytest.raises(WarehouseUnreachableError, match="does not support SSL"), connect("pipeline", settings):
        pass
    given = dbt._connection(settings)
    assert (given["LOUDONG_DBT_SSLMODE"], given["PGSSLROOTCERT"]) == ("require", "ca.pem")
    script = (
        "from loudong.transform import dbt\n"
        "results = dbt._invoke(['test', '--select', 'test_type:unit', '--threads', '1', '--fail-fast'], {}, None)\n"
        "print(results)"
    )
    own = {"LOUDONG_WAREHOUSE_URL": settings.warehouse_url.get_secret_value().partition("&")[0]}
    told = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | own, capture_output=True, text=True, check=False
    )
    assert "does not support SSL" in told.stdout + told.stderr


def test_an_option_that_does_not_exist_is_named(warehouse: Settings) -> None:
    settings = external(warehouse, "loudong_pipeline", "x", "?sslmod=require")
    with (
        pytest.raises(LoudongError, match=r'LOUDONG_WAREHOUSE_URL cannot be read: .*"sslmod"'),
        connect("pipeline", settings),
    ):
        pass


def test_sessions_are_in_utc_whatever_server_role_or_client_prefer(warehouse: Settings) -> None:
    name = warehouse.warehouse_database
    with connect("admin") as connection:
        connection.execute(f"alter database {name} set timezone to 'Asia/Shanghai'")
        connection.execute(f"alter role loudong_pipeline in database {name} set timezone to 'Asia/Tokyo'")
    script = (
        "from loudong.warehouse.connect import connect, url\n"
        "import psycopg, psycopg2\n"
        "with connect() as c: print(*c.execute('show timezone').fetchone())\n"
        "with psycopg.connect(url('pipeline')) as c: print(*c.execute('show timezone').fetchone())\n"
        "cursor = psycopg2.connect(url('pipeline')).cursor(); cursor.execute('show timezone')\n"
        "print(*cursor.fetchone())"
    )
    finished = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PGTZ": "America/New_York"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert finished.stdout.split() == ["UTC"] * 3


def test_a_server_that_answers_no_is_not_taken_for_one_that_is_away(warehouse: Settings) -> None:
    for settings, reason in (
        (external(warehouse, "loudong_pipeline", "wrong"), "password authentication failed"),
        (Settings(warehouse_database="nowhere"), 'database "nowhere" does not exist'),
    ):
        with pytest.raises(LoudongError, match=reason) as caught, connect("pipeline", settings):
            pass
        assert not isinstance(caught.value, WarehouseUnreachableError)
        assert str(caught.value).endswith("loudong setup")
        assert "wrong" not in str(caught.value)
