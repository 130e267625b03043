"""Passwords of an installation: generated once, kept in one 0600 file under the state folder."""

import json
import os
import secrets
from pathlib import Path

from loudong.errors import LoudongError
from loudong.settings import Settings

NAMES = ("admin", "pipeline", "bi", "airflow", "mlflow", "airflow_ui", "airflow_secret")


def credentials_path(settings: Settings) -> Path:
    return settings.state_dir.resolve() / "credentials.json"


def credentials(settings: Settings) -> dict[str, str]:
    """Password by name; generated on first use. A file that others can read is refused with a LoudongError."""
    path = credentials_path(settings)
    if not path.exists():
        _write(path, {name: secrets.token_urlsafe(24) for name in NAMES})
    if path.stat().st_mode & 0o077:
        raise LoudongError(f"{path} can be read by others; run: chmod 600 {path}")
    stored: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return stored


def _write(path: Path, values: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(values, file, indent=2)
    try:
        os.link(partial, path)  # link, not rename: of two first users one wins and both read the same file
    except FileExistsError:
        pass
    finally:
        partial.unlink()
