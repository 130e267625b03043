"""Promises on SuperLender's loans: bank branches stand for buildings."""

from collections.abc import Callable
from datetime import date

import pytest

AS_OF = date(2017, 7, 30)
# What the model must reach, cross-validated over customers.
LEAST_AUC = 0.715
Ask = Callable[..., list[tuple]]


@pytest.fixture(scope="module", autouse=True)
def published(publish_set: Callable[[str, date], None]) -> None:
    publish_set("superlender", AS_OF)


def test_every_judged_customer_of_the_date_gets_a_tier(ask: Ask) -> None:
    judged = ask("select count(distinct customer_id) from landing.judged_customer where judged_date = %s", AS_OF)
    tiers = ask("select count(*) from bi.customer_360 where as_of_date = %s and tier is not null", AS_OF)
    assert tiers == judged
    assert tiers[0][0] > 50


def test_the_model_separates_customers_it_has_not_seen(ask: Ask) -> None:
    (evaluated,) = ask("select protocol, n, bads, auc from ops.model_evaluation where slice = 'all'")
    assert evaluated[:3] == ("cross_validation", 4_368, 952)
    assert evaluated[3] >= LEAST_AUC


def test_earlier_loans_were_paid_on_real_days(ask: Ask) -> None:
    rows = ask(
        "select count(*) filter (where late_installment_ever_count > 0), count(*) filter (where dpd_days is not null) "
        "from marts.customer_features where as_of_date = %s",
        AS_OF,
    )
    assert rows[0][0] > 10
    assert rows[0][1] > 50


def test_branches_are_buildings(ask: Ask) -> None:
    assert ask("select count(*) > 1 from bi.building_daily where as_of_date = %s", AS_OF) == [(True,)]
