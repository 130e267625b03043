"""Promises about a source that changes its columns: every change is named, and no row is lost."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from click.testing import CliRunner
from landing.delivering import DAY, OBSERVED, ask, counts, payment, payments, result_of, set_aside, write

from loudong.cli import cli
from loudong.landing import quarantine
from loudong.landing.contract import Entity, entities
from loudong.landing.load import LoadSummary, load_folder

MOMENT = datetime(2026, 1, 31, 2, tzinfo=UTC)
ROWS = 3
Deliver = Callable[[str, dict[str, list[object]]], LoadSummary]


def sound(key: str) -> dict[str, list[object]]:
    """Columns of sound payments, in the contract's order and types."""
    return {
        "payment_id": [f"{key}-{number}" for number in range(ROWS)],
        "customer_id": ["C1"] * ROWS,
        "contract_id": ["K1"] * ROWS,
        "payment_date": [datetime(2026, 1, 30, tzinfo=UTC).date()] * ROWS,
        "paid_amount": [Decimal("12.5000")] * ROWS,
        "reverses_payment_id": [None] * ROWS,
        "channel_code": ["bank"] * ROWS,
        "observed_at": [MOMENT] * ROWS,
    }


def renamed(columns: dict[str, list[object]], old: str, new: str) -> dict[str, list[object]]:
    return {new if name == old else name: values for name, values in columns.items()}


def landed(key: str) -> int:
    ((count,),) = ask("select count(*) from landing.payment where payment_id like %s", f"{key}%")
    assert isinstance(count, int)
    return count


def warning_of(summary: LoadSummary, name: str) -> str:
    """The warning about a file: as recorded, and among the lines that `loudong load` prints."""
    result = result_of(summary, name)
    assert result.state == "loaded"
    ((recorded,),) = ask("select reason from ops.landing_file where file_id = %s", result.file_id)
    assert recorded == result.reason
    if result.reason is not None:
        assert f"warning: {result.file.entity.name}: {result.reason}" in summary.lines()
    return str(result.reason)


def refusal_of(summary: LoadSummary, name: str) -> str:
    """Why a file was refused: as recorded, and among the lines that `loudong load` prints."""
    (result,) = [result for result in summary.refused if result.file.path.name == name]
    ((recorded,),) = ask("select reason from ops.landing_file where file_id = %s", result.file_id)
    assert recorded == result.reason
    assert any(line.endswith(f"{result.file.relative_path}: {result.reason}") for line in summary.lines())
    return str(result.reason)


