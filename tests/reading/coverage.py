"""Payments cover the oldest installment first.

Money that names a contract walks that contract's schedule. What names none walks what is left uncovered of all the
customer's contracts. Both walks are made anew for every day on which money moved.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from reading.landed import DAY, ZERO, Row


@dataclass(frozen=True, order=True)
class Installment:
    """One amount due; they sort in the order in which money covers them."""

    due_date: date
    contract_id: str
    installment_id: str
    due_amount: Decimal = field(compare=False)


@dataclass(frozen=True)
class Money:
    """One payment as it counts: `contract_id` is none where it is unassigned."""

    day: date
    contract_id: str | None
    amount: Decimal


def money_of(payments: list[Row], known_contract_ids: list[str]) -> list[Money]:
    """Payments; one without a contract counts for the customer's only one, where he has exactly one."""
    sole = known_contract_ids[0] if len(known_contract_ids) == 1 else None
    return [
        Money(row["payment_date"], sole if row["contract_id"] is None else row["contract_id"], row["paid_amount"])
        for row in payments
    ]


class Coverage:
    """What of each installment of one customer was uncovered on each day up to `as_of`."""

    def __init__(self, as_of: date, installments: list[Row], money: list[Money]) -> None:
        self.as_of = as_of
        self.queue = sorted(
            Installment(row["due_date"], row["contract_id"], row["installment_id"], row["due_amount"])
            for row in installments
        )
        self.money = money
        self.money_days = sorted({payment.day for payment in money})
        # Nothing has moved before the first of them; then one state per day of money.
        self._states = [self._walk(date.min), *(self._walk(day) for day in self.money_days)]

    def _walk(self, day: date) -> dict[Installment, Decimal]:
        left = {}
        purses = {due.contract_id: self.named_by(due.contract_id, day) for due in self.queue}
        for due in self.queue:
            spent = min(max(purses[due.contract_id], ZERO), due.due_amount)
            purses[due.contract_id] -= spent
            left[due] = due.due_amount - spent
        pool = sum(
            (payment.amount for payment in self.money if payment.contract_id is None and payment.day <= day), ZERO
        )
        for due in self.queue:
            spent = min(max(pool, ZERO), left[due])
            pool -= spent
            left[due] -= spent
        return left

    def named_by(self, contract_id: str, day: date) -> Decimal:
        """Net of what was paid on a contract by the end of a day."""
        return sum(
            (payment.amount for payment in self.money if payment.contract_id == contract_id and payment.day <= day),
            ZERO,
        )

    def uncovered(self, due: Installment, day: date) -> Decimal:
        """What of an installment is not covered at the end of a day."""
        return self._states[bisect_right(self.money_days, day)][due]

    def is_past_due(self, due: Installment, day: date) -> bool:
        """Uncovered after its due date; an amount due on the day itself is not past due."""
        return due.due_date < day and self.uncovered(due, day) > 0

    def of_contract(self, contract_id: str) -> list[Installment]:
        return [due for due in self.queue if due.contract_id == contract_id]

    def contract_ids(self) -> list[str]:
        return sorted({due.contract_id for due in self.queue})

    def arrears(self, contract_id: str, day: date) -> Decimal:
        """All that is past due of a contract on a day."""
        return sum((self.uncovered(due, day) for due in self.of_contract(contract_id) if due.due_date < day), ZERO)

    def settled_date(self, due: Installment) -> date | None:
        """First day from which it is covered for good; none when it is not covered now.

        What is covered although no money ever moved (an amount of zero) was settled on its due date.
        """
        covered_from = None
        for day, state in zip([*reversed(self.money_days), None], reversed(self._states), strict=True):
            if state[due] > 0:
                return covered_from
            covered_from = day
        return due.due_date

    def last_uncovered_day(self, due: Installment) -> date:
        settled = self.settled_date(due)
        return self.as_of if settled is None else min(settled - DAY, self.as_of)
