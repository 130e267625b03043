"""Promises on IBM's receivables: invoices and the days they were settled on."""

from collections.abc import Callable
from datetime import date

import pytest

AS_OF = date(2013, 11, 30)
Ask = Callable[..., list[tuple]]


@pytest.fixture(scope="module", autouse=True)
def published(publish_set: Callable[[str, date], None]) -> None:
    publish_set("ibm-ar", AS_OF)


def test_every_customer_with_invoices_gets_a_tier(ask: Ask) -> None:
    described = ask("select count(*) from marts.customer_features where as_of_date = %s", AS_OF)
    tiers = ask("select count(*) from bi.customer_360 where as_of_date = %s and tier is not null", AS_OF)
    assert tiers == described == [(100,)]


def test_days_past_due_of_invoices_are_known(ask: Ask) -> None:
    rows = ask(
        "select count(dpd_days), count(*) filter (where late_installment_ever_count > 0) "
        "from marts.customer_features where as_of_date = %s",
        AS_OF,
    )
    assert rows[0][0] == 100
    assert rows[0][1] > 50
