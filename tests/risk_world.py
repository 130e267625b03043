"""A small warehouse to decide and publish in: tables as dbt makes them, rows planted per run."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from loudong.pipeline.runs import Run, close_run, open_run
from loudong.policy import Policy, load_policy
from loudong.policy.dictionary import dictionary_path
from loudong.policy.tables import TABLES
from loudong.portfolio.settings import PortfolioSettings
from loudong.publishing.publish import GATES
from loudong.settings import get_settings
from loudong.warehouse.connect import Connection, connect
from loudong.yaml_file import read_yaml

SQL_TYPES = {"text": "text", "integer": "integer", "number": "numeric", "date": "date"}
DELINQUENCY = (
    "contract_id text, customer_id text, building_id text, as_of_date date, run_id text, outstanding_amount numeric, "
    "past_due_amount numeric, dpd_days integer, delinquent_days integer, bucket_code text, is_open boolean, "
    "start_date date, close_reason_code text"
)
FACTS = ("fct_customer_features", "fct_contract_delinquency")
HISTORY = "valid_from_date date, valid_to_date date, known_from timestamptz, known_to timestamptz"
CUSTOMER: dict[str, Any] = {
    "customer_type_code": "enterprise",
    "industry_code": "retail",
    "building_id": "B1",
    "exposure_amount": 100_000,
    "past_due_amount": 0,
    "dpd_days": 0,
    "delinquent_days": 0,
    "worst_dpd_90d_days": 0,
    "worst_dpd_365d_days": 0,
    "bucket_code": "d0",
    "is_in_default": False,
    "has_default_event_365d": False,
    "unanswered_contact_90d_count": 0,
    "complaint_90d_count": 0,
    "utilisation_ratio": 0.5,
    "tenure_days": 400,
}
# What of a customer's values is of the score.
SCORE = ("pd", "score_points", "model_name", "model_version", "is_hindsight")
PORTFOLIO = PortfolioSettings(
    name="test",
    title="Test",
    currency="CNY",
    timezone="Asia/Shanghai",
    horizon_days=180,
    history_start_date=date(2024, 1, 1),
    history_end_date=date(2025, 12, 31),
)


def feature_types() -> dict[str, str]:
    """Columns of marts.fct_customer_features with their SQL types, from the dictionary."""
    description = read_yaml(dictionary_path())
    model = next(model for model in description["models"] if model["name"] == "fct_customer_features")
    return {column["name"]: column["data_type"] for column in model["columns"]}


def insert(connection: Connection, schema: str, table: str, rows: list[dict[str, Any]]) -> None:
    """Insert `rows`, all of the same columns."""
    for row in rows:
        connection.execute(
            sql.SQL("insert into {} ({}) values ({})").format(
                sql.Identifier(schema, table),
                sql.SQL(", ").join(map(sql.Identifier, row)),
                sql.SQL(", ").join(sql.Placeholder() * len(row)),
            ),
            list(row.values()),
        )


def ask(query: str, *parameters: Any, role: Any = "pipeline") -> list[tuple[Any, ...]]:
    """Rows of a query."""
    with connect(role) as connection:
        return connection.execute(query.encode(), parameters or None).fetchall()


def tell(statement: str, *parameters: Any) -> None:
    """Change rows as a person with rights would."""
    with connect() as connection:
        connection.execute(statement.encode(), parameters or None)


@dataclass
class World:
    """A warehouse with the standing policy and one building; `run` plants what one run would have built."""

    policy: Policy = field(default_factory=lambda: load_policy(get_settings().policy_dir))

    def create(self) -> None:
        """Make the tables that dbt makes, the portfolio and the history of customers and buildings."""
        columns = ", ".join(f"{name} {data_type}" for name, data_type in feature_types().items())
        with connect() as connection:
            for name, text in (
                ("fct_customer_features", columns),
                ("fct_contract_delinquency", DELINQUENCY),
                ("dim_customer", f"customer_id text, customer_name text, manager_id text, {HISTORY}"),
                (
                    "dim_building",
                    f"building_id text, building_name text, building_type_code text, city_name text, "
                    f"manager_id text, {HISTORY}",
                ),
            ):
                connection.execute(f"create table marts.{name} ({text})".encode())
            connection.execute(
                "insert into landing.portfolio (name, content_hash, settings) values ('test', 'x', %s)",
                (PORTFOLIO.model_dump_json(),),
            )
        self.seed(self.policy)

    def seed(self, policy: Policy) -> None:
        """Put the rows of `policy` where dbt seeds them, and record it."""
        self.policy = policy
        with connect() as connection:
            for table in TABLES.values():
                columns = ", ".join(f"{column.name} {SQL_TYPES[column.kind]}" for column in table.fields)
                connection.execute(f"drop table if exists staging.policy_{table.name} cascade".encode())
                connection.execute(f"create table staging.policy_{table.name} ({columns})".encode())
                insert(connection, "staging", f"policy_{table.name}", policy.rows[table.name])
            policy.record(connection)

    def clear(self, facts: tuple[str, ...] = FACTS) -> None:
        """Forget every run and describe the building and customers anew; `facts` are tables of schema marts."""
        tables = [
            *("ops.run", "ops.publication", "ops.model_evaluation", "ops.watermark", "risk.customer_score"),
            *("risk.tier_override", "risk.customer_tier", "risk.alert", "risk.customer_action", "risk.follow_up_task"),
            *("risk.group_day", "risk.default_start", "risk.contract_move", "risk.vintage"),
            *("risk.customer_action_event", "risk.follow_up_task_event", "risk.credit_approval"),
            *("marts.dim_customer", "marts.dim_building", "landing.customer", "landing.building"),
            *("landing.industry_indicator", *(f"marts.{fact}" for fact in facts)),
        ]
        with connect("admin") as connection:
            connection.execute(f"truncate {', '.join(tables)} cascade".encode())
        start = {"valid_from_date": date(2024, 1, 1)}
        dim = start | {"known_from": "2024-01-01T00:00:00+08:00"}
        landed = start | {"observed_at": "2024-01-01T00:00:00+08:00", "file_id": 1, "file_line": 1}
        building = {"building_id": "B1", "building_name": "Tower 1", "manager_id": "M1"}
        customers = [
            {"customer_id": f"C{number}", "customer_name": f"王小{number}", "manager_id": "R1"}
            for number in range(1, 10)
        ]
        with connect() as connection:
            insert(connection, "marts", "dim_building", [building | dim])
            insert(connection, "marts", "dim_customer", [customer | dim for customer in customers])
            digest = {"content_hash": f"{1:032x}"}
            insert(connection, "landing", "building", [building | landed | digest])
            insert(connection, "landing", "customer", [customer | landed | digest for customer in customers])

    def run(self, as_of_date: date, customers: dict[str, dict[str, Any]], is_gated: bool = True) -> Run:
        """An open run of `as_of_date` with features and scores; a customer is `pd` and what differs from CUSTOMER."""
        run = open_run("daily", (as_of_date,), self.policy.version)
        key = {"as_of_date": as_of_date, "run_id": run.run_id}
        score = {
            "model_name": "default",
            "model_version": "1",
            "feature_version": "f",
            "is_hindsight": False,
            "score_points": 600,
            "reasons": '[{"feature": "dpd_days", "en": "Pays late.", "zh": "付款逾期。"}]',
        }
        with connect() as connection:
            for customer_id, given in customers.items():
                values = {name: value for name, value in given.items() if name not in ("contracts", *SCORE)}
                scored = {name: value for name, value in given.items() if name in SCORE}
                insert(
                    connection,
                    "marts",
                    "fct_customer_features",
                    [{"customer_id": customer_id} | key | CUSTOMER | values],
                )
                insert(
                    connection,
                    "risk",
                    "customer_score",
                    [{"customer_id": customer_id} | key | score | scored],
                )
                contracts = [{"customer_id": customer_id} | key | contract for contract in given.get("contracts", [])]
                insert(connection, "marts", "fct_contract_delinquency", contracts)
            if is_gated:
                passed = {"run_id": run.run_id, "state": "success"}
                insert(connection, "ops", "run_step", [passed | {"step": f"gate_{gate}"} for gate in GATES])
        return run

    def finish(self, run: Run, state: str) -> None:
        """End the run as the pipeline would."""
        close_run(run.run_id, state)


def copy_policy(folder: Path, **changes: tuple[str, str]) -> Path:
    """A copy of the standing policy in `folder` where the text of a table has one part replaced."""
    for file in get_settings().policy_dir.glob("*.csv"):
        text = file.read_text(encoding="utf-8")
        if file.stem in changes:
            old, new = changes[file.stem]
            assert old in text, f"{old} is not in {file.name}"
            text = text.replace(old, new, 1)
        (folder / file.name).write_text(text, encoding="utf-8")
    return folder


__all__ = ["PORTFOLIO", "World", "ask", "copy_policy", "feature_types", "insert", "psycopg", "tell"]
