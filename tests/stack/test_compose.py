"""What docker-compose.yml names exists: services, programs, options, paths, settings; nothing is open or guessable."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import click
import psycopg
import pytest
import yaml
from second_machine import Machine, second_machine

from loudong.settings import Settings
from loudong.warehouse import embedded, migrate

PROJECT = Path(__file__).resolve().parents[2]
COMPOSE = PROJECT / "docker-compose.yml"
SERVICES = {
    "postgres",
    "redis",
    "mlflow",
    "airflow-init",
    "airflow-api-server",
    "airflow-scheduler",
    "airflow-dag-processor",
    "airflow-triggerer",
    "airflow-worker",
}
# Programs of images that others make, which this machine need not have.
THEIRS = {"redis": {"redis-server", "redis-cli"}, "postgres": {"pg_isready"}}
POSTGRES_IMAGE = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "POSTGRES_INITDB_ARGS"}
SECRET = r"\w*(?:PASSWORD|SECRET|KEY)\w*"
URL_SAFE = re.compile(r"[A-Za-z0-9_=-]{32,}")

Compose = dict[str, Any]
Command = list[str]


@pytest.fixture(scope="module")
def compose() -> Compose:
    parsed: Compose = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return parsed


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the command in the file's first lines writes into .env, run as it stands there."""
    folder = tmp_path_factory.mktemp("production")
    header = COMPOSE.read_text(encoding="utf-8").partition("\nname: ")[0]
    script = "\n".join(re.findall(r"^#   (.*)$", header, re.MULTILINE))
    subprocess.run(["sh", "-ec", script], cwd=folder, check=True)
    assert (folder / ".env").stat().st_mode & 0o077 == 0
    return dict(line.split("=", 1) for line in (folder / ".env").read_text().splitlines())


@pytest.fixture(scope="module")
def filled(secrets: dict[str, str]) -> Compose:
    """The file as compose reads it: variables filled in, $$ taken for $."""

    def value(found: re.Match[str]) -> str:
        if found["escaped"]:
            return "$"
        name, default = found["name"], found["default"]
        assert name in secrets or default is not None, f"{name} is not made by the command of the first lines"
        return secrets.get(name, default or "")

    pattern = r"(?P<escaped>\$\$)|\$\{(?P<name>\w+)(?::\?[^}]*|:-(?P<default>[^}]*))?\}"
    parsed: Compose = yaml.safe_load(re.sub(pattern, value, COMPOSE.read_text(encoding="utf-8")))
    return parsed


def _ours(compose: Compose) -> dict[str, Any]:
    return {name: service for name, service in compose["services"].items() if "loudong" in service["image"]}


def _split(script: str) -> list[Command]:
    """The commands of a simple shell script, one a line."""
    lines = script.replace("\\\n", " ").splitlines()
    return [words for words in (shlex.split(line, comments=True) for line in lines) if words]


def _commands(service: dict[str, Any]) -> list[Command]:
    """What a service runs, its health check too; scripts of a shell command by command."""
    found: list[Command] = []
    check = service.get("healthcheck", {}).get("test", ["CMD"])
    started = [check[1:]] if check[0] == "CMD" else _split(check[1])
    for command in [service.get("command", []), *started]:
        if command[:2] == ["bash", "-ec"]:
            found += [["bash", "-ec"], *_split(command[2])]
        elif command:
            found.append(command)
    return found


def _programs(filled: Compose, program: str) -> list[Command]:
    """The arguments of every start of `program` in our image."""
    started = [command for service in _ours(filled).values() for command in _commands(service)]
    return [command[1:] for command in started if command[0] == program]


def _parse(group: click.Command, arguments: Command) -> None:
    """Let click read a command line as it would when started, without running it."""
    context = group.make_context(group.name, list(arguments), resilient_parsing=False)
    if isinstance(group, click.Group):
        _, command, rest = group.resolve_command(context, [*context._protected_args, *context.args])
        assert command is not None
        _parse(command, rest)


def test_the_services_are_the_known_ones(compose: Compose) -> None:
    assert set(compose["services"]) == SERVICES


def test_every_lasting_service_has_a_health_check(compose: Compose) -> None:
    for name in SERVICES - {"airflow-init"}:
        assert compose["services"][name]["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")


def test_dependencies_name_services_that_exist(compose: Compose) -> None:
    for service in compose["services"].values():
        assert set(service.get("depends_on", {})) <= SERVICES
    assert compose["services"]["airflow-worker"]["depends_on"]["airflow-init"]["condition"].endswith("successfully")


