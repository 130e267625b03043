"""Promises of the gates: what stops a run, what only warns, what is left behind, and which rows are looked at."""

from dataclasses import replace

import pytest
from quality_planting import DAY, PORTFOLIO, RUN, check, plant, plant_landing

from loudong.quality.suites import ROW_COUNT, Gate, load_suites
from loudong.warehouse.connect import connect


@pytest.mark.parametrize("gate", ["landing", "marts", "scores"])
def test_sound_data_pass_every_check_and_each_leaves_a_row(gate: Gate, sound: None) -> None:
    checked = check(gate)
    assert checked.error is None
    assert checked.not_passed() == {}
    assert len(checked.rows) == sum(len(suite.expectations) for suite in load_suites(gate))


def test_a_failure_names_date_table_column_extent_rows_and_remedy(sound: None) -> None:
    with connect("admin") as connection:
        connection.execute("update landing.customer set customer_type_code = 'ship' where customer_id in ('c7', 'c9')")
    checked = check("landing")
    assert checked.error is not None
    assert "the landing gate of 2026-03-31" in checked.error
    assert "1 critical check did not pass" in checked.error
    assert "landing.customer.customer_type_code: expect_column_values_to_be_in_set" in checked.error
    assert "value_set ['person', 'enterprise']" in checked.error
    assert "2 of 120 rows, first customer_id c7, valid_from_date 2025-01-01, customer_type_code ship" in checked.error
    assert "Map the new code in the source extract" in checked.error
    row = checked.rows["landing.customer", "expect_column_values_to_be_in_set customer_type_code"]
    assert (row["outcome"], row["element_count"], row["unexpected_count"]) == ("fail", 120, 2)
    assert [item["customer_id"] for item in row["unexpected_sample"]] == ["c7", "c9"]


def test_a_failing_warning_is_recorded_and_stops_nothing(sound: None) -> None:
    with connect("admin") as connection:
        connection.execute(
            "update landing.occupancy set unit_code = 'u1', building_id = 'b1' where customer_id < 'c13'"
        )
    checked = check("landing")
    assert checked.error is None
    assert checked.not_passed() == {("landing.occupancy", "one_occupant_per_unit"): "fail"}
    row = checked.rows["landing.occupancy", "one_occupant_per_unit"]
    assert 0 < len(row["unexpected_sample"]) <= 20 <= row["unexpected_count"]


def test_no_row_of_a_required_table_stops_the_run_and_nothing_passes_on_nothing(sound: None) -> None:
    with connect("admin") as connection:
        plant_landing(connection, "building")
    checked = check("landing")
    assert checked.stopping() == {("landing.customer", ROW_COUNT), ("landing.contract", ROW_COUNT)}
    assert {table for table, _ in checked.rows} == {
        "landing.building", "landing.customer", "landing.contract", "ops.landing_file",
    }  # fmt: skip
    assert "landing.customer: expect_table_row_count_to_be_between (min_value 1): found 0" in str(checked.error)


@pytest.mark.parametrize(
    ("gate", "table"),
    [
        ("marts", "marts.fct_customer_features"),
        ("marts", "marts.fct_contract_delinquency"),
        ("marts", "marts.dim_customer"),
        ("scores", "risk.customer_score"),
    ],
)
def test_an_empty_result_stops_the_run(gate: Gate, table: str, sound: None) -> None:
    with connect("admin") as connection:
        connection.execute(f"truncate {table}".encode())
    checked = check(gate)
    assert checked.stopping() == {(table, ROW_COUNT)}
    assert [name for name in checked.rows if name[0] == table] == [(table, ROW_COUNT)]


def test_a_portfolio_of_one_building_that_delivers_three_tables_passes(sound: None) -> None:
    with connect("admin") as connection:
        plant_landing(connection, "contract")
        plant(connection, "building", 1, 1, building_type_code="'other'", unit_count="null")
        plant(connection, "customer", 1, 120, id_number="null", birth_year="null")
        connection.execute("update landing.contract set building_id = 'b1'")
    checked = check("landing")
    assert checked.error is None
    assert checked.not_passed() == {}


def test_a_refused_file_stops_the_run_until_another_of_its_table_and_day_is_loaded(sound: None) -> None:
    def deliver(path: str, day: str, state: str) -> None:
        with connect("admin") as connection:
            connection.execute(
                "insert into ops.landing_file (entity, path, sha256, delivery_date, state, reason) "
                "values ('payment', %s, %s, %s, %s, 'no header')",
                (path, path, day, state),
            )

    stops = {("ops.landing_file", "files_loaded")}
    deliver("payment/2026-03-31/early.csv", "2026-03-31", "loaded")
    deliver("payment/2026-03-31/bad.csv", "2026-03-31", "refused")
    deliver("payment/2026-03-30/other-day.csv", "2026-03-30", "loaded")
    checked = check("landing")
    assert checked.stopping() == stops
    assert "payment/2026-03-31/bad.csv" in str(checked.error)
    assert "Put a corrected file into the same <entity>/<date> folder" in str(checked.error)
    deliver("payment/2026-03-31/good.csv", "2026-03-31", "loaded")
    assert check("landing").stopping() == set()
    deliver("payment/2026-03-31/bad.csv", "2026-03-31", "refused")  # as releases did that tried it with every pull
    assert check("landing").stopping() == set()
    deliver("payment/2026-03-31/worse.csv", "2026-03-31", "refused")
    assert check("landing").stopping() == stops


