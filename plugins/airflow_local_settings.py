"""Airflow imports this at the start of each of its processes.

Tasks are forked from the scheduler (LocalExecutor) or from a Celery worker. Importing dbt, Great Expectations and
LightGBM takes longer than many a task: where tasks are forked from they are imported beforehand, and forks share them.
"""

import importlib
import sys

__all__: list[str] = []

FORKING_COMMANDS = ("scheduler", "celery")
LIBRARIES = ("dbt.cli.main", "great_expectations", "lightgbm", "mlflow", "pandas", "pyarrow.parquet")

if sys.argv[1:2] and sys.argv[1] in FORKING_COMMANDS:
    for library in LIBRARIES:
        importlib.import_module(library)
