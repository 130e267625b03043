"""What the generated portfolio is like: every constant of the simulation, set once for realism (docs/portfolio.md)."""

BLOCK_CUSTOMERS = 2_000
CUSTOMERS_PER_BUILDING = 16
DAILY_PAYMENT_CAP = 0.35

BUILDING_TYPES = ("office", "mall", "park", "housing")
BUILDING_TYPE_SHARES = (0.40, 0.20, 0.15, 0.25)
ENTERPRISE_SHARES = {"office": 0.75, "mall": 0.60, "park": 0.85, "housing": 0.05}
INDUSTRIES = ("retail", "catering", "manufacturing", "logistics", "software", "construction", "education", "services")
# Mean log odds of trouble of an industry against the average one.
INDUSTRY_RISK = (0.15, 0.45, 0.0, 0.05, -0.35, 0.4, -0.1, -0.2)

# Latent causes, in log odds. A customer's risk index is the sum of its parts.
FRAILTY_SPREAD = 0.95
STRESS_SPREAD = 0.95
STRESS_PERSISTENCE = 0.90
BUILDING_SPREAD = 0.40
BUILDING_PERSISTENCE = 0.95
INDUSTRY_SPREAD = 0.30
INDUSTRY_PERSISTENCE = 0.95

# Not paying on the due date: logistic in the risk index.
LATE_LOG_ODDS = -1.85
LATE_SLOPE = 0.80
# Chance a day of clearing what is overdue, by the age of the arrears in days, and how it falls with risk.
CLEARING_CHANCES = ((31, 0.066), (61, 0.046), (91, 0.034), (1_000_000, 0.003))
CLEARING_SLOPE = 0.20
# A default out of the blue: monthly chance, exponential in the risk index.
SUDDEN_CHANCE = 0.0010
SUDDEN_SLOPE = 0.85
SUDDEN_CAP = 0.05
SUDDEN_REASONS = ("bankruptcy", "unlikely_to_pay")
PARTIAL_CHANCE = 0.25
# Of an enterprise, of a person. Also what a part payment leaves is above the materiality bounds of the policy, so that
# the 91st day past due is a default by its definition.
LEAST_MONTHLY_AMOUNT = (6_000.0, 1_500.0)
WRITE_OFF_MONTHS = 9

DEFAULT_DPD_DAYS = 90
HORIZON_DAYS = 180

# Coming and going.
SHARE_AT_START = 0.72
LEAVING_CHANCE_A_YEAR = 0.12

# What is known late, beyond the usual delay of its source.
LATE_KNOWN_SHARE = 0.03
LATE_KNOWN_DAYS = (3, 20)
REVERSAL_SHARE = 0.008
CORRECTION_SHARE = 0.004

# Of lateness that ends within days, the share that operations caused and the source says so.
TECHNICAL_SHARE = 0.05
TECHNICAL_DAYS = 7

# Transactions.
TRANSACTIONS_A_MONTH = 8.0
# January to December: activity falls around the Spring Festival and peaks before it and in autumn sales.
SEASON = (1.10, 0.72, 0.95, 1.0, 1.02, 1.0, 0.97, 0.97, 1.02, 1.03, 1.12, 1.10)
ACTIVITY_FALL_WITH_STRESS = 0.10
INFLOW_FALL_WITH_STRESS = 0.16
NIGHT_SHARE = 0.04
BURST_CHANCE = 0.02

# Outside credit score.
SCORE_MEAN = 640.0
SCORE_FRAILTY_WEIGHT = 34.0
SCORE_STRESS_WEIGHT = 26.0
SCORE_NOISE = 22.0
SCORE_DELAY_DAYS = 6

DIRTY_SHARE = 0.002
DIRTY_KINDS = ("duplicate", "wrong_type", "unknown_customer", "future_date", "broken_encoding")

TRUTH_SAMPLE = 6_000
CONTINUATIONS = 200
WARM_UP_MONTHS = 12