@pytest.fixture(params=["csv", "csv.gz", "parquet"])
def suffix(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def deliver(folder: Path, suffix: str) -> Deliver:
    """Writes columns as one file of payments of the kind under test, and loads the folder."""

    def _deliver(name: str, columns: dict[str, list[object]]) -> LoadSummary:
        file = f"{name}.{suffix}"
        if suffix == "parquet":
            pyarrow.parquet.write_table(pa.table(columns), write(folder, "payment", file, ""))
        else:
            rows = [
                ",".join("" if cell is None else str(cell) for cell in row)
                for row in zip(*columns.values(), strict=True)
            ]
            write(folder, "payment", file, "\n".join([",".join(columns), *rows]) + "\n")
        return load_folder(folder)

    return _deliver


def test_columns_as_agreed_are_nothing_to_warn_of(deliver: Deliver, suffix: str) -> None:
    summary = deliver("same", sound(f"same-{suffix}"))
    assert result_of(summary, f"same.{suffix}").reason is None
    assert landed(f"same-{suffix}") == ROWS


def test_a_new_column_is_named_and_the_rows_land_without_it(deliver: Deliver, suffix: str) -> None:
    summary = deliver("new", sound(f"new-{suffix}") | {"colour": ["red"] * ROWS})
    assert warning_of(summary, f"new.{suffix}") == (
        "unknown column(s) colour are not kept; add them to the landing contract"
    )
    assert landed(f"new-{suffix}") == ROWS


def test_a_missing_optional_column_is_named_and_the_rows_land_empty(deliver: Deliver, suffix: str) -> None:
    columns = sound(f"optional-{suffix}")
    del columns["channel_code"]
    summary = deliver("optional", columns)
    assert warning_of(summary, f"optional.{suffix}") == "column(s) channel_code are missing and stay empty"
    assert landed(f"optional-{suffix}") == ROWS


def test_a_missing_required_column_refuses_the_file_and_a_corrected_one_lands(deliver: Deliver, suffix: str) -> None:
    columns = sound(f"required-{suffix}")
    amounts = columns.pop("paid_amount")
    assert refusal_of(deliver("required", columns), f"required.{suffix}").startswith(
        "its header lacks paid_amount; it has "
    )
    assert landed(f"required-{suffix}") == 0
    summary = deliver("required-2", columns | {"paid_amount": amounts})
    assert counts(summary, f"required-2.{suffix}") == (ROWS, ROWS, 0, 0)


def test_a_renamed_optional_column_is_named_on_both_sides_with_a_hint(deliver: Deliver, suffix: str) -> None:
    summary = deliver("renamed", renamed(sound(f"renamed-{suffix}"), "channel_code", "channel"))
    assert warning_of(summary, f"renamed.{suffix}") == (
        "unknown column(s) channel are not kept; add them to the landing contract; "
        "column(s) channel_code are missing and stay empty; channel may be the new name of channel_code"
    )
    assert landed(f"renamed-{suffix}") == ROWS


@pytest.mark.parametrize("new", ["amount_paid", "PaidAmount", "PAID_AMOUNT", " paid_amount"])
def test_a_renamed_required_column_refuses_the_file_with_a_hint(deliver: Deliver, suffix: str, new: str) -> None:
    key = f"needed-{suffix}-{new.strip()}"
    reason = refusal_of(deliver(key, renamed(sound(key), "paid_amount", new)), f"{key}.{suffix}")
    assert reason.startswith("its header lacks paid_amount; it has payment_id, ")
    assert reason.endswith(f"; {new} may be the new name of paid_amount")
    assert landed(key) == 0


def test_what_is_not_alike_is_no_hint(deliver: Deliver, suffix: str) -> None:
    key = f"unlike-{suffix}"
    assert "may be" not in refusal_of(deliver(key, renamed(sound(key), "paid_amount", "colour")), f"{key}.{suffix}")


def test_the_order_of_columns_does_not_matter(deliver: Deliver, suffix: str) -> None:
    columns = sound(f"order-{suffix}")
    summary = deliver("order", dict(reversed(columns.items())))
    assert result_of(summary, f"order.{suffix}").reason is None
    found = ask(
        "select distinct paid_amount, channel_code from landing.payment where payment_id like %s", f"order-{suffix}%"
    )
    assert found == [(Decimal("12.5000"), "bank")]


@pytest.mark.parametrize("name", ["bom.csv", "bom.csv.gz"])
def test_a_byte_order_mark_is_no_part_of_the_first_name(folder: Path, name: str) -> None:
    write(folder, "payment", name, b"\xef\xbb\xbf" + payments(payment(f"{name}-1")).encode())
    summary = load_folder(folder)
    assert result_of(summary, name).reason is None
    assert counts(summary, name) == (1, 1, 0, 0)


def test_a_trailing_comma_in_every_line_is_a_column_without_a_name(folder: Path) -> None:
    write(folder, "payment", "comma.csv", "".join(f"{line},\n" for line in payments(payment("comma")).splitlines()))
    summary = load_folder(folder)
    assert "unknown column(s) '' are not kept" in warning_of(summary, "comma.csv")
    assert counts(summary, "comma.csv") == (1, 1, 0, 0)


def test_one_more_cell_than_the_header_names_is_told_with_the_file(folder: Path) -> None:
    write(folder, "payment", "wide.csv", payments(*(f"{payment(f'wide-{number}')},x" for number in range(ROWS))))
    summary = load_folder(folder)
    assert counts(summary, "wide.csv") == (ROWS, 0, 0, ROWS)
    assert "the number of cells in 3 of 3 rows, which are in quarantine" in warning_of(summary, "wide.csv")
    assert [code for _, code, _ in set_aside("wide.csv")] == ["wrong_column_count"] * ROWS


# What a column holds after the change, and how its cells look in quarantine.
RETYPED = {
    "number-with-comma": ("paid_amount", ["1,25"] * ROWS, '"1,25"'),
    "number-to-text": ("paid_amount", ["twelve"] * ROWS, "twelve"),
    "date-to-moment": ("payment_date", [datetime(2026, 1, 30, 8, tzinfo=UTC)] * ROWS, "2026-01-30"),
    "date-to-other-date": ("payment_date", ["30.01.2026"] * ROWS, "30.01.2026"),
    "moment-to-date": ("observed_at", [datetime(2026, 1, 31, tzinfo=UTC).date()] * ROWS, "2026-01-31"),
}


@pytest.mark.parametrize("name", RETYPED)
def test_a_column_of_another_type_is_named_and_its_rows_are_kept_as_delivered(
    folder: Path, deliver: Deliver, suffix: str, name: str
) -> None:
    column, values, shown = RETYPED[name]
    key, file = f"{name}-{suffix}", f"{name}.{suffix}"
    quoted: list[object] = [
        f'"{value}"' if isinstance(value, str) and suffix != "parquet" else value for value in values
    ]
    summary = deliver(name, sound(key) | {column: quoted})
    assert f"{column} in 3 of 3 rows, which are in quarantine" in warning_of(summary, file)
    assert counts(summary, file) == (ROWS, 0, 0, ROWS)
    assert all(code == "wrong_type" and shown in str(raw) for _, code, raw in set_aside(file))
    corrected = deliver(f"{name}-2", sound(key))
    assert counts(corrected, f"{name}-2.{suffix}") == (ROWS, ROWS, 0, 0)


def test_single_bad_cells_are_no_change_of_type(deliver: Deliver, suffix: str) -> None:
    amounts: list[object] = ["12.5", "twelve", "12.5"]
    summary = deliver("cells", sound(f"cells-{suffix}") | {"paid_amount": amounts})
    assert result_of(summary, f"cells.{suffix}").reason is None
    assert counts(summary, f"cells.{suffix}") == (ROWS, ROWS - 1, 0, 1)


@pytest.mark.parametrize(
    ("name", "kind", "given", "kept"),
    [
        ("double", pa.float64(), [12.5, 1e-7, -5.684341886080802e-14], ["12.5000", "0.0000", "0.0000"]),
        ("float", pa.float32(), [12.5, 0.25, 1e-7], ["12.5000", "0.2500", "0.0000"]),
        ("integer", pa.int64(), [12, 0, -3], ["12.0000", "0.0000", "-3.0000"]),
        ("decimal", pa.decimal128(30, 8), [Decimal("12.50000000")] * 3, ["12.5000"] * 3),
        ("text", pa.string(), ["12.50", "-1", "+3"], ["12.5000", "-1.0000", "3.0000"]),
        ("dictionary", pa.dictionary(pa.int8(), pa.string()), ["12.50", "1", "1"], ["12.5000", "1.0000", "1.0000"]),
    ],
)
def test_a_parquet_amount_lands_whatever_type_of_number_it_has(
    folder: Path, name: str, kind: pa.DataType, given: list[object], kept: list[str]
) -> None:
    columns = sound(f"kind-{name}") | {"paid_amount": pa.array(given, kind)}
    pyarrow.parquet.write_table(pa.table(columns), write(folder, "payment", f"kind-{name}.parquet", ""))
    assert counts(load_folder(folder), f"kind-{name}.parquet") == (ROWS, ROWS, 0, 0)
    found = ask(
        "select paid_amount::text from landing.payment where payment_id like %s order by payment_id", f"kind-{name}-%"
    )
    assert [row[0] for row in found] == kept


def test_whole_numbers_that_became_doubles_land_and_others_are_kept_in_quarantine(folder: Path) -> None:
    columns = {
        "interaction_id": ["whole", "none", "half"],
        "customer_id": ["C1"] * ROWS,
        "interaction_at": [MOMENT] * ROWS,
        "channel_code": ["call"] * ROWS,
        "satisfaction_score": pa.array([4.0, None, 4.5], pa.float64()),
        "observed_at": [MOMENT] * ROWS,
    }
    pyarrow.parquet.write_table(pa.table(columns), write(folder, "interaction", "double.parquet", ""))
    assert counts(load_folder(folder), "double.parquet") == (ROWS, ROWS - 1, 0, 1)
    ((_, code, raw),) = set_aside("double.parquet")
    assert (code, "4.5" in str(raw)) == ("wrong_type", True)


@pytest.fixture
def mended(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, dict[str, object]], None]:
    """Changes one column of the landing contract, as a new release would."""

    def _mend(name: str, column: str, changes: dict[str, object]) -> None:
        entity: Entity = entities()[name]
        columns = tuple(
            dataclasses.replace(one, **changes) if one.name == column else one  # type: ignore[arg-type]
            for one in entity.columns
        )
        monkeypatch.setitem(entities(), name, dataclasses.replace(entity, columns=columns))

    return _mend


