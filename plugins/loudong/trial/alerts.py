"""What alerts a policy raises over the dates of a trial: how many, on how many customers, and who could look at them.

The alerts of the first date stand at the start and are not new; those of the later dates are.
"""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg.rows import dict_row

from loudong.policy import Policy
from loudong.warehouse.connect import Connection

# A calendar month tells of a month when this many dates of the trial lie in it.
DATES_OF_A_MONTH = 4

_QUERIES = {
    "by_date": """
        select day.as_of_date, customers.customers, customers.alerted, coalesce(opened.opened, 0) as opened,
            coalesce(opened.newly_alerted, 0) as newly_alerted
        from (select as_of_date, count(*) as customers, count(*) filter (where is_alerted) as alerted
            from {side}_customer group by 1) as customers
        inner join (select distinct as_of_date from trial_run) as day using (as_of_date)
        left join (
            select opened_date as as_of_date, count(*) as opened,
                count(distinct customer_id) filter (where subject_level = 'customer') as newly_alerted
            from {side}_alert group by 1) as opened using (as_of_date)
        order by 1""",
    "by_month": """
        select to_char(opened_date, 'YYYY-MM') as month, count(distinct customer_id) as customers
        from {side}_alert where opened_date > %(first)s and subject_level = 'customer' group by 1 order by 1""",
    "by_rule": """
        select rule_code, min(subject_level) as level,
            count(*) filter (where opened_date > %(first)s) as opened,
            count(distinct customer_id) filter (where opened_date > %(first)s) as subjects,
            count(*) filter (where closed_date is null) as standing
        from {side}_alert group by 1 order by opened desc, 1""",
    "by_role": """
        select alert.owner_role, day.as_of_date,
            count(*) filter (where alert.opened_date = day.as_of_date) as opened,
            count(*) filter (where closed_date is null or closed_date > day.as_of_date) as standing
        from {side}_alert as alert inner join trial_run as day on alert.opened_date <= day.as_of_date
        group by 1, 2 order by 1, 2""",
}


def of_side(connection: Connection, side: str, policy: Policy, dates: tuple[date, ...]) -> dict[str, Any]:
    """The alerts of one side of the trial."""
    by_date = _rows(connection, "by_date", side, dates[0])
    days = (dates[-1] - dates[0]).days
    opened = sum(row["opened"] for row in by_date[1:])
    months = _months(by_date, {row["month"]: row["customers"] for row in _rows(connection, "by_month", side, dates[0])})
    shares = [row["alerted"] / row["customers"] for row in by_date]
    return {
        "at_start": by_date[0]["opened"],
        "opened": opened,
        "per_day": opened / days if days else None,
        "by_date": [row | {"as_of_date": row["as_of_date"].isoformat()} for row in by_date],
        "by_month": months,
        "new_share": sum(month["share"] for month in months) / len(months) if months else None,
        "standing_share": sum(shares) / len(shares),
        "last_standing_share": shares[-1],
        "by_rule": _rows(connection, "by_rule", side, dates[0]),
        "by_role": _roles(connection, side, policy, dates),
    }


def _months(by_date: list[dict[str, Any]], newly: dict[str, int]) -> list[dict[str, Any]]:
    """Distinct customers newly alerted in every month that the trial covers, as a share of that month's customers."""
    customers = defaultdict(list)
    for row in by_date[1:]:
        customers[f"{row['as_of_date']:%Y-%m}"].append(row["customers"])
    return [
        {"month": month, "customers": newly.get(month, 0), "share": newly.get(month, 0) / (sum(counts) / len(counts))}
        for month, counts in sorted(customers.items())
        if len(counts) >= DATES_OF_A_MONTH
    ]


def _roles(connection: Connection, side: str, policy: Policy, dates: tuple[date, ...]) -> list[dict[str, Any]]:
    """Opened and standing alerts of each role beside the alerts that its people can keep open; None where the data, not
    the policy, name them."""
    capacity: dict[str, Decimal] = defaultdict(Decimal)
    for row in policy.rows["team_member"]:
        capacity[str(row["role_code"])] += Decimal(str(row["open_alert_capacity"]))
    by_role = defaultdict(list)
    for found in _rows(connection, "by_role", side, dates[0]):
        by_role[found["owner_role"]].append(found)
    days = (dates[-1] - dates[0]).days
    return [
        {
            "role": role,
            "per_day": sum(row["opened"] for row in rows if row["as_of_date"] > dates[0]) / days if days else None,
            "standing_mean": sum(row["standing"] for row in rows) / len(dates),
            "standing_most": max(row["standing"] for row in rows),
            "capacity": int(capacity[role]) if role in capacity else None,
        }
        for role, rows in sorted(by_role.items())
    ]


def _rows(connection: Connection, name: str, side: str, first: date) -> list[dict[str, Any]]:
    text = _QUERIES[name].replace("{side}", side)
    return connection.cursor(row_factory=dict_row).execute(text.encode(), {"first": first}).fetchall()
