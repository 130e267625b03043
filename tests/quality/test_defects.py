"""Every critical check of every suite is fed data that must fail it, and no other critical check fails with it."""

import itertools

import pytest
from quality_planting import SOUND_MARTS, Checked, check, check_name, plant, plant_landing

from loudong.quality.suites import ROW_COUNT, Gate, load_suites
from loudong.settings import Settings
from loudong.warehouse.connect import Connection, connect

GATES: tuple[Gate, ...] = ("landing", "marts", "scores")
NOT_NULL, IN_SET, BETWEEN = (
    "expect_column_values_to_not_be_null",
    "expect_column_values_to_be_in_set",
    "expect_column_values_to_be_between",
)
UNIQUE = "expect_compound_columns_to_be_unique"
NEW = "observed_at >= '2026-03-29 00:00+08'"
GHOST = "'ghost' || i"

# (table, check) -> rows 301 to 310 added to the table, with these columns changed.
ADDED: dict[tuple[str, str], dict[str, str]] = {
    ("landing.contract", "customers_known_share"): {"customer_id": GHOST},
    ("landing.occupancy", "customers_known_share"): {"customer_id": GHOST},
    ("landing.installment", "contracts_known_share"): {"customer_id": "'c1'", "contract_id": GHOST},
    ("landing.payment", "contracts_known_share"): {"customer_id": "'c1'", "contract_id": GHOST},
    ("landing.transaction", "customers_known_share"): {"customer_id": GHOST},
    ("landing.credit_score", "customers_known_share"): {"customer_id": GHOST},
    ("landing.account_balance", "contracts_known_share"): {"customer_id": "'c1'", "contract_id": GHOST},
    ("landing.repayment_status", "contracts_known_share"): {"customer_id": "'c1'", "contract_id": GHOST},
    ("landing.financial_statement", "customers_known_share"): {"customer_id": GHOST},
    ("landing.interaction", "customers_known_share"): {"customer_id": GHOST, "is_answered": "false"},
    ("landing.default_event", "customers_known_share"): {"customer_id": GHOST},
    ("landing.pause", "customers_known_share"): {"customer_id": GHOST},
    ("landing.related_party", "customers_known_share"): {"customer_id": GHOST},
    ("landing.judged_customer", "customers_known_share"): {"customer_id": GHOST},
}

