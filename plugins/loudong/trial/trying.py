"""One trial: a candidate and the policy in force decide the same past dates, each in a session of its own."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from loudong.errors import LoudongError
from loudong.pipeline.runs import current_portfolio
from loudong.policy import Policy, load_policy
from loudong.policy.in_force import folder_in_force
from loudong.portfolio.settings import PortfolioSettings
from loudong.trial.dates import newest_delivered_date, trial_dates
from loudong.trial.engine import decide_dates
from loudong.trial.sources import Sources, features_hash, sources
from loudong.warehouse.connect import Connection, connect

Progress = Callable[[str], None]
SIDES = ("baseline", "candidate")

_CUSTOMER = (
    "as_of_date, customer_id, building_id, tier, pd_tier, decided_by, floor_code, pd, exposure_amount, "
    "expected_loss_amount, is_in_default, is_alerted"
)
_ALERT = "customer_id, subject_level, rule_code, severity, owner_role, opened_date, closed_date"


@dataclass(frozen=True)
class Question:
    """What is tried on what: both policies, the dates, and the runs that hold their features and pd.

    `newest_date` is the newest of which anything was delivered. `candidate_sources` differ from `baseline_sources`
    where the candidate changes what shapes the features.
    """

    candidate: Policy
    baseline: Policy
    baseline_folder: Path
    portfolio: PortfolioSettings
    newest_date: date
    baseline_sources: Sources
    candidate_sources: Sources

    @property
    def decided_dates(self) -> tuple[date, ...]:
        """The dates that both sides can decide, in order."""
        return tuple(sorted(set(self.baseline_sources.runs) & set(self.candidate_sources.runs)))

    @property
    def left_out(self) -> dict[date, str]:
        return self.baseline_sources.left_out | self.candidate_sources.left_out

    @property
    def run_ids(self) -> list[str]:
        return sorted({*self.baseline_sources.runs.values(), *self.candidate_sources.runs.values()})


def ask(folder: Path | None, first: date, last: date, on_progress: Progress) -> Question:
    """The question that the policy in `folder` (None: the one in force) puts to the dates from `first` to `last`.

    The candidate is read and checked before anything else happens. What is missing of the features is built. Raises
    LoudongError when no date is left that can be decided.
    """
    candidate = None if folder is None else load_policy(folder)
    with connect() as connection:
        dates = trial_dates(connection, first, last)
        portfolio = current_portfolio(connection)
        newest = newest_delivered_date(connection)
    baseline_folder = folder_in_force(newest)
    baseline = load_policy(baseline_folder)
    before = after = sources(dates, baseline, baseline_folder, on_progress)
    if candidate is None:
        candidate = baseline
    elif folder is not None and features_hash(candidate, portfolio) != features_hash(baseline, portfolio):
        after = sources(dates, candidate, folder, on_progress)
    question = Question(candidate, baseline, baseline_folder, portfolio, newest, before, after)
    if not question.decided_dates:
        day, reason = next(iter(sorted(question.left_out.items())))
        raise LoudongError(f"none of the {len(dates)} dates can be decided; {day}: {reason}")
    return question


@contextmanager
def tried(question: Question, on_progress: Progress) -> Iterator[Connection]:
    """Decide under both policies. The connection holds what came of it, in temporary tables: `baseline_customer`,
    `candidate_customer`, `baseline_alert`, `candidate_alert` and `trial_run`; all is gone when the block ends."""
    dates = question.decided_dates
    with connect(autocommit=True) as kept, connect(autocommit=True) as other, ThreadPoolExecutor(2) as pool:
        timezone = question.portfolio.timezone
        runs = {day: question.baseline_sources.runs[day] for day in dates}
        candidate_runs = {day: question.candidate_sources.runs[day] for day in dates}

        def _told(day: date) -> None:
            number = dates.index(day) + 1
            if number % 13 == 0 or number == len(dates):
                on_progress(f"decided {number} of {len(dates)} dates")

        sides = [
            pool.submit(decide_dates, kept, question.baseline, runs, timezone, _told),
            pool.submit(decide_dates, other, question.candidate, candidate_runs, timezone, lambda day: None),
        ]
        for side in sides:
            side.result()
        kept.execute("alter table pg_temp.trial_customer rename to baseline_customer")
        kept.execute("create temporary table candidate_customer (like baseline_customer)")
        _bring(other, kept, f"select {_CUSTOMER} from pg_temp.trial_customer", "candidate_customer")
        for name in SIDES:
            kept.execute(
                f"create temporary table {name}_alert as select {_ALERT} from pg_temp.alert "
                f"{'' if name == 'baseline' else 'with no data'}".encode()
            )
        _bring(other, kept, f"select {_ALERT} from pg_temp.alert", "candidate_alert")
        kept.execute("create temporary table trial_run (as_of_date date, run_id text)")
        kept.cursor().executemany("insert into trial_run values (%s, %s)", list(runs.items()))
        for name in ("baseline_customer", "candidate_customer", "baseline_alert", "candidate_alert", "trial_run"):
            kept.execute(f"analyze {name}".encode())
        yield kept


def _bring(source: Connection, target: Connection, query: str, table: str) -> None:
    """Copy what one session sees into a temporary table of another."""
    with (
        source.cursor().copy(f"copy ({query}) to stdout (format binary)".encode()) as out,
        target.cursor().copy(f"copy pg_temp.{table} from stdin (format binary)".encode()) as into,
    ):
        for block in out:
            into.write(block)
