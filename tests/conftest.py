"""Shared fixtures: one embedded PostgreSQL per test worker, one fresh database per test module."""

import gc
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from learned_book import Book, learn
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

import loudong.settings
from bench.ports import free_ports
from loudong.settings import Settings, get_settings
from loudong.warehouse import connect, embedded, migrate
from loudong.warehouse.credentials import credentials

SLOWEST = (
    "e2e/test_scheduler",
    "e2e/test_daily_chain",
    "comparison/",
    "e2e/test_readme",
    "oracle/",
    "transform/",
    "e2e/",
    "style/",
    "quality/",
)
LEARNED = ("tests/e2e/test_daily_chain", "tests/comparison/")

# The books of tests are small, and what is promised of a model does not hang on its shape.
os.environ.setdefault("LOUDONG_TUNING_TRIALS", "2")
gc.set_threshold(100_000, 50, 50)  # dbt and Great Expectations make many objects that stay


class _FilesScheduling(LoadFileScheduling):
    """A worker takes whole files, and all that read the learned book, so that it is made once."""

    def _split_scope(self, nodeid: str) -> str:
        return "learned" if nodeid.startswith(LEARNED) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    return _FilesScheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slowest files first, so that none is left running alone at the end; the first mostly waits for Airflow."""
    items.sort(key=lambda item: next((at for at, name in enumerate(SLOWEST) if name in item.nodeid), len(SLOWEST)))


@pytest.fixture(scope="session")
def state_dir() -> Iterator[Path]:
    """A state folder outside pytest's own: each start of pytest takes the rights to all of those away from others,
    and so from a server that runs as another user."""
    with tempfile.TemporaryDirectory(prefix="loudong-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="session")
def server(state_dir: Path) -> Iterator[Settings]:
    """Settings of a running embedded PostgreSQL whose database `loudong_template` is migrated and empty."""
    patch = pytest.MonkeyPatch()
    patch.setenv("LOUDONG_STATE_DIR", str(state_dir))
    patch.setenv("LOUDONG_WAREHOUSE_PORT", str(free_ports(1)[0]))
    patch.setenv("LOUDONG_WAREHOUSE_DATABASE", "loudong_template")
    patch.setenv("LOUDONG_DBT_THREADS", "1")  # the workers are side by side already; stacks and the README have two
    get_settings.cache_clear()
    settings = loudong.settings.get_settings()
    migrate.set_up(settings)
    with _as_admin(settings) as connection:
        connection.execute("alter system set fsync = off")  # what a test leaves needs not outlive the machine
        connection.execute("select pg_reload_conf()")
    yield settings
    embedded.stop(settings)
    patch.undo()
    get_settings.cache_clear()


@contextmanager
def _database(server: Settings, name: str, template: str, landing: Path) -> Iterator[Settings]:
    """A database made from another one, dropped at the end; `get_settings()` returns its settings meanwhile."""
    with _as_admin(server) as connection:
        connection.execute(f"create database {name} template {template}".encode())
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("LOUDONG_WAREHOUSE_DATABASE", name)
            patch.setenv("LOUDONG_LANDING_DIR", str(landing))
            get_settings.cache_clear()
            yield loudong.settings.get_settings()
    finally:
        get_settings.cache_clear()
        with _as_admin(server) as connection:
            connection.execute(f"drop database {name} with (force)".encode())


def _as_admin(server: Settings, database: str = "postgres") -> connect.Connection:
    admin = connect.embedded_url(server, database, embedded.ADMIN_USER, credentials(server)["admin"])
    return psycopg.connect(admin, autocommit=True)


@pytest.fixture(scope="module")
def warehouse(server: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of a fresh, migrated warehouse; `get_settings()` returns them while the module's tests run."""
    landing = tmp_path_factory.mktemp("landing")
    # One name for all modules: dbt parses its project once per database.
    with _database(server, "loudong_test", "loudong_template", landing) as settings:
        _forget_models(settings)
        yield settings


def _forget_models(settings: Settings) -> None:
    """Models are registered by the name of their warehouse: those of the module before are not this one's."""
    tables = ("registered_model_aliases", "registered_model_tags", "model_version_tags", "model_versions")
    with _as_admin(settings, "mlflow") as connection:
        if connection.execute("select to_regclass('registered_models') is null").fetchone() == (False,):
            for table in (*tables, "registered_models"):
                connection.execute(f"delete from {table} where name like '%loudong\\_test'".encode())


@pytest.fixture(scope="session")
def _learned_once(server: Settings, tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The learned book, whose warehouse is kept as database `loudong_learned_kept`."""
    folder = tmp_path_factory.mktemp("portfolio")
    with _database(server, "loudong_learned", "loudong_template", folder):
        book = learn(folder / "book")
        with _as_admin(server) as connection:
            # dbt keeps a connection until it is started again.
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'loudong_learned'"
            )
            connection.execute("create database loudong_learned_kept template loudong_learned")
    return book


@pytest.fixture(scope="module")
def learned(_learned_once: Book, server: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """The learned book in a warehouse of the module's own, named as the one it was learned in: its model is known by
    that name."""
    folder = tmp_path_factory.mktemp("portfolio")
    with _database(server, "loudong_learned", "loudong_learned_kept", folder):
        yield _learned_once.copied(folder / "book")


@pytest.fixture(scope="module")
def without_data_tests() -> Iterator[None]:
    """For what is compared row by row: dbt's own tests would double the time. They run wherever days are published."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBT_RESOURCE_TYPES", "seed model")
        yield


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the public data sets; tests that need them skip where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the public data sets are not on this machine")
    return folder