# (table, check) -> what spoils it, `t` being the table.
SPOILED: dict[tuple[str, str], str] = {
    ("landing.building", f"{NOT_NULL} building_type_code"): "update t set building_type_code = null "
    "where building_id = 'b1'",
    ("landing.building", f"{IN_SET} building_type_code"): "update t set building_type_code = 'castle' "
    "where building_id = 'b2'",
    ("landing.building", "few_deleted_at_once"): "update t set is_deleted = true, observed_at = '2026-03-31 12:00+08' "
    "where replace(building_id, 'b', '')::int > 40",
    ("landing.customer", f"{NOT_NULL} customer_type_code"): "update t set customer_type_code = null "
    "where customer_id = 'c1'",
    ("landing.customer", f"{IN_SET} customer_type_code"): "update t set customer_type_code = 'ship' "
    "where customer_id = 'c2'",
    ("landing.customer", f"{NOT_NULL} onboarded_date"): "update t set onboarded_date = null where customer_id = 'c3'",
    ("landing.customer", "few_deleted_at_once"): "update t set is_deleted = true, observed_at = '2026-03-31 12:00+08' "
    "where replace(customer_id, 'c', '')::int > 80",
    ("landing.contract", f"{NOT_NULL} contract_type_code"): "update t set contract_type_code = null "
    "where contract_id = 'k1'",
    ("landing.contract", f"{IN_SET} contract_type_code"): "update t set contract_type_code = 'gift' "
    "where contract_id = 'k2'",
    ("landing.contract", f"{NOT_NULL} start_date"): "update t set start_date = null where contract_id = 'k3'",
    ("landing.contract", f"{BETWEEN} limit_amount"): "update t set limit_amount = 1e12 where contract_id = 'k4'",
    ("landing.contract", "end_date_not_before_start_share"): "update t set end_date = '2020-01-01' "
    "where replace(contract_id, 'k', '')::int between 10 and 25",
    ("landing.contract", "few_deleted_at_once"): "update t set is_deleted = true, observed_at = '2026-03-31 12:00+08' "
    "where replace(contract_id, 'k', '')::int between 61 and 110",
    ("landing.occupancy", "end_date_not_before_start_share"): "update t set end_date = '2020-01-01' "
    "where replace(occupancy_id, 'o', '')::int between 10 and 25",
    ("landing.installment", f"{NOT_NULL} due_date"): "update t set due_date = null where installment_id = 'i1'",
    ("landing.installment", f"{NOT_NULL} due_amount"): "update t set due_amount = null where installment_id = 'i3'",
    ("landing.installment", "amount_unit_unchanged"): f"update t set due_amount = due_amount * 100 where {NEW}",
    ("landing.payment", f"{NOT_NULL} paid_amount"): "update t set paid_amount = null where payment_id = 'p1'",
    ("landing.payment", "amount_unit_unchanged"): f"update t set paid_amount = paid_amount * 100 where {NEW}",
    ("landing.payment", "reversals_few"): "update t set paid_amount = -1e9, reverses_payment_id = 'p2' "
    "where payment_id = 'p4'",
    ("landing.payment", "customers_known_share"): "insert into t (payment_id, customer_id, payment_date, paid_amount, "
    "observed_at, content_hash, file_id, file_line) select 'g' || i, 'ghost' || i, '2026-03-10', 5000, "
    "'2026-03-10 10:00+08', gen_random_uuid(), 1, i from generate_series(1, 10) as i",
    ("landing.transaction", f"{NOT_NULL} transaction_amount"): "update t set transaction_amount = null "
    "where transaction_id = 't1'",
    ("landing.transaction", f"{NOT_NULL} direction_code"): "update t set direction_code = null "
    "where transaction_id = 't3'",
    ("landing.transaction", f"{IN_SET} direction_code"): "update t set direction_code = 'sideways' "
    "where transaction_id = 't5'",
    ("landing.transaction", "amount_unit_unchanged"): "update t set transaction_amount = transaction_amount * 100 "
    f"where {NEW}",
    ("landing.credit_score", f"{NOT_NULL} score_value"): "update t set score_value = null where customer_id = 'c1'",
    ("landing.credit_score", "score_scale_unchanged"): "update t set score_value = score_value / 1000 "
    "where score_date = '2026-03-15'",
    ("landing.account_balance", f"{NOT_NULL} balance_amount"): "update t set balance_amount = null "
    "where contract_id = 'k1'",
    ("landing.account_balance", "amount_unit_unchanged"): "update t set balance_amount = balance_amount * 100, "
    f"limit_amount = limit_amount * 100 where {NEW}",
    ("landing.repayment_status", f"{NOT_NULL} status_code"): "update t set status_code = null where contract_id = 'k1'",
    ("landing.repayment_status", f"{IN_SET} status_code"): "update t set status_code = 'mystery' "
    "where contract_id = 'k2'",
    ("landing.repayment_status", "past_due_share"): "insert into t (customer_id, contract_id, status_date, "
    "status_code, months_past_due, observed_at, content_hash, file_id, file_line) select 'c' || i % 100 + 1, "
    "'k' || i % 100 + 1, date '2026-01-01' + i / 100, 'past_due', 1, '2026-03-10 10:00+08', gen_random_uuid(), 1, i "
    "from generate_series(1, 3000) as i",
    ("landing.financial_statement", "balance_sheets_add_up_share"): "update t set equity_amount = 4 "
    "where replace(customer_id, 'c', '')::int <= 80",
    ("landing.financial_statement", f"{NOT_NULL} period_months"): "update t set period_months = null "
    "where customer_id = 'c1'",
    ("landing.interaction", f"{NOT_NULL} channel_code"): "update t set channel_code = null where interaction_id = 'x1'",
    ("landing.interaction", f"{IN_SET} channel_code"): "update t set channel_code = 'pigeon' "
    "where interaction_id = 'x2'",
    ("landing.interaction", "some_answered"): "update t set is_answered = false",
    ("landing.default_event", f"{NOT_NULL} reason_code"): "update t set reason_code = null "
    "where default_event_id = 'd1'",
    ("landing.default_event", f"{IN_SET} reason_code"): "update t set reason_code = 'bored' "
    "where default_event_id = 'd2'",
    ("landing.default_event", "end_date_not_before_start_share"): "update t set end_date = '2020-01-01' "
    "where default_event_id in ('d3', 'd4', 'd5')",
    ("landing.pause", f"{NOT_NULL} start_date"): "update t set start_date = null where pause_id = 'p1'",
    ("landing.pause", f"{IN_SET} kind_code"): "update t set kind_code = 'holiday' where pause_id = 'p2'",
    ("landing.pause", "end_date_not_before_start_share"): "update t set end_date = '2020-01-01' "
    "where pause_id in ('p3', 'p4', 'p5')",
    ("landing.industry_indicator", f"{NOT_NULL} indicator_value"): "update t set indicator_value = null "
    "where industry_code = 'n0'",
    ("landing.industry_indicator", "indicator_scale_unchanged"): "update t set indicator_value = indicator_value * 100 "
    "where period_end_date = '2026-03-10'",
    ("landing.related_party", "end_date_not_before_start_share"): "update t set end_date = '2020-01-01' "
    "where replace(customer_id, 'c', '')::int between 10 and 25",
    ("ops.landing_file", "files_loaded"): "insert into t (entity, path, sha256, delivery_date, state, reason) "
    "values ('payment', 'payment/2026-03-31/a.csv', 'x', '2026-03-31', 'refused', 'no header')",
    ("ops.landing_file", "few_rows_quarantined"): "with bad as (insert into t (entity, path, sha256, "
    "delivery_date, state, rows_read, rows_landed, rows_quarantined) values ('contract', 'c.csv', "
    "'x', '2026-03-31', 'loaded', 20, 10, 10) returning file_id) insert into ops.quarantine (file_id, entity, path, "
    "line, header, raw_row, reason_code, reason) select file_id, 'contract', 'c.csv', i, 'h', 'x', 'type', 'x' "
    "from bad cross join generate_series(1, 10) as i",
    ("marts.fct_customer_features", UNIQUE): "insert into t select * from t "
    "where customer_id = 'c1' and as_of_date = '2026-03-31'",
    ("marts.fct_customer_features", "of_this_date"): "update t set as_of_date = '2026-02-28' where customer_id = 'c2'",
    ("marts.fct_customer_features", f"{NOT_NULL} is_in_default"): "update t set is_in_default = null "
    "where customer_id = 'c3'",
    ("marts.fct_customer_features", f"{NOT_NULL} customer_type_code"): "update t set customer_type_code = null "
    "where customer_id = 'c4'",
    ("marts.fct_customer_features", f"{BETWEEN} dpd_days"): "update t set dpd_days = -1, delinquent_days = null "
    "where customer_id = 'c5'",
    ("marts.fct_customer_features", "delinquent_within_past_due"): "update t set delinquent_days = 11 "
    "where customer_id = 'c6'",
    ("marts.fct_customer_features", "worst_not_below_current"): "update t set worst_dpd_90d_days = 9 "
    "where customer_id = 'c7'",
    ("marts.fct_customer_features", f"{BETWEEN} exposure_amount"): "update t set exposure_amount = 1e14 "
    "where customer_id in ('c8', 'c9', 'c10')",
    ("marts.fct_customer_features", f"{BETWEEN} building_arrears_ratio"): "update t set building_arrears_ratio = 1.5 "
    "where customer_id = 'c11'",
    ("marts.fct_customer_features", "shares_are_shares"): "update t set kept_promise_365d_ratio = 1.5 "
    "where customer_id = 'c12'",
    ("marts.fct_customer_features", "longer_windows_hold_shorter"): "update t set contact_180d_count = 4 "
    "where customer_id = 'c13'",
    ("marts.fct_customer_features", "score_within_its_year"): "update t set credit_score_value = 601 "
    "where customer_id = 'c14'",
    ("marts.fct_customer_features", "customers_not_vanished"): "insert into t (customer_id, as_of_date, run_id, "
    "is_in_default) select 'gone' || i, '2026-03-30', '2026-03-30.planted', false from generate_series(1, 60) as i",
    ("marts.fct_customer_features", "default_share_steady"): "update t set is_in_default = true "
    "where as_of_date = '2026-03-31' and replace(customer_id, 'c', '')::int between 21 and 60",
    ("marts.fct_contract_delinquency", UNIQUE): "insert into t select * from t where customer_id = 'c1'",
    ("marts.fct_contract_delinquency", "of_this_date"): "update t set as_of_date = '2026-02-28' "
    "where customer_id = 'c2'",
    ("marts.fct_contract_delinquency", f"{NOT_NULL} is_open"): "update t set is_open = null where customer_id = 'c3'",
    ("marts.fct_contract_delinquency", f"{BETWEEN} dpd_days"): "update t set dpd_days = -1, delinquent_days = null "
    "where customer_id = 'c4'",
    ("marts.fct_contract_delinquency", "delinquent_within_past_due"): "update t set delinquent_days = 11 "
    "where customer_id = 'c5'",
    ("marts.fct_contract_delinquency", "bucket_of_policy"): "update t set dpd_days = 31 where customer_id = 'c6'",
}
for _dimension, _key in (("dim_customer", "customer_id"), ("dim_building", "building_id")):
    _first = f"where {_key} = (select min({_key}) from t)"
    SPOILED |= {
        (f"marts.{_dimension}", f"{NOT_NULL} {_key}"): f"insert into t (valid_from_date, known_from) "
        f"select valid_from_date, known_from from t {_first} limit 1",
        (f"marts.{_dimension}", "one_description_at_a_time"): f"insert into t select {_key}, '2026-01-01', null, "
        f"known_from, null from t {_first} limit 1",
        (f"marts.{_dimension}", "intervals_run_forward"): f"insert into t select {_key}, '2030-01-01', '2029-01-01', "
        f"known_from, null from t {_first} limit 1",
    }
