"""Promises of the bi views: published dates only, masked names, figures that add up, documented columns."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from reporting_project import build_reporting, planted
from risk_world import PORTFOLIO, World, ask, insert, tell

from loudong.decisions.decide import decide
from loudong.decisions.override import make_override
from loudong.pipeline.dates import month_ends
from loudong.pipeline.runs import Run
from loudong.publishing.publish import RESULT_TABLES, publish
from loudong.settings import Settings
from loudong.warehouse import migrate
from loudong.warehouse.connect import connect

D1, D2 = date(2025, 3, 1), date(2025, 3, 2)
VIEWS = {
    "rule_outcome",
    "customer_360",
    "building_daily",
    "portfolio_daily",
    "alert_board",
    "work_list",
    "work_capacity",
    "action_in_force",
    "enforcement_gap",
    "team_performance",
    "roll_rate",
    "vintage",
    "model_health",
    "rule_performance",
    "default_warning",
    "industry_watch",
    "data_freshness",
}


@pytest.fixture(scope="module")
def _world(warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World()
    world.create()
    build_reporting(warehouse, tmp_path_factory.mktemp("dbt"))
    return world


@pytest.fixture
def world(_world: World) -> World:
    _world.clear(planted())
    return _world


def day(world: World, as_of_date: date, customers: dict[str, dict[str, Any]], is_published: bool = True) -> Run:
    run = world.run(as_of_date, customers)
    decide(run)
    world.finish(run, publish(run).verdict if is_published else "failed")
    return run


def view(query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    return ask(query, *parameters, role="bi")


def plant_building(building_id: str) -> None:
    """Another building of the same city as B1."""
    row = {"building_id": building_id, "building_name": "Tower", "valid_from_date": date(2024, 1, 1), "file_id": 1}
    row |= {"observed_at": "2024-01-01T00:00:00+08:00", "file_line": 1, "content_hash": f"{2:032x}"}
    with connect() as connection:
        insert(connection, "landing", "building", [row])


def test_the_views_of_the_contract_exist_for_the_bi_reader_with_grain_and_every_column_described(world: World) -> None:
    rows = ask(
        "select c.relname, obj_description(c.oid), count(*), count(col_description(c.oid, a.attnum)) "
        "from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 "
        "where c.relnamespace = 'bi'::regnamespace and c.relkind = 'v' group by c.oid, c.relname"
    )
    assert {row[0] for row in rows} == VIEWS
    for name, comment, columns, described in rows:
        assert comment.startswith("Grain: "), name
        assert columns == described, name
        view(f"select * from bi.{name}")


def test_the_views_hang_on_nothing_that_a_build_replaces(world: World) -> None:
    rows = ask(
        "select distinct n.nspname, r.relname from pg_depend d join pg_rewrite w on w.oid = d.objid "
        "join pg_class v on v.oid = w.ev_class join pg_class r on r.oid = d.refobjid and r.oid <> v.oid "
        "join pg_namespace n on n.oid = r.relnamespace "
        "where d.classid = 'pg_rewrite'::regclass and v.relnamespace = 'bi'::regnamespace"
    )
    assert {schema for schema, _ in rows} == {"marts", "landing", "risk", "ops"}
    # Facts are appended to; every other table and view that dbt makes is dropped and made anew before the gates.
    assert {name for schema, name in rows if schema == "marts"} == {"fct_customer_features"}


def test_a_description_is_the_newest_known_at_the_end_of_the_date(world: World) -> None:
    with connect() as connection:
        for number, (name, observed_at) in enumerate(
            (("李四", "2025-03-01T23:59:59+08:00"), ("张三", "2025-03-02T00:00:00+08:00")), start=2
        ):
            row = {"customer_id": "C1", "customer_name": name, "valid_from_date": date(2024, 1, 1)}
            row |= {"observed_at": observed_at, "file_id": 1, "file_line": 1, "content_hash": f"{number:032x}"}
            insert(connection, "landing", "customer", [row])
    day(world, D1, {"C1": {"pd": 0.1}})
    day(world, D2, {"C1": {"pd": 0.1}})
    names = view("select as_of_date, customer_name_masked from bi.customer_360 order by as_of_date")
    assert names == [(D1, "李**"), (D2, "张**")]


def test_no_view_shows_names_numbers_phones_or_addresses_of_people(world: World) -> None:
    day(world, D1, {"C1": {"pd": 0.5, "dpd_days": 40}})
    for name in VIEWS:
        assert "王小1" not in str(view(f"select * from bi.{name}"))
    for name in ("customer_360", "alert_board", "work_list"):
        assert view(f"select distinct customer_name_masked from bi.{name}") == [("王**",)]
    columns = {row[0] for row in ask("select column_name from information_schema.columns where table_schema = 'bi'")}
    assert not columns & {"customer_name", "id_number", "phone_number", "email_address", "birth_year", "sex_code"}
    for schema in ("risk", "marts", "ops"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            view(f"select * from {schema}.{'run' if schema == 'ops' else 'customer_tier'}")


def test_nothing_of_a_run_is_visible_before_it_is_published(world: World) -> None:
    run = world.run(D1, {"C1": {"pd": 0.5, "dpd_days": 40}})
    decide(run)
    for name in VIEWS - {"data_freshness"}:
        assert view(f"select count(*) from bi.{name}") == [(0,)], name
    publish(run)
    for name in ("customer_360", "building_daily", "portfolio_daily", "alert_board", "work_list", "industry_watch"):
        assert view(f"select count(*) > 0 from bi.{name}") == [(True,)], name


def test_a_run_that_failed_leaves_what_is_shown_of_the_date_as_it_was(world: World) -> None:
    day(world, D1, {"C1": {"pd": 0.5}})
    before = [view(f"select * from bi.{name}") for name in sorted(VIEWS)]
    day(world, D1, {"C1": {"pd": 0.01, "complaint_90d_count": 5}}, is_published=False)
    shown = [view(f"select * from bi.{name}") for name in sorted(VIEWS)]
    tables = dict(zip(sorted(VIEWS), zip(before, shown, strict=True), strict=True))
    for name in VIEWS:
        assert tables[name][0] == tables[name][1], name
    assert view("select tier, pd from bi.customer_360") == [("high", 0.5)]
    assert view("select rule_code from bi.alert_board") == [("pd_high",)]


def test_publishing_again_shows_the_new_run_alone(world: World) -> None:
    day(world, D1, {"C1": {"pd": 0.5}})
    day(world, D1, {"C1": {"pd": 0.01}})
    assert view("select tier, pd from bi.customer_360") == [("low", 0.01)]
    day(world, D1, {"C1": {"pd": 0.01}})
    assert view("select tier, pd from bi.customer_360") == [("low", 0.01)]


def test_a_customer_is_shown_with_reasons_moves_alerts_and_standards(world: World) -> None:
    day(world, D1, {"C1": {"pd": 0.01}})
    day(world, D2, {"C1": {"pd": 0.5, "dpd_days": 40}})
    assert view(
        "select building_name, relationship_manager_id, tier, previous_tier, reasons_en, reasons_zh, open_alert_count, "
        "gravest_severity, monitoring_standard_code, open_task_count from bi.customer_360 where as_of_date = %s",
        D2,
    ) == [("Tower 1", "R1", "high", "low", "Pays late.", "付款逾期。", 2, "major", "daily_check", 2)]
    assert view("select open_alert_count, monitoring_standard_code from bi.customer_360 where as_of_date = %s", D1) == [
        (0, "monthly_check")
    ]


def test_where_a_floor_set_the_tier_it_is_the_first_reason(world: World) -> None:
    day(world, D1, {"C1": {"pd": 0.01, "dpd_days": 40}, "C2": {"pd": 0.01}})
    assert view("select customer_id, tier_decided_by, reasons_en, reasons_zh from bi.customer_360 order by 1") == [
        ("C1", "floor", "more than 30 days past due; Pays late.", "逾期超过30天；付款逾期。"),
        ("C2", "pd", "Pays late.", "付款逾期。"),
    ]


def test_where_the_cooldown_or_a_person_set_the_tier_that_is_the_first_reason(world: World) -> None:
    made = datetime.combine(D2, time(12), ZoneInfo(PORTFOLIO.timezone))
    make_override("C2", "high", "Li Lei", "met the owner", date(2025, 4, 1), made)
    day(world, D1, {"C1": {"pd": 0.5}, "C2": {"pd": 0.01}})
    day(world, D2, {"C1": {"pd": 0.01}, "C2": {"pd": 0.01}})
    query = "select tier_decided_by, reasons_en, reasons_zh from bi.customer_360 where as_of_date = %s order by 1"
    assert view(query, D2) == [
        (
            "cooldown",
            "held in high risk for 30 days, until 2025-04-01; Pays late.",
            "高风险冷却期30天，至2025-04-01；付款逾期。",
        ),
        (
            "override",
            "set by Li Lei until 2025-04-01: met the owner; Pays late.",
            "由Li Lei人工设定，至2025-04-01：met the owner；付款逾期。",
        ),
    ]


def test_buildings_and_industries_add_up_to_the_portfolio(world: World) -> None:
    customers: dict[str, dict[str, Any]] = {
        "C1": {"pd": 0.5, "exposure_amount": 300, "past_due_amount": 30, "dpd_days": 5},
        "C2": {"pd": 0.05, "exposure_amount": 100},
        "C3": {"pd": 0.01, "exposure_amount": 200, "building_id": None, "industry_code": "catering"},
    }
    day(world, D1, customers)
    columns = "customer_count, high_count, medium_count, low_count, exposure_amount, past_due_amount"
    total = view(f"select {columns} from bi.portfolio_daily")
    assert total == [(3, 1, 1, 1, 600, 30)]
    sums = ", ".join(f"sum({name.strip()})" for name in columns.split(","))
    assert view(f"select {sums} from bi.building_daily") == total
    assert view(
        "select building_id, customer_count, arrears_ratio, exposure_hhi_ratio, weighted_pd from bi.building_daily "
        "order by building_id"
    ) == [("B1", 2, 0.075, 0.625, pytest.approx(0.3875)), (None, 1, 0, 1, pytest.approx(0.01))]
    assert view("select industry_code, exposure_share_ratio from bi.industry_watch order by 1") == [
        ("catering", pytest.approx(1 / 3)),
        ("retail", pytest.approx(2 / 3)),
    ]


def test_the_work_list_names_what_is_due_when_and_why(world: World) -> None:
    day(world, D1, {"C1": {"pd": 0.5, "dpd_days": 40}})
    day(world, date(2025, 3, 5), {"C1": {"pd": 0.5, "dpd_days": 44}})
    assert view(
        "select item_type, item_code, days_left, is_overdue from bi.work_list order by item_type, item_code"
    ) == [
        ("alert", "arrears", 3, False),  # nobody took it up in time: the next role has its days
        ("alert", "pd_high", 1, False),
        ("follow_up_task", "dunning", -1, True),
        ("follow_up_task", "tier_rise", -1, True),
    ]
    arrears = "where item_code = 'arrears'"
    assert view(f"select reason_zh from bi.work_list {arrears}") == [("逾期超过30天：dpd_days = 44",)]
    assert view("select is_open, breached_date, age_days from bi.alert_board where rule_code = 'arrears'") == [
        (True, date(2025, 3, 5), 4)
    ]


def contract(number: int, bucket: str, **values: Any) -> dict[str, Any]:
    days = {"d0": 0, "d1_30": 10, "d31_60": 40, "d61_90": 70}
    return {
        "contract_id": f"K{number}",
        "is_open": True,
        "start_date": date(2025, 1, 10),
        "outstanding_amount": 100 * number,
        "bucket_code": bucket,
        "dpd_days": days[bucket],
        "close_reason_code": None,
    } | values


def closed(number: int, reason: str) -> dict[str, Any]:
    return contract(number, "d0", is_open=False, close_reason_code=reason, outstanding_amount=0)


def months(world: World, *contracts: list[dict[str, Any]]) -> list[date]:
    ends = month_ends(date(2025, 1, 1), date(2025, 12, 31))[: len(contracts)]
    for end, slices in zip(ends, contracts, strict=True):
        day(world, end, {"C1": {"pd": 0.01, "contracts": slices}})
    return ends


def test_roll_rates_sum_to_one_and_weigh_by_the_opening_balance(world: World) -> None:
    months(
        world,
        [contract(1, "d0"), contract(2, "d0"), contract(3, "d0"), contract(4, "d1_30"), closed(5, "written_off")],
        [
            contract(1, "d0"),
            contract(2, "d1_30"),
            closed(3, "paid_off"),
            closed(4, "expired"),
            closed(5, "written_off"),
        ],
    )
    rows = view(
        "select from_state_code, to_state_code, contract_count, count_ratio, amount_ratio from bi.roll_rate "
        "order by from_state_code, to_state_code"
    )
    third, sixth = pytest.approx(1 / 3), pytest.approx(1 / 6)
    assert rows == [
        ("d0", "d0", 1, third, sixth),
        ("d0", "d1_30", 1, third, third),
        ("d0", "paid_off", 1, third, pytest.approx(0.5)),
        ("d1_30", "ended", 1, 1.0, 1.0),
        ("written_off", "written_off", 1, 1.0, None),
    ]
    sums = view("select sum(count_ratio), sum(amount_ratio) from bi.roll_rate group by from_date, from_state_code")
    assert all(by_count == pytest.approx(1) and amount in (None, pytest.approx(1)) for by_count, amount in sums)


def test_roll_rates_need_two_consecutive_month_ends(world: World) -> None:
    for end in (date(2025, 1, 31), date(2025, 2, 27), date(2025, 3, 31)):
        day(world, end, {"C1": {"pd": 0.01, "contracts": [contract(1, "d0")]}})
    assert view("select * from bi.roll_rate") == []


def test_a_contract_that_is_no_longer_delivered_is_counted_as_such(world: World) -> None:
    months(world, [contract(1, "d0")], [contract(2, "d0")])
    assert view("select to_state_code, count_ratio from bi.roll_rate") == [("not_reported", 1.0)]


def test_a_contract_whose_days_past_due_are_not_known_moves_from_an_unknown_state(world: World) -> None:
    contract = {"contract_id": "K1", "is_open": True, "start_date": date(2025, 1, 5), "outstanding_amount": 100}
    for month_end, bucket in zip(month_ends(date(2025, 1, 1), date(2025, 3, 1)), (None, "d0"), strict=True):
        day(world, month_end, {"C1": {"pd": 0.1, "contracts": [contract | {"bucket_code": bucket}]}})
    assert view("select from_state_code, to_state_code, count_ratio from bi.roll_rate") == [(None, "d0", 1.0)]


def test_a_month_end_published_again_renews_its_moves_and_vintages(world: World) -> None:
    first, second = month_ends(date(2025, 1, 1), date(2025, 3, 1))
    contract = {"contract_id": "K1", "is_open": True, "start_date": date(2025, 1, 5), "outstanding_amount": 100}
    for dpd_days, bucket, state in ((0, "d0", "d0"), (40, "d31_60", "d31_60")):
        for month_end in (first, second):
            late = {"dpd_days": dpd_days, "bucket_code": bucket}
            day(world, month_end, {"C1": {"pd": 0.1, "dpd_days": dpd_days, "contracts": [contract | late]}})
        assert view("select from_state_code, to_state_code, contract_count from bi.roll_rate") == [(state, state, 1)]
        ever = view("select months_on_book, ever_count from bi.vintage where bucket_code = 'd31_60' order by 1")
        assert ever == [(0, int(dpd_days > 0)), (1, int(dpd_days > 0))]


def test_a_building_is_shown_beside_its_past_its_anchor_and_its_neighbours(world: World) -> None:
    plant_building("B2")
    anchor = {"pd": 0.1, "is_anchor_tenant": True, "exposure_amount": 300}
    other = {"pd": 0.1, "exposure_amount": 100, "building_id": "B1"}
    there = {"pd": 0.1, "exposure_amount": 200, "past_due_amount": 50, "building_id": "B2"}
    day(world, D1 - timedelta(days=30), {"C1": anchor, "C2": other, "C3": there})
    day(world, D1, {"C1": anchor, "C2": other | {"past_due_amount": 40}, "C3": there})
    assert view(
        "select building_id, anchor_share_ratio, arrears_ratio_change_30d, neighbour_arrears_ratio "
        "from bi.building_daily where as_of_date = %s order by building_id",
        D1,
    ) == [("B1", 0.75, 0.1, 0.25), ("B2", 0.0, 0.0, 0.1)]


def test_the_start_of_a_default_is_the_first_published_date_in_it(world: World) -> None:
    for offset, is_in_default in enumerate((False, True, True)):
        day(world, D1 + timedelta(days=offset), {"C1": {"pd": 0.1, "is_in_default": is_in_default}})
    assert ask("select customer_id, as_of_date, building_id from risk.default_start") == [("C1", D2, "B1")]


def test_an_upgrade_gives_published_dates_the_figures_that_later_ones_get_when_decided(world: World) -> None:
    for offset, is_in_default in enumerate((False, True, True)):
        customers = {"C1": {"pd": 0.1, "is_in_default": is_in_default}, "C2": {"pd": 0.3, "building_id": None}}
        day(world, D1 + timedelta(days=offset), customers)
    tables = ("risk.group_day", "risk.default_start")
    tell("update risk.group_day set expected_loss_amount = null")  # no loss given default was known then
    decided = [sorted(map(str, ask(f"select * from {table}"))) for table in tables]
    text = (migrate.MIGRATION_DIR / "0020_daily_figures.sql").read_text(encoding="utf-8")
    with connect("admin") as connection:
        connection.execute(f"truncate {', '.join(tables)}".encode())
        connection.execute(text[text.index("do $$") :].encode())
    assert [sorted(map(str, ask(f"select * from {table}"))) for table in tables] == decided


def test_a_vintage_counts_who_was_ever_past_a_bucket_of_all_that_started(world: World) -> None:
    late = contract(2, "d31_60")
    ends = months(
        world,
        [contract(1, "d0"), contract(2, "d0"), contract(3, "d0"), contract(4, "d0")],
        [contract(1, "d0"), late, contract(3, "d1_30"), closed(4, "paid_off")],
        [contract(1, "d0"), contract(2, "d0"), contract(3, "d0"), closed(4, "paid_off")],
    )
    rows = view(
        "select months_on_book, as_of_date, bucket_code, contract_count, ever_ratio from bi.vintage "
        "where bucket_code in ('d1_30', 'd31_60') order by months_on_book, min_dpd_days"
    )
    assert rows == [
        (0, ends[0], "d1_30", 4, 0.0),
        (0, ends[0], "d31_60", 4, 0.0),
        (1, ends[1], "d1_30", 4, 0.5),
        (1, ends[1], "d31_60", 4, 0.25),
        (2, ends[2], "d1_30", 4, 0.5),
        (2, ends[2], "d31_60", 4, 0.25),
    ]


def test_a_vintage_stops_at_the_first_month_end_that_is_not_published(world: World) -> None:
    for end in (date(2025, 1, 31), date(2025, 3, 31)):
        day(world, end, {"C1": {"pd": 0.01, "contracts": [contract(1, "d0")]}})
    assert view("select distinct months_on_book from bi.vintage") == [(0,)]


def test_a_rule_is_judged_by_defaults_within_the_horizon_of_mature_alerts(world: World) -> None:
    late = {"pd": 0.5, "dpd_days": 8}
    alerts = (
        "select month, building_id, alert_count, judged_count, confirmed_count, precision_ratio "
        "from bi.rule_performance where rule_code = 'arrears' and alert_count > 0"
    )
    day(world, D1, {"C1": late, "C2": late, "C3": late | {"is_in_default": True}})
    assert view(alerts) == [(D1, "B1", 3, 0, 0, None)]
    day(world, D1 + timedelta(days=20), {"C1": late | {"is_in_default": True}, "C2": late, "C3": late})
    day(world, D1 + timedelta(days=180), {"C1": late, "C2": late, "C3": late})
    day(world, D1 + timedelta(days=181), {"C1": late, "C2": late | {"is_in_default": True}, "C3": late})
    assert view(alerts) == [(D1, "B1", 3, 2, 1, 0.5)]


def test_a_default_counts_as_caught_missed_or_unseen_where_its_whole_horizon_was_watched(world: World) -> None:
    calm = {"pd": 0.001}
    day(world, D1, {"C1": calm | {"dpd_days": 8}, "C2": calm, "C3": calm})
    early = D1 + timedelta(days=179)
    day(world, early, {"C1": calm | {"dpd_days": 8}, "C2": calm, "C3": calm | {"is_in_default": True}})
    last = D1 + timedelta(days=180)
    day(world, last, {"C1": calm | {"is_in_default": True}, "C2": calm | {"is_in_default": True}})
    assert view(
        "select rule_code, default_count, caught_count, unseen_count, recall_ratio, median_lead_days "
        "from bi.rule_performance where rule_code in ('arrears', 'no_answer') and default_count > 0 order by 1"
    ) == [("arrears", 2, 1, 1, 0.5, 180), ("no_answer", 2, 0, 1, 0, None)]
    assert view(
        "select customer_id, default_date, is_judged, is_seen, lead_days, rule_codes from bi.default_warning order by 1"
    ) == [
        ("C1", last, True, True, 180, ["arrears"]),
        ("C2", last, True, False, None, None),
        ("C3", early, False, False, None, None),
    ]


def test_what_a_model_says_that_knew_the_outcome_counts_for_no_rule_that_asks_it(world: World) -> None:
    risky = {"pd": 0.5, "dpd_days": 8, "is_hindsight": True}
    day(world, D1, {"C1": risky})
    last = D1 + timedelta(days=180)
    day(world, last, {"C1": {"pd": 0.5, "dpd_days": 8, "is_in_default": True}})
    assert view(
        "select rule_code, sum(judged_count), sum(confirmed_count), sum(default_count), sum(caught_count) "
        "from bi.rule_performance where rule_code in ('arrears', 'pd_high') group by 1 order by 1"
    ) == [("arrears", 1, 1, 1, 1), ("pd_high", 0, 0, 0, 0)]


def test_model_health_shows_the_newest_evaluation_of_each_protocol(world: World) -> None:
    for auc in (0.7, 0.8):
        tell(
            "insert into ops.model_evaluation (model_name, model_version, protocol, slice, n, bads, auc) "
            "values ('default', '1', 'out_of_time', 'all', 100, 5, %s)",
            auc,
        )
    day(world, D1, {"C1": {"pd": 0.1}, "C2": {"pd": 0.3}})
    assert view("select protocol, auc, evaluated_count, mean_pd, pd_p50, customer_count from bi.model_health") == [
        ("out_of_time", 0.8, 100, pytest.approx(0.2), pytest.approx(0.2), 2)
    ]
    assert view("select watched_count, crossed from bi.model_health") == [(None, None)]


def test_model_health_names_what_crossed_its_bound(world: World) -> None:
    day(world, D1, {"C1": {"pd": 0.1}})
    for code, subject, state in (
        ("feature_psi", "dpd_days", "crossed"),
        ("null_rate", "dpd_days", "ok"),
        ("score_psi", "pd", "crossed"),
    ):
        tell(
            "insert into ops.model_watch (run_id, as_of_date, model_name, model_version, watch_code, subject, n, "
            "bound, state) select run_id, as_of_date, 'default', '1', %s, %s, 100, 0.1, %s from ops.publication",
            code,
            subject,
            state,
        )
    assert view("select watched_count, crossed_count, crossed from bi.model_health") == [
        (3, 2, "feature_psi dpd_days, score_psi pd")
    ]


def test_industry_figures_are_the_newest_known_at_the_end_of_the_date(world: World) -> None:
    with connect() as connection:
        for end, value, observed_at in (
            (date(2025, 1, 31), 49, "2025-02-10T00:00:00+08:00"),
            (date(2025, 2, 28), 51, "2025-03-01T23:59:59+08:00"),
            (date(2025, 2, 28), 55, "2025-03-02T00:00:00+08:00"),
        ):
            row = {"industry_code": "retail", "indicator_code": "prosperity_index", "period_end_date": end}
            row |= {"indicator_value": value, "observed_at": observed_at, "file_id": 1, "file_line": 1}
            insert(connection, "landing", "industry_indicator", [row | {"content_hash": f"{value:032x}"}])
    day(world, D1, {"C1": {"pd": 0.1}})
    assert view("select indicators from bi.industry_watch") == [({"prosperity_index": 51},)]


def test_freshness_compares_every_entity_with_the_newest_published_date(world: World) -> None:
    tell(
        "insert into ops.watermark values ('payment', 7, '2025-02-26', '2025-02-26T23:59:59+08:00', now()), "
        "('building', 1, '2024-01-01', '2025-03-01T10:00:00+08:00', now())"
    )
    day(world, D1, {"C1": {"pd": 0.1}})
    assert view("select entity, row_count, newest_published_date, behind_days from bi.data_freshness order by 1") == [
        ("building", 1, D1, 0),
        ("payment", 7, D1, 3),
    ]


def _remove(as_of_date: date) -> None:
    tell(
        "insert into ops.removed_slice (run_id, as_of_date) "
        "select run_id, as_of_date from ops.publication where as_of_date = %s",
        as_of_date,
    )


def test_freshness_says_since_when_every_published_date_has_its_rows(world: World) -> None:
    tell("insert into ops.watermark values ('payment', 7, '2025-02-26', '2025-02-26T23:59:59+08:00', now())")
    for number, when in enumerate((D1, D2)):
        day(world, when, {"C1": {"pd": 0.1 + number / 10}})
    since = "select daily_detail_since_date from bi.data_freshness"
    assert view(since) == [(None,)]
    _remove(D1)
    assert view(since) == [(D1 + timedelta(days=1),)]
    day(world, D1, {"C1": {"pd": 0.9}})
    assert view(since) == [(None,)]


def test_how_good_a_rule_is_outlives_the_days_that_retention_removes(world: World) -> None:
    day(world, D1, {"C1": {"pd": 0.1, "dpd_days": 45, "bucket_code": "d31_60"}})
    day(world, D1 + timedelta(days=PORTFOLIO.horizon_days), {"C1": {"pd": 0.1}})
    judged = "select sum(alert_count), sum(judged_count) from bi.rule_performance"
    ((alerts, before),) = view(judged)
    assert 0 < before <= alerts
    _remove(D1)
    for schema, table in RESULT_TABLES:
        tell(f"delete from {schema}.{table} where as_of_date = %s", D1)
    assert view(judged) == [(alerts, before)]