def test_ports_are_published_on_loopback_only(compose: Compose) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert len(ports) == 2
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_no_secret_has_a_default_or_may_be_missing(compose: Compose) -> None:
    text = COMPOSE.read_text(encoding="utf-8").partition("\nname: ")[2]
    names = set(re.findall(rf"\$\{{({SECRET})", text))
    assert len(names) >= 10
    assert not re.findall(rf"\$\{{{SECRET}:?-", text)
    for name in names:
        assert re.search(rf"\$\{{{name}:\?", text), f"{name} may be missing without a word"


def test_the_command_of_the_first_lines_makes_every_secret_fit_for_a_url(secrets: dict[str, str]) -> None:
    from cryptography.fernet import Fernet

    text = COMPOSE.read_text(encoding="utf-8").partition("\nname: ")[2]
    assert set(secrets) == set(re.findall(rf"\$\{{({SECRET})", text))
    for name, value in secrets.items():
        assert URL_SAFE.fullmatch(value), f"{name} would break a URL"
    assert len(set(secrets.values())) == len(secrets)
    Fernet(secrets["AIRFLOW_FERNET_KEY"])


def test_only_the_setup_knows_the_administrator_of_the_warehouse(filled: Compose, secrets: dict[str, str]) -> None:
    for name, service in filled["services"].items():
        knows = secrets["LOUDONG_ADMIN_PASSWORD"] in json.dumps(service)
        assert knows == (name in ("airflow-init", "postgres")), name
        if name.startswith("airflow-"):
            user = urlsplit(service["environment"]["LOUDONG_WAREHOUSE_URL"]).username
            assert user == ("loudong_admin" if name == "airflow-init" else "loudong_pipeline")
            assert (secrets["LOUDONG_BI_PASSWORD"] in json.dumps(service)) == (name == "airflow-init")


def test_every_program_that_is_started_exists(filled: Compose) -> None:
    started = {name: {command[0] for command in _commands(service)} for name, service in filled["services"].items()}
    assert started["airflow-init"] == {"bash", "loudong", "airflow"}
    assert started["airflow-worker"] == {"airflow", "celery"}
    for name, programs in started.items():
        assert programs
        for program in programs:
            found = Path(sys.executable).with_name(program).exists() or shutil.which(program)
            assert found or program in THEIRS.get(name, ()), f"{program} of {name} is not installed"


def test_every_loudong_command_exists_with_its_options(filled: Compose) -> None:
    from loudong.cli import cli

    header = COMPOSE.read_text(encoding="utf-8").partition("\nname: ")[0].replace("\n#", "")
    told = re.findall(r"airflow-init loudong ([^`]+)`", header)
    assert told
    for arguments in [*_programs(filled, "loudong"), *map(shlex.split, told), ["restore", "FILE"]]:
        _parse(cli, arguments)
    with pytest.raises(click.UsageError):
        _parse(cli, ["setup", "--now"])


def test_every_airflow_command_exists_with_its_options(filled: Compose, tmp_path: Path) -> None:
    """Airflow's own parser reads them, under the settings of the worker: they decide which commands there are."""
    commands = _programs(filled, "airflow")
    assert len(commands) >= 9
    script = (
        "import json, sys\n"
        "from airflow.cli.cli_parser import get_parser\n"
        "for arguments in json.load(sys.stdin): get_parser().parse_args(arguments)\n"
    )
    environment = filled["services"]["airflow-worker"]["environment"]
    own = {name: str(value) for name, value in environment.items() if name.startswith("AIRFLOW__")}
    own |= {
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__CORE__DAGS_FOLDER": str(tmp_path),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(tmp_path),
    }

    def read(lines: list[Command]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-W", "ignore", "-c", script],
            input=json.dumps(lines),
            env=os.environ | own,
            capture_output=True,
            text=True,
            check=False,
        )

    finished = read(commands)
    assert finished.returncode == 0, finished.stderr[-2000:]
    assert read([["scheduler", "--slowly"]]).returncode == 2


def test_every_option_of_mlflows_server_exists(filled: Compose) -> None:
    from mlflow.cli import cli

    commands = _programs(filled, "mlflow")
    assert commands
    for arguments in commands:
        _parse(cli, arguments)
    with pytest.raises(click.UsageError):
        _parse(cli, ["server", "--artifact-destination", "/x"])


def test_every_option_of_celerys_health_check_exists(filled: Compose) -> None:
    from celery.bin.celery import celery
    from celery.worker.control import Panel

    commands = _programs(filled, "celery")
    assert commands
    for arguments in commands:
        _parse(celery, arguments)
        assert Panel.meta[arguments[arguments.index("inspect") + 1]].type == "inspect"
        with pytest.raises(click.UsageError):
            _parse(celery, [*arguments, "--patiently"])


