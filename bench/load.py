"""How fast `loudong load` is beside raw COPY of the same rows into the same tables.

    python -m bench.load FOLDER [--share 0.12]

The raw COPY knows the result: rows already parsed, checked and hashed lie in files in the order in which they landed,
in the server's binary and text formats (the faster counts). It fills empty tables with the same indexes through as many
connections as the loader uses. Both times are wall-clock, side by side on one server.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import click

from bench.landing import link
from bench.server import Cost, costs, own_warehouse
from loudong.landing.load import load_folder
from loudong.settings import Settings
from loudong.warehouse.connect import connect

BASE = ("building", "customer", "contract")  # loaded beforehand, unmeasured: the others refer to them
MEASURED = ("installment", "payment", "transaction", "credit_score")
PIECE_ROWS = 100_000  # of one raw COPY, about what the loader puts into one transaction
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class Pace:
    """Rows moved and the seconds it took."""

    rows: int
    seconds: float
    cost: Cost

    @property
    def rows_per_second(self) -> float:
        return self.rows / self.seconds

    @property
    def cpu_us_per_row(self) -> float:
        """Microseconds of CPU time that one row costs, client and server together."""
        return (self.cost.client_cpu_seconds + self.cost.server_cpu_seconds) / self.rows * 1e6


@dataclass(frozen=True)
class LoadMeasure:
    """Loading and raw COPY of the same rows; the format of COPY that was the faster."""

    load: Pace
    raw: Pace
    raw_format: str

    @property
    def ratio(self) -> float:
        """Rows a second of loading over those of raw COPY."""
        return self.load.rows_per_second / self.raw.rows_per_second

    def lines(self) -> list[str]:
        """The measure as text."""
        text = [
            f"{'':<18}{'rows':>12}{'seconds':>10}{'rows/s':>10}{'CPU us/row':>12}{'client MiB':>12}{'server MiB':>12}"
        ]
        for name, pace in (("loudong load", self.load), (f"raw COPY ({self.raw_format})", self.raw)):
            text.append(
                f"{name:<18}{pace.rows:>12,}{pace.seconds:>10.2f}{pace.rows_per_second:>10,.0f}"
                f"{pace.cpu_us_per_row:>12.2f}{pace.cost.client_peak_mib:>12,.0f}{pace.cost.server_peak_mib:>12,.0f}"
            )
        cpu = self.load.cost
        text.append(
            f"loading: {cpu.client_cpu_seconds:.1f} s CPU of the loader, {cpu.server_cpu_seconds:.1f} s of the server"
        )
        text.append(f"ratio load / raw COPY: {self.ratio:.2f}")
        return text


def measure(folder: Path, share: float = 0.12) -> LoadMeasure:
    """Load an evenly spread `share` of the files of `MEASURED` below `folder`, then copy the rows that landed."""
    with own_warehouse() as settings, tempfile.TemporaryDirectory(prefix="loudong-bench-") as name:
        work = Path(name)
        link(folder, _spread(folder, BASE, 1), work / "landing")
        load_folder(work / "landing")
        link(folder, _spread(folder, MEASURED, share), work / "landing")
        _checkpoint()
        with costs(settings) as cost:
            started = time.perf_counter()
            summary = load_folder(work / "landing")
            seconds = time.perf_counter() - started
        load = Pace(summary.landed, seconds, cost)
        paces = {kind: _copy_raw(settings, work / kind, kind) for kind in ("binary", "text")}
    best = max(paces, key=lambda kind: paces[kind].rows_per_second)
    return LoadMeasure(load, paces[best], best)


def _spread(folder: Path, names: tuple[str, ...], share: float) -> Iterator[Path]:
    """An evenly spread share of the files of each entity of `names`, one at least."""
    for name in names:
        files = sorted(path for path in (folder / name).glob("*/*") if path.is_file())
        count = max(1, round(len(files) * share))
        yield from (files[index * len(files) // count] for index in range(count))


def _copy_raw(settings: Settings, work: Path, kind: str) -> Pace:
    """Copy what landed into empty tables of the same shape. Writing the prepared rows is not timed."""
    work.mkdir()
    with connect("admin", autocommit=True) as connection:
        connection.execute("create schema bench")
        for name in MEASURED:
            connection.execute(f"create table bench.{name} (like landing.{name} including all)".encode())
    pieces = {name: list(_write_pieces(work, name, kind)) for name in MEASURED}
    _checkpoint()
    with costs(settings) as cost:
        started = time.perf_counter()
        for name, files in pieces.items():
            with ThreadPoolExecutor(settings.load_workers) as pool:
                list(pool.map(lambda file, name=name: _copy_in(name, file, kind), files))
        seconds = time.perf_counter() - started
    with connect("admin", autocommit=True) as connection:
        rows = sum(
            int((connection.execute(f"select count(*) from bench.{name}".encode()).fetchone() or (0,))[0])
            for name in MEASURED
        )
        connection.execute("drop schema bench cascade")
    shutil.rmtree(work)
    return Pace(rows, seconds, cost)


def _write_pieces(work: Path, name: str, kind: str) -> Iterator[Path]:
    with connect("admin") as connection:
        blocks = connection.execute(
            f"select pg_relation_size(%s) / 8192, count(*) from landing.{name}", (f"landing.{name}",)
        ).fetchone() or (0, 0)
        step = max(1, PIECE_ROWS * blocks[0] // max(1, blocks[1]))
        for first in range(0, blocks[0], step):
            path = work / f"{name}-{first}"
            statement = (
                f"copy (select * from landing.{name} where ctid >= '({first},0)' and ctid < '({first + step},0)') "
                f"to stdout (format {kind})"
            )
            with path.open("wb") as file, connection.cursor().copy(statement.encode()) as copy:
                for data in copy:
                    file.write(data)
            yield path


def _copy_in(name: str, path: Path, kind: str) -> None:
    statement = f"copy bench.{name} from stdin (format {kind})".encode()
    with connect("admin") as connection, path.open("rb") as file, connection.cursor().copy(statement) as copy:
        while data := file.read(CHUNK_BYTES):
            copy.write(data)


def _checkpoint() -> None:
    with connect("admin", autocommit=True) as connection:
        connection.execute("checkpoint")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--share", default=0.12, show_default=True, help="Part of the files that is loaded.")
def main(folder: Path, share: float) -> None:
    """Measure loading against raw COPY."""
    for line in measure(folder, share).lines():
        click.echo(line)


if __name__ == "__main__":
    main()
