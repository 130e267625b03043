"""A small sound portfolio, planted straight into the warehouse, and a gate run on it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from loudong.errors import GateFailedError
from loudong.pipeline.runs import Run
from loudong.portfolio.settings import PortfolioSettings
from loudong.quality.gate import run_gate
from loudong.quality.suites import Gate
from loudong.warehouse.connect import Connection, connect

DAY = date(2026, 3, 31)
PORTFOLIO = PortfolioSettings(
    name="planted",
    title="Planted",
    currency="CNY",
    timezone="Asia/Shanghai",
    horizon_days=90,
    history_start_date=date(2025, 1, 1),
    history_end_date=DAY,
)
RUN = Run("2026-03-31.planted", "daily", (DAY,), PORTFOLIO, None)
EARLIER_RUN_ID = "2026-03-30.planted"

CUSTOMER, CONTRACT = "'c' || i", "'k' || i"
# Half of the rows of a day-by-day table are known three weeks earlier than the others.
OBSERVED = "case when i % 2 = 0 then timestamptz '2026-03-31 10:00+08' else timestamptz '2026-03-10 10:00+08' end"
HALF_DATE = "case when i % 2 = 0 then date '2026-03-31' else date '2026-03-10' end"

# Entity -> number of rows, columns as SQL over the row number i.
SOUND: dict[str, tuple[int, dict[str, str]]] = {
    "building": (
        60,
        {
            "building_id": "'b' || i",
            "valid_from_date": "date '2025-01-01'",
            "building_name": "'Tower ' || i",
            "building_type_code": "'office'",
            "unit_count": "20",
        },
    ),
    "customer": (
        120,
        {
            "customer_id": CUSTOMER,
            "valid_from_date": "date '2025-01-01'",
            "customer_type_code": "'person'",
            "id_number": "'id' || i",
            "birth_year": "1980",
            "onboarded_date": "date '2025-01-01'",
        },
    ),
    "contract": (
        120,
        {
            "contract_id": CONTRACT,
            "customer_id": CUSTOMER,
            "contract_type_code": "'lease'",
            "building_id": "'b' || (i % 60 + 1)",
            "signed_date": "date '2025-01-01'",
            "start_date": "date '2025-01-01'",
            "end_date": "date '2027-01-01'",
            "limit_amount": "60000",
        },
    ),
    "occupancy": (
        120,
        {
            "occupancy_id": "'o' || i",
            "customer_id": CUSTOMER,
            "building_id": "'b' || (i % 60 + 1)",
            "unit_code": "'u' || i",
            "floor_area_sqm": "80",
            "start_date": "date '2025-01-01'",
        },
    ),
    "installment": (
        120,
        {
            "installment_id": "'i' || i",
            "customer_id": CUSTOMER,
            "contract_id": CONTRACT,
            "agreed_date": "date '2025-01-01'",
            "due_date": HALF_DATE,
            "due_amount": "5000 + i",
        },
    ),
    "payment": (
        120,
        {
            "payment_id": "'p' || i",
            "customer_id": CUSTOMER,
            "contract_id": CONTRACT,
            "payment_date": HALF_DATE,
            "paid_amount": "5000 + i",
        },
    ),
    "transaction": (
        240,
        {
            "transaction_id": "'t' || i",
            "customer_id": "'c' || ((i - 1) % 120 + 1)",
            "transaction_at": OBSERVED,
            "direction_code": "case when i % 4 < 2 then 'in' else 'out' end",
            "transaction_amount": "100 + i",
        },
    ),
    "credit_score": (
        120,
        {
            "customer_id": CUSTOMER,
            "source_code": "'bureau'",
            "score_date": "case when i % 2 = 0 then date '2026-03-15' else date '2026-01-15' end",
            "score_value": "600 + i",
        },
    ),
    "account_balance": (
        120,
        {
            "customer_id": CUSTOMER,
            "contract_id": CONTRACT,
            "balance_date": HALF_DATE,
            "balance_amount": "3000 + i",
            "limit_amount": "60000",
        },
    ),
    "repayment_status": (
        120,
        {
            "customer_id": CUSTOMER,
            "contract_id": CONTRACT,
            "status_date": HALF_DATE,
            "status_code": "'paid_in_full'",
            "months_past_due": "0",
        },
    ),
    "financial_statement": (
        120,
        {
            "customer_id": CUSTOMER,
            "period_end_date": "date '2025-12-31'",
            "period_months": "12",
            "total_assets_amount": "1000",
            "current_assets_amount": "400",
            "total_liabilities_amount": "600",
            "equity_amount": "400",
        },
    ),
    "interaction": (
        120,
        {
            "interaction_id": "'x' || i",
            "customer_id": CUSTOMER,
            "interaction_at": OBSERVED,
            "channel_code": "'call'",
            "is_answered": "i % 3 <> 0",
        },
    ),
    "industry_indicator": (
        20,
        {
            "industry_code": "'n' || (i / 2)",
            "indicator_code": "'prosperity_index'",
            "period_end_date": "case when i % 2 = 0 then date '2026-02-28' else date '2026-03-10' end",
            "indicator_value": "100 + i",
        },
    ),
    "related_party": (
        100,
        {
            "customer_id": CUSTOMER,
            "related_customer_id": "'c' || (i + 1)",
            "relation_code": "'group'",
            "start_date": "date '2025-01-01'",
            "end_date": "date '2027-01-01'",
        },
    ),
    "default_event": (
        20,
        {
            "default_event_id": "'d' || i",
            "customer_id": CUSTOMER,
            "event_date": "date '2026-03-01'",
            "reason_code": "'past_due'",
            "end_date": "date '2026-03-09'",
        },
    ),
    "pause": (
        20,
        {
            "pause_id": "'p' || i",
            "customer_id": CUSTOMER,
            "agreed_date": "date '2026-03-01'",
            "start_date": "date '2026-03-01'",
            "end_date": "date '2026-03-09'",
            "kind_code": "'hardship'",
        },
    ),
    "judged_customer": (60, {"customer_id": CUSTOMER, "judged_date": "date '2026-03-31'"}),
}

MART_TABLES = """
create table marts.fct_customer_features (customer_id text, as_of_date date, run_id text, customer_type_code text,
  exposure_amount numeric, dpd_days integer, delinquent_days integer, past_due_amount numeric,
  worst_dpd_90d_days integer, worst_dpd_365d_days integer, is_in_default boolean, utilisation_ratio double precision,
  building_arrears_ratio double precision, tenure_days integer, building_dpd_percentile_ratio double precision,
  industry_dpd_percentile_ratio double precision, building_credit_score_percentile_ratio double precision,
  industry_credit_score_percentile_ratio double precision, building_exposure_share_ratio double precision,
  building_hhi_ratio double precision, credit_score_drop_365d_ratio double precision,
  unanswered_contact_365d_ratio double precision, kept_promise_365d_ratio double precision,
  area_ending_90d_ratio double precision, contact_7d_count bigint, contact_30d_count bigint, contact_90d_count bigint,
  contact_180d_count bigint, contact_365d_count bigint, unanswered_contact_365d_count bigint,
  credit_score_age_days integer, credit_score_value numeric, credit_score_lowest_365d numeric,
  credit_score_highest_365d numeric, building_occupied_ratio double precision);
