"""What alert rules may look at beside the columns of the customer features; `alerts.sql` of the decisions computes it.

Each is a number; ratios are shares or changes, 0.1 is 10 %.
"""

# Per customer, from the scores: the run's own, and those of the newest published date 90 to 150 days before.
MODEL_INDICATORS = {
    "pd": "probability of default within the horizon",
    "pd_change_90d": "pd less that of 90 days before",
    "pd_change_90d_ratio": "pd less that of 90 days before, as a share of it",
    "score_points": "score points, higher is better",
    "score_points_change_90d": "score points less those of 90 days before",
    "pd_to_industry_mean_ratio": "pd as a multiple of the mean of the customer's industry",
}

# Of a group of customers: those whose main building it is, those of the industry, or all.
_ANY_GROUP = {
    "arrears_ratio": "share of the customers that are past due",
    "past_due_amount_ratio": "past-due share of the exposure",
    "dpd_over_30_exposure_ratio": "share of the exposure to customers more than 30 days past due",
    "in_default_exposure_ratio": "share of the exposure to customers in default",
    "weighted_pd": "pd weighted by exposure, 1 for customers in default",
    "weighted_pd_change_90d_ratio": "change of the weighted pd of today's customers in 90 days",
    "high_exposure_ratio": "share of the exposure to customers of the highest tier",
    "falling_inflow_ratio": "share of the customers whose inflows fell by 40 % or more in 90 days",
    "moved_out_90d_ratio": "share of the customers that gave up a unit within 90 days",
    "hhi_ratio": "sum of the squared exposure shares of the customers",
    "largest_customer_ratio": "share of the exposure to the largest customer",
    "largest_10_ratio": "share of the exposure to the ten largest customers",
}
_PART_OF_PORTFOLIO = {
    "exposure_share_ratio": "share of the portfolio's exposure",
    "arrears_to_portfolio_ratio": "share of customers past due less the portfolio's",
    "weighted_pd_to_portfolio_ratio": "weighted pd as a multiple of the portfolio's",
}
GROUP_INDICATORS = {
    "building": {
        **_ANY_GROUP,
        **_PART_OF_PORTFOLIO,
        "occupied_ratio": "let share of the floor area",
        "is_anchor_past_due": "1 where an anchor tenant is past due",
        "is_anchor_lost_365d": "1 where an anchor tenant left within 365 days",
    },
    "industry": {
        **_ANY_GROUP,
        **_PART_OF_PORTFOLIO,
        "industry_indicator_change_90d": "change of the industry's indicators in 90 days (points)",
        "industry_indicator_change_365d": "change of the industry's indicators in 365 days (points)",
        "industry_indicator_to_year_mean": "the industry's indicators less their mean of a year (points)",
    },
    "portfolio": _ANY_GROUP,
}
# What would be another number with another model; the highest tier follows from the pd.
MODEL_BASED = frozenset(
    (
        *MODEL_INDICATORS,
        "weighted_pd",
        "weighted_pd_change_90d_ratio",
        "weighted_pd_to_portfolio_ratio",
        "high_exposure_ratio",
    )
)
# The indicator of a rule that looks at several things at once: how many rows of alert_condition hold.
CONDITIONS_MET = "conditions_met_count"
