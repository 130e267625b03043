"""The policy's numbers, read from its files."""

import csv
from decimal import Decimal
from functools import cache

from loudong.settings import get_settings


@cache
def table(name: str) -> list[dict[str, str]]:
    path = get_settings().policy_dir / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rule(code: str) -> int:
    return next(int(row["value"]) for row in table("delinquency_rule") if row["rule_code"] == code)


def bucket(dpd_days: int | None) -> str | None:
    """Delinquency bucket of a number of days."""
    if dpd_days is None:
        return None
    return next(
        row["bucket_code"]
        for row in table("delinquency_bucket")
        if int(row["min_dpd_days"]) <= dpd_days and (not row["max_dpd_days"] or dpd_days <= int(row["max_dpd_days"]))
    )


def category_place(code: str) -> int:
    return next(int(row["sort_order"]) for row in table("asset_category") if row["category_code"] == code)


def category_at(place: int | None) -> str | None:
    found = [row["category_code"] for row in table("asset_category") if int(row["sort_order"]) == place]
    return found[0] if found else None


def place_by_days(dpd_days: int | None) -> int | None:
    """Place of the worst category whose bound the days exceed; none at zero days."""
    if dpd_days is None:
        return None
    places = [
        int(row["sort_order"])
        for row in table("asset_category")
        if row["over_dpd_days"] and dpd_days > int(row["over_dpd_days"])
    ]
    return max(places, default=None)


def materiality(currency: str, customer_type: str | None, limit_amount: Decimal | None) -> Decimal:
    """The larger of the absolute bound and the relative one."""
    for row in table("materiality"):
        if row["currency"] == currency and row["customer_type_code"] == customer_type:
            relative = Decimal(row["relative_pct"]) / 100 * (limit_amount or 0)
            return max(Decimal(row["absolute_amount"]), relative)
    return Decimal(0)
