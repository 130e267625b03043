"""SuperLender loan default challenge (Zindi): earlier loans of each customer and one loan to judge.

The loan to judge is a contract without installments: nothing of its repayment is known, only whether it went bad.
`good_bad_flag2` is a copy of the outcome and is never read.
"""

from datetime import date
from pathlib import Path

import pandas as pd

from loudong.portfolio.settings import PortfolioSettings
from loudong.sources.writer import end_of_day, iso, read_csv, start, write

ZONE = "Africa/Lagos"
LONGEST_TERM_DAYS = 90
GRACE_AFTER_TERM_DAYS = 30
INSTALLMENT_EVERY_DAYS = 30
KEY = ["customerid", "systemloanid"]
LOAN_COLUMNS = [*KEY, "approveddate", "loanamount", "totaldue", "termdays"]


def convert(source: Path, out: Path) -> dict[str, int]:
    """Write customers, branches, loans, installments and payments of the earlier loans, and the outcomes."""
    people = read_csv(source, "traindemographics", ["customerid", "bank_name_clients"], dtype=str)
    judged = _loans(read_csv(source, "trainperf", [*LOAN_COLUMNS, "good_bad_flag"], dtype={"systemloanid": str}))
    earlier_columns = [*LOAN_COLUMNS, "closeddate", "firstduedate", "firstrepaiddate"]
    earlier = _loans(read_csv(source, "trainprevloans", earlier_columns, dtype={"systemloanid": str}))
    last_judged = judged["approveddate"].max()
    outcome_day = (last_judged + pd.Timedelta(days=LONGEST_TERM_DAYS + GRACE_AFTER_TERM_DAYS)).date()
    first = pd.concat([earlier["approveddate"], judged["approveddate"]]).min()
    start(out, _portfolio(first.date(), outcome_day))
    customer, building, place = _people(people, pd.concat([earlier, judged]))
    frames = {
        "building": building,
        "customer": customer,
        "contract": pd.concat([_opened(earlier, place), _closed(earlier, place), _opened(judged, place)]),
        "installment": _installments(earlier),
        "payment": _payments(earlier),
        "judged_customer": _judged(judged),
    }
    written = {name: write(out, name, frame, last_judged.date()) for name, frame in frames.items()}
    written["default_event"] = write(out, "default_event", _defaults(judged), outcome_day)
    return written


def _portfolio(first: date, last: date) -> PortfolioSettings:
    return PortfolioSettings(
        name="superlender",
        title="Short loans of a lender in Nigeria, 2016 and 2017",
        currency="NGN",
        timezone=ZONE,
        horizon_days=LONGEST_TERM_DAYS + GRACE_AFTER_TERM_DAYS,
        judged_dates="listed",
        history_start_date=first,
        history_end_date=last,
    )


def _loans(raw: pd.DataFrame) -> pd.DataFrame:
    for column in ("approveddate", "closeddate", "firstduedate", "firstrepaiddate"):
        if column in raw.columns:
            raw[column] = pd.to_datetime(raw[column])
    return raw.reset_index(drop=True)


def _moment(days: "pd.Series[pd.Timestamp]") -> "pd.Series[str]":
    return iso(days.dt.tz_localize(ZONE))


def _day(days: "pd.Series[pd.Timestamp]") -> "pd.Series[str]":
    return days.dt.strftime("%Y-%m-%d")


def _people(people: pd.DataFrame, loans: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, "pd.Series[str]"]:
    """Customers (also those without demographics), buildings, and the building of each customer."""
    people = people.drop_duplicates("customerid").set_index("customerid")
    since = loans.groupby("customerid")["approveddate"].min()
    known = people.reindex(since.index)
    customer = pd.DataFrame(
        {
            "customer_id": since.index,
            "valid_from_date": _day(since).to_numpy(),
            "customer_type_code": "person",
            "birth_year": known["birth_year"].to_numpy(),
            "education_code": known["level_of_education_clients"].to_numpy(),
            "employment_code": known["employment_status_clients"].to_numpy(),
            "onboarded_date": _day(since).to_numpy(),
            "account_type_code": known["bank_account_type"].to_numpy(),
            "observed_at": _moment(since).to_numpy(),
        }
    )
    place = known["bank_branch_clients"].str.strip().fillna(known["bank_name_clients"]).dropna()
    opened = since.reindex(place.index).groupby(place.to_numpy()).min()
    building = pd.DataFrame(
        {
            "building_id": opened.index,
            "valid_from_date": _day(opened).to_numpy(),
            "building_name": opened.index,
            "building_type_code": "other",
            "observed_at": _moment(opened).to_numpy(),
        }
    )
    return customer, building, place


