"""What docker-compose.yml names exists: services, commands, paths and settings; and nothing is open or guessable."""

import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from loudong.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]
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


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))
    return parsed


def test_the_services_are_the_known_ones(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == SERVICES


def test_every_lasting_service_has_a_health_check(compose: dict[str, Any]) -> None:
    for name in SERVICES - {"airflow-init"}:
        assert compose["services"][name]["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")


def test_dependencies_name_services_that_exist(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert set(service.get("depends_on", {})) <= SERVICES
    assert compose["services"]["airflow-worker"]["depends_on"]["airflow-init"]["condition"].endswith("successfully")


def test_ports_are_published_on_loopback_only(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert len(ports) == 2
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_no_secret_has_a_default(compose: dict[str, Any]) -> None:
    text = (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")
    secrets = set(re.findall(r"\$\{(\w*(?:PASSWORD|SECRET|KEY)\w*)", text))
    assert len(secrets) >= 8
    assert not re.findall(r"\$\{\w*(?:PASSWORD|SECRET|KEY)\w*:?-", text)
    for name in secrets:
        assert re.search(rf"\$\{{{name}:\?", text), f"{name} may be missing without a word"


def test_every_program_that_is_started_exists(compose: dict[str, Any]) -> None:
    ours = {name: service for name, service in compose["services"].items() if "loudong" in service["image"]}
    assert len(ours) == 7
    for service in ours.values():
        program = service["command"][0]
        found = Path(sys.executable).with_name(program).exists() or shutil.which(program)
        assert found, f"{program} is not installed"


def test_every_airflow_subcommand_exists(compose: dict[str, Any]) -> None:
    from airflow.cli.cli_parser import ALL_COMMANDS_DICT
    from airflow.providers.celery.cli.definition import CELERY_COMMANDS

    for service in compose["services"].values():
        if service.get("command", [""])[0] != "airflow":
            continue
        if service["command"][1] == "celery":
            assert service["command"][2] in {command.name for command in CELERY_COMMANDS}
        else:
            assert service["command"][1] in ALL_COMMANDS_DICT


def test_every_loudong_setting_exists(compose: dict[str, Any]) -> None:
    known = {f"LOUDONG_{name.upper()}" for name in Settings.model_fields}
    used = {name for name in compose["services"]["airflow-worker"]["environment"] if name.startswith("LOUDONG_")}
    assert used
    assert used <= known


def test_every_airflow_setting_exists(compose: dict[str, Any]) -> None:
    from airflow.configuration import conf

    names = [name for name in compose["services"]["airflow-worker"]["environment"] if name.startswith("AIRFLOW__")]
    assert len(names) > 8
    conf.load_providers_configuration()
    for name in names:
        _, section, option = name.split("__", 2)
        assert conf.configuration_description[section.lower()]["options"][option.lower()]


def test_paths_inside_the_image_are_those_of_the_repository(compose: dict[str, Any]) -> None:
    environment = compose["services"]["airflow-worker"]["environment"]
    for setting in ("AIRFLOW__CORE__DAGS_FOLDER", "AIRFLOW__CORE__PLUGINS_FOLDER"):
        assert (PROJECT / Path(environment[setting]).relative_to("/opt/loudong")).is_dir()
    dockerfile = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    for source in re.findall(r"^COPY --chown=loudong (\S+)", dockerfile, flags=re.MULTILINE):
        assert (PROJECT / source).exists()
    assert "LOUDONG_STATE_DIR=/var/lib/loudong" in dockerfile