def test_the_python_of_the_health_checks_asks_an_address_that_the_service_serves(filled: Compose) -> None:
    ports = {"mlflow": "5000", "airflow-api-server": "8080"}
    for name, port in ports.items():
        service = filled["services"][name]
        program, option, code = service["healthcheck"]["test"][1:]
        assert (program, option) == ("python", "-c")
        compile(code, name, "exec")
        assert f"http://127.0.0.1:{port}/" in code
        assert service["command"][service["command"].index("--port") + 1] == port
        assert service["ports"][0].endswith(f":{port}")


def test_every_option_given_to_postgresql_exists(filled: Compose) -> None:
    service = filled["services"]["postgres"]
    check = service["healthcheck"]["test"][1:]
    given = {check[0]: check[1:], "initdb": shlex.split(service["environment"]["POSTGRES_INITDB_ARGS"])}
    for program, arguments in given.items():
        known = subprocess.run(
            [embedded.bin_dir() / program, "--help"], capture_output=True, text=True, check=True
        ).stdout
        options = [argument.partition("=")[0] for argument in arguments if argument.startswith("--")]
        assert options
        for option in options:
            assert re.search(rf"{option}\b", known), f"{program} has no {option}"


def test_every_loudong_setting_exists(compose: Compose) -> None:
    known = {f"LOUDONG_{name.upper()}" for name in Settings.model_fields}
    for name, service in _ours(compose).items():
        used = {setting for setting in service["environment"] if setting.startswith("LOUDONG_")}
        assert used or name == "mlflow"
        assert used <= known


def test_every_airflow_setting_exists(compose: Compose) -> None:
    from airflow.configuration import conf

    conf.load_providers_configuration()
    for service in _ours(compose).values():
        names = [name for name in service["environment"] if name.startswith("AIRFLOW__")]
        assert len(names) > 8 or "MLFLOW_BACKEND_STORE_URI" in service["environment"]
        for name in names:
            _, section, option = name.split("__", 2)
            assert conf.configuration_description[section.lower()]["options"][option.lower()]


def test_every_mlflow_setting_exists(compose: Compose) -> None:
    import mlflow.environment_variables
    from mlflow.cli import cli

    options = {str(option.envvar) for option in cli.commands["server"].params}
    known = options | set(vars(mlflow.environment_variables))
    dockerfile = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    used = set(re.findall(r"\b(MLFLOW_\w+)=", dockerfile)) | set(compose["services"]["mlflow"]["environment"])
    assert len(used) >= 3
    assert used <= known


def test_every_variable_that_a_script_reads_is_given_to_it(compose: Compose) -> None:
    """What no setting of a program is must be read by the service's own script; and the other way round."""
    init = compose["services"]["airflow-init"]
    read = set(re.findall(r"\$\$\{(\w+)\}", init["command"][2]))
    own = {name for name in init["environment"] if not name.startswith(("AIRFLOW__", "LOUDONG_"))}
    assert read == own
    postgres = compose["services"]["postgres"]["environment"]
    script = compose["configs"]["databases"]["content"]
    assert set(re.findall(r"\$\$(POSTGRES_\w+)", script)) <= set(postgres)
    names = re.search(r"for name in ([a-z ]+);", script).group(1).split()
    assert {f"{name.upper()}_DB_PASSWORD" for name in names} | POSTGRES_IMAGE == set(postgres)


def test_paths_inside_the_image_are_made_by_the_dockerfile_or_copied_from_the_repository(compose: Compose) -> None:
    dockerfile = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    made = set(re.search(r"install -d -o loudong (.+)$", dockerfile, re.MULTILINE).group(1).split())
    assert made == {"/opt/loudong", "/var/lib/loudong"}
    for source in re.findall(r"^COPY --chown=loudong (\S+)", dockerfile, flags=re.MULTILINE):
        assert (PROJECT / source).exists()
    assert re.search(r"^WORKDIR /opt/loudong$", dockerfile, re.MULTILINE)
    variables = dict(re.findall(r"\b([A-Z_]+)=(/\S+)", dockerfile))
    assert {"AIRFLOW_HOME", "LOUDONG_STATE_DIR"} <= set(variables)
    named = [value for name, value in variables.items() if name != "PATH"]
    for service in _ours(compose).values():
        named += [value for value in service["environment"].values() if str(value).startswith("/")]
        named += [word for word in service["command"] if word.startswith("/")]
    assert len(named) > 10
    for path in map(PurePosixPath, named):
        if path.is_relative_to("/opt/loudong"):
            assert (PROJECT / path.relative_to("/opt/loudong")).is_dir(), path
        else:
            assert any(path.is_relative_to(folder) for folder in made), path


