"""IBM "Late payment histories": invoices of 100 customers with due and settled dates.

A country code stands for a building. Payers are late by 45 days at most, so what counts is "more than 10 days late".
A dispute carries no date of its own and the kind of bill no date either: both are left out rather than guessed.
"""

from datetime import date
from pathlib import Path

import pandas as pd

from loudong.portfolio.settings import PortfolioSettings
from loudong.sources.writer import end_of_day, read_csv, start, write

ZONE = "America/New_York"
DATE_FORMAT = "%m/%d/%Y"


def convert(source: Path, out: Path) -> dict[str, int]:
    """Write one credit line per customer, and one installment and one payment per invoice."""
    columns = ["countryCode", "customerID", "invoiceNumber", "InvoiceDate", "DueDate", "InvoiceAmount", "SettledDate"]
    raw = read_csv(source, "accounts_receivable", columns, dtype={"invoiceNumber": str, "countryCode": str})
    for column in ("InvoiceDate", "DueDate", "SettledDate"):
        raw[column] = pd.to_datetime(raw[column], format=DATE_FORMAT)
    first, last = raw["InvoiceDate"].min(), raw["SettledDate"].max()
    start(out, _portfolio(first.date(), last.date()))
    frames = _basics(raw) | {"installment": _installments(raw), "payment": _payments(raw)}
    return {name: write(out, name, frame, last.date()) for name, frame in frames.items()}


def _portfolio(first: date, last: date) -> PortfolioSettings:
    return PortfolioSettings(
        name="ibm_ar",
        title="Receivables of a vendor, 2012 and 2013",
        currency="USD",
        timezone=ZONE,
        horizon_days=30,
        default_dpd_days=10,
        materiality_amount=0,
        default_cure_months=0,  # an invoice paid late is over once it is paid
        history_start_date=first,
        history_end_date=last,
    )


def _basics(raw: pd.DataFrame) -> dict[str, pd.DataFrame]:
    countries = raw.groupby("countryCode", as_index=False)["InvoiceDate"].min()
    countries["valid_from_date"] = countries["InvoiceDate"].dt.strftime("%Y-%m-%d")
    building = pd.DataFrame(
        {
            "building_id": "C" + countries["countryCode"],
            "valid_from_date": countries["valid_from_date"],
            "building_name": "country " + countries["countryCode"],
            "building_type_code": "other",
            "observed_at": end_of_day(countries["InvoiceDate"], ZONE),
        }
    )
    firsts = raw.sort_values("InvoiceDate").groupby("customerID", as_index=False).first()
    day = firsts["InvoiceDate"].dt.strftime("%Y-%m-%d")
    observed_at = end_of_day(firsts["InvoiceDate"], ZONE)
    customer = pd.DataFrame(
        {
            "customer_id": firsts["customerID"],
            "valid_from_date": day,
            "customer_type_code": "enterprise",
            "onboarded_date": day,
            "observed_at": observed_at,
        }
    )
    contract = pd.DataFrame(
        {
            "contract_id": firsts["customerID"],
            "customer_id": firsts["customerID"],
            "contract_type_code": "credit_line",
            "building_id": "C" + firsts["countryCode"],
            "signed_date": day,
            "start_date": day,
            "observed_at": observed_at,
        }
    )
    return {"building": building, "customer": customer, "contract": contract}


def _installments(raw: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "installment_id": raw["invoiceNumber"],
            "customer_id": raw["customerID"],
            "contract_id": raw["customerID"],
            "agreed_date": raw["InvoiceDate"].dt.strftime("%Y-%m-%d"),
            "due_date": raw["DueDate"].dt.strftime("%Y-%m-%d"),
            "due_amount": raw["InvoiceAmount"],
            "observed_at": end_of_day(raw["InvoiceDate"], ZONE),
        }
    )


def _payments(raw: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "payment_id": raw["invoiceNumber"] + "P",
            "customer_id": raw["customerID"],
            "contract_id": raw["customerID"],
            "payment_date": raw["SettledDate"].dt.strftime("%Y-%m-%d"),
            "paid_amount": raw["InvoiceAmount"],
            "observed_at": end_of_day(raw["SettledDate"], ZONE),
        }
    )
