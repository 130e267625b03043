"""Promises of tables that rows are added to: no row is lost or moved to another column when a model changes."""

import shutil
from pathlib import Path

from reporting_project import build_project

from loudong.settings import PROJECT_DIR, Settings
from loudong.warehouse.connect import connect


def _build(settings: Settings, folder: Path, sql: str) -> None:
    model = folder / "models" / "grown.sql"
    model.parent.mkdir(exist_ok=True)
    model.write_text("{{ config(materialized='appended', schema='marts') }} " + sql, encoding="utf-8")
    build_project(settings, folder)


def test_new_columns_are_added_and_those_a_model_has_no_more_stay_empty(warehouse: Settings, tmp_path: Path) -> None:
    shutil.copytree(PROJECT_DIR / "dbt_project" / "macros", tmp_path / "macros")
    _build(warehouse, tmp_path, "select 1 as day, 10 as kept, 'old' as dropped")
    _build(warehouse, tmp_path, "select 'new' as added, 20 as kept, 2 as day")
    with connect() as connection:
        rows = connection.execute("select day, kept, dropped, added from marts.grown order by day").fetchall()
    assert rows == [(1, 10, "old", None), (2, 20, None, "new")]
