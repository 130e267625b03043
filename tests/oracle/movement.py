"""Transaction families of one customer, from the rows of the windows."""

from collections import defaultdict
from fractions import Fraction
from statistics import median
from typing import Any

from oracle.coverage import ZERO
from oracle.landed import Moment, Row, ratio

Values = dict[str, Any]
LONGEST = 455


def movement(transactions: list[Row], moment: Moment) -> Values:
    """Counts, sums, mix, spread, blocks and counterparties; nothing without a transaction in the longest window."""
    rows = [_with_age(row, moment) for row in transactions]
    recent = [row for row in rows if row["age"] < LONGEST]
    if not recent:
        return {}
    values: Values = {}
    for window in (7, 30, 90, 180, 365):
        inside = [row for row in recent if row["age"] < window]
        values |= {
            f"transaction_{window}d_count": len(inside),
            f"inflow_{window}d_count": sum(row["is_in"] for row in inside),
            f"outflow_{window}d_count": sum(not row["is_in"] for row in inside),
            f"inflow_amount_{window}d": _amount(inside, True),
            f"outflow_amount_{window}d": _amount(inside, False),
            f"net_flow_amount_{window}d": _amount(inside, True) - _amount(inside, False),
            f"night_{window}d_count": sum(row["is_night"] for row in inside),
        }
    night = {
        window: ratio(values[f"night_{window}d_count"], values[f"transaction_{window}d_count"])
        for window in (30, 90, 365)
    }
    for window in (7, 180):
        del values[f"night_{window}d_count"]
    blocks = [_amount(_between(recent, 30 * block, 30 * block + 30), True) for block in range(6)]
    mean_block = Fraction(sum(blocks)) / 6
    values |= {
        "night_share_90d_ratio": night[90],
        "night_share_change_ratio": night[30] - night[365]
        if night[30] is not None and night[365] is not None
        else None,
        "largest_outflow_amount_90d": max(
            (row["amount"] for row in recent if not row["is_in"] and row["age"] < 90), default=None
        ),
        "inflow_variation_180d_ratio": _variation([r["amount"] for r in recent if r["is_in"] and r["age"] < 180]),
        "outflow_variation_180d_ratio": _variation([r["amount"] for r in recent if not r["is_in"] and r["age"] < 180]),
        "inflow_block_variation_180d_ratio": _variation(blocks),
        "lowest_inflow_block_180d_ratio": float(Fraction(min(blocks)) / mean_block) if mean_block else None,
        "active_inflow_block_180d_count": sum(block > 0 for block in blocks),
        "inflow_amount_prior_30d": blocks[1],
        "inflow_amount_prior_90d": _amount(_between(recent, 90, 180), True),
        "outflow_amount_prior_90d": _amount(_between(recent, 90, 180), False),
        "inflow_amount_year_ago_90d": _amount(_between(recent, 365, 455), True),
        "activity_burst_7d_ratio": ratio(
            Fraction(values["transaction_7d_count"] * 90, 7), values["transaction_90d_count"]
        ),
        "outflow_burst_7d_ratio": ratio(Fraction(values["outflow_amount_7d"]) * 90 / 7, values["outflow_amount_90d"]),
        "days_since_transaction_days": min(row["age"] for row in recent),
        "days_since_inflow_days": min((row["age"] for row in recent if row["is_in"]), default=None),
    }
    return values | _counterparties(rows) | _changes(values)


def _with_age(row: Row, moment: Moment) -> Row:
    local = row["transaction_at"].astimezone(moment.zone)
    return {
        "age": (moment.day - local.date()).days,
        "is_in": row["direction_code"] == "in",
        "is_night": local.hour < 6,
        "amount": row["transaction_amount"],
        "counterparty": row["counterparty_id"],
    }


def _between(rows: list[Row], youngest: int, oldest: int) -> list[Row]:
    return [row for row in rows if youngest <= row["age"] < oldest]


def _amount(rows: list[Row], is_in: bool) -> Any:
    return sum((row["amount"] for row in rows if row["is_in"] == is_in), ZERO)


def _variation(amounts: list[Any]) -> float | None:
    """Population standard deviation over the mean."""
    if not amounts or sum(amounts) <= 0:
        return None
    mean = Fraction(sum(amounts)) / len(amounts)
    square = sum((Fraction(amount) - mean) ** 2 for amount in amounts) / len(amounts)
    return float(square / mean**2) ** 0.5


def _counterparties(rows: list[Row]) -> Values:
    ages: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        if row["counterparty"] is not None:
            ages[row["counterparty"]].append(row["age"])
    quarter = [mine for mine in ages.values() if min(mine) < 90]
    new = sum(max(mine) < 90 for mine in quarter)
    return {
        "counterparty_90d_count": len(quarter),
        "counterparty_365d_count": sum(min(mine) < 365 for mine in ages.values()),
        "new_counterparty_90d_count": new,
        "new_counterparty_90d_ratio": ratio(new, len(quarter)),
    }


def _changes(values: Values) -> Values:
    def change(now: str, before: str) -> float | None:
        return ratio(values[now] - values[before], values[before])

    return {
        "inflow_change_30d_ratio": change("inflow_amount_30d", "inflow_amount_prior_30d"),
        "inflow_change_90d_ratio": change("inflow_amount_90d", "inflow_amount_prior_90d"),
        "inflow_change_yoy_90d_ratio": change("inflow_amount_90d", "inflow_amount_year_ago_90d"),
        "outflow_change_90d_ratio": change("outflow_amount_90d", "outflow_amount_prior_90d"),
        "inflow_90d_to_year_ratio": ratio(4 * values["inflow_amount_90d"], values["inflow_amount_365d"]),
        "outflow_to_inflow_90d_ratio": ratio(values["outflow_amount_90d"], values["inflow_amount_90d"]),
        "activity_90d_to_year_ratio": ratio(4 * values["transaction_90d_count"], values["transaction_365d_count"]),
    }


def to_peers(features: dict[str, Values]) -> dict[str, float]:
    """Change of inflows less the median of the same type and industry, of at least five."""
    groups: dict[tuple[str | None, str | None], list[float]] = defaultdict(list)
    for values in features.values():
        change = values.get("inflow_change_90d_ratio")
        if change is not None:
            groups[values["customer_type_code"], values["industry_code"]].append(change)
    return {
        customer: values["inflow_change_90d_ratio"] - median(peers)
        for customer, values in features.items()
        if values.get("inflow_change_90d_ratio") is not None
        and len(peers := groups[values["customer_type_code"], values["industry_code"]]) >= 5
    }
