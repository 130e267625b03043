"""Shared fixtures: one embedded PostgreSQL per test worker, one fresh database per test module."""

import itertools
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import loudong.settings
from loudong.settings import Settings, get_settings
from loudong.warehouse import connect, embedded, migrate
from loudong.warehouse.credentials import credentials

SLOWEST = (
    "e2e/test_scheduler",
    "oracle/test_marts",
    "e2e/test_daily_chain",
    "comparison/",
    "transform/test_replay",
    "e2e/",
)

_numbers = itertools.count(1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
    patch.setenv("LOUDONG_WAREHOUSE_PORT", str(_free_port()))
    patch.setenv("LOUDONG_WAREHOUSE_DATABASE", "loudong_template")
    get_settings.cache_clear()
    settings = loudong.settings.get_settings()
    migrate.set_up(settings)
    yield settings
    embedded.stop(settings)
    patch.undo()
    get_settings.cache_clear()


@pytest.fixture(scope="module")
def warehouse(server: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of a fresh, migrated warehouse; `get_settings()` returns them while the module's tests run."""
    import psycopg

    name = f"loudong_test_{next(_numbers)}"
    admin = connect.embedded_url(server, "postgres", embedded.ADMIN_USER, credentials(server)["admin"])
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"create database {name} template loudong_template")
    patch = pytest.MonkeyPatch()
    patch.setenv("LOUDONG_WAREHOUSE_DATABASE", name)
    patch.setenv("LOUDONG_LANDING_DIR", str(tmp_path_factory.mktemp("landing")))
    get_settings.cache_clear()
    yield loudong.settings.get_settings()
    patch.undo()
    get_settings.cache_clear()
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the public data sets; tests that need them skip where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the public data sets are not on this machine")
    return folder
