"""Promise of the command line: wrong use and what is away get one sentence and a non-zero code, never a traceback."""

import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import psycopg
import pytest
from risk_world import PORTFOLIO
from second_machine import Machine, second_machine

from loudong.warehouse import migrate

PIPELINE_AWAY = "postgresql://loudong_pipeline:hush@127.0.0.1:9/risk"
ADMIN_AWAY = "postgresql://loudong_admin:hush@127.0.0.1:9/risk"
# Every command that reads or writes the warehouse as the pipeline.
WAREHOUSE_COMMANDS = (
    ("status",),
    ("evaluate",),
    ("quarantine", "list"),
    ("quarantine", "replay"),
    ("promote", "1", "--by", "Li Lei", "--because", "better"),
    ("train",),
    ("run", "--as-of", "2026-01-31"),
    ("run", "--as-of", "2026-01-31", "--train"),
)
MODEL_COMMANDS = tuple(command for command in WAREHOUSE_COMMANDS if command[0] in ("promote", "train", "run"))
ADMIN_COMMANDS = (("setup",), ("load", "."), ("backup", "x.dump"), ("restore", "here", "--yes"))


def sentence(finished: subprocess.CompletedProcess[str]) -> str:
    """What a refused command said, which must be one line on standard error."""
    assert finished.returncode == 1, finished.stdout + finished.stderr
    said = finished.stderr.strip()
    assert said.startswith("loudong: "), said
    assert len(said.splitlines()) == 1, said
    assert "hush" not in said
    return said.removeprefix("loudong: ")


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """An installation with an empty warehouse, one with a portfolio, one of a newer release, and a bare database."""
    with second_machine() as made:
        for name in ("empty", "loaded", "newer"):
            assert made.loudong("setup", LOUDONG_WAREHOUSE_DATABASE=name).returncode == 0
        with psycopg.connect(made.superuser().url(), autocommit=True) as connection:
            connection.execute("create database bare")
        with psycopg.connect(made.superuser("newer").url()) as connection:
            connection.execute("insert into public.loudong_migration (version, name, sha256) values (9999, 'x', 'x')")
        with psycopg.connect(made.superuser("loaded").url()) as connection:
            connection.execute(
                "insert into landing.portfolio (name, content_hash, settings) values (%s, 'x', %s)",
                (PORTFOLIO.name, PORTFOLIO.model_dump_json()),
            )
        yield made


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOUDONG_WAREHOUSE_PORT", "abc"),
        ("LOUDONG_WAREHOUSE_PORT", "70000"),
        ("LOUDONG_WAREHOUSE_DATABASE", "My-Warehouse"),
        ("LOUDONG_TIMEZONE", "Mars/Base"),
        ("LOUDONG_DBT_THREADS", "0"),
        ("LOUDONG_MLFLOW_TRACKING_URI", "ftp://hush"),
    ],
)
def test_a_setting_that_is_not_valid_is_named(machine: Machine, name: str, value: str) -> None:
    for command in (("status",), ("setup",), ("url",)):
        assert sentence(machine.loudong(*command, **{name: value})).startswith(f"{name} is not valid: ")


def test_a_password_that_breaks_the_url_is_refused_and_not_shown(machine: Machine) -> None:
    given = "postgresql://loudong_pipeline:hush/hush@127.0.0.1:9/risk"
    for command in (("status",), ("url",), ("load", ".")):
        said = sentence(machine.loudong(*command, LOUDONG_WAREHOUSE_URL=given))
        assert said.startswith("LOUDONG_WAREHOUSE_URL must look like")


@pytest.mark.parametrize("command", WAREHOUSE_COMMANDS)
def test_a_warehouse_without_schema_asks_for_setup(machine: Machine, command: tuple[str, ...]) -> None:
    newest = migrate.migrations()[-1][0]
    said = sentence(machine.loudong(*command, LOUDONG_WAREHOUSE_DATABASE="bare"))
    assert said == f"the warehouse has schema version 0, this code needs {newest}; run: loudong setup"


