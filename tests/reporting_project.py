"""The reporting views, built by the real dbt over planted marts."""

import shutil
from pathlib import Path

from risk_world import FACTS, PORTFOLIO

from loudong.errors import LoudongError
from loudong.settings import PROJECT_DIR, Settings
from loudong.warehouse.connect import connect
from loudong.warehouse.credentials import credentials

PROJECT = """
name: reporting_test
version: "1.0.0"
profile: reporting_test
flags: {send_anonymous_usage_stats: false}
vars: {timezone: %(timezone)s, horizon_days: %(horizon_days)s}
"""
PROFILE = """
reporting_test:
  target: test
  outputs:
    test: {type: postgres, host: 127.0.0.1, port: %(port)s, user: loudong_pipeline, password: %(password)s,
           dbname: %(database)s, schema: staging, threads: 1}
"""
SOURCES = (
    "version: 2\nsources: [{name: landing, tables: [{name: customer}, {name: customer_superseded}, {name: building}, "
    "{name: building_superseded}, {name: industry_indicator}, {name: industry_indicator_superseded}]}]"
)


def planted() -> tuple[str, ...]:
    """The tables behind the views that stand for the marts."""
    return tuple(f"planted_{table}" for table in FACTS)


def build_reporting(settings: Settings, folder: Path) -> None:
    """Build the reporting layer of the project over marts whose tables are planted; LoudongError when dbt fails."""
    for part in ("macros", "models/reporting"):
        shutil.copytree(PROJECT_DIR / "dbt_project" / part, folder / part)
    with connect() as connection:
        for table in FACTS:
            connection.execute(f"alter table marts.{table} rename to planted_{table}".encode())
            connection.execute(f"create view marts.{table} as select * from marts.planted_{table}".encode())
            _write(
                folder / "models" / f"{table}.sql",
                f"{{{{ config(materialized='view', schema='marts') }}}} select * from marts.planted_{table}",
            )
    _write(folder / "models" / "sources.yml", SOURCES)
    build_project(settings, folder)


def build_project(settings: Settings, folder: Path) -> None:
    """Build all models of a project in `folder` as the pipeline's role; LoudongError when dbt fails."""
    from dbt.cli.main import dbtRunner

    _write(folder / "dbt_project.yml", PROJECT % PORTFOLIO.model_dump())
    values = {
        "port": settings.warehouse_port,
        "password": credentials(settings)["pipeline"],
        "database": settings.warehouse_database,
    }
    _write(folder / "profiles.yml", PROFILE % values)
    arguments = ["build", "--project-dir", str(folder), "--profiles-dir", str(folder), "--quiet"]
    result = dbtRunner().invoke([*arguments, "--log-path", str(folder / "logs")])
    if not result.success:
        raise LoudongError(f"dbt failed: {result.exception or [node.message for node in result.result]}")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
