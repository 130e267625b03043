"""PostgreSQL's own programs: a database written out as SQL, and replaced by SQL in one transaction."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

from loudong.errors import LoudongError
from loudong.warehouse.connect import Target
from loudong.warehouse.embedded import bin_dir

LOCK_SECONDS = 60
CHUNK = 1 << 20
# pg_dump begins every file with it; servers before PostgreSQL 17 do not know it.
TOO_NEW = b"SET transaction_timeout = 0;\n"
READY = b"loudong is ready to commit"


def dump(place: Target, output: IO[bytes], *arguments: str) -> None:
    """Write a database into `output` as SQL that names no owners. A LoudongError when pg_dump cannot."""
    options = ["--no-owner", "--encoding=UTF8", *arguments]
    with _program("pg_dump", place, options) as (process, _, printed, errors):
        shutil.copyfileobj(printed, output, CHUNK)
        if process.wait() != 0:
            raise LoudongError(f"pg_dump failed for {place}: {_complaint(errors)}")


@contextmanager
def replaced(place: Target, before: str, source: IO[bytes], after: str) -> Iterator[None]:
    """Run `before`, the dump `source` and `after` in one transaction.

    It is committed at the end of the block; an error before that, in the block too, leaves the database as it was.
    """
    options = ["--no-psqlrc", "--quiet", "--tuples-only", "--set=ON_ERROR_STOP=1", "--file=-"]
    with _program("psql", place, options) as (process, script, printed, errors):
        with suppress(BrokenPipeError):  # psql has ended then, and says why
            script.write(f"begin;\nset local lock_timeout = '{LOCK_SECONDS}s';\n{before}".encode())
            script.write(source.read(CHUNK).replace(TOO_NEW, b"", 1))
            shutil.copyfileobj(source, script, CHUNK)
            script.write(b"\n" + after.encode() + b"\\echo " + READY + b"\n")
            script.flush()
        if not any(line.strip() == READY for line in printed):
            raise LoudongError(f"{place} could not be restored and is as it was: {_complaint(errors)}")
        yield
        with suppress(BrokenPipeError):
            script.write(b"commit;\n")
            script.close()
        if process.wait() != 0:
            raise LoudongError(f"{place} could not be restored and is as it was: {_complaint(errors)}")


@contextmanager
def _program(
    name: str, place: Target, arguments: list[str]
) -> "Iterator[tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes], IO[bytes]]]":
    """A program at work, its input, its output and what it complains of; ended with the block, so rolled back."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [_path(name, place), f"--dbname={place.url(with_password=False)}", "--no-password", *arguments],
            env=os.environ | {"PGPASSWORD": place.password},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        if process.stdin is None or process.stdout is None:
            raise AssertionError("both were asked for")
        try:
            yield process, process.stdin, process.stdout, errors
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
            with suppress(BrokenPipeError):
                process.stdin.close()


def _path(name: str, place: Target) -> str:
    """Our own program; where TLS is demanded, which ours do not speak, that of the machine."""
    mode = place.options.get("sslmode", "prefer")
    if mode in ("disable", "allow", "prefer"):
        return str(bin_dir() / name)
    found = shutil.which(name)
    if found is None:
        raise LoudongError(
            f"{name} was not found, which sslmode={mode} needs; install PostgreSQL's client programs, of the server's "
            "version or later"
        )
    return found


def _complaint(errors: IO[bytes]) -> str:
    """The first error among what a program printed, in one line."""
    errors.seek(0)
    lines = [line for line in errors.read().decode(errors="replace").splitlines() if line.strip()]
    marked = re.compile(r"^.*?\b(?:ERROR|FATAL|error):\s*")
    first = next(filter(marked.match, lines), lines[-1] if lines else "it gave no reason")
    return marked.sub("", first).strip()
