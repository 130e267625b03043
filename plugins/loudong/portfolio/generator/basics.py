"""Who and where: customers, contracts, occupancies, relations."""

import numpy as np

from loudong.portfolio.generator import names
from loudong.portfolio.generator import parameters as p
from loudong.portfolio.generator.calendar import Calendar
from loudong.portfolio.generator.history import Customers, History
from loudong.portfolio.generator.process import NEVER
from loudong.portfolio.generator.rows import Rows, concat, dates, evening, ids, make_rows
from loudong.portfolio.generator.world import World

CONTRACT_TYPES = np.array(["lease", "loan", "credit_line"])
LIMIT_MONTHS = np.array([12, 36, 20])
CHANGE_SHARE = 0.06


def customer_ids(customers: Customers) -> np.ndarray:
    """Identifiers of the customers of a block."""
    return ids("C", customers.number, 7)


def contract_ids(customers: Customers) -> np.ndarray:
    """Identifier of each customer's contract."""
    return ids("K", customers.number, 7)


def customer_rows(world: World, calendar: Calendar, history: History, generator: np.random.Generator) -> Rows:
    """Descriptions: one on arrival, and for some a later one with another manager or industry."""
    people = history.customers
    count = len(people)
    industry = np.array(p.INDUSTRIES)[people.industry]
    enterprises = names.enterprise_names(list(industry), generator)
    persons = names.person_names(count, generator)
    manager = world.manager[people.building]
    columns = {
        "customer_id": customer_ids(people),
        "valid_from_date": dates(people.onboarded),
        "customer_type_code": np.where(people.is_enterprise, "enterprise", "person"),
        "customer_name": [
            a if flag else b for a, b, flag in zip(enterprises, persons, people.is_enterprise, strict=True)
        ],
        "id_number": ids("ID", generator.integers(10**9, 10**10, count), 10),
        "phone_number": ids("1", generator.integers(0, 10**10, count), 10),
        "birth_year": _nullable(generator.integers(1955, 2004, count), ~people.is_enterprise),
        "education_code": _text(generator.choice(["1", "2", "3", "4"], count), ~people.is_enterprise),
        "employment_code": _text(
            generator.choice(["employed", "self_employed", "retired"], count), ~people.is_enterprise
        ),
        "industry_code": industry,
        "city_name": np.array(world.city)[people.building],
        "manager_id": ids("M", manager, 4),
        "manager_name": np.array(names.person_names(int(manager.max()) + 1, np.random.default_rng(5)))[manager],
        "registered_date": dates(
            np.where(people.is_enterprise, people.onboarded - generator.integers(90, 6000, count), NEVER)
        ),
        "onboarded_date": dates(people.onboarded),
    }
    first = make_rows(columns, evening(people.onboarded, generator))
    changes = np.flatnonzero(generator.random(count) < CHANGE_SHARE)
    day = generator.integers(calendar.first_day, calendar.last_day, len(changes))
    changes, day = changes[day > people.onboarded[changes]], day[day > people.onboarded[changes]]
    changed = {
        name: np.asarray(array)[changes] if not hasattr(array, "take") else array.take(changes)
        for name, array in first.columns.items()
    }
    changed["valid_from_date"] = dates(day)
    changed["phone_number"] = ids("1", generator.integers(0, 10**10, len(changes)), 10)
    return concat([first, make_rows(changed, evening(day, generator))])


def contract_rows(history: History, calendar: Calendar, generator: np.random.Generator) -> Rows:
    """Each customer's contract as signed, and a later version of those that ended."""
    people = history.customers
    limit = people.monthly_amount * LIMIT_MONTHS[people.contract_type]
    kind = people.contract_type

    def version(rows: np.ndarray, closed: np.ndarray, reason: np.ndarray, known: np.ndarray) -> Rows:
        return make_rows(
            {
                "contract_id": contract_ids(people)[rows],
                "customer_id": customer_ids(people)[rows],
                "contract_type_code": CONTRACT_TYPES[kind[rows]],
                "building_id": ids("B", people.building[rows] + 1, 5),
                "signed_date": dates(people.onboarded[rows]),
                "start_date": dates(people.onboarded[rows]),
                "limit_amount": limit[rows],
                "deposit_amount": np.where(kind[rows] == 0, 2 * people.monthly_amount[rows], 0.0),
                "interest_rate_pct": _nullable_float(
                    np.round(4.5 + 1.2 * np.abs(people.frailty[rows]), 2), kind[rows] != 0
                ),
                "grace_days": np.where(kind[rows] == 0, 5, 3),
                "is_restructured": np.zeros(len(rows), dtype=bool),
                "closed_date": dates(closed),
                "close_reason_code": _text(reason, closed != NEVER),
            },
            evening(known, generator),
        )

    everyone = np.arange(len(people))
    signed = version(everyone, np.full(len(people), NEVER), np.full(len(people), ""), people.onboarded)
    closed, reason = closing(history, calendar)
    ended = np.flatnonzero(closed != NEVER)
    return concat([signed, version(ended, closed[ended], reason[ended], closed[ended])])


