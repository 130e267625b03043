"""The baseline of IBM's receivables: how often each customer was late before, from the file as it was published."""

from pathlib import Path

import numpy as np
import pandas as pd

from models.metrics import Floats
from models.panel import Panel

FILE = "accounts_receivable.csv.gz"
LATE_DAYS = 10
# One invoice of the average customer counts beside a customer's own, so that few of them do not say all or nothing.
PRIOR_INVOICES = 1


def own_past_rate(folder: Path, panel: Panel) -> Floats:
    """For each row the share of the customer's invoices late by more than `LATE_DAYS`, of those whose lateness was
    known at the end of the date: settled, or open for longer than that after they were due."""
    invoices = pd.read_csv(folder / FILE)
    for column in ("InvoiceDate", "DueDate", "SettledDate"):
        invoices[column] = pd.to_datetime(invoices[column], format="%m/%d/%Y")
    by_customer = dict(iter(invoices.groupby("customerID")))
    rates = []
    for customer, day in zip(panel.customers, pd.to_datetime(panel.dates), strict=True):
        late, known = _known(by_customer[customer], day)
        everyone = _known(invoices, day)
        prior = everyone[0] / everyone[1] if everyone[1] else 0.0
        rates.append((late + PRIOR_INVOICES * prior) / (known + PRIOR_INVOICES))
    return np.array(rates)


def _known(invoices: pd.DataFrame, day: pd.Timestamp) -> tuple[int, int]:
    """(late invoices, invoices of which it is known) at the end of `day`."""
    settled = invoices[invoices["SettledDate"] <= day]
    late = int(((settled["SettledDate"] - settled["DueDate"]).dt.days > LATE_DAYS).sum())
    unsettled = invoices[(invoices["SettledDate"] > day) & (invoices["InvoiceDate"] <= day)]
    open_late = int(((day - unsettled["DueDate"]).dt.days > LATE_DAYS).sum())
    return late + open_late, len(settled) + open_late
