"""Promises of loading a folder again and again: what is known is not read, what was refused stays told."""

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from landing.delivering import DAY, OBSERVED, SETTINGS, ask, counts, payment, payments, write

from loudong.cli import cli
from loudong.errors import LoudongError
from loudong.landing.chunk import Rules
from loudong.landing.contract import entity
from loudong.landing.files import LandingFile
from loudong.landing.group import load_group
from loudong.landing.load import load_folder
from loudong.pipeline.runs import current_portfolio
from loudong.portfolio.settings import write_portfolio
from loudong.quality.batches import batch_query, fill
from loudong.quality.suites import QUERY_KWARG, load_suites
from loudong.warehouse.connect import connect

NEXT_DAY = "2026-02-01"


def _uncorrected() -> set[str]:
    """Names of the refused files that stop the gate of DAY."""
    suite = next(suite for suite in load_suites("landing") if suite.table == "ops.landing_file")
    check = next(item for item in suite.expectations if item.name == "files_loaded")
    values = {"as_of_date": f"date '{DAY}'"}
    query = check.kwargs[QUERY_KWARG].replace("{batch}", f"({batch_query(suite, values)})")
    return {str(path).split("/")[-1] for _, path, _ in ask(fill(query, values))}


def test_a_refused_file_is_not_tried_again_but_told_by_every_load(folder: Path) -> None:
    write(folder, "payment", "cut.parquet", "no parquet")
    first = load_folder(folder)
    tries = "select count(*) from ops.landing_file where path like '%%/cut.parquet'"
    assert ask(tries) == [(1,)]
    again = load_folder(folder)
    assert again.results == []
    assert [result.file_id for result in again.refused] == [result.file_id for result in first.refused]
    (line,) = (line for line in again.lines() if "cut.parquet" in line)
    assert line.startswith(f"still refused: payment/{DAY}/cut.parquet: not a readable Parquet file")
    assert ask(tries) == [(1,)]
    os.utime(folder / "payment" / DAY / "cut.parquet")
    assert len(load_folder(folder).refused) == 1
    assert ask(tries) == [(1,)]
    told = CliRunner().invoke(cli, ["load", str(folder)])
    assert isinstance(told.exception, LoudongError)
    assert "still refused" in told.output


@pytest.mark.parametrize(("refused", "corrected"), [("b.csv", "b.csv"), ("m.csv", "n.csv"), ("y.csv", "x.csv")])
def test_a_corrected_file_clears_the_gate_and_later_pulls_leave_it_clear(
    folder: Path, refused: str, corrected: str
) -> None:
    write(folder, "payment", refused, "payment_id\n1\n")
    load_folder(folder)
    assert refused in _uncorrected()
    write(folder, "payment", corrected, payments(payment(f"right-{refused}")))
    summary = load_folder(folder)
    assert counts(summary, corrected) == (1, 1, 0, 0)
    assert refused not in _uncorrected()
    load_folder(folder)
    assert refused not in _uncorrected()
    assert len(load_folder(folder).refused) == (refused != corrected)


def test_a_file_of_another_day_or_entity_does_not_clear_the_gate(folder: Path) -> None:
    write(folder, "installment", "bad.csv", "installment_id\n1\n")
    load_folder(folder)
    write(folder, "payment", "other.csv", payments(payment("other-entity")))
    header = "installment_id,customer_id,contract_id,agreed_date,due_date,due_amount,observed_at\n"
    write(folder, "installment", "other.csv", header, NEXT_DAY)
    load_folder(folder)
    assert "bad.csv" in _uncorrected()
    write(folder, "installment", "nothing-due.csv", header)
    load_folder(folder)
    assert "bad.csv" not in _uncorrected()


def test_a_loaded_file_of_the_same_size_and_time_is_not_read_again(folder: Path) -> None:
    path = write(folder, "payment", "same.csv", payments(payment("same1")))
    load_folder(folder)
    status = path.stat()
    write(folder, "payment", "same.csv", payments(payment("same2")))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert load_folder(folder).read == 0
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert counts(load_folder(folder), "same.csv") == (1, 1, 0, 0)


