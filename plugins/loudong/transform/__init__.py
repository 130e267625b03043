"""Transformation: dbt, started in this process, one layer at a time."""