def test_quarantined_rows_land_after_the_contract_knows_what_the_source_now_says(
    folder: Path, mended: Callable[[str, str, dict[str, object]], None]
) -> None:
    rows = [f"chat-{number},C1,2026-01-30T10:00:00+08:00,chat,{OBSERVED}" for number in range(ROWS)]
    header = "interaction_id,customer_id,interaction_at,channel_code,observed_at"
    write(folder, "interaction", "chat.csv", "\n".join([header, *rows]) + "\n")
    assert counts(load_folder(folder), "chat.csv") == (ROWS, 0, 0, ROWS)
    assert quarantine.replay("interaction").landed == 0
    codes = entities()["interaction"].column("channel_code").codes
    mended("interaction", "channel_code", {"codes": (*codes, "chat")})
    assert quarantine.replay("interaction").landed == ROWS
    found = ask("select interaction_id, channel_code from landing.interaction where channel_code = 'chat' order by 1")
    assert found == [(f"chat-{number}", "chat") for number in range(ROWS)]


def test_a_refused_file_lands_under_a_new_name_after_the_contract_does_without_the_column(
    folder: Path, mended: Callable[[str, str, dict[str, object]], None]
) -> None:
    text = f"payment_id,customer_id,payment_date,observed_at\nunpaid,C1,2026-01-30,{OBSERVED}\n"
    path = write(folder, "payment", "unpaid.csv", text)
    refusal_of(load_folder(folder), "unpaid.csv")
    mended("payment", "paid_amount", {"nullable": True})
    refusal_of(load_folder(folder), "unpaid.csv")
    path.rename(path.with_name("unpaid-2.csv"))
    summary = load_folder(folder)
    assert counts(summary, "unpaid-2.csv") == (1, 1, 0, 0)
    assert summary.refused == []


def test_the_command_prints_what_changed_and_ends_with_an_error_only_for_refused_files(folder: Path) -> None:
    write(folder, "payment", "told.csv", payments(payment("told")).replace("channel_code", "channel"))
    loaded = CliRunner().invoke(cli, ["load", str(folder)])
    assert loaded.exit_code == 0, loaded.output
    assert "warning: payment: unknown column(s) channel are not kept" in loaded.stdout
    write(folder, "payment", "lost.csv", payments(payment("lost")).replace("paid_amount", "amount_paid"))
    refused = CliRunner().invoke(cli, ["load", str(folder)])
    assert refused.exit_code == 1
    assert f"refused: payment/{DAY}/lost.csv: its header lacks paid_amount" in refused.stdout
    assert "amount_paid may be the new name of paid_amount" in refused.stdout