create table marts.fct_contract_delinquency (contract_id text, customer_id text, as_of_date date, run_id text,
  is_open boolean, outstanding_amount numeric, past_due_amount numeric, dpd_days integer, delinquent_days integer,
  bucket_code text);
create table marts.dim_customer (customer_id text, valid_from_date date, valid_to_date date, known_from timestamptz,
  known_to timestamptz);
create table marts.dim_building (building_id text, valid_from_date date, valid_to_date date, known_from timestamptz,
  known_to timestamptz);
create table staging.policy_delinquency_bucket (bucket_code text, min_dpd_days integer, max_dpd_days integer);
grant select on all tables in schema marts, staging to loudong_pipeline;
alter table risk.customer_score drop constraint customer_score_pd_check;
"""

SOUND_MARTS = f"""
truncate marts.fct_customer_features, marts.fct_contract_delinquency, marts.dim_customer, marts.dim_building,
  staging.policy_delinquency_bucket, risk.customer_score;
insert into marts.fct_customer_features
  select 'c' || i, r.as_of_date, r.run_id, 'person', 1000, 10, 5, 100, 12, 20, false, 0.5, 0.1, 400,
    0.5, 0.5, null, 0.5, 0.02, 0.1, 0, 1, null, 0, 1, 1, 2, 2, 3, 3, 10, 600, 590, 600, 0.9
  from generate_series(1, 120) as i
  cross join (values (date '2026-03-31', '{RUN.run_id}'), ('2026-03-30', '{EARLIER_RUN_ID}')) as r (as_of_date, run_id);