_SCORES = {
    "everybody_scored_once": "delete from t where customer_id = 'c1' and as_of_date = '2026-03-31'",
    "expect_column_mean_to_be_between pd": "update t set pd = 0.95 where as_of_date = '2026-03-31'",
    f"{BETWEEN} pd": "update t set pd = 1 where customer_id = 'c2' and as_of_date = '2026-03-31'",
    "pd_tells_customers_apart": "update t set is_hindsight = true",
    "points_follow_pd": "update t set score_points = score_points + 2 where customer_id = 'c3'",
    "one_model_version": "update t set model_version = '2' where customer_id = 'c4'",
    "reasons_given_share": "update t set reasons = '[]' where customer_id = 'c2'",
    "of_this_date": "update t set as_of_date = '2026-02-28' where (customer_id, as_of_date) = ('c5', '2026-03-31')",
}
SPOILED |= {("risk.customer_score", name): statement for name, statement in _SCORES.items()}

DEFECTS = sorted({*ADDED, *SPOILED})


def test_every_critical_check_has_a_defect_here() -> None:
    critical = {
        (suite.table, check_name(item.name, ", ".join(item.columns)))
        for gate in GATES
        for suite in load_suites(gate)
        for item in suite.expectations
        if item.severity == "critical" and item.type != ROW_COUNT
    }
    without_columns = {(table, UNIQUE if name.startswith(UNIQUE) else name) for table, name in critical}
    assert without_columns == set(DEFECTS)
    assert {table for table, _ in DEFECTS} == {suite.table for gate in GATES for suite in load_suites(gate)}


