"""Promises on IBM's receivables: invoices and the days they were settled on."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from bench.accuracy import judge
from bench.own_rate import own_past_rate
from loudong.pipeline.runs import Run, current_portfolio
from loudong.warehouse.connect import connect
from models.features import model_features
from models.metrics import auc
from models.panel import read_panel

AS_OF = date(2013, 11, 30)
# What the model must reach in AUC above the customer's own past rate, cross-validated over customers.
LEAST_GAIN = 0.05
Ask = Callable[..., list[tuple]]


@pytest.fixture(scope="module", autouse=True)
def published(publish_set: Callable[[str, date], None]) -> None:
    publish_set("ibm-ar", AS_OF)


def test_every_customer_with_invoices_gets_a_tier(ask: Ask) -> None:
    described = ask("select count(*) from marts.customer_features where as_of_date = %s", AS_OF)
    tiers = ask("select count(*) from bi.customer_360 where as_of_date = %s and tier is not null", AS_OF)
    assert tiers == described == [(100,)]


def test_the_model_knows_more_than_each_customers_own_past_rate(ask: Ask, real_data: Path) -> None:
    ((run_id,),) = ask("select run_id from ops.run where kind = 'panel'")
    with connect() as connection:
        portfolio = current_portfolio(connection)
    panel = read_panel(Run(run_id, "panel", (AS_OF,), portfolio, None), model_features())
    (model, *_) = judge(panel, repeats=1)
    rate = own_past_rate(real_data / "ibm-ar", panel)
    assert model.aucs[0] >= auc(panel.bad, rate) + LEAST_GAIN


def test_days_past_due_of_invoices_are_known(ask: Ask) -> None:
    rows = ask(
        "select count(dpd_days), count(*) filter (where late_installment_ever_count > 0) "
        "from marts.customer_features where as_of_date = %s",
        AS_OF,
    )
    assert rows[0][0] == 100
    assert rows[0][1] > 50
