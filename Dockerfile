# One image for every Loudong service: Airflow with the project's DAGs, dbt project and packages, and MLflow.
FROM python:3.11-slim-bookworm

# libgomp1: LightGBM; tini: ends child processes. PostgreSQL's programs for backup and restore come with the packages;
# to save a warehouse that demands TLS, add those of its version here.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 50000 loudong \
    && install -d -o loudong /opt/loudong /var/lib/loudong

USER loudong
WORKDIR /opt/loudong
ENV PATH=/opt/loudong/.venv/bin:$PATH \
    AIRFLOW_HOME=/var/lib/loudong/airflow \
    LOUDONG_STATE_DIR=/var/lib/loudong \
    MLFLOW_DISABLE_TELEMETRY=true \
    DBT_SEND_ANONYMOUS_USAGE_STATS=false \
    SCARF_ANALYTICS=false

COPY --chown=loudong requirements.lock ./
RUN python -m venv .venv && pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock

COPY --chown=loudong . .
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable .

ENTRYPOINT ["tini", "--"]
CMD ["airflow", "version"]
