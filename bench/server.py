"""A warehouse of its own for a benchmark, and what processes cost while it works."""

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.ports import free_ports
from loudong.settings import Settings, get_settings
from loudong.warehouse import embedded, migrate

SAMPLE_SECONDS = 0.2
MIB = 1024 * 1024
PORTS = ("LOUDONG_WAREHOUSE_PORT", "LOUDONG_AIRFLOW_PORT", "LOUDONG_MLFLOW_PORT")


@contextmanager
def own_warehouse() -> Iterator[Settings]:
    """A migrated, empty embedded warehouse in a temporary state folder, gone with the block; every service of the
    settings has a port of its own."""
    before = {name: os.environ.pop(name, None) for name in (*PORTS, "LOUDONG_STATE_DIR", "LOUDONG_WAREHOUSE_URL")}
    with tempfile.TemporaryDirectory(prefix="loudong-bench-") as state:
        Path(state).chmod(0o755)
        os.environ["LOUDONG_STATE_DIR"] = state
        os.environ.update(zip(PORTS, map(str, free_ports(len(PORTS))), strict=True))
        get_settings.cache_clear()
        settings = get_settings()
        try:
            migrate.set_up(settings)
            yield settings
        finally:
            embedded.stop(settings)
            for name, value in before.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value
            get_settings.cache_clear()


@dataclass
class Cost:
    """CPU seconds (user and system) of this process with its children and of the server; the greatest memory of any
    one process in MiB, of a server process with all of the shared buffers that it has touched."""

    client_cpu_seconds: float = 0
    server_cpu_seconds: float = 0
    client_peak_mib: float = 0
    server_peak_mib: float = 0


@contextmanager
def costs(settings: Settings) -> Iterator[Cost]:
    """What the work of the block costs; complete when the block has ended."""
    cost = Cost()
    pid = int((embedded.data_dir(settings) / "postmaster.pid").read_text().split()[0])
    server, client = psutil.Process(pid), psutil.Process()
    at_end = threading.Event()

    def sample() -> None:
        while not at_end.wait(SAMPLE_SECONDS):
            mine = [
                process for process in client.children(recursive=True) if server not in (process, *_parents(process))
            ]
            cost.client_peak_mib = max(cost.client_peak_mib, *(_resident(process) for process in (client, *mine)))
            backends = server.children()
            cost.server_peak_mib = max(cost.server_peak_mib, *(_resident(process) for process in backends))

    watcher = threading.Thread(target=sample)
    watcher.start()
    before = _cpu(client), _cpu(server)
    try:
        yield cost
    finally:
        at_end.set()
        watcher.join()
        cost.client_cpu_seconds = _cpu(client) - before[0]
        cost.server_cpu_seconds = _cpu(server) - before[1]


def _parents(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.parents()
    except psutil.NoSuchProcess:
        return []


def _resident(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss) / MIB
    except psutil.NoSuchProcess:
        return 0.0


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    total = times.user + times.system + times.children_user + times.children_system
    for child in process.children():
        with suppress(psutil.NoSuchProcess):  # it has ended: its parent's children_user holds it
            total += sum(child.cpu_times()[:2])
    return float(total)
