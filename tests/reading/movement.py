"""Family movement: the customer's operating account, transaction by transaction."""

from datetime import timedelta
from fractions import Fraction
from typing import Any

from reading.landed import ZERO, Moment, Row, within
from reading.repayment import mean, quotient, spread

Values = dict[str, Any]
LOOKBACK_DAYS = 455
WINDOW_DAYS = (7, 30, 90, 180, 365)
NIGHT_ENDS_HOUR = 6
LEAST_PEERS = 5


def movement(transactions: list[Row], moment: Moment) -> Values:
    """Every measure of the transactions of the last 455 days."""
    as_of = moment.day
    rows = [
        row
        | {
            "day": moment.local_day(row["transaction_at"]),
            "is_night": row["transaction_at"].astimezone(moment.zone).hour < NIGHT_ENDS_HOUR,
        }
        for row in transactions
    ]
    recent = [row for row in rows if within(row["day"], as_of, LOOKBACK_DAYS)]
    if not recent:
        return {}

    def amounts(direction: str, first: int, last: int = 0) -> list[Any]:
        """Amounts of one direction from `first` to `last` days before the date."""
        return [
            row["transaction_amount"]
            for row in recent
            if row["direction_code"] == direction and last <= (as_of - row["day"]).days <= first
        ]

    values: Values = {}
    for days in WINDOW_DAYS:
        inflows, outflows = amounts("in", days - 1), amounts("out", days - 1)
        values |= {
            f"transaction_{days}d_count": len(inflows) + len(outflows),
            f"inflow_{days}d_count": len(inflows),
            f"outflow_{days}d_count": len(outflows),
            f"inflow_amount_{days}d": sum(inflows, ZERO),
            f"outflow_amount_{days}d": sum(outflows, ZERO),
            f"net_flow_amount_{days}d": sum(inflows, ZERO) - sum(outflows, ZERO),
        }
    values |= {
        "inflow_amount_prior_30d": sum(amounts("in", 59, 30), ZERO),
        "inflow_amount_prior_90d": sum(amounts("in", 179, 90), ZERO),
        "outflow_amount_prior_90d": sum(amounts("out", 179, 90), ZERO),
        "inflow_amount_year_ago_90d": sum(amounts("in", 454, 365), ZERO),
        "largest_outflow_amount_90d": max(amounts("out", 89), default=None),
        "days_since_transaction_days": min((as_of - row["day"]).days for row in recent),
        "days_since_inflow_days": min(
            ((as_of - row["day"]).days for row in recent if row["direction_code"] == "in"), default=None
        ),
        "inflow_variation_180d_ratio": _variation(amounts("in", 179)),
        "outflow_variation_180d_ratio": _variation(amounts("out", 179)),
    }
    blocks = [sum(amounts("in", 30 * block + 29, 30 * block), ZERO) for block in range(6)]
    values |= {
        "inflow_block_variation_180d_ratio": _variation(blocks),
        "lowest_inflow_block_180d_ratio": quotient(min(blocks), Fraction(sum(blocks)) / 6),
        "active_inflow_block_180d_count": sum(block > 0 for block in blocks),
    }
    return values | _changes(values) | _night(recent, moment) | _counterparties(rows, moment)


def _variation(amounts: list[Any]) -> float | None:
    """Population standard deviation over the mean; none without a positive mean."""
    return spread(amounts) / mean(amounts) if sum(amounts) > 0 else None  # type: ignore[operator]


def _change(new: Any, old: Any) -> float | None:
    return quotient(new - old, old)


def _changes(values: Values) -> Values:
    week, quarter = values["outflow_amount_7d"], values["outflow_amount_90d"]
    return {
        "inflow_change_30d_ratio": _change(values["inflow_amount_30d"], values["inflow_amount_prior_30d"]),
        "inflow_change_90d_ratio": _change(values["inflow_amount_90d"], values["inflow_amount_prior_90d"]),
        "inflow_change_yoy_90d_ratio": _change(values["inflow_amount_90d"], values["inflow_amount_year_ago_90d"]),
        "outflow_change_90d_ratio": _change(values["outflow_amount_90d"], values["outflow_amount_prior_90d"]),
        "activity_burst_7d_ratio": quotient(
            values["transaction_7d_count"], Fraction(values["transaction_90d_count"] * 7, 90)
        ),
        "outflow_burst_7d_ratio": quotient(week, Fraction(quarter) * 7 / 90),
        "inflow_90d_to_year_ratio": quotient(4 * values["inflow_amount_90d"], values["inflow_amount_365d"]),
        "activity_90d_to_year_ratio": quotient(4 * values["transaction_90d_count"], values["transaction_365d_count"]),
        "outflow_to_inflow_90d_ratio": quotient(quarter, values["inflow_amount_90d"]),
    }


def _night(recent: list[Row], moment: Moment) -> Values:
    count, share = {}, {}
    for days in (30, 90, 365):
        nights = [row["is_night"] for row in recent if within(row["day"], moment.day, days)]
        count[days], share[days] = sum(nights), quotient(sum(nights), len(nights))
    change = None if share[30] is None or share[365] is None else share[30] - share[365]
    return {
        **{f"night_{days}d_count": count[days] for days in count},
        "night_share_90d_ratio": share[90],
        "night_share_change_ratio": change,
    }


def _counterparties(rows: list[Row], moment: Moment) -> Values:
    """Who the other sides were; new is who was never met before the window."""
    met = {
        days: {
            row["counterparty_id"]
            for row in rows
            if row["counterparty_id"] is not None and within(row["day"], moment.day, days)
        }
        for days in (90, 365)
    }
    window_begins = moment.day - timedelta(days=89)
    old = {row["counterparty_id"] for row in rows if row["day"] < window_begins}
    return {
        "counterparty_90d_count": len(met[90]),
        "counterparty_365d_count": len(met[365]),
        "new_counterparty_90d_count": len(met[90] - old),
        "new_counterparty_90d_ratio": quotient(len(met[90] - old), len(met[90])),
    }


def to_peers(features: dict[str, Values]) -> None:
    """Set each customer's change of inflows beside the median of its peers: same type, same industry."""

    def is_peer(values: Values, other: Values) -> bool:
        return bool(
            values["customer_type_code"] == other["customer_type_code"]
            and values["industry_code"] == other["industry_code"]
        )

    for values in features.values():
        mine = values.get("inflow_change_90d_ratio")
        changes = [
            change
            for other in features.values()
            if is_peer(values, other) and (change := other.get("inflow_change_90d_ratio")) is not None
        ]
        if mine is not None and len(changes) >= LEAST_PEERS:
            values["inflow_change_90d_to_peers_ratio"] = mine - median(changes)


def median(values: list[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
