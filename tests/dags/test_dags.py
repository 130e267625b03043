"""Policy of the DAG files: they are wiring, every one of them, and say whom to ask and what to do."""

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
DAG_FILES = {"explain_published.py", "promote_default_model.py", "risk_daily.py", "train_default_model.py"}
HEAVY = {"pandas", "numpy", "lightgbm", "mlflow", "great_expectations", "dbt", "matplotlib", "psycopg", "sklearn"}


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What a fresh process sees after parsing every DAG file."""
    script = (
        "import json, sys; sys.path.insert(0, 'dags')\n"
        "import airflow.sdk; before = set(sys.modules)\n"
        "import explain_published, promote_default_model, risk_daily, train_default_model\n"
        "heavy = sorted({m.split('.')[0] for m in set(sys.modules) - before})\n"
        "dags = {d.dag_id: dict(doc=d.doc_md, owner=d.default_args['owner'], tags=sorted(d.tags), catchup=d.catchup,\n"
        "        tasks=[t.task_id for t in d.topological_sort()], retries=d.default_args['retries'],\n"
        "        policy=d.default_args['retry_policy'] is not None)\n"
        "        for d in (explain_published.dag, promote_default_model.dag, risk_daily.dag,\n"
        "                  train_default_model.dag)}\n"
        "print(json.dumps({'dags': dags, 'imported': heavy}))"
    )
    import json
    import os

    home = tmp_path_factory.mktemp("airflow")
    finished = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        cwd=PROJECT,
        env=os.environ | {"AIRFLOW_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    answer: dict[str, object] = json.loads(finished.stdout.splitlines()[-1])
    return answer


def test_the_dag_files_are_the_known_ones() -> None:
    assert {path.name for path in (PROJECT / "dags").glob("*.py")} == DAG_FILES


def test_every_dag_has_an_owner_a_tier_retries_and_says_what_to_do_when_it_fails(parsed: dict[str, dict]) -> None:
    assert set(parsed["dags"]) == {path.removesuffix(".py") for path in DAG_FILES}
    for dag in parsed["dags"].values():
        assert dag["owner"].startswith("risk-")
        assert [tag for tag in dag["tags"] if tag.startswith("tier:")]
        assert "**When it fails**" in dag["doc"]
        assert dag["retries"] > 0
        assert dag["policy"]
        assert not dag["catchup"]


def test_parsing_a_dag_imports_no_heavy_library(parsed: dict[str, dict]) -> None:
    assert "loudong" in parsed["imported"]
    assert not HEAVY & set(parsed["imported"])


def test_dag_files_stay_short_and_open_no_connection() -> None:
    for name in DAG_FILES:
        text = (PROJECT / "dags" / name).read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 130
        assert "connect(" not in text
        assert "select " not in text


def test_the_daily_tasks_stand_in_the_order_of_the_design(parsed: dict[str, dict]) -> None:
    assert parsed["dags"]["risk_daily"]["tasks"] == [
        "wait_for_turn",
        "pull_sources",
        "open_run",
        "gate_landing",
        "build_staging",
        "build_intermediate",
        "build_marts",
        "build_features",
        "gate_marts",
        "score",
        "gate_scores",
        "decide",
        "watch",
        "build_reporting",
        "publish",
        "ask_for_training",
        "tell",
        "close_run",
    ]
