"""Delivering files in tests, and looking at what became of them."""

import gzip
from datetime import date
from pathlib import Path

from loudong.landing.chunk import FileResult
from loudong.landing.contract import entities
from loudong.landing.load import LoadSummary
from loudong.portfolio.settings import PortfolioSettings
from loudong.warehouse.connect import connect

DAY = "2026-01-31"
OBSERVED = "2026-01-31T10:00:00+08:00"
SETTINGS = PortfolioSettings(
    name="test",
    title="Test",
    currency="CNY",
    timezone="Asia/Shanghai",
    horizon_days=180,
    history_start_date=date(2025, 1, 1),
    history_end_date=date(2026, 1, 31),
)
PAYMENT_HEADER = (
    "payment_id,customer_id,contract_id,payment_date,paid_amount,reverses_payment_id,channel_code,observed_at"
)
CUSTOMER_HEADER = "customer_id,valid_from_date,customer_type_code,onboarded_date,observed_at"


def write(folder: Path, entity: str, name: str, text: str | bytes, day: str = DAY) -> Path:
    path = folder / entity / day / name
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = text.encode() if isinstance(text, str) else text
    path.write_bytes(gzip.compress(raw, mtime=0) if name.endswith(".gz") else raw)
    return path


def payment(key: str, amount: object = 1, customer: str = "C1", observed: str = OBSERVED) -> str:
    return f"{key},{customer},K1,2026-01-30,{amount},,bank,{observed}"


def payments(*rows: str) -> str:
    return "\n".join([PAYMENT_HEADER, *rows]) + "\n"


def customers(*keys: str) -> str:
    return "\n".join([CUSTOMER_HEADER, *(f"{key},2025-01-01,person,2025-01-01,{OBSERVED}" for key in keys)]) + "\n"


def ask(query: str, *values: object) -> list[tuple[object, ...]]:
    with connect() as connection:
        return connection.execute(query, values).fetchall()


def result_of(summary: LoadSummary, name: str) -> FileResult:
    return next(result for result in summary.results if result.file.path.name == name)


def counts(summary: LoadSummary, name: str) -> tuple[int, int, int, int]:
    """Rows read, landed, known and quarantined of one file; as recorded, and as many in quarantine."""
    result = result_of(summary, name)
    found = (result.rows_read, result.rows_landed, result.rows_known, result.rows_quarantined)
    assert found[0] == sum(found[1:])
    recorded = ask(
        "select rows_read, rows_landed, rows_known, rows_quarantined, "
        "(select count(*) from ops.quarantine as q where q.file_id = f.file_id) "
        "from ops.landing_file as f where file_id = %s",
        result.file_id,
    )
    assert recorded == [(*found, found[3])]
    landed = ask(f"select count(*) from landing.{result.file.entity.name} where file_id = %s", result.file_id)
    assert landed == [(found[1],)]
    return found


def set_aside(name: str) -> list[tuple[object, ...]]:
    """Line, reason code and row of the quarantined rows of a file."""
    return ask("select line, reason_code, raw_row from ops.quarantine where path like %s order by line", f"%/{name}")


def wrong_ends(entity: str) -> list[tuple[object, ...]]:
    """Versions whose kept end is not that of sorting all of them."""
    key = ", ".join(entities()[entity].key)
    return ask(
        f"select {key} from (select {key}, observed_at, content_hash, lead(observed_at) over (partition by {key} "
        f"order by observed_at, content_hash) as superseded_at from landing.{entity}) as sorted "
        f"full join landing.{entity}_superseded as kept using ({key}, observed_at, content_hash) "
        "where sorted.superseded_at is distinct from kept.superseded_at"
    )
