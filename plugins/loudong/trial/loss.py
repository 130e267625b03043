"""What a default costs: the loss given default that policy states."""

from loudong.policy import Policy

LGD_COLUMN = "lgd_pct"
CUSTOMER_TYPE = "customer_type_code"
# Where policy states none, the whole exposure is taken: an upper bound, and the report says so.
WHOLE = 1.0


def lgd_of(policy: Policy) -> dict[str, float] | None:
    """Loss given default as a share of the exposure by customer type ('' for all), from the policy table that states
    one; None where none does."""
    for rows in policy.rows.values():
        if rows and LGD_COLUMN in rows[0]:
            return {str(row.get(CUSTOMER_TYPE) or ""): float(str(row[LGD_COLUMN])) / 100 for row in rows}
    return None
