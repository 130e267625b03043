"""A warehouse with stored features and walk-forward pd of past Sundays, on which policies are tried."""

import pytest
from trial.planting import Past

from loudong.settings import Settings


@pytest.fixture(scope="module")
def _past(warehouse: Settings) -> Past:
    past = Past()
    past.create()
    return past


@pytest.fixture
def past(_past: Past) -> Past:
    _past.clear()
    return _past
