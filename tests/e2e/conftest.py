"""What the end-to-end tests share: a snapshot of everything that is published, and bringing in a public data set."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from loudong.landing.load import load_folder
from loudong.pipeline import chain
from loudong.settings import Settings
from loudong.sources.convert import convert
from loudong.warehouse.connect import connect

# Every table whose published slice must survive a failed or repeated run.
SLICES = (
    "marts.fct_customer_features",
    "marts.fct_contract_delinquency",
    "risk.customer_score",
    "risk.customer_tier",
)
VIEWS = (
    "bi.customer_360",
    "bi.building_daily",
    "bi.portfolio_daily",
    "bi.alert_board",
    "bi.work_list",
    "bi.roll_rate",
    "bi.vintage",
    "bi.rule_performance",
    "bi.industry_watch",
)

Snapshot = dict[str, tuple[int, str]]


def snapshot_published() -> Snapshot:
    """Row count and checksum of the published slice of every table and of every view that people read."""
    found: Snapshot = {}
    with connect("admin") as connection:
        for name in SLICES + VIEWS:
            slice_ = (
                "where run_id in (select run_id from ops.publication where superseded_at is null)"
                if name in SLICES
                else ""
            )
            query = f"select count(*), coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from {name} as t "
            row = connection.execute(f"{query}{slice_}".encode()).fetchone()
            assert row is not None
            found[name] = (row[0], row[1])
        row = connection.execute(
            "select count(*), md5(string_agg(p::text, '|' order by publication_id)) from ops.publication as p"
        ).fetchone()
        assert row is not None
        found["ops.publication"] = (row[0], row[1])
    return found


@pytest.fixture(scope="session")
def snapshot() -> Callable[[], Snapshot]:
    return snapshot_published


@pytest.fixture(scope="module")
def publish_set(
    warehouse: Settings, real_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, date], None]:
    """Converts, loads, learns from and publishes a public data set; every step must end well."""

    def publish(name: str, as_of_date: date) -> None:
        out = tmp_path_factory.mktemp(name) / "landing"
        convert(name, real_data / name, out)
        summary = load_folder(out)
        assert summary.read == summary.landed + summary.known + summary.quarantined
        assert summary.quarantined == 0
        chain.train(as_of_date, None, lambda _: None)
        assert chain.run_day(as_of_date, None, lambda _: None).state == "published"

    return publish


@pytest.fixture(scope="session")
def ask() -> Callable[..., list[tuple]]:
    """Asks the warehouse as its administrator."""

    def _ask(query: str, *values: object) -> list[tuple]:
        with connect("admin") as connection:
            return connection.execute(query.encode(), values).fetchall()

    return _ask
