"""Promises of landing: append-only, idempotent, every row accounted for, bad rows set aside with a reason."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from landing.delivering import DAY, OBSERVED, PAYMENT_HEADER, SETTINGS, ask, customers, payment, payments, write

from loudong.errors import LoudongError
from loudong.landing import quarantine
from loudong.landing.contract import entities
from loudong.landing.hold import LoadBusyError
from loudong.landing.load import LoadSummary, load_folder
from loudong.pipeline import runs
from loudong.portfolio.settings import write_portfolio
from loudong.settings import Settings
from loudong.warehouse.connect import connect


def _identity_holds(summary: LoadSummary) -> None:
    assert summary.results
    for result in summary.results:
        assert result.rows_read == result.rows_landed + result.rows_known + result.rows_quarantined
    wrong = ask("select 1 from ops.landing_file where rows_read <> rows_landed + rows_known + rows_quarantined")
    assert wrong == []


def test_loading_again_changes_nothing(folder: Path) -> None:
    write(folder, "payment", "again.csv", payments(f"again1,C1,K1,2026-01-30,10.5,,bank,{OBSERVED}"))
    first = load_folder(folder)
    _identity_holds(first)
    before = ask("select count(*) from landing.payment")
    again = load_folder(folder)
    assert again.read == 0
    assert again.unchanged_files == 4
    (folder / "payment" / DAY / "again.csv").rename(folder / "payment" / DAY / "renamed.csv")
    renamed = load_folder(folder)
    assert (renamed.read, renamed.landed, renamed.known) == (1, 0, 1)
    assert ask("select count(*) from landing.payment") == before


def test_a_then_b_then_a_are_three_versions(folder: Path) -> None:
    rows = [
        f"aba,C1,K1,2026-01-01,{amount},,bank,2026-01-0{day}T12:00:00+08:00" for amount, day in ((1, 1), (2, 2), (1, 3))
    ]
    write(folder, "payment", "aba.csv", payments(*rows))
    load_folder(folder)
    found = ask("select paid_amount from landing.payment where payment_id = 'aba' order by observed_at")
    assert [float(row[0]) for row in found] == [1, 2, 1]  # type: ignore[arg-type]


def test_equal_moments_have_one_winner_whatever_the_order_of_loading(folder: Path) -> None:
    keys = [f"tie{number}" for number in range(12)]
    versions = [payments(*(payment(key, amount) for key in keys)) for amount in (7, 8)]
    winners = []
    for order in ((0, 1), (1, 0)):
        with connect("admin") as connection:
            connection.execute(
                "delete from landing.payment; delete from ops.delivery where entity = 'payment'; "
                "delete from ops.watermark where entity = 'payment'"
            )
        for step, index in enumerate(order):
            write(folder, "payment", f"tie-{order[0]}-{step}.csv", versions[index])
            load_folder(folder)
        assert ask("select count(*) from landing.payment where payment_id like 'tie%%'") == [(24,)]
        winners.append(
            ask(
                "select distinct on (payment_id) payment_id, paid_amount from landing.payment "
                "where payment_id like 'tie%%' order by payment_id, observed_at desc, content_hash desc"
            )
        )
    assert [key for key, _ in winners[0]] == sorted(keys)
    assert winners[0] == winners[1]


def test_every_bad_row_is_set_aside_with_file_line_row_and_reason(folder: Path) -> None:
    good = f"ok,C1,K1,2026-01-30,1,,bank,{OBSERVED}".encode()
    bad = [
        b"p1,C1,K1,2026-01-30,ten,,bank," + OBSERVED.encode(),
        b"p2,C9,K1,2026-01-30,1,,bank," + OBSERVED.encode(),
        b"p3,C1,K1,2026-02-01,1,,bank," + OBSERVED.encode(),
        b"p4,C1,K1,2026-02-30,1,,bank," + OBSERVED.encode(),
        b"p5,C1,K1,2026-01-30,1,,\xff\xfe," + OBSERVED.encode(),
        b"p6,C1,K1,2026-01-30,1",
        b",C1,K1,2026-01-30,1,,bank," + OBSERVED.encode(),
        b"p8,C1,K1,2026-01-30,1,,bank,2099-01-01T00:00:00+08:00",
    ]
    text = b"\n".join([PAYMENT_HEADER.encode(), good, *bad, good]) + b"\n"
    write(folder, "payment", "bad.csv.gz", text)
    summary = load_folder(folder)
    _identity_holds(summary)
    result = next(result for result in summary.results if result.file.path.name == "bad.csv.gz")
    assert (result.rows_read, result.rows_landed, result.rows_known, result.rows_quarantined) == (10, 1, 1, 8)
    rows = ask("select line, reason_code from ops.quarantine where path like %s order by line", "%bad.csv.gz")
    assert rows == [
        (3, "wrong_type"),
        (4, "unknown_customer"),
        (5, "future_date"),
        (6, "wrong_type"),
        (7, "bad_encoding"),
        (8, "wrong_column_count"),
        (9, "missing_value"),
        (10, "future_date"),
    ]
    shown = {row.line: row for row in quarantine.list_rows("payment", limit=100) if row.path.endswith("bad.csv.gz")}
    assert shown[3].raw_row.startswith("p1,C1,K1,2026-01-30,ten")
    assert "'ten'" in shown[3].reason
    assert "\\xff\\xfe" in shown[7].raw_row


@pytest.mark.parametrize(
    ("entity", "line", "reason_code"),
    [
        ("building", "B2,2025-01-01,Tower,castle,{observed}", "unknown_code"),
        ("contract", "K2,C1,lease,2025-01-01,2025-02-01,2025-01-15,{observed}", "end_before_start"),
        ("interaction", "I1,C1,2026-01-30T10:00:00+08:00,call,6,{observed}", "out_of_range"),
    ],
)
def test_codes_ranges_and_periods_are_checked(folder: Path, entity: str, line: str, reason_code: str) -> None:
    headers = {
        "building": "building_id,valid_from_date,building_name,building_type_code,observed_at",
        "contract": "contract_id,customer_id,contract_type_code,signed_date,start_date,end_date,observed_at",
        "interaction": "interaction_id,customer_id,interaction_at,channel_code,satisfaction_score,observed_at",
    }
    write(folder, entity, "b.csv", f"{headers[entity]}\n{line.format(observed=OBSERVED)}\n")
    load_folder(folder)
    assert ask("select reason_code from ops.quarantine where path = %s", f"{entity}/{DAY}/b.csv") == [(reason_code,)]


def test_replay_lands_a_row_after_its_customer_has_arrived(folder: Path) -> None:
    write(folder, "payment", "early.csv", payments(f"early,C77,K1,2026-01-30,1,,bank,{OBSERVED}"))
    load_folder(folder)
    assert quarantine.replay("payment").landed == 0
    write(folder, "customer", "late.csv", customers("C77"))
    load_folder(folder)
    assert quarantine.replay("payment").landed == 1
    assert ask("select customer_id from landing.payment where payment_id = 'early'") == [("C77",)]
    assert quarantine.replay("payment").landed == 0


def test_a_file_that_cannot_be_read_is_refused_by_name_and_nothing_of_it_lands(folder: Path) -> None:
    lines = [f"cut{number},C1,K1,2026-01-30,{number},,bank,{OBSERVED}" for number in range(5000)]
    path = write(folder, "payment", "cut.csv.gz", payments(*lines))
    path.write_bytes(path.read_bytes()[:-200])
    write(folder, "payment", "noheader.csv", "")
    write(folder, "payment", "wrong.csv", "payment_id,customer_id,paid_amount\n1,C1,2\n")
    write(folder, "payment", "whole.csv", payments(f"whole,C1,K1,2026-01-30,1,,bank,{OBSERVED}"))
    summary = load_folder(folder)
    assert {result.file.path.name for result in summary.refused} == {"cut.csv.gz", "noheader.csv", "wrong.csv"}
    text = "\n".join(summary.lines())
    assert f"refused: payment/{DAY}/cut.csv.gz" in text
    assert "its header lacks payment_date" in text
    assert ask("select count(*) from landing.payment where payment_id like 'cut%%'") == [(0,)]
    assert ask("select count(*) from landing.payment where payment_id = 'whole'") == [(1,)]


def test_csv_gzip_and_parquet_land_the_same_rows(folder: Path) -> None:
    header = "transaction_id,customer_id,transaction_at,direction_code,transaction_amount,category_code,observed_at"
    moment = "2026-01-30T23:59:59.250000+08:00"
    text = f"{header}\nt1,C1,{moment},in,12.3400,rent,{OBSERVED}\n"
    write(folder, "transaction", "a.csv", text)
    write(folder, "transaction", "b.csv.gz", text)
    stamps = pa.array([moment, OBSERVED]).cast(pa.timestamp("us", tz="UTC"))
    table = pa.table(
        {
            "transaction_id": ["t1"],
            "customer_id": ["C1"],
            "transaction_at": stamps[:1],
            "direction_code": ["in"],
            "transaction_amount": [12.34],
            "category_code": ["rent"],
            "observed_at": stamps[1:],
        }
    )
    pyarrow.parquet.write_table(table, folder / "transaction" / DAY / "c.parquet")
    summary = load_folder(folder)
    assert (summary.landed, summary.known) == (_new_rows(summary, "a.csv"), 2)


def _new_rows(summary: LoadSummary, name: str) -> int:
    others = sum(result.rows_landed for result in summary.results if result.file.entity.name != "transaction")
    return others + 1


def test_rows_without_observed_at_get_the_end_of_their_delivery_day(folder: Path) -> None:
    header = PAYMENT_HEADER.removesuffix(",observed_at")
    write(folder, "payment", "plain.csv", f"{header}\nplain,C1,K1,2026-01-30,1,,bank\n")
    load_folder(folder)
    found = ask(
        "select (observed_at at time zone 'Asia/Shanghai')::text from landing.payment where payment_id = 'plain'"
    )
    assert found == [("2026-01-31 23:59:59.999999",)]


def test_unknown_and_missing_optional_columns_are_named_and_rows_still_land(folder: Path) -> None:
    write(
        folder,
        "payment",
        "extra.csv",
        f"payment_id,customer_id,payment_date,paid_amount,colour,observed_at\nextra,C1,2026-01-30,1,red,{OBSERVED}\n",
    )
    text = "\n".join(load_folder(folder).lines())
    assert "unknown column(s) colour are not kept" in text
    assert "contract_id" in text
    assert ask("select count(*) from landing.payment where payment_id = 'extra'") == [(1,)]


def test_a_deleted_row_needs_its_key_and_date_only(folder: Path) -> None:
    header = PAYMENT_HEADER + ",is_deleted"
    write(folder, "payment", "gone.csv", f"{header}\ngone,C1,,2026-01-30,,,,{OBSERVED},true\n")
    load_folder(folder)
    assert ask("select is_deleted from landing.payment where payment_id = 'gone'") == [(True,)]


def test_the_watermark_and_deliveries_count_what_landed(folder: Path) -> None:
    load_folder(folder)
    for name in entities():
        counted = ask("select coalesce(sum(row_count), 0) from ops.delivery where entity = %s", name)
        assert counted == ask(f"select count(*) from landing.{name}")


def test_an_empty_or_missing_folder_and_a_missing_required_entity_are_named(
    warehouse: Settings, tmp_path: Path
) -> None:
    with pytest.raises(LoudongError, match="does not exist"):
        load_folder(tmp_path / "nowhere")
    with pytest.raises(LoudongError, match="holds no files"):
        load_folder(tmp_path)


def test_a_folder_without_a_required_entity_is_refused(server: Settings, folder: Path) -> None:
    from loudong.landing.load import _require_entities

    with connect("admin") as connection:
        connection.execute("delete from ops.watermark")
        with pytest.raises(LoudongError, match="lacks required entities: building, customer, contract"):
            _require_entities(connection, [], folder)
        connection.rollback()


def test_another_portfolio_is_refused(folder: Path) -> None:
    load_folder(folder)
    write_portfolio(folder, SETTINGS.model_copy(update={"name": "other"}))
    with pytest.raises(LoudongError, match="holds portfolio 'test'"):
        load_folder(folder)


def test_two_loads_at_once_are_refused(folder: Path) -> None:
    with connect() as connection:
        connection.execute("select pg_advisory_lock(%s)", (runs.LOAD_LOCK_KEY,))
        with pytest.raises(LoadBusyError, match="another load"):
            load_folder(folder)


def test_nothing_is_loaded_while_a_run_builds(folder: Path) -> None:
    load_folder(folder)
    run = runs.open_run("daily", (date(2026, 1, 31),))
    try:
        with pytest.raises(LoadBusyError, match=run.run_id):
            load_folder(folder)
    finally:
        runs.close_run(run.run_id, "failed", "ended by the test")
    assert load_folder(folder).results == []