def _spoil(connection: Connection) -> None:
    for (table, _), statement in SPOILED.items():
        words = [table if word == "t" else word for word in statement.replace("t)", "t )").split(" ")]
        connection.execute(" ".join(words).encode())
    for (table, _), changes in ADDED.items():
        plant(connection, table.split(".")[1], 301, 310, **changes)


@pytest.fixture(scope="module")
def spoiled(planted: Settings) -> dict[Gate, Checked]:
    """All defects at once, every gate run on them once."""
    with connect("admin") as connection:
        plant_landing(connection)
        connection.execute(SOUND_MARTS.encode())
        _spoil(connection)
    return {gate: check(gate) for gate in GATES}


def _failed(spoiled: dict[Gate, Checked]) -> dict[tuple[str, str], str]:
    rows = itertools.chain.from_iterable(checked.rows.items() for checked in spoiled.values())
    return {
        (table, UNIQUE if name.startswith(UNIQUE) else name): row["outcome"]
        for (table, name), row in rows
        if row["severity"] == "critical" and row["outcome"] != "pass"
    }


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: " ".join(defect))
def test_the_defect_fails_its_critical_check(defect: tuple[str, str], spoiled: dict[Gate, Checked]) -> None:
    assert _failed(spoiled).get(defect) == "fail"


def test_no_critical_check_fails_beside_those_that_were_spoiled(spoiled: dict[Gate, Checked]) -> None:
    assert set(_failed(spoiled)) == set(DEFECTS)


@pytest.mark.parametrize("gate", GATES)
def test_the_error_names_every_critical_check_that_failed(gate: Gate, spoiled: dict[Gate, Checked]) -> None:
    error = spoiled[gate].error
    assert error is not None
    for (table, name), row in spoiled[gate].rows.items():
        if (table, name) in spoiled[gate].stopping():
            assert any(table in line and name.split(" ")[0] in line for line in error.splitlines())
            assert row["remedy"] in error
