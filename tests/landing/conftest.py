"""Fixtures of landing: a folder that holds what every load needs."""

from pathlib import Path

import pytest
from landing.delivering import OBSERVED, SETTINGS, customers, write

from loudong.portfolio.settings import write_portfolio
from loudong.settings import Settings


@pytest.fixture
def folder(warehouse: Settings, tmp_path: Path) -> Path:
    """A landing folder with the required entities: one building, customers C1 and C2, one contract."""
    write_portfolio(tmp_path, SETTINGS)
    write(
        tmp_path,
        "building",
        "a.csv",
        "building_id,valid_from_date,building_name,building_type_code,observed_at\n"
        f"B1,2025-01-01,Tower,office,{OBSERVED}\n",
    )
    write(tmp_path, "customer", "a.csv", customers("C1", "C2"))
    write(
        tmp_path,
        "contract",
        "a.csv",
        "contract_id,customer_id,contract_type_code,signed_date,start_date,observed_at\n"
        f"K1,C1,lease,2025-01-01,2025-01-01,{OBSERVED}\n",
    )
    return tmp_path
