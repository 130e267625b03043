"""Promises of the converters: every row of the source accounted for, nothing known before its time, same bytes."""

import gzip
from pathlib import Path

import pandas as pd
import pytest

from loudong.errors import LoudongError
from loudong.landing.contract import entities
from loudong.portfolio.settings import read_portfolio
from loudong.sources.convert import convert

SETS = {"taiwan": "taiwan", "superlender": "superlender", "ibm-ar": "ibm-ar"}


@pytest.fixture(scope="module")
def converted(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folders = {}
    for name, place in SETS.items():
        folders[name] = tmp_path_factory.mktemp("converted") / name
        convert(name, real_data / place, folders[name])
    return folders


def _read(folder: Path, entity: str) -> pd.DataFrame:
    parts = [pd.read_csv(path, dtype=str) for path in sorted((folder / entity).rglob("*.csv.gz"))]
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize("name", SETS)
def test_every_row_conforms_to_the_contract_and_took_effect_before_it_was_known(
    converted: dict[str, Path], name: str
) -> None:
    zone = read_portfolio(converted[name]).timezone
    written = [folder.name for folder in converted[name].iterdir() if folder.is_dir()]
    assert {"building", "customer", "contract"} <= set(written)
    for entity_name in written:
        entity = entities()[entity_name]
        frame = _read(converted[name], entity_name)
        assert list(frame.columns) == [c for c in entity.column_names if c in frame.columns] + ["observed_at"]
        for column in entity.columns:
            if not column.nullable:
                assert frame[column.name].notna().all(), f"{entity_name}.{column.name}"
            if column.codes and column.name in frame.columns:
                assert set(frame[column.name].dropna()) <= set(column.codes)
        observed = pd.to_datetime(frame["observed_at"], utc=True).dt.tz_convert(zone).dt.tz_localize(None)
        assert (pd.to_datetime(frame[entity.effective].str[:10]) <= observed.dt.normalize()).all(), entity_name


def test_taiwan_keeps_every_card_holder_bill_payment_status_and_outcome(
    converted: dict[str, Path], real_data: Path
) -> None:
    with gzip.open(real_data / "taiwan" / "creditcard_default.csv.gz", "rt") as file:
        raw = pd.read_csv(file)
    folder = converted["taiwan"]
    assert len(raw) == 30_000
    assert len(_read(folder, "customer")) == len(raw)
    assert len(_read(folder, "account_balance")) == 6 * len(raw)
    assert len(_read(folder, "repayment_status")) == 6 * len(raw)
    assert len(_read(folder, "payment")) == int((raw.filter(like="pay_amt") > 0).sum().sum())
    assert len(_read(folder, "default_event")) == int(raw["has_default"].sum()) == 6_636
    balance = _read(folder, "account_balance").set_index(["customer_id", "balance_date"])["balance_amount"]
    assert float(balance["TW00003", "2005-09-30"]) == raw.loc[2, "bill_amt1"]
    assert float(balance["TW00003", "2005-04-30"]) == raw.loc[2, "bill_amt6"]


def test_superlender_never_lands_what_the_judged_loan_came_to_before_its_day(
    converted: dict[str, Path], real_data: Path
) -> None:
    folder = converted["superlender"]
    raw = pd.read_csv(real_data / "superlender" / "trainperf.csv.gz", dtype=str)
    judged = set(raw["systemloanid"])
    assert len(_read(folder, "judged_customer")) == len(raw) == 4_368
    assert len(_read(folder, "default_event")) == int((raw["good_bad_flag"] == "Bad").sum())
    for entity in ("installment", "payment"):
        assert not judged & set(_read(folder, entity)["contract_id"])
    contracts = _read(folder, "contract")
    assert contracts.loc[contracts["contract_id"].isin(judged), "closed_date"].isna().all()
    events = _read(folder, "default_event").merge(_read(folder, "judged_customer"), on="customer_id")
    assert (events["event_date"] > events["judged_date"]).all()


def test_ibm_has_one_installment_and_one_payment_per_invoice(converted: dict[str, Path], real_data: Path) -> None:
    with gzip.open(real_data / "ibm-ar" / "accounts_receivable.csv.gz", "rt") as file:
        raw = pd.read_csv(file, dtype={"invoiceNumber": str}).set_index("invoiceNumber")
    due = _read(converted["ibm-ar"], "installment").set_index("installment_id")["due_date"]
    payment = _read(converted["ibm-ar"], "payment")
    paid = payment.set_index(payment["payment_id"].str.removesuffix("P"))["payment_date"]
    assert set(due.index) == set(paid.index) == set(raw.index)
    late = (pd.to_datetime(paid) - pd.to_datetime(due)).dt.days
    # The source counts days late itself, and payments before the due date as none.
    assert (late.clip(lower=0) == raw["DaysLate"]).reindex(raw.index).all()
    assert [int((late > days).sum()) for days in (0, 10, 30)] == [877, 338, 8]


def test_the_same_source_gives_the_same_bytes(converted: dict[str, Path], real_data: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    convert("ibm-ar", real_data / "ibm-ar", again)
    for path in sorted(path for path in again.rglob("*") if path.is_file()):
        assert path.read_bytes() == (converted["ibm-ar"] / path.relative_to(again)).read_bytes()


def test_wrong_use_is_named(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    with pytest.raises(LoudongError, match="unknown data set 'mars'"):
        convert("mars", source, tmp_path / "out")
    with pytest.raises(LoudongError, match=r"holds no accounts_receivable\.csv"):
        convert("ibm-ar", source, tmp_path / "out")
    (source / "accounts_receivable.csv").write_text("countryCode,customerID\n1,A\n", encoding="utf-8")
    with pytest.raises(LoudongError, match="lacks the column"):
        convert("ibm-ar", source, tmp_path / "out")
    with pytest.raises(LoudongError, match="is not a folder"):
        convert("ibm-ar", tmp_path / "nowhere", tmp_path / "out")
    header = "countryCode,customerID,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,SettledDate"
    (source / "accounts_receivable.csv").write_text(
        f"{header}\n391,A,0001,1/2/2013,2/1/2013,55.94,1/15/2013\n", encoding="utf-8"
    )
    assert convert("ibm-ar", source, tmp_path / "out")["payment"] == 1
    with pytest.raises(LoudongError, match="is not empty"):
        convert("ibm-ar", source, tmp_path / "out")
