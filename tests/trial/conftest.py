"""A warehouse with stored features and walk-forward pd of past Sundays, on which policies are tried."""

import pytest
from plain_rules import plain_policy
from trial.planting import Past

from loudong.settings import Settings

__all__ = ["plain_policy"]


@pytest.fixture(scope="module")
def _past(warehouse: Settings) -> Past:
    past = Past()
    past.create()
    return past


@pytest.fixture
def past(_past: Past) -> Past:
    _past.clear()
    return _past
