"""A second installation: a state folder and ports of its own, and the real programs run on it."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.ports import free_ports
from loudong.settings import Settings
from loudong.warehouse import embedded
from loudong.warehouse.connect import Target, embedded_target
from loudong.warehouse.credentials import credentials

PORTS = ("warehouse_port", "airflow_port", "mlflow_port")


@dataclass(frozen=True)
class Machine:
    """An installation; nothing runs on it at first."""

    settings: Settings
    environment: dict[str, str]

    def loudong(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """The `loudong` program as a user starts it; its output and exit code."""
        return self.run(str(Path(sys.executable).with_name("loudong")), *arguments, **environment)

    def python(self, code: str, **environment: str) -> str:
        """What a fresh Python process prints."""
        finished = self.run(sys.executable, "-c", code, **environment)
        assert finished.returncode == 0, finished.stderr
        return finished.stdout.strip()

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            env=self.environment | environment,
            cwd=self.settings.state_dir,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def superuser(self, database: str = "postgres") -> Target:
        return embedded_target(self.settings, database, embedded.ADMIN_USER, credentials(self.settings)["admin"])


@contextmanager
def second_machine() -> Iterator[Machine]:
    """A machine on which nothing was ever set up; its server is ended and its state removed with the block."""
    with tempfile.TemporaryDirectory(prefix="loudong-") as name:
        Path(name).chmod(0o755)  # the server may run as another user
        ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        settings = Settings(state_dir=Path(name), warehouse_database="loudong", landing_dir=None, **ports)
        kept = {key: value for key, value in os.environ.items() if not key.startswith("LOUDONG_")}
        own = {f"LOUDONG_{key.upper()}": str(value) for key, value in ports.items()}
        yield Machine(settings, kept | own | {"LOUDONG_STATE_DIR": name})
        embedded.stop(settings)
