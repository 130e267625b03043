"""Promises of the report: one self-contained page about a published date, escaped, with figures, reasons and plots."""

import re
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from reporting_project import build_reporting, planted
from risk_world import World, ask, tell

from loudong.decisions.decide import decide
from loudong.errors import LoudongError
from loudong.publishing.publish import publish
from loudong.publishing.report import write_report
from loudong.settings import Settings, get_settings
from loudong.warehouse.connect import connect

D1, D2 = date(2025, 3, 1), date(2025, 3, 2)


@pytest.fixture(scope="module")
def _world(warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World()
    world.create()
    build_reporting(warehouse, tmp_path_factory.mktemp("dbt"))
    return world


@pytest.fixture
def page(_world: World) -> str:
    _world.clear(planted())
    with connect("admin") as connection:
        connection.execute("update landing.building set building_name = '<script>alert(1)</script>'")
    for day, dpd_days in ((D1, 0), (D2, 40)):
        run = _world.run(
            day,
            {"C1": {"pd": 0.01 + dpd_days / 100, "dpd_days": dpd_days, "bucket_code": "d31_60"}, "C2": {"pd": 0.03}},
        )
        decide(run)
        tell(
            "insert into ops.quality_result "
            "(run_id, gate, suite, table_name, expectation, severity, outcome, why, remedy) "
            "values (%s, 'landing', 'payment', 'landing.payment', 'expect_rows', 'warning', 'fail', 'w', 'ask them')",
            run.run_id,
        )
        _world.finish(run, publish(run).verdict)
    (file_id,) = ask(
        "insert into ops.landing_file (entity, path, sha256, state) values ('payment', 'x', 'x', 'loaded') "
        "returning file_id"
    )[0]
    tell(
        "insert into ops.file_delivery "
        "(file_id, entity, observed_date, row_count, first_observed_at, last_observed_at) "
        "values (%s, 'payment', %s, 7, now(), now())",
        file_id,
        D1,
    )
    tell(
        "insert into ops.model_evaluation "
        "(model_name, model_version, protocol, slice, n, bads, auc, auc_low, auc_high) "
        "values ('default', '1', 'out_of_time', 'all', 4000, 180, 0.831, 0.8, 0.86)"
    )
    before = set(get_settings().reports_dir.glob("*"))
    path = write_report(D2)
    assert path == get_settings().reports_dir / "2025-03-02.html"
    assert set(path.parent.iterdir()) - before <= {path}
    return path.read_text(encoding="utf-8")


def text_of(page: str) -> str:
    without = re.sub(r"<style.*?</style>|<svg.*?</svg>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", without))


def test_the_page_says_what_happened_and_why_in_both_languages(page: str) -> None:
    text = text_of(page)
    for expected in (
        "Test: credit risk on 2025-03-02",
        "Pays late. 付款逾期。",
        "payment late by more than 30 days 逾期超过30天",
        "dpd_days = 40 &gt; 30",
        "Visit the customer; agree on a written plan of payment.",
        "mean pd 平均违约概率 22.00 %",
        "0.831 (0.800–0.860)",
        "landing.payment expect_rows",
        "gate_scores success",
        "high tier 高风险 1 +1 since 2025-03-01",
    ):
        assert expected in text, expected


def test_the_page_needs_nothing_from_elsewhere_and_escapes_what_data_says(page: str) -> None:
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert not re.search(r"""(src|href)=["']https?:""", page)
    assert "王小1" not in page
    assert "王**" in page


def test_the_page_has_three_plots_that_are_drawings(page: str) -> None:
    drawings = re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL)
    assert len(drawings) == 3
    for drawing in drawings:
        assert len(list(ElementTree.fromstring(drawing).iter())) > 30


def test_a_date_that_is_not_published_has_no_report(page: str) -> None:
    with pytest.raises(LoudongError, match="2025-03-09 is not published"):
        write_report(date(2025, 3, 9))
    assert ask("select count(*) from ops.publication") == [(2,)]
    assert not Path(get_settings().reports_dir / "2025-03-09.html").exists()


def test_stale_dates_are_counted(page: str) -> None:
    said = " ".join(text_of(page).split())
    assert "2 dates are stale (2025-03-01 to 2025-03-02)" in said
    assert "7 of them belong to this date" in said