def _opened(loans: pd.DataFrame, place: "pd.Series[str]") -> pd.DataFrame:
    """Each loan as known on its approval."""
    yearly = (loans["totaldue"] / loans["loanamount"] - 1) * 365 / loans["termdays"] * 100
    return pd.DataFrame(
        {
            "contract_id": loans["systemloanid"],
            "customer_id": loans["customerid"],
            "contract_type_code": "loan",
            "building_id": loans["customerid"].map(place),
            "signed_date": _day(loans["approveddate"]),
            "start_date": _day(loans["approveddate"]),
            "end_date": _day(loans["approveddate"] + pd.to_timedelta(loans["termdays"], unit="D")),
            "limit_amount": loans["loanamount"],
            "interest_rate_pct": yearly.clip(0, 1000).round(4),
            "observed_at": _moment(loans["approveddate"]),
        }
    )


def _closed(loans: pd.DataFrame, place: "pd.Series[str]") -> pd.DataFrame:
    """The version of each settled loan that says so, known when it was settled."""
    settled = loans[loans["closeddate"].notna()]
    return _opened(settled, place).assign(
        closed_date=_day(settled["closeddate"]),
        close_reason_code="paid_off",
        observed_at=_moment(settled["closeddate"]),
    )


def _installment_count(loans: pd.DataFrame) -> "pd.Series[int]":
    return (loans["termdays"] // INSTALLMENT_EVERY_DAYS).clip(lower=1)


def _installments(loans: pd.DataFrame) -> pd.DataFrame:
    """Loans of up to 30 days fall due once, longer ones in equal parts every 30 days."""
    parts = loans.loc[loans.index.repeat(_installment_count(loans))]
    number = parts.groupby(level=0).cumcount()
    due = parts["firstduedate"] + pd.to_timedelta(number * INSTALLMENT_EVERY_DAYS, unit="D")
    return pd.DataFrame(
        {
            "installment_id": parts["systemloanid"] + "-" + (number + 1).astype(str),
            "customer_id": parts["customerid"],
            "contract_id": parts["systemloanid"],
            "agreed_date": _day(parts["approveddate"]),
            "due_date": _day(due),
            "due_amount": (parts["totaldue"] / _installment_count(parts)).round(4),
            "observed_at": _moment(parts["approveddate"]),
        }
    )


def _payments(loans: pd.DataFrame) -> pd.DataFrame:
    """A first payment, whose amount is not recorded, of one installment (half where there is one), then the rest."""
    settled = loans[loans["closeddate"].notna()]
    count = _installment_count(settled)
    total = (settled["totaldue"] / count).round(4) * count
    first_day = settled["firstrepaiddate"].dt.normalize()
    has_first = first_day < settled["closeddate"].dt.normalize()
    share = (total / count.clip(lower=2)).round(4).where(has_first, 0.0)
    first = _payment(settled[has_first], first_day[has_first], share[has_first], "-1")
    first["observed_at"] = end_of_day(first_day[has_first], ZONE)
    rest = _payment(settled, settled["closeddate"], total - share, "-2")
    rest["observed_at"] = _moment(settled["closeddate"])
    return pd.concat([first, rest])


def _payment(
    loans: pd.DataFrame, days: "pd.Series[pd.Timestamp]", amount: "pd.Series[float]", suffix: str
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "payment_id": loans["systemloanid"] + suffix,
            "customer_id": loans["customerid"],
            "contract_id": loans["systemloanid"],
            "payment_date": _day(days),
            "paid_amount": amount.round(4),
        }
    )


def _judged(loans: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": loans["customerid"],
            "judged_date": _day(loans["approveddate"]),
            "observed_at": _moment(loans["approveddate"]),
        }
    )


def _defaults(judged: pd.DataFrame) -> pd.DataFrame:
    """A bad loan is a default 30 days after its term: by then it was judged."""
    bad = judged[judged["good_bad_flag"] == "Bad"]
    day = bad["approveddate"].dt.normalize() + pd.to_timedelta(bad["termdays"] + GRACE_AFTER_TERM_DAYS, unit="D")
    return pd.DataFrame(
        {
            "default_event_id": bad["systemloanid"] + "-D",
            "customer_id": bad["customerid"],
            "contract_id": bad["systemloanid"],
            "event_date": _day(day),
            "reason_code": "reported",
            "observed_at": end_of_day(day, ZONE),
        }
    )
