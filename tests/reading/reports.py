"""What sources report of a customer: scores, balances, statuses, statements, contacts, and of industries."""

from datetime import date, datetime, time, timedelta
from typing import Any

from reading.quirks import FIRST, LAST, ZONE, Kitchen, Landing, Recipe

AMOUNT_NAMES = (
    *("revenue_amount", "operating_profit_amount", "interest_expense_amount", "net_profit_amount"),
    *("operating_cash_flow_amount", "total_assets_amount", "current_assets_amount", "inventory_amount"),
    *("receivables_amount", "total_liabilities_amount", "current_liabilities_amount"),
    *("retained_earnings_amount", "equity_amount"),
)


def reports(recipe: Recipe, contract_ids: list[str]) -> list[Landing]:
    """Everything reported of one customer."""
    kitchen = Kitchen(Recipe(recipe.seed + 1, recipe.quirks), f"C{recipe.seed}")
    for _ in range(kitchen.pick(0, 1, 12)):
        day = kitchen.day(FIRST, LAST)
        score = {
            "source_code": kitchen.pick("bureau", "bank"),
            "score_date": day,
            "score_value": kitchen.pick("0", "512.25", "640"),
        }
        kitchen.land("credit_score", day, {"customer_id": kitchen.customer_id} | score, {"score_value": "333"})
    for contract_id in contract_ids:
        for _ in range(kitchen.pick(0, 2, 14)):
            _state(kitchen, contract_id, kitchen.day(date(2023, 2, 1), LAST))
    for _ in range(kitchen.pick(0, 2, 7)):
        _statement(kitchen)
    for number in range(kitchen.pick(0, 1, 9)):
        _contact(kitchen, number)
    return kitchen.rows


def _state(kitchen: Kitchen, contract_id: str, day: date) -> None:
    key = {"customer_id": kitchen.customer_id, "contract_id": contract_id}
    balance = {
        "balance_amount": kitchen.pick("-25", "0", "700.5", "80000"),
        "limit_amount": kitchen.pick("", "0", "50000"),
    }
    kitchen.land(
        "account_balance", day, key | {"balance_date": day} | balance, {"balance_amount": "1", "limit_amount": "2"}
    )
    code = kitchen.pick("unused", "paid_in_full", "revolving", "past_due")
    months = kitchen.pick("", "0", "1", "5") if code == "past_due" else ""
    status = {"status_date": day, "status_code": code, "months_past_due": months}
    kitchen.land("repayment_status", day, key | status, {"status_code": "past_due", "months_past_due": "2"})


def _statement(kitchen: Kitchen) -> None:
    end = kitchen.pick(
        date(2022, 12, 31),
        date(2023, 1, 2),
        date(2023, 3, 1),
        date(2023, 12, 29),
        date(2023, 12, 31),
        date(2024, 2, 29),
    )
    amounts = {name: kitchen.pick("", "0", "-500", f"{kitchen.chance.randrange(1, 10**9)}.25") for name in AMOUNT_NAMES}
    for name in ("revenue_amount", "total_assets_amount", "interest_expense_amount", "inventory_amount"):
        amounts[name] = amounts[name].removeprefix("-")
    row: dict[str, Any] = {
        "customer_id": kitchen.customer_id,
        "period_end_date": end,
        "period_months": kitchen.pick(6, 12),
    }
    kitchen.land("financial_statement", end, row | amounts, {"revenue_amount": "77", "equity_amount": ""})


def _contact(kitchen: Kitchen, number: int) -> None:
    day = kitchen.day(date(2023, 1, 1), LAST - timedelta(days=1))
    contact = {
        "interaction_id": f"{kitchen.customer_id}-I{number}",
        "customer_id": kitchen.customer_id,
        "interaction_at": datetime.combine(day, kitchen.pick(time.min, time(12), time(23, 59, 59)), ZONE).isoformat(),
        "channel_code": kitchen.pick("call", "visit"),
        "is_answered": kitchen.pick("", "true", "false"),
        "is_complaint": kitchen.pick("", "true", "false"),
        "satisfaction_score": kitchen.pick("", "1", "4"),
        "promised_amount": kitchen.pick("", "0", "300", "4000"),
        "promised_date": kitchen.pick("", day, day + timedelta(days=10), day + timedelta(days=60)),
    }
    kitchen.land("interaction", day, contact, {"is_answered": "true", "promised_amount": "800"})


def indicators(recipe: Recipe) -> list[Landing]:
    """Indicators of one of the industries."""
    kitchen = Kitchen(recipe, "")
    for month in range(20):
        end = FIRST + timedelta(days=31 * month)
        key = {"industry_code": "retail", "indicator_code": kitchen.pick("pmi", "sales"), "period_end_date": end}
        kitchen.land(
            "industry_indicator",
            end,
            key | {"indicator_value": kitchen.pick("49.5", "51", "-3")},
            {"indicator_value": "50"},
        )
    return kitchen.rows
