"""The assets that DAGs write and others hang on."""

from airflow.sdk import Asset

PUBLISHED = Asset("loudong://published", extra={"table": "ops.publication"})
TRAINING_ASKED = Asset("loudong://training_request", extra={"table": "ops.training_request"})
REGISTERED = Asset("loudong://default_model", extra={"registry": "MLflow"})
