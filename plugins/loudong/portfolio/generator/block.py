"""One block of customers: simulated, turned into rows, written."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from loudong.portfolio.generator import basics, behaviour, repayment
from loudong.portfolio.generator import parameters as p
from loudong.portfolio.generator.calendar import Calendar
from loudong.portfolio.generator.deliveries import write_rows
from loudong.portfolio.generator.history import simulate
from loudong.portfolio.generator.names import person_names
from loudong.portfolio.generator.rates import Tally, count_history
from loudong.portfolio.generator.rows import dates, evening, ids, make_rows
from loudong.portfolio.generator.truth import Truth, attainable_auc, expected_auc, sample_truth
from loudong.portfolio.generator.world import World

Job = tuple[World, Calendar, int, int, int, Path, bool, int, int]
INDICATOR_DELAY_DAYS = 15


@dataclass(frozen=True)
class BlockResult:
    """What one block left: counts per entity, counts for the rates, its part of the truth."""

    counts: dict[str, dict[str, int]]
    tally: Tally
    truth: Truth


def make_block(job: Job) -> BlockResult:
    """Simulate and write the customers of one block."""
    world, calendar, first, count, seed, out, dirty, daily_days, wanted = job
    history = simulate(world, calendar, first, count, seed)
    generator = np.random.default_rng(np.random.SeedSequence([seed, 3, first]))
    balances, statuses = repayment.balance_and_status_rows(history, calendar, generator)
    makers = {
        "customer": lambda: basics.customer_rows(world, calendar, history, generator),
        "contract": lambda: basics.contract_rows(history, calendar, generator),
        "occupancy": lambda: basics.occupancy_rows(history, calendar, generator),
        "installment": lambda: repayment.installment_rows(history, calendar, generator),
        "payment": lambda: repayment.payment_rows(history, calendar, generator),
        "transaction": lambda: behaviour.transaction_rows(history, calendar, generator),
        "credit_score": lambda: behaviour.credit_score_rows(history, calendar, generator),
        "account_balance": lambda: balances,
        "repayment_status": lambda: statuses,
        "financial_statement": lambda: behaviour.statement_rows(history, calendar, generator),
        "interaction": lambda: behaviour.interaction_rows(history, calendar, generator),
        "related_party": lambda: basics.related_rows(history, generator),
        "default_event": lambda: repayment.default_event_rows(history, calendar, generator),
        "pause": lambda: repayment.pause_rows(history, generator),
    }
    block = first // p.BLOCK_CUSTOMERS
    counts = {
        name: write_rows(out, name, make(), block, calendar, daily_days, generator, dirty)
        for name, make in makers.items()
    }
    truth = sample_truth(world, calendar, history, wanted, seed)
    tally = count_history(history, calendar)
    if 0 < truth.probability.sum() < len(truth.probability):
        tally.add("auc_blocks", 1)
        tally.add("auc_attainable", attainable_auc(truth))
        tally.add("auc_of_dpd", expected_auc(truth.dpd_days.astype(float), truth.probability))
    return BlockResult(counts, tally, truth)


def write_shared(
    world: World, calendar: Calendar, out: Path, daily_days: int, seed: int, dirty: bool
) -> dict[str, int]:
    """Write what no customer owns: buildings and industry indicators; rows per entity."""
    generator = np.random.default_rng(np.random.SeedSequence([seed, 4]))
    count = len(world.building_type)
    managers = np.array(person_names(int(world.manager.max()) + 1, generator))
    building = make_rows(
        {
            "building_id": ids("B", np.arange(1, count + 1), 5),
            "valid_from_date": dates(world.opened),
            "building_name": world.building_name,
            "building_type_code": np.array(p.BUILDING_TYPES)[world.building_type],
            "city_name": world.city,
            "district_name": world.district,
            "manager_id": ids("M", world.manager, 4),
            "manager_name": managers[world.manager],
            "floor_area_sqm": np.round(generator.lognormal(9.6, 0.5, count), 0),
            "unit_count": generator.integers(20, 400, count),
            "opened_date": dates(world.opened),
        },
        evening(world.opened, generator),
    )
    month, industry = (axis.ravel() for axis in np.indices((calendar.whole_months, len(p.INDUSTRIES))))
    day = calendar.ends[month]
    value = 50 - 6 * world.industry_factor[month, industry] + generator.normal(0, 1.0, len(month))
    indicator = make_rows(
        {
            "industry_code": np.array(p.INDUSTRIES)[industry],
            "indicator_code": np.full(len(month), "prosperity_index"),
            "period_end_date": dates(day),
            "indicator_value": np.round(value, 2),
        },
        evening(day + INDICATOR_DELAY_DAYS, generator),
    )
    written = {"building": building, "industry_indicator": indicator}
    return {
        name: write_rows(out, name, rows, 0, calendar, daily_days, generator, False)["rows"]
        for name, rows in written.items()
    }
