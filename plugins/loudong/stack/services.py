"""What runs on one machine: MLflow's server and the parts of Airflow, each with its settings."""

import json
import os
import subprocess
import sys
from pathlib import Path

from loudong.errors import LoudongError
from loudong.settings import Settings, get_settings
from loudong.stack import processes
from loudong.stack.processes import Service
from loudong.warehouse import connect, embedded, migrate
from loudong.warehouse.credentials import credentials

UI_USER = "admin"
# Of Airflow's task processes, about 0.5 GB each, this many run at once.
PARALLEL_TASKS = 2


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def airflow_environment(settings: Settings) -> dict[str, str]:
    """Environment of every Airflow process of the local stack: loopback only, no telemetry, no examples."""
    home = settings.state_dir.resolve() / "airflow"
    passwords = credentials(settings)
    database = connect.embedded_url(settings, "airflow", "airflow", passwords["airflow"])
    secret = passwords["airflow_secret"]
    own = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(settings.project_dir / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(settings.project_dir / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": str(PARALLEL_TASKS),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{settings.airflow_port}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{UI_USER}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database.replace("postgresql://", "postgresql+psycopg2://"),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(settings.airflow_port),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{settings.airflow_port}",
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__SECRET_KEY": secret,
        "AIRFLOW__API_AUTH__JWT_SECRET": secret,
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "60",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "SCARF_ANALYTICS": "false",
        "PYTHONWARNINGS": "ignore",
    }
    loudong = {
        "LOUDONG_STATE_DIR": str(settings.state_dir.resolve()),
        "LOUDONG_LANDING_DIR": str(settings.landing_folder),
        "LOUDONG_TIMEZONE": settings.timezone,
    }
    return os.environ | own | loudong


def airflow_services(settings: Settings) -> list[Service]:
    """The parts of Airflow. Without the log servers, which would bind every address; logs are read from disk."""
    environment = airflow_environment(settings)
    airflow = _program("airflow")
    api = Service(
        "airflow-api-server",
        [airflow, "api-server"],
        environment,
        port=settings.airflow_port,
        port_setting="LOUDONG_AIRFLOW_PORT",
        health_url=f"http://127.0.0.1:{settings.airflow_port}/api/v2/monitor/health",
    )
    scheduler = Service("airflow-scheduler", [airflow, "scheduler", "--skip-serve-logs"], environment)
    return [api, scheduler, Service("airflow-dag-processor", [airflow, "dag-processor"], environment)]


def mlflow_service(settings: Settings) -> Service:
    """MLflow's server on its own database. One worker and no job runner: a third of the memory of its defaults."""
    database = connect.embedded_url(settings, "mlflow", "mlflow", credentials(settings)["mlflow"])
    environment = os.environ | {
        "MLFLOW_BACKEND_STORE_URI": database,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "PYTHONWARNINGS": "ignore",
    }
    command = [_program("mlflow"), "server", "--host", "127.0.0.1", "--port", str(settings.mlflow_port)]
    return Service(
        "mlflow",
        [*command, "--workers", "1", "--default-artifact-root", settings.mlflow_artifacts_dir.as_uri()],
        environment,
        port=settings.mlflow_port,
        port_setting="LOUDONG_MLFLOW_PORT",
        health_url=f"http://127.0.0.1:{settings.mlflow_port}/health",
    )


def run_airflow(settings: Settings, *arguments: str) -> str:
    """Run one `airflow` command in the stack's environment; what it printed. A LoudongError when it fails."""
    finished = subprocess.run(
        [_program("airflow"), *arguments],
        env=airflow_environment(settings),
        cwd=settings.state_dir,
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode != 0:
        tail = "\n".join((finished.stdout + finished.stderr).splitlines()[-15:])
        raise LoudongError(f"airflow {' '.join(arguments)} failed:\n{tail}")
    return finished.stdout


def up(settings: Settings | None = None) -> None:
    """Start everything that does not run yet, and wait until it answers."""
    settings = settings or get_settings()
    if settings.warehouse_url is not None:
        raise LoudongError("the local stack runs on the embedded warehouse: unset LOUDONG_WAREHOUSE_URL")
    services = [mlflow_service(settings), *airflow_services(settings)]
    for service in services:
        if service.port is not None and processes.find(settings, service.name) is None:
            embedded.require_free_port(service.port, service.name, service.port_setting)
    migrate.set_up(settings)
    processes.start(settings, services[0])
    _write_airflow_password(settings)
    run_airflow(settings, "db", "migrate")
    for service in services[1:]:
        processes.start(settings, service)
    for service in services:
        processes.wait_healthy(settings, service)


def _write_airflow_password(settings: Settings) -> None:
    path = settings.state_dir.resolve() / "airflow" / "passwords.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps({UI_USER: credentials(settings)["airflow_ui"]}), encoding="utf-8")


def down(settings: Settings | None = None) -> list[str]:
    """End everything that was started; the names of what ran."""
    settings = settings or get_settings()
    names = ["airflow-scheduler", "airflow-dag-processor", "airflow-api-server", "mlflow"]
    ended = [name for name in names if processes.stop(settings, name)]
    if embedded.stop(settings):
        ended.append("postgres")
    return ended


def running(settings: Settings | None = None) -> dict[str, bool]:
    """Which service runs."""
    settings = settings or get_settings()
    names = ["mlflow", "airflow-api-server", "airflow-scheduler", "airflow-dag-processor"]
    state = {name: processes.find(settings, name) is not None for name in names}
    return {"postgres": embedded.is_running(settings)} | state


def addresses(settings: Settings | None = None) -> dict[str, str]:
    """Where to open what, by name."""
    settings = settings or get_settings()
    return {
        "Airflow": f"http://127.0.0.1:{settings.airflow_port}  (user {UI_USER})",
        "MLflow": f"http://127.0.0.1:{settings.mlflow_port}",
        "Run reports": settings.reports_dir.as_uri(),
    }
