"""Which installments are covered on which day: money walks from the oldest due to the newest, day by day."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from oracle.landed import Row, by

ZERO = Decimal(0)
DAY = timedelta(days=1)


@dataclass
class Due:
    """One installment with what of it is uncovered on every day that matters, oldest day first."""

    contract_id: str
    installment_id: str
    due_date: date
    amount: Decimal
    uncovered: dict[date, Decimal] = field(default_factory=dict)

    @property
    def order(self) -> tuple[date, str, str]:
        return self.due_date, self.contract_id, self.installment_id


@dataclass
class Account:
    """The installments of one customer as known on a date, and the money that came."""

    as_of: date
    dues: list[Due]
    named: dict[str, dict[date, Decimal]]
    unassigned: dict[date, Decimal]
    days: list[date]

    def uncovered_on(self, due: Due, day: date) -> Decimal:
        """What of an installment is uncovered at the end of a day."""
        return due.uncovered[max((d for d in self.days if d <= day), default=self.days[0])]

    def uncovered_now(self, due: Due) -> Decimal:
        return self.uncovered_on(due, self.as_of)

    def settled_date(self, due: Due) -> date | None:
        """The day from which it is covered on every day; none when it is not."""
        if due.amount == 0:
            return due.due_date
        if self.uncovered_now(due) > 0:
            return None
        covered_from = None
        for day in reversed(self.days):
            if due.uncovered[day] > 0:
                break
            covered_from = day
        return covered_from

    def arrears(self, contract_id: str, day: date) -> Decimal:
        """What of a contract fell due before the day and is uncovered at its end."""
        mine = [due for due in self.dues if due.contract_id == contract_id and due.due_date < day]
        return sum((self.uncovered_on(due, day) for due in mine), ZERO)

    def net_paid(self, contract_id: str) -> Decimal:
        return sum(self.named.get(contract_id, {}).values(), ZERO)

    def first_payment_date(self, contract_id: str) -> date | None:
        days = [day for day, amount in self.named.get(contract_id, {}).items() if amount > 0]
        return min(days, default=None)

    @property
    def contract_ids(self) -> list[str]:
        return sorted({due.contract_id for due in self.dues})


def account(as_of: date, installments: list[Row], payments: list[Row], contract_ids: list[str]) -> Account:
    """Match a customer's payments with his installments. Money without a contract counts for his only one."""
    sole = contract_ids[0] if len(contract_ids) == 1 else None
    named: dict[str, dict[date, Decimal]] = {}
    unassigned: dict[date, Decimal] = {}
    for payment in payments:
        contract_id = payment["contract_id"] or sole
        purse = unassigned if contract_id is None else named.setdefault(contract_id, {})
        purse[payment["payment_date"]] = purse.get(payment["payment_date"], ZERO) + payment["paid_amount"]
    dues = sorted(
        (Due(row["contract_id"], row["installment_id"], row["due_date"], row["due_amount"]) for row in installments),
        key=lambda due: due.order,
    )
    paid_days = {day for purse in [*named.values(), unassigned] for day in purse}
    # Before the first payment nothing is covered: a day before every other one shows that.
    days = sorted(paid_days | {min([*paid_days, as_of]) - DAY})
    for day in days:
        _cover(dues, day, named, unassigned)
    return Account(as_of, dues, named, unassigned, days)


def _cover(dues: list[Due], day: date, named: dict[str, dict[date, Decimal]], unassigned: dict[date, Decimal]) -> None:
    """Set what is uncovered at the end of `day`: named money first, then the unassigned over what is left."""
    left = {due.installment_id: due.amount for due in dues}
    for contract_id, mine in by([{"contract_id": due.contract_id, "due": due} for due in dues], "contract_id").items():
        money = sum((a for d, a in named.get(contract_id, {}).items() if d <= day), ZERO)
        for due in (row["due"] for row in mine):
            spent = min(due.amount, max(money, ZERO))
            left[due.installment_id] = due.amount - spent
            money -= spent
    pool = max(sum((a for d, a in unassigned.items() if d <= day), ZERO), ZERO)
    for due in dues:
        spent = min(left[due.installment_id], pool)
        due.uncovered[day] = left[due.installment_id] - spent
        pool -= spent