def test_every_mount_leads_where_its_service_looks(compose: Compose) -> None:
    for name, service in compose["services"].items():
        targets = []
        for mount in service.get("volumes", []):
            source, target = re.sub(r"\$\{[^}]+\}", "./given", mount).split(":")
            assert source.startswith("./") or source in compose["volumes"], f"{name} mounts {source}"
            targets.append(target)
        if name in _ours(compose):
            assert set(targets) <= {"/var/lib/loudong", service["environment"].get("LOUDONG_LANDING_DIR")}
            assert "/var/lib/loudong" in targets
        for config in service.get("configs", []):
            assert config["source"] in compose["configs"]
    # The image of PostgreSQL 18 keeps its data one level below.
    assert compose["services"]["postgres"]["image"].startswith("postgres:18")
    assert compose["services"]["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]
    assert set(compose["volumes"]) == {"postgres", "state"}
    assert _ours(compose)["mlflow"]["build"] == "."


@pytest.fixture(scope="module")
def production(filled: Compose, secrets: dict[str, str]) -> Iterator[Machine]:
    """The database server of the file: an embedded one, its databases made by the file's own script."""
    with second_machine() as machine:
        embedded.start(machine.settings)
        postgres = filled["services"]["postgres"]["environment"]
        admin = psycopg.sql.Literal(postgres["POSTGRES_PASSWORD"])
        with psycopg.connect(machine.superuser().url(), autocommit=True) as connection:
            connection.execute(
                psycopg.sql.SQL("alter role {} password {}").format(
                    psycopg.sql.Identifier(postgres["POSTGRES_USER"]), admin
                )
            )
            connection.execute(f"create database {postgres['POSTGRES_DB']}")
        reach = {
            "PATH": f"{embedded.bin_dir()}:{os.environ['PATH']}",
            "PGHOST": "127.0.0.1",
            "PGPORT": str(machine.settings.warehouse_port),
            "PGPASSWORD": postgres["POSTGRES_PASSWORD"],
        }
        script = filled["configs"]["databases"]["content"]
        finished = machine.run("sh", "-c", script, **postgres, **reach)
        assert finished.returncode == 0, finished.stderr
        yield machine


def _here(url: str, machine: Machine) -> str:
    """A URL of the file, on this machine."""
    return re.sub(r"@postgres(:5432)?/", f"@127.0.0.1:{machine.settings.warehouse_port}/", url)


def test_the_databases_of_airflow_and_mlflow_are_made_for_their_owners_alone(
    filled: Compose, production: Machine
) -> None:
    airflow = filled["services"]["airflow-worker"]["environment"]
    urls = {
        "airflow": airflow["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].replace("+psycopg2", ""),
        "mlflow": filled["services"]["mlflow"]["environment"]["MLFLOW_BACKEND_STORE_URI"],
    }
    assert airflow["AIRFLOW__CELERY__RESULT_BACKEND"] == f"db+{urls['airflow']}"
    for name, url in urls.items():
        with psycopg.connect(_here(url, production)) as connection:
            connection.execute("create table probe (one int)")
            connection.rollback()
        other = "mlflow" if name == "airflow" else "airflow"
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(f"{_here(url, production).rpartition('/')[0]}/{other}")


def test_the_setup_makes_the_warehouse_and_the_others_work_in_it_without_administering(
    filled: Compose, production: Machine
) -> None:
    def environment(service: str) -> dict[str, str]:
        given = filled["services"][service]["environment"]
        found = {name: str(value) for name, value in given.items() if name.startswith("LOUDONG_")}
        return found | {"LOUDONG_WAREHOUSE_URL": _here(found["LOUDONG_WAREHOUSE_URL"], production)}

    setup = next(arguments for arguments in _programs(filled, "loudong") if arguments == ["setup"])
    finished = production.loudong(*setup, **environment("airflow-init"))
    assert finished.returncode == 0, finished.stderr
    assert migrate.migrations()[-1][1] in finished.stdout
    for service in SERVICES - {"postgres", "redis", "mlflow", "airflow-init"}:
        assert production.loudong("status", **environment(service)).returncode == 0
    refused = production.loudong(*setup, **environment("airflow-worker"))
    assert refused.returncode == 1
    assert "needs the administrator's URL" in refused.stderr


def test_git_and_docker_build_ignore_secrets_and_saved_data(tmp_path: Path) -> None:
    names = [".env", ".env.production", "mine.dump", "mine.dump.x1.partial", "folder/.env", "folder/mine.dump"]
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    shutil.copy(PROJECT / ".gitignore", tmp_path)
    command = ["git", "-C", str(tmp_path), "check-ignore", *names]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told.splitlines() == names
    ignored = (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for pattern in ("**/.env", "**/.env.*", "**/*.dump", "**/*.partial", ".git", ".loudong"):
        assert pattern in ignored
