"""Past dates as a panel leaves them: features, walk-forward pd and outcomes, planted row by row."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from risk_world import CUSTOMER, PORTFOLIO, World, insert

from loudong.pipeline.runs import close_run, open_run
from loudong.trial.sources import features_hash, store
from loudong.warehouse.connect import connect

LABEL = "customer_id text, as_of_date date, run_id text, is_default boolean, default_date date, is_mature boolean"
FIRST = date(2025, 3, 2)  # a Sunday
Values = dict[str, Any]


def weeks(count: int) -> tuple[date, ...]:
    """`count` Sundays from FIRST on."""
    return tuple(FIRST + timedelta(weeks=week) for week in range(count))


@dataclass
class Past:
    """A warehouse in which past Sundays can be planted for a trial."""

    world: World = field(default_factory=World)

    def create(self) -> None:
        """The tables that dbt makes, those of the label included."""
        self.world.create()
        with connect() as connection:
            connection.execute(f"create table marts.fct_default_label ({LABEL})".encode())

    def clear(self) -> None:
        """Forget runs, trials and approvals; data were delivered up to 31 December 2025."""
        self.world.clear()
        with connect("admin") as connection:
            connection.execute(
                "truncate marts.fct_default_label, ops.policy_trial, ops.policy_approval, ops.delivery cascade"
            )
            insert(
                connection,
                "ops",
                "delivery",
                [{"entity": "payment", "observed_date": PORTFOLIO.history_end_date, "row_count": 1}],
            )

    def plant(
        self,
        dates: tuple[date, ...],
        customers: dict[str, Callable[[date], Values]],
        defaults: dict[str, date] | None = None,
    ) -> str:
        """A finished panel run of `dates`; each customer says of a date its `pd` and what differs from CUSTOMER.

        A customer without `pd` on a date has features but was not scored. `defaults` are the days on which customers
        default; the outcome of every date is known.
        """
        run_id = open_run("panel", dates, self.world.policy.version).run_id
        features, scores, labels = [], [], []
        for day in dates:
            for customer_id, tell in customers.items():
                given = tell(day)
                key = {"customer_id": customer_id, "as_of_date": day, "run_id": run_id}
                features.append(key | CUSTOMER | {name: value for name, value in given.items() if name != "pd"})
                if "pd" in given:
                    scores.append(
                        key
                        | {"pd": given["pd"], "score_points": 600, "model_name": "default", "model_version": "1"}
                        | {"known_before": datetime(2025, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))}
                    )
                starts = (defaults or {}).get(customer_id)
                within = starts is not None and day < starts <= day + timedelta(days=PORTFOLIO.horizon_days)
                labels.append(
                    key | {"is_default": within, "default_date": starts if within else None, "is_mature": True}
                )
        with connect() as connection:
            insert_many(connection, "marts.fct_customer_features", features)
            insert_many(connection, "risk.walk_forward_score", scores)
            insert_many(connection, "marts.fct_default_label", labels)
            store(connection, run_id, dates, features_hash(self.world.policy, PORTFOLIO))
        close_run(run_id, "done")
        return run_id


def insert_many(connection: Any, table: str, rows: list[Values]) -> None:
    """Insert rows that need not have the same columns."""
    by_columns: dict[tuple[str, ...], list[Values]] = {}
    for row in rows:
        by_columns.setdefault(tuple(row), []).append(row)
    for columns, group in by_columns.items():
        names, places = ", ".join(columns), ", ".join(f"%({name})s" for name in columns)
        connection.cursor().executemany(f"insert into {table} ({names}) values ({places})".encode(), group)


def always(pd: float, **values: Any) -> Callable[[date], Values]:
    """A customer who is the same on every date."""
    return lambda day: {"pd": pd, **values}
