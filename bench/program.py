"""The `loudong` program as a user starts it."""

import subprocess
import sys
import time
from pathlib import Path


def loudong(*arguments: object) -> float:
    """Run `loudong` with `arguments`; the seconds it took. It must end well; its progress is shown."""
    program = Path(sys.executable).with_name("loudong")
    started = time.perf_counter()
    subprocess.run([program, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started