def test_a_file_whose_time_alone_changed_is_read_once_more_and_then_known_by_it(folder: Path) -> None:
    path = write(folder, "payment", "touched.csv", payments(payment("touched")))
    load_folder(folder)
    os.utime(path, ns=(0, 1_234_567_890))
    assert load_folder(folder).results == []
    stored = "select byte_count, modified_ns from ops.landing_file where path like '%%/touched.csv'"
    assert ask(stored) == [(path.stat().st_size, 1_234_567_890)]


def test_a_file_loaded_before_sizes_were_kept_is_still_known(folder: Path) -> None:
    write(folder, "payment", "older.csv", payments(payment("older")))
    load_folder(folder)
    with connect() as connection:
        connection.execute("update ops.landing_file set byte_count = null, modified_ns = null")
    assert load_folder(folder).results == []
    assert ask("select count(*) from ops.landing_file where byte_count is null and path like '%%/older.csv'") == [(0,)]


def test_files_delivered_after_the_date_are_not_even_opened(folder: Path) -> None:
    later = write(folder, "payment", "later.csv", payments(payment("later")), NEXT_DAY)
    later.unlink()
    later.symlink_to("/proc/self/mem")  # a file that exists and cannot be read
    write(folder, "payment", "by-then.csv", payments(payment("by-then")))
    summary = load_folder(folder, up_to=date.fromisoformat(DAY))
    assert counts(summary, "by-then.csv") == (1, 1, 0, 0)
    with pytest.raises(LoudongError, match=r"later\.csv cannot be read"):
        load_folder(folder)


def test_hidden_and_marker_files_are_passed_over_and_other_strays_are_named(folder: Path) -> None:
    write(folder, "payment", "marked.csv", payments(payment("marked")))
    for name in ("_SUCCESS", ".marked.csv.crc", "_temporary/0/part.csv", ".DS_Store"):
        write(folder, "payment", name, "x")
    (folder / "payment" / ".hidden").write_text("x")
    (folder / ".git").mkdir()
    assert counts(load_folder(folder), "marked.csv") == (1, 1, 0, 0)
    stray = write(folder, "payment", "README.txt", "x")
    with pytest.raises(LoudongError, match=r"README\.txt: expected <entity>"):
        load_folder(folder)
    stray.unlink()
    (folder / "payment" / "notes.csv").write_text("x")
    with pytest.raises(LoudongError, match=r"notes\.csv: landing files lie in <entity>"):
        load_folder(folder)


def test_settings_may_return_to_what_they_were_and_the_newest_count(folder: Path) -> None:
    for horizon_days in (180, 90, 180, 180):
        write_portfolio(folder, SETTINGS.model_copy(update={"horizon_days": horizon_days}))
        load_folder(folder)
        with connect() as connection:
            assert current_portfolio(connection).horizon_days == horizon_days
    versions = ask("select settings -> 'horizon_days' from landing.portfolio order by portfolio_id")
    assert versions == [(180,), (90,), (180,)]


def test_a_row_is_the_same_in_whatever_time_zone_and_style_the_session_is(folder: Path) -> None:
    load_folder(folder)
    header = "transaction_id,customer_id,transaction_at,direction_code,transaction_amount,observed_at\n"
    landed = []
    rules = Rules(entity("transaction"), "Asia/Shanghai", None, datetime.now(UTC))
    for zone, style in (("Asia/Shanghai", "German"), ("America/New_York", "SQL, DMY")):
        path = write(folder, "transaction", "zone.csv", f"{header}zone,C1,2026-01-30T23:00:00+08:00,in,1,{OBSERVED}\n")
        file = LandingFile(entity("transaction"), path, zone, date.fromisoformat(DAY), 1, 1)
        with connect() as connection:
            connection.execute("select set_config('TimeZone', %s, false), set_config('DateStyle', %s, false)",
                               (zone, style))  # fmt: skip
            (result,) = load_group(connection, [file], rules)
        landed.append((result.rows_landed, result.rows_known))
    assert landed == [(1, 0), (0, 1)]
