"""Background services: started in a process group of their own, recorded, watched, ended as a whole group."""

import json
import os
import signal
import subprocess
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError

import psutil

from loudong.errors import LoudongError
from loudong.settings import Settings
from loudong.warehouse.embedded import require_free_port

STOP_SECONDS = 20


@dataclass(frozen=True)
class Service:
    """One background program. `health_url` answers 200 once it serves; without one, staying alive is enough."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(repr=False)
    port: int | None = None
    port_setting: str = ""
    health_url: str | None = None
    start_seconds: int = 120


def _record_path(settings: Settings, name: str) -> Path:
    return settings.state_dir.resolve() / "run" / f"{name}.json"


def log_path(settings: Settings, name: str) -> Path:
    """Where the service writes what it says."""
    return settings.state_dir.resolve() / "log" / f"{name}.log"


def find(settings: Settings, name: str) -> psutil.Process | None:
    """The running process of a service that we started, else None (a reused process id does not count)."""
    path = _record_path(settings, name)
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        process = psutil.Process(record["pid"])
        same = abs(process.create_time() - record["created"]) < 1 and process.status() != psutil.STATUS_ZOMBIE
        return process if same else None
    except (FileNotFoundError, psutil.NoSuchProcess):
        return None


def start(settings: Settings, service: Service) -> None:
    """Start `service` unless it runs. A LoudongError when its port is taken."""
    if find(settings, service.name) is not None:
        return
    if service.port is not None:
        require_free_port(service.port, service.name, service.port_setting)
    log = log_path(settings, service.name)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        child = subprocess.Popen(
            service.command,
            env=service.environment,
            cwd=settings.state_dir,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    path = _record_path(settings, service.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    record = {"pid": child.pid, "created": psutil.Process(child.pid).create_time()}
    path.write_text(json.dumps(record), encoding="utf-8")


def wait_healthy(settings: Settings, service: Service) -> None:
    """Wait until `service` answers; a LoudongError with the end of its log when it dies or takes too long."""
    deadline = time.monotonic() + service.start_seconds
    while time.monotonic() < deadline:
        if find(settings, service.name) is None:
            raise LoudongError(f"{service.name} ended while starting:\n{_log_tail(settings, service.name)}")
        if service.health_url is None or _answers(service.health_url):
            return
        time.sleep(0.5)
    raise LoudongError(
        f"{service.name} did not answer at {service.health_url} within {service.start_seconds} s:\n"
        f"{_log_tail(settings, service.name)}"
    )


def stop(settings: Settings, name: str) -> bool:
    """End the whole process group of a service; False when it did not run."""
    process = find(settings, name)
    if process is None:
        _record_path(settings, name).unlink(missing_ok=True)
        return False
    family = [process, *process.children(recursive=True)]
    os.killpg(process.pid, signal.SIGTERM)
    _, alive = psutil.wait_procs(family, timeout=STOP_SECONDS)
    for survivor in alive:
        survivor.kill()
    psutil.wait_procs(alive, timeout=5)
    _record_path(settings, name).unlink(missing_ok=True)
    return True


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _log_tail(settings: Settings, name: str, lines: int = 15) -> str:
    return "\n".join(log_path(settings, name).read_text(errors="replace").splitlines()[-lines:])