@pytest.mark.parametrize("command", WAREHOUSE_COMMANDS)
def test_a_warehouse_of_a_newer_release_is_refused(machine: Machine, command: tuple[str, ...]) -> None:
    said = sentence(machine.loudong(*command, LOUDONG_WAREHOUSE_DATABASE="newer"))
    assert said.startswith("the warehouse has schema version 9999, this code needs ")
    assert said.endswith("; use the Loudong release that made it")


@pytest.mark.parametrize("command", WAREHOUSE_COMMANDS)
def test_a_warehouse_that_does_not_exist_asks_for_setup(machine: Machine, command: tuple[str, ...]) -> None:
    said = sentence(machine.loudong(*command, LOUDONG_WAREHOUSE_DATABASE="nowhere"))
    assert said.endswith('database "nowhere" does not exist; run: loudong setup')


@pytest.mark.parametrize("command", WAREHOUSE_COMMANDS)
def test_a_warehouse_that_is_away_is_named(machine: Machine, command: tuple[str, ...]) -> None:
    said = sentence(machine.loudong(*command, LOUDONG_WAREHOUSE_URL=PIPELINE_AWAY))
    assert said.startswith("the warehouse at 127.0.0.1:9/risk cannot be reached as loudong_pipeline: ")


@pytest.mark.parametrize("command", ADMIN_COMMANDS)
def test_what_the_administrator_does_is_refused_to_lesser_roles_and_told_when_away(
    machine: Machine, command: tuple[str, ...]
) -> None:
    if command[0] == "restore":
        machine.loudong("backup", "here", LOUDONG_WAREHOUSE_DATABASE="empty")
    if command[0] != "load":
        said = sentence(machine.loudong(*command, LOUDONG_WAREHOUSE_URL=PIPELINE_AWAY))
        assert said.startswith("this needs the administrator's URL in LOUDONG_WAREHOUSE_URL, which names loudong_pipel")
    said = sentence(machine.loudong(*command, LOUDONG_WAREHOUSE_URL=ADMIN_AWAY, LOUDONG_PIPELINE_PASSWORD="hush"))
    assert said.startswith("the warehouse at 127.0.0.1:9/risk cannot be reached as loudong_admin: ")
    assert not (machine.settings.state_dir / "x.dump").exists()


@pytest.mark.parametrize("command", MODEL_COMMANDS)
def test_an_mlflow_that_is_away_is_named_within_seconds(machine: Machine, command: tuple[str, ...]) -> None:
    given = {"LOUDONG_WAREHOUSE_DATABASE": "loaded", "LOUDONG_MLFLOW_TRACKING_URI": "http://me:hush@127.0.0.1:9"}
    started = time.monotonic()
    said = sentence(machine.loudong(*command, **given))
    assert said == "MLflow at 127.0.0.1:9 cannot be reached: connection refused; is it up?"
    assert time.monotonic() - started < 40


@pytest.mark.parametrize(
    ("status", "expected"),
    [(503, "cannot be reached: "), (404, "refused; check LOUDONG_MLFLOW_TRACKING_URI: "), (200, "refused; check ")],
)
def test_a_server_that_is_no_mlflow_or_is_overloaded_is_told(machine: Machine, status: int, expected: str) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b"<html>hello</html>")

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        uri = f"http://127.0.0.1:{server.server_port}"
        given = {"LOUDONG_WAREHOUSE_DATABASE": "loaded", "LOUDONG_MLFLOW_TRACKING_URI": uri}
        said = sentence(machine.loudong("run", "--as-of", "2026-01-31", **given))
        server.shutdown()
    assert said.startswith(f"MLflow at 127.0.0.1:{server.server_port} {expected}")


