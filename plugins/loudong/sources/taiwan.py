"""Taiwan credit cards: "Default of Credit Card Clients" (Yeh and Lien 2009; UCI, CC BY 4.0).

Days past due are unknown: bills carry unpaid debt forward. Only the recorded outcome of October 2005 is a default.
"""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from loudong.portfolio.settings import PortfolioSettings
from loudong.sources.writer import end_of_day, read_csv, start, write

ZONE = "Asia/Taipei"
PORTFOLIO = PortfolioSettings(
    name="taiwan",
    title="Credit card holders of a bank in Taiwan, 2005",
    currency="TWD",
    timezone=ZONE,
    horizon_days=31,
    default_dpd_days=None,
    judged_dates="listed",
    history_start_date=date(2005, 4, 1),
    history_end_date=date(2005, 10, 31),
)
# Column suffixes from the newest month to the oldest; the source has no pay_1.
MONTH_ENDS = pd.to_datetime(["2005-09-30", "2005-08-31", "2005-07-31", "2005-06-30", "2005-05-31", "2005-04-30"])
STATUS_COLUMNS = ["pay_0", "pay_2", "pay_3", "pay_4", "pay_5", "pay_6"]
JUDGED = pd.Timestamp("2005-09-30")
OUTCOME = pd.Timestamp("2005-10-31")


def convert(source: Path, out: Path) -> dict[str, int]:
    """Write customers, one credit line each, six month-end balances and statuses, payments, outcomes."""
    numbers = range(1, 7)
    needed = ["limit_bal", "sex", "education", "marriage", "age", "has_default", *STATUS_COLUMNS]
    needed += [f"{kind}_amt{number}" for kind in ("bill", "pay") for number in numbers]
    raw = read_csv(source, "creditcard_default", needed)
    raw["customer_id"] = [f"TW{number:05d}" for number in range(1, len(raw) + 1)]
    raw["contract_id"] = raw["customer_id"].str.replace("TW", "TWL")
    start(out, PORTFOLIO)
    frames = _basics(raw) | {
        "account_balance": _balances(raw),
        "payment": _payments(raw),
        "repayment_status": _statuses(raw),
    }
    written = {name: write(out, name, frame, JUDGED.date()) for name, frame in frames.items()}
    written["default_event"] = write(out, "default_event", _defaults(raw), OUTCOME.date())
    return written


def _known(frame: pd.DataFrame, days: "pd.Series[pd.Timestamp]") -> pd.DataFrame:
    return frame.assign(observed_at=end_of_day(days, ZONE))


def _same_day(raw: pd.DataFrame, day: str) -> "pd.Series[pd.Timestamp]":
    return pd.Series(pd.Timestamp(day), index=raw.index)


def _basics(raw: pd.DataFrame) -> dict[str, pd.DataFrame]:
    first = "2005-04-01"
    building = pd.DataFrame(
        {
            "building_id": ["TW"],
            "valid_from_date": [first],
            "building_name": ["no building recorded"],
            "building_type_code": ["other"],
        }
    )
    customer = pd.DataFrame(
        {
            "customer_id": raw["customer_id"],
            "valid_from_date": first,
            "customer_type_code": "person",
            "birth_year": 2005 - raw["age"],
            "sex_code": raw["sex"],
            "marriage_code": raw["marriage"],
            "education_code": raw["education"],
            "onboarded_date": first,
        }
    )
    contract = pd.DataFrame(
        {
            "contract_id": raw["contract_id"],
            "customer_id": raw["customer_id"],
            "contract_type_code": "credit_line",
            "building_id": "TW",
            "signed_date": first,
            "start_date": first,
            "limit_amount": raw["limit_bal"],
        }
    )
    judged = pd.DataFrame({"customer_id": raw["customer_id"], "judged_date": JUDGED.date().isoformat()})
    return {
        "building": _known(building, _same_day(building, first)),
        "customer": _known(customer, _same_day(customer, first)),
        "contract": _known(contract, _same_day(contract, first)),
        "judged_customer": _known(judged, _same_day(judged, str(JUDGED.date()))),
    }


def _months(raw: pd.DataFrame, columns: list[str], value: str) -> pd.DataFrame:
    """One row per customer and month from one column per month."""
    wide = raw[["customer_id", "contract_id", *columns]].rename(columns=dict(zip(columns, MONTH_ENDS, strict=True)))
    return wide.melt(["customer_id", "contract_id"], var_name="day", value_name=value).assign(
        day=lambda frame: pd.to_datetime(frame["day"])
    )


def _balances(raw: pd.DataFrame) -> pd.DataFrame:
    months = _months(raw, [f"bill_amt{number}" for number in range(1, 7)], "balance_amount")
    limits = raw.set_index("customer_id")["limit_bal"]
    months["limit_amount"] = months["customer_id"].map(limits)
    months["balance_date"] = months["day"].dt.strftime("%Y-%m-%d")
    return _known(months, months["day"]).drop(columns="day")


def _payments(raw: pd.DataFrame) -> pd.DataFrame:
    months = _months(raw, [f"pay_amt{number}" for number in range(1, 7)], "paid_amount")
    months = months[months["paid_amount"] > 0].reset_index(drop=True)
    months["payment_date"] = months["day"].dt.strftime("%Y-%m-%d")
    months["payment_id"] = months["customer_id"] + "P" + months["day"].dt.strftime("%m")
    return _known(months, months["day"]).drop(columns="day")


def _statuses(raw: pd.DataFrame) -> pd.DataFrame:
    months = _months(raw, STATUS_COLUMNS, "number")
    number = months.pop("number").to_numpy()
    months["status_code"] = np.select(
        [number == -2, number == -1, number == 0], ["unused", "paid_in_full", "revolving"], "past_due"
    )
    months["months_past_due"] = np.maximum(number, 0)
    months["min_dpd_days"] = pd.Series(30 * (number - 1) + 1).where(number > 0).astype("Int64")
    months["status_date"] = months["day"].dt.strftime("%Y-%m-%d")
    return _known(months, months["day"]).drop(columns="day")


def _defaults(raw: pd.DataFrame) -> pd.DataFrame:
    bad = raw[raw["has_default"] == 1].reset_index(drop=True)
    events = pd.DataFrame(
        {
            "default_event_id": bad["customer_id"] + "D",
            "customer_id": bad["customer_id"],
            "contract_id": bad["contract_id"],
            "event_date": OUTCOME.date().isoformat(),
            "reason_code": "reported",
        }
    )
    return _known(events, _same_day(events, str(OUTCOME.date())))
