"""The numbers that policy sets. They are written here again: a test holds them to the policy files."""

from decimal import Decimal

DEFAULT_CURE_MONTHS = 3
RESTRUCTURED_CURE_MONTHS = 12
TECHNICAL_DAYS = 7
CONTAMINATION_PCT = 10
CATEGORY_CURE_MONTHS = 6
CATEGORY_CURE_PERIODS = 2
SIGNIFICANT_DPD_DAYS = 30
# From worst to best: a category holds for more days past due than its number.
CATEGORIES = (("loss", 360), ("doubtful", 270), ("substandard", 90), ("special_mention", 0), ("normal", -1))
NON_PERFORMING_DPD_DAYS = 90
BUCKETS = (("d0", 0), ("d1_30", 30), ("d31_60", 60), ("d61_90", 90), ("d91_120", 120), ("d121_180", 180))
MATERIALITY = {"person": Decimal(800), "enterprise": Decimal(4000)}
MATERIALITY_PCT = Decimal(1)


def bucket(dpd_days: int | None) -> str | None:
    """Delinquency bucket: 0, 1-30, 31-60, 61-90, 91-120, 121-180, 181 and more."""
    if dpd_days is None:
        return None
    return next((code for code, last in BUCKETS if dpd_days <= last), "d181")


def category_by_days(dpd_days: int) -> str:
    return next(code for code, days in CATEGORIES if dpd_days > days)


def worse(code: str | None, other: str | None) -> bool:
    """Whether a category is worse than another; any is worse than none."""
    order = [None, *reversed([code for code, _ in CATEGORIES])]
    return order.index(code) > order.index(other)


def is_non_performing(code: str | None) -> bool:
    return code in ("substandard", "doubtful", "loss")