insert into marts.fct_contract_delinquency
  select 'k' || i, 'c' || i, '2026-03-31', '{RUN.run_id}', true, 1000, 100, 10, 5, 'd1_30'
  from generate_series(1, 120) as i;
insert into staging.policy_delinquency_bucket values ('d0', 0, 0), ('d1_30', 1, 30), ('d31', 31, null);
insert into marts.dim_customer select 'c' || i, v.valid_from, v.valid_to, v.known_from, v.known_to
  from generate_series(1, 120) as i cross join (values
    (date '2025-01-01', null::date, timestamptz '2025-01-01 00:00+08', timestamptz '2025-06-01 00:00+08'),
    ('2025-01-01', '2025-06-01', '2025-06-01 00:00+08', null),
    ('2025-06-01', null, '2025-06-01 00:00+08', null)) as v (valid_from, valid_to, known_from, known_to);
insert into marts.dim_building select replace(customer_id, 'c', 'b'), valid_from_date, valid_to_date, known_from,
  known_to from marts.dim_customer;
insert into risk.customer_score (customer_id, as_of_date, run_id, pd, score_points, model_name, model_version,
  feature_version, is_hindsight, reasons)
  select 'c' || i, r.as_of_date, r.run_id, p.pd, round(600 + 20 / ln(2) * (ln((1 - p.pd) / p.pd) - ln(30))), 'm', '1',
    'f', false, '[{{"feature": "dpd_days"}}]'
  from generate_series(1, 120) as i
  cross join lateral (select i / 1000.0 as pd) as p
  cross join (values (date '2026-03-31', '{RUN.run_id}'), ('2026-03-30', '{EARLIER_RUN_ID}')) as r (as_of_date, run_id);
"""


def plant(connection: Connection, entity: str, first: int, last: int, **overrides: str) -> None:
    """Insert rows first to last of an entity; `overrides` are SQL over i, of columns or observed_at."""
    columns = {**SOUND[entity][1], **overrides}
    observed_at = columns.pop("observed_at", OBSERVED)
    connection.execute(
        f"insert into landing.{entity} ({', '.join(columns)}, observed_at, content_hash, file_id, file_line) "
        f"select {', '.join(columns.values())}, {observed_at}, gen_random_uuid(), 1, i "
        f"from generate_series({first}, {last}) as i".encode()
    )


def plant_landing(connection: Connection, *entities: str) -> None:
    """Empty the landing tables and plant the sound rows of `entities` (default: of all)."""
    connection.execute("truncate ops.landing_file, ops.quarantine")
    for entity, (count, _) in SOUND.items():
        connection.execute(f"truncate landing.{entity}".encode())
        if not entities or entity in entities:
            plant(connection, entity, 1, count)
    connection.execute(
        "insert into ops.landing_file (entity, path, sha256, delivery_date, state, rows_read, rows_landed) "
        "values ('customer', 'customer/2026-03-31/a.csv', 'x', '2026-03-31', 'loaded', 120, 120)"
    )


@dataclass
class Checked:
    """How a gate ended: its error and the rows it left, by (table, check)."""

    error: str | None = None
    rows: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def stopping(self) -> set[tuple[str, str]]:
        return {key for key, row in self.rows.items() if row["severity"] == "critical" and row["outcome"] != "pass"}

    def not_passed(self) -> dict[tuple[str, str], str]:
        return {key: row["outcome"] for key, row in self.rows.items() if row["outcome"] != "pass"}


def check_name(expectation: str, column: str | None) -> str:
    """A label stands alone, a type goes with its columns: `expect_column_values_to_not_be_null due_date`."""
    return f"{expectation} {column}" if expectation.startswith("expect_column") and column else expectation


def check(gate: Gate, run: Run = RUN) -> Checked:
    """Run a gate on what is planted."""
    with connect("admin") as connection:
        connection.execute("delete from ops.quality_result")
    checked = Checked()
    try:
        run_gate(run, gate)
    except GateFailedError as error:
        checked.error = str(error)
    with connect("admin") as connection:
        cursor = connection.execute(
            "select table_name, expectation, column_name, severity, outcome, observed_value, element_count, "
            "unexpected_count, unexpected_sample, why, remedy from ops.quality_result order by quality_result_id"
        )
        names = [column.name for column in cursor.description or ()]
        for values in cursor.fetchall():
            row = dict(zip(names, values, strict=True))
            key = (row["table_name"], check_name(row["expectation"], row["column_name"]))
            assert key not in checked.rows
            checked.rows[key] = row
    return checked
