"""Backup and restore of the warehouse, with PostgreSQL's own tools."""

import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

from loudong.errors import LoudongError
from loudong.settings import Settings, get_settings
from loudong.warehouse import connect as connecting
from loudong.warehouse.embedded import bin_dir


def backup(file: Path, settings: Settings | None = None) -> int:
    """Write the warehouse into `file` (pg_dump's custom format); its size in bytes. Refuses to overwrite."""
    settings = settings or get_settings()
    if file.exists():
        raise LoudongError(f"{file} exists; name a new file")
    partial = file.with_name(file.name + ".partial")
    try:
        _run("pg_dump", settings, ["--format=custom", f"--file={partial}"])
        partial.chmod(0o600)
        partial.rename(file)
    finally:
        partial.unlink(missing_ok=True)
    return file.stat().st_size


def restore(file: Path, replace: bool = False, settings: Settings | None = None) -> None:
    """Bring the warehouse to what `file` holds, in one transaction.

    Refused with a LoudongError when runs are recorded in the warehouse and `replace` was not asked for.
    """
    settings = settings or get_settings()
    if not file.is_file():
        raise LoudongError(f"{file} does not exist")
    with connecting.connect("admin", settings) as connection:
        row = connection.execute("select to_regclass('ops.run') is not null").fetchone()
        if row and row[0] and not replace:
            raise LoudongError("the warehouse is in use; restoring replaces all it holds: add --yes")
    _run(
        "pg_restore",
        settings,
        ["--clean", "--if-exists", "--single-transaction", "--exit-on-error", str(file)],
    )


def _run(program: str, settings: Settings, arguments: list[str]) -> None:
    parts = urlsplit(connecting.url("admin", settings))
    own = bin_dir() / program
    command = str(own) if own.exists() else shutil.which(program)
    if command is None:
        raise LoudongError(f"{program} was not found; install PostgreSQL's client programs")
    target = ["-h", str(parts.hostname), "-p", str(parts.port or 5432), "-U", unquote(parts.username or "")]
    finished = subprocess.run(
        [command, *target, "--dbname", unquote(parts.path.lstrip("/")), *arguments],
        env=os.environ | {"PGPASSWORD": unquote(parts.password or "")},
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode != 0:
        raise LoudongError(f"{program} failed: {finished.stderr.strip().splitlines()[-1]}")
