"""Fixtures of the gates: a warehouse with mart tables, and sound rows in it."""

import pytest
from quality_planting import EARLIER_RUN_ID, MART_TABLES, RUN, SOUND_MARTS, plant_landing

from loudong.settings import Settings
from loudong.warehouse.connect import connect


@pytest.fixture(scope="module")
def planted(warehouse: Settings) -> Settings:
    """A warehouse with the runs and mart tables that the gates read."""
    with connect("admin") as connection:
        for run_id, day, state in ((EARLIER_RUN_ID, "2026-03-30", "published"), (RUN.run_id, "2026-03-31", "running")):
            connection.execute(
                "insert into ops.run (run_id, kind, as_of_date, as_of_dates, state, holder, code_version, ended_at) "
                "values (%s, 'daily', %s, array[%s::date], %s, 'test', 'test', "
                "case when %s <> 'running' then now() end)",
                (run_id, day, day, state, state),
            )
        connection.execute(
            "insert into ops.publication (as_of_date, run_id, result_hash) values ('2026-03-30', %s, 'x')",
            (EARLIER_RUN_ID,),
        )
        connection.execute(MART_TABLES.encode())
    return warehouse


@pytest.fixture
def sound(planted: Settings) -> None:
    """Everything as it should be; tests add their defect with connect("admin")."""
    with connect("admin") as connection:
        plant_landing(connection)
        connection.execute(SOUND_MARTS.encode())
