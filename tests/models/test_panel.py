"""Promises of the panel: the matured rows of its own run, in order, as numbers; too little to learn from is refused."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from risk_world import PORTFOLIO, feature_types, insert

from loudong.errors import LoudongError
from loudong.pipeline.runs import Run
from loudong.settings import Settings, get_settings
from loudong.warehouse.connect import connect
from models.features import model_features
from models.panel import GROUPS, LEAST_BADS, Panel, read_panel
from models.reading import read_arrow

FEATURES = model_features()
D1, D2 = date(2024, 6, 30), date(2024, 7, 31)
LABEL = "customer_id text, as_of_date date, run_id text, is_default boolean, default_date date, is_mature boolean"
Row = dict[str, Any]


@pytest.fixture(scope="module")
def marts(warehouse: Settings) -> Settings:
    """The two marts that a panel run leaves, without rows."""
    columns = ", ".join(f"{name} {data_type}" for name, data_type in feature_types().items())
    with connect() as connection:
        connection.execute(f"create table marts.fct_customer_features ({columns})".encode())
        connection.execute(f"create table marts.fct_default_label ({LABEL})".encode())
    return warehouse


@pytest.fixture(autouse=True)
def _empty(marts: Settings) -> None:
    with connect() as connection:
        connection.execute("truncate marts.fct_customer_features, marts.fct_default_label")


def rows_of(bads: int, goods: int, day: date = D1) -> list[Row]:
    """Customers of one date, the bad ones first; each is a dict of what differs from an empty row."""
    return [
        {"customer_id": f"C{number:04d}", "as_of_date": day, "bad": number < bads} for number in range(bads + goods)
    ]


def read(rows: list[Row], run_id: str = "panel.1") -> Panel:
    """Plant `rows` as those of a run and read the panel of run `panel.1`."""
    features, labels = [], []
    for row in rows:
        given = dict(row)
        key = {"customer_id": given.pop("customer_id"), "as_of_date": given.pop("as_of_date"), "run_id": run_id}
        is_default, is_mature = given.pop("bad"), given.pop("is_mature", True)
        features.append(key | {"customer_type_code": "person"} | given)
        labels.append(key | {"is_default": is_default, "is_mature": is_mature})
    with connect() as connection:
        insert(connection, "marts", "fct_customer_features", features)
        insert(connection, "marts", "fct_default_label", labels)
    return read_panel(Run("panel.1", "panel", (D1, D2), PORTFOLIO, None), FEATURES)


def test_rows_come_by_date_and_customer_with_their_outcome() -> None:
    panel = read([*rows_of(60, 10, D2)[::-1], *rows_of(0, 70, D1)])
    assert len(panel) == 140
    assert panel.distinct_dates == [D1, D2]
    assert panel.dates.tolist() == [D1] * 70 + [D2] * 70
    assert panel.customers.tolist() == [f"C{number:04d}" for number in range(70)] * 2
    assert panel.bad.tolist() == [0.0] * 70 + [1.0] * 60 + [0.0] * 10


def test_rows_without_a_whole_horizon_and_rows_of_another_run_are_left_out() -> None:
    with pytest.raises(LoudongError, match="the panel is empty"):
        read(rows_of(60, 60), run_id="panel.2")
    immature = [row | {"is_mature": False} for row in rows_of(60, 60, D2)]
    panel = read([*rows_of(60, 60, D1), *immature])
    assert panel.distinct_dates == [D1]
    assert len(panel) == 120


def test_values_are_doubles_and_text_and_null_is_missing() -> None:
    rows = [
        row | {"dpd_days": 3, "past_due_amount": 12.5, "is_restructured": True, "industry_code": "retail"}
        for row in rows_of(50, 49)
    ]
    unknown = {"dpd_days": None, "past_due_amount": None, "is_restructured": None, "industry_code": None}
    panel = read([*rows, *(row | unknown | {"customer_id": "C9999"} for row in rows_of(0, 1))])
    columns = ["dpd_days", "past_due_amount", "is_restructured", "industry_code"]
    places = [[feature.name for feature in FEATURES].index(column) for column in columns]
    assert panel.values[0, places].tolist() == [3.0, 12.5, 1.0, 0.0]
    assert panel.categories["industry_code"] == ["retail"]
    assert np.isnan(panel.values[-1, places]).all()
    assert (panel.values.shape, panel.values.dtype) == ((100, len(FEATURES)), np.float64)


def test_texts_are_their_places_in_the_sorted_list_however_the_rows_come_in_batches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(get_settings(), "score_batch_rows", 7)
    monkeypatch.setattr("models.reading.BYTES_PER_VALUE", 1)
    kinds = ["retail", "餐饮", None, "catering", "office"]
    panel = read([row | {"industry_code": kinds[number % 5]} for number, row in enumerate(rows_of(50, 50))])
    place = [feature.name for feature in FEATURES].index("industry_code")
    assert panel.categories["industry_code"] == ["catering", "office", "retail", "餐饮"]
    assert np.array_equal(panel.values[:, place], [2.0, 3.0, np.nan, 0.0, 1.0] * 20, equal_nan=True)


def test_however_many_rows_there_are_a_few_are_in_memory_at_a_time(marts: Settings) -> None:
    batches = list(read_arrow("select generate_series(1, 50000)::double precision as number", 1_000))
    assert sum(batch.num_rows for batch in batches) == 50_000
    assert max(batch.num_rows for batch in batches) <= 2_000


def test_the_rows_until_a_date_know_nothing_of_later_ones() -> None:
    later = [row | {"industry_code": "catering"} for row in rows_of(60, 60, D2)]
    panel = read([*(row | {"industry_code": "retail"} for row in rows_of(60, 60, D1)), *later])
    place = [feature.name for feature in FEATURES].index("industry_code")
    before = panel.until(D1)
    assert before.distinct_dates == [D1]
    assert before.categories["industry_code"] == ["retail"]
    assert set(before.values[:, place]) == {0.0}
    assert set(panel.values[:, place]) == {0.0, 1.0}
    assert before.content_hash != panel.content_hash
    assert panel.until(D2).content_hash == panel.content_hash
    assert len(panel.until(D1 - timedelta(days=1))) == 0


def test_a_customer_of_unknown_group_is_called_so() -> None:
    rows = rows_of(50, 50)
    panel = read([row | {"customer_type_code": None} for row in rows])
    assert {name: np.unique(groups).tolist() for name, groups in panel.groups.items()} == {
        name: ["unknown"] for name in GROUPS
    }


@pytest.mark.parametrize(
    ("days", "band"),
    [
        (0, "0-179 days"),
        (179, "0-179 days"),
        (180, "180-364 days"),
        (364, "180-364 days"),
        (365, "1-2 years"),
        (1094, "1-2 years"),
        (1095, "3 years and more"),
    ],
)
def test_tenure_is_told_in_bands(days: int, band: str) -> None:
    panel = read([row | {"tenure_days": days} for row in rows_of(50, 50)])
    assert np.unique(panel.groups["tenure"]).tolist() == [band]


def test_of_a_large_panel_a_hash_chooses_customers_with_all_their_dates(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [*rows_of(300, 500, D1), *rows_of(300, 500, D2)]
    whole = read(rows)
    assert (len(whole), whole.customer_share) == (1600, 1.0)
    monkeypatch.setattr(get_settings(), "train_rows", 800)
    with connect() as connection:
        connection.execute("truncate marts.fct_customer_features, marts.fct_default_label")
    part = read(rows)
    assert part.customer_share == 0.5
    assert 700 < len(part) < 900
    chosen = [set(part.customers[part.dates == np.datetime64(day)]) for day in (D1, D2)]
    assert chosen[0] == chosen[1]


@pytest.mark.parametrize(("bads", "goods"), [(LEAST_BADS - 1, 60), (0, 60), (60, 0)])
def test_too_little_to_learn_from_is_refused_with_what_is_there(bads: int, goods: int) -> None:
    message = f"^too little to learn from: {bads} defaults among {bads + goods} customer-dates; at least {LEAST_BADS} "
    with pytest.raises(LoudongError, match=message):
        read(rows_of(bads, goods))


def test_just_enough_to_learn_from_is_accepted() -> None:
    assert read(rows_of(LEAST_BADS, LEAST_BADS)).bad.sum() == LEAST_BADS


def test_a_run_without_rows_is_refused() -> None:
    with pytest.raises(
        LoudongError, match=r"^the panel is empty: no date has a known outcome for the whole horizon yet$"
    ):
        read([])


def test_the_hash_of_a_panel_is_that_of_its_content() -> None:
    rows = [row | {"dpd_days": 1} for row in rows_of(60, 60)]

    def content_hash(rows: list[Row]) -> str:
        with connect() as connection:
            connection.execute("truncate marts.fct_customer_features, marts.fct_default_label")
        return read(rows).content_hash

    standing = content_hash(rows)
    assert content_hash(rows[::-1]) == standing
    assert content_hash([rows[0] | {"dpd_days": 2}, *rows[1:]]) != standing
    assert content_hash([rows[0] | {"bad": False}, *rows[1:]]) != standing
    assert content_hash([row | {"as_of_date": D1 - timedelta(days=1)} for row in rows]) != standing
