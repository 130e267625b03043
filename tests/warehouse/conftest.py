"""A server of somebody else's, and the small model of tests/models."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from second_machine import second_machine

from loudong.settings import Settings
from loudong.warehouse import embedded

_spec = importlib.util.spec_from_file_location("models_conftest", Path(__file__).parents[1] / "models" / "conftest.py")
_models = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_models)
learned, scorer, register = _models.learned, _models.scorer, _models.register


@pytest.fixture(scope="module", params=[16, 18], ids=lambda version: f"PostgreSQL {version}")
def rented(request: pytest.FixtureRequest) -> Iterator[Settings]:
    """A server of somebody else's: `dba` may make roles and databases and is no superuser; `guest` may do nothing."""
    with second_machine() as machine:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(embedded, "POSTGRES_VERSION", request.param)
            patch.setattr(embedded, "COLLATION", ("--locale=C.UTF-8",))  # what every version knows
            embedded.start(machine.settings)
        with psycopg.connect(machine.superuser().url(), autocommit=True) as connection:
            connection.execute("create role dba login createrole createdb password 'dba'")
            connection.execute("create role guest login password 'guest'")
        where = f"127.0.0.1:{machine.settings.warehouse_port}"
        with psycopg.connect(f"postgresql://dba:dba@{where}/postgres", autocommit=True) as connection:
            connection.execute("create database risk")
            connection.execute("grant connect, create on database risk to guest")
        yield Settings(warehouse_url=f"postgresql://dba:dba@{where}/risk", pipeline_password="p", bi_password="b")
