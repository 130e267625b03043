"""What a person wants to see after a run: states, tiers, alerts, model figures and times, as lines of text."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from loudong.settings import get_settings
from loudong.warehouse.connect import Connection, connect

TIERS = ("high", "medium", "low")


def summary_lines(as_of_date: date) -> Iterator[str]:
    """The published date in lines: run, tiers, buildings, alerts, model, times, report."""
    with connect() as connection:
        yield from _run(connection, as_of_date)
        yield from _tiers(connection, as_of_date)
        yield from _alerts(connection)
        yield from _model(connection)
        yield from _times(connection, as_of_date)
    yield f"Report       {(get_settings().reports_dir / f'{as_of_date}.html').as_uri()}"


def _rows(connection: Connection, query: str, *values: object) -> list[tuple[Any, ...]]:
    return connection.execute(query, values).fetchall()


def _run(connection: Connection, as_of_date: date) -> Iterator[str]:
    rows = _rows(
        connection,
        "select r.run_id, r.state, r.model_version, r.policy_version from ops.publication as p "
        "inner join ops.run as r using (run_id) where p.as_of_date = %s and p.superseded_at is null",
        as_of_date,
    )
    for run_id, state, model_version, policy_version in rows:
        yield f"\n{as_of_date}: {state} by run {run_id}, model version {model_version}, policy {policy_version}"


def _tiers(connection: Connection, as_of_date: date) -> Iterator[str]:
    rows = _rows(
        connection,
        "select coalesce(building_name, '(no building)'), count(*), "
        "count(*) filter (where tier = 'high'), count(*) filter (where tier = 'medium'), "
        "count(*) filter (where tier = 'low') from bi.customer_360 where as_of_date = %s "
        "group by grouping sets ((building_name), ()) order by grouping(building_name) desc, 3 desc limit 9",
        as_of_date,
    )
    yield f"\n{'customers per tier':<34}{'all':>8}" + "".join(f"{tier:>8}" for tier in TIERS)
    for index, (building, *counts) in enumerate(rows):
        yield f"{'whole portfolio' if index == 0 else building:<34}" + "".join(f"{count:>8,}" for count in counts)


def _alerts(connection: Connection) -> Iterator[str]:
    rows = _rows(
        connection,
        "select severity, rule_name_en, coalesce(customer_id, subject_level || ' ' || subject_id), value, threshold "
        "from bi.alert_board order by opened_date desc, severity, alert_id desc limit 5",
    )
    yield "\nnewest alerts"
    for severity, rule, subject, value, threshold in rows:
        yield f"  {severity:<9}{subject:<14} {rule} ({value:.4g} against {threshold:.4g})"


def _model(connection: Connection) -> Iterator[str]:
    rows = _rows(
        connection,
        "select model_name, model_version, protocol, n, bads, auc, auc_low, auc_high, ks, brier "
        "from ops.model_evaluation where slice = 'all' order by evaluated_at desc limit 1",
    )
    for name, version, protocol, n, bads, auc, low, high, ks, brier in rows:
        yield (
            f"\nmodel {name} version {version}, {protocol}: AUC {auc:.3f} ({low:.3f} to {high:.3f}), KS {ks:.3f}, "
            f"Brier {brier:.4f} on {n:,} customer-dates with {bads:,} defaults"
        )


def _times(connection: Connection, as_of_date: date) -> Iterator[str]:
    rows = _rows(
        connection,
        "select s.step, extract(epoch from s.ended_at - s.started_at) from ops.run_step as s "
        "inner join ops.publication as p using (run_id) where p.as_of_date = %s and p.superseded_at is null "
        "order by s.started_at",
        as_of_date,
    )
    yield "seconds per step: " + ", ".join(f"{step} {seconds:.1f}" for step, seconds in rows) + "\n"