def closing(history: History, calendar: Calendar) -> tuple[np.ndarray, np.ndarray]:
    """Day on which each contract ended (NEVER while open) and why: left in order, or written off."""
    people = history.customers
    written_off = np.array([month.is_written_off for month in history.months])
    lost_day = np.where(written_off.any(axis=0), calendar.ends[written_off.argmax(axis=0)], NEVER)
    final = history.states[-1]
    in_order = (final.oldest_due == NEVER) & (final.default_since == NEVER)
    gone = (people.left != NEVER) & in_order & (lost_day == NEVER)
    last_due = np.max([month.due_date for month in history.months], axis=0)
    last_clear = np.max([np.maximum(month.cleared_date, month.paid_date) for month in history.months], axis=0)
    left_day = np.maximum(np.maximum(people.left, last_due), last_clear)
    closed = np.where(gone & (left_day <= calendar.last_day), left_day, lost_day)
    reason = np.where(lost_day != NEVER, "written_off", np.where(people.contract_type == 0, "expired", "paid_off"))
    return closed, reason


def occupancy_rows(history: History, calendar: Calendar, generator: np.random.Generator) -> Rows:
    """One unit each for tenants and most others, with the end once it is known."""
    people = history.customers
    tenants = np.flatnonzero((people.contract_type == 0) | (generator.random(len(people)) < 0.6))
    area = np.round(
        np.where(
            people.is_enterprise, generator.lognormal(5.0, 0.6, len(people)), generator.lognormal(4.3, 0.3, len(people))
        ),
        1,
    )
    unit = generator.integers(101, 3999, len(people))
    closed, _ = closing(history, calendar)

    def version(rows: np.ndarray, end: np.ndarray, known: np.ndarray) -> Rows:
        return make_rows(
            {
                "occupancy_id": ids("O", people.number[rows], 7),
                "customer_id": customer_ids(people)[rows],
                "building_id": ids("B", people.building[rows] + 1, 5),
                "unit_code": unit[rows].astype(str),
                "floor_area_sqm": area[rows] * np.where(people.is_anchor[rows], 6, 1),
                "start_date": dates(people.onboarded[rows]),
                "end_date": dates(end),
                "is_anchor": people.is_anchor[rows],
            },
            evening(known, generator),
        )

    first = version(tenants, np.full(len(tenants), NEVER), people.onboarded[tenants])
    ended = tenants[closed[tenants] != NEVER]
    return concat([first, version(ended, closed[ended], closed[ended])])


def related_rows(history: History, generator: np.random.Generator) -> Rows:
    """Guarantors, groups, suppliers: a few per hundred customers, within the block."""
    people = history.customers
    chosen = np.flatnonzero(generator.random(len(people)) < 0.06)
    other = generator.integers(0, len(people), len(chosen))
    keep = other != chosen
    chosen, other = chosen[keep], other[keep]
    start = np.maximum(people.onboarded[chosen], people.onboarded[other])
    return make_rows(
        {
            "customer_id": customer_ids(people)[chosen],
            "related_customer_id": customer_ids(people)[other],
            "relation_code": generator.choice(["guarantor", "group", "supplier", "owner"], len(chosen)),
            "start_date": dates(start),
        },
        evening(start, generator),
    )


def _nullable(values: np.ndarray, present: np.ndarray) -> object:
    import pyarrow as pa

    return pa.array(values, mask=~present)


def _nullable_float(values: np.ndarray, present: np.ndarray) -> object:
    return _nullable(values, present)


def _text(values: np.ndarray, present: np.ndarray) -> object:
    import pyarrow as pa

    return pa.array(values.astype(object), type=pa.string(), mask=~present)
