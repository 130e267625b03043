"""Promises on the card holders of Taiwan: all of them get a tier, from a model that separates."""

from collections.abc import Callable
from datetime import date

import pytest

AS_OF = date(2005, 9, 30)
# What the model must reach, cross-validated over customers.
LEAST_AUC, LEAST_KS = 0.787, 0.435
Ask = Callable[..., list[tuple]]


@pytest.fixture(scope="module", autouse=True)
def published(publish_set: Callable[[str, date], None]) -> None:
    publish_set("taiwan", AS_OF)


def test_every_customer_gets_a_tier(ask: Ask) -> None:
    tiers = dict(ask("select tier, count(*) from bi.customer_360 where as_of_date = %s group by tier", AS_OF))
    assert sum(tiers.values()) == 30_000
    assert tiers["high"] > tiers["medium"]  # more than a fifth of them default


def test_the_model_separates_customers_it_has_not_seen(ask: Ask) -> None:
    evaluated = ask("select protocol, n, bads, auc, auc_low, ks from ops.model_evaluation where slice = 'all'")
    assert len(evaluated) == 1
    protocol, n, bads, auc, low, ks = evaluated[0]
    assert (protocol, n, bads) == ("cross_validation", 30_000, 6_636)
    assert auc >= LEAST_AUC
    assert ks >= LEAST_KS
    assert low < auc


def test_the_model_beats_the_baselines_on_the_same_rows(ask: Ask) -> None:
    aucs = dict(ask("select slice, auc from ops.model_evaluation where slice = 'all' or slice like 'baseline=%%'"))
    assert set(aucs) == {"all", "baseline=scorecard", "baseline=worst_bucket"}
    assert aucs["all"] > aucs["baseline=scorecard"] > aucs["baseline=worst_bucket"] > 0.6


def test_what_the_source_does_not_say_is_null_and_not_guessed(ask: Ask) -> None:
    known = ask(
        "select count(*), count(reported_status_m0), count(dpd_days), count(credit_score_value), count(*) "
        "filter (where current_ratio is not null) from marts.customer_features where as_of_date = %s",
        AS_OF,
    )
    assert known[0][0] == known[0][1] == 30_000
    assert known[0][2:] == (0, 0, 0)


def test_a_score_by_a_model_that_saw_the_outcome_is_marked_as_hindsight(ask: Ask) -> None:
    assert ask("select distinct is_hindsight from risk.customer_score") == [(True,)]
