"""The pipeline: runs and their steps, as plain functions that Airflow and the command line both call."""
