"""The local stack: embedded PostgreSQL, Airflow and MLflow as processes of this machine, on loopback only."""