def test_a_gap_in_an_optional_table_warns_and_its_other_checks_do_not_count_as_passed(sound: None) -> None:
    with connect("admin") as connection:
        connection.execute("update landing.payment set observed_at = '2026-01-01 00:00+08'")
    checked = check("landing")
    assert checked.error is None
    assert checked.not_passed() == {("landing.payment", ROW_COUNT): "fail"}
    assert [name for table, name in checked.rows if table == "landing.payment"] == [ROW_COUNT]


def test_a_corrected_or_deleted_row_passes_and_a_row_known_later_is_not_looked_at(sound: None) -> None:
    with connect("admin") as connection:
        connection.execute("update landing.customer set customer_type_code = 'ship' where customer_id in ('c7', 'c9')")
        plant(connection, "customer", 7, 7, observed_at="'2026-03-31 23:59:59+08'")
        plant(connection, "customer", 9, 9, observed_at="'2026-03-31 23:59:59+08'")
        connection.execute("update landing.customer set is_deleted = true where customer_id = 'c9' "
                           "and observed_at = '2026-03-31 23:59:59+08'")  # fmt: skip
        plant(connection, "customer", 8, 8, customer_type_code="'ship'", observed_at="'2026-04-01 00:00+08'")
    assert check("landing").not_passed() == {}
    assert check("landing", replace(RUN, as_of_dates=(DAY.replace(month=4, day=1),))).stopping() == {
        ("landing.customer", "expect_column_values_to_be_in_set customer_type_code")
    }


def test_a_missing_column_and_a_missing_table_are_broken_checks_not_bad_data(sound: None) -> None:
    with connect("admin") as connection:
        connection.execute("alter table marts.fct_customer_features rename column is_in_default to in_default")
        connection.execute("alter table marts.dim_building rename to dim_house")
    try:
        checked = check("marts")
    finally:
        with connect("admin") as connection:
            connection.execute("alter table marts.fct_customer_features rename column in_default to is_in_default")
            connection.execute("alter table marts.dim_house rename to dim_building")
    outcomes = checked.not_passed()
    assert set(outcomes.values()) == {"broken"}
    assert {table for table, _ in outcomes} == {"marts.fct_customer_features", "marts.dim_building"}
    assert ("marts.fct_customer_features", "expect_column_values_to_not_be_null is_in_default") in outcomes
    assert ("marts.fct_customer_features", "expect_column_values_to_be_between dpd_days") not in outcomes
    assert "itself broke, the data may be sound" in str(checked.error)
    assert "is_in_default" in str(checked.error)


def test_listed_dates_may_judge_far_fewer_customers_than_the_date_before(sound: None) -> None:
    with connect("admin") as connection:
        connection.execute(
            "delete from marts.fct_customer_features where run_id = %s and customer_id > 'c3'", (RUN.run_id,)
        )
    assert check("marts").stopping() == {("marts.fct_customer_features", "customers_not_vanished")}
    listed = PORTFOLIO.model_copy(update={"judged_dates": "listed"})
    assert check("marts", replace(RUN, portfolio=listed)).not_passed() == {}


def test_personal_columns_do_not_reach_the_results(sound: None) -> None:
    with connect("admin") as connection:
        connection.execute(
            "update landing.customer set birth_year = 2025, id_number = 'secret', phone_number = '+86555'"
        )
    checked = check("landing")
    for name in ("person_of_age", "one_identifier_per_person"):
        row = checked.rows["landing.customer", name]
        assert row["outcome"] == "fail"
        assert {key for item in row["unexpected_sample"] for key in item} <= {"customer_id", "other_customer_id"}


def test_columns_that_differ_from_the_delivery_before_are_a_warning_once(sound: None) -> None:
    def delivered(day: str, reason: str | None) -> None:
        with connect("admin") as connection:
            connection.execute(
                "insert into ops.landing_file "
                "(entity, path, sha256, delivery_date, state, reason, rows_read, rows_landed) "
                "values ('payment', %(path)s, 'x', %(day)s, 'loaded', %(reason)s, 1, 1)",
                {"path": f"payment/{day}/{reason}.csv", "day": day, "reason": reason},
            )

    changed = {("ops.landing_file", "columns_as_before"): "fail"}
    delivered("2026-03-28", None)
    delivered(DAY.isoformat(), "column(s) channel_code are missing and stay empty")
    checked = check("landing")
    assert checked.error is None
    assert checked.not_passed() == changed
    assert "channel_code" in str(checked.rows["ops.landing_file", "columns_as_before"]["unexpected_sample"])
    delivered("2026-03-30", "column(s) channel_code are missing and stay empty")
    assert check("landing").not_passed() == {}
    delivered(DAY.isoformat(), "unknown column(s) channel are not kept; add them to the landing contract")
    assert check("landing").not_passed() == changed