def test_an_mlflow_must_be_named_beside_a_warehouse_of_its_own(machine: Machine) -> None:
    given = machine.superuser("loaded").url()
    machine.loudong("setup", LOUDONG_WAREHOUSE_DATABASE="loaded")
    said = sentence(machine.loudong("run", "--as-of", "2026-01-31", LOUDONG_WAREHOUSE_URL=given))
    assert said.startswith("LOUDONG_MLFLOW_TRACKING_URI must name an MLflow server")


def test_a_run_without_a_model_says_so_before_it_builds_anything(machine: Machine) -> None:
    said = sentence(machine.loudong("run", "--as-of", "2026-01-31", LOUDONG_WAREHOUSE_DATABASE="loaded"))
    assert said == f"no model has been trained for default_{PORTFOLIO.name}_loaded; run: loudong train"
    with psycopg.connect(machine.superuser("loaded").url()) as connection:
        assert connection.execute("select count(*) from ops.run").fetchone() == (0,)


def test_promoting_a_version_that_does_not_exist_is_refused_by_name(machine: Machine) -> None:
    said = sentence(
        machine.loudong("promote", "7", "--by", "Li Lei", "--because", "x", LOUDONG_WAREHOUSE_DATABASE="loaded")
    )
    assert said == f"default_{PORTFOLIO.name}_loaded has no version 7"


def test_an_entity_that_does_not_exist_is_named(machine: Machine) -> None:
    for command in ("list", "replay"):
        said = sentence(machine.loudong("quarantine", command, "--entity", "custommer"))
        assert said.startswith("unknown entity 'custommer'; the landing contract has: ")


@pytest.mark.parametrize("command", MODEL_COMMANDS)
def test_a_warehouse_without_a_portfolio_asks_for_one(machine: Machine, command: tuple[str, ...]) -> None:
    said = sentence(machine.loudong(*command, LOUDONG_WAREHOUSE_DATABASE="empty"))
    assert said == "no portfolio has been loaded; run: loudong load DIR"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (("load", "absent"), "absent"),
        (("restore", "absent.dump", "--yes"), "absent.dump cannot be read: No such file or directory"),
        (("restore", "credentials.json", "--yes"), "credentials.json is not a whole backup made by loudong backup"),
        (("backup", "absent/x.dump"), "absent/x.dump cannot be written: No such file or directory"),
        (("backup", "credentials.json"), "credentials.json exists; name a new file"),
        (("run", "--as-of", "2026-01-31", "--policy", "absent"), "--policy absent is not a folder"),
        (("run", "--as-of", "2026-01-31", "--from", "2026-02-01"), "--from 2026-02-01 lies after --as-of 2026-01-31"),
        (("portfolio", "generate", "--end", "2026-01-31", "--out", "credentials.json/x"), "credentials.json"),
    ],
)
def test_a_file_or_folder_that_cannot_be_used_is_named(
    machine: Machine, command: tuple[str, ...], expected: str
) -> None:
    said = sentence(machine.loudong(*command, LOUDONG_WAREHOUSE_DATABASE="loaded"))
    assert expected in said


def test_a_port_that_is_taken_is_named_with_its_setting(machine: Machine) -> None:
    with second_machine() as other, socket.socket() as taken:
        taken.bind(("127.0.0.1", other.settings.warehouse_port))
        taken.listen()
        said = sentence(other.loudong("setup"))
    assert said == (
        f"port {other.settings.warehouse_port} for the embedded PostgreSQL is in use; end what listens there or set "
        "LOUDONG_WAREHOUSE_PORT to a free port"
    )


def test_a_slip_on_the_command_line_gets_its_usage(machine: Machine) -> None:
    for command in (("run", "--as-of", "yesterday"), ("runn",), ("promote", "1"), ("run",)):
        finished = machine.loudong(*command)
        assert finished.returncode == 2
        assert finished.stderr.startswith("Usage: loudong")
        assert "Traceback" not in finished.stderr
