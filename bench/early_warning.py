"""How many defaults the shipped rules foresee within the team's budget: `python -m bench.early_warning`.

A generated portfolio is loaded, the features of every week are built as known then, a walk-forward model gives the pd,
and the shipped policy decides week by week, as `loudong policy try` does. What the rules use was chosen on other
portfolios (other seeds); here nothing is fitted but the thresholds of what they are compared with: pd alone and days
past due alone, each cut to the same budget on these very dates, which favours them.
"""

import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import click
import numpy as np
import pandas as pd

from bench.catching import HEADER, MOST_NEW, MOST_STANDING, Flags, Watch, catch, cut_to_budget, held
from bench.server import own_warehouse
from loudong.landing.load import load_folder
from loudong.portfolio.generator import generate
from loudong.settings import get_settings
from loudong.trial.trying import ask, tried
from loudong.warehouse.connect import Connection

END, SEED = date(2026, 1, 31), 47
WEEKS = 78
# A default is judged when at least this many days of the time in which it could be foreseen were watched.
LEAST_WATCHED_DAYS = 120
# How long pd alone and days past due alone stay in alert after they last spoke: as the rules do.
HELD_DAYS = 28

_CUSTOMERS = """
    select decided.as_of_date, decided.customer_id, decided.pd, feature.dpd_days, decided.is_in_default,
        feature.default_days
    from baseline_customer as decided
    inner join trial_run as run on run.as_of_date = decided.as_of_date
    inner join marts.fct_customer_features as feature
        on feature.run_id = run.run_id and feature.as_of_date = run.as_of_date
        and feature.customer_id = decided.customer_id
"""
_ALERTS = "select customer_id, rule_code, opened_date, closed_date from baseline_alert where customer_id <> ''"


class Weeks:
    """Customers x weeks: what the policy decided, and the alerts it raised."""

    def __init__(self, rows: pd.DataFrame, alerts: pd.DataFrame) -> None:
        self.customers = np.unique(rows["customer_id"])
        days = rows["as_of_date"].to_numpy("datetime64[D]").astype(np.int64)
        self.dates = np.unique(days)
        self._row = np.searchsorted(self.customers, rows["customer_id"])
        self._column = np.searchsorted(self.dates, days)
        self.rows = rows
        self.alerts = alerts[np.isin(alerts["customer_id"], self.customers)]

    def spread(self, column: str, missing: float) -> np.ndarray:
        """A column as customers x weeks; `missing` where the customer is not in the portfolio."""
        table = np.full((len(self.customers), len(self.dates)), missing)
        table[self._row, self._column] = self.rows[column].to_numpy(np.float64, na_value=missing)
        return table

    def watch(self) -> Watch:
        """The defaults to judge, and who can be in alert."""
        in_default = self.spread("is_in_default", np.nan)
        is_there, is_in_default = np.isfinite(in_default), in_default == 1
        started = is_in_default[:, 1:] & (in_default[:, :-1] == 0)
        where, week = np.nonzero(started)
        week += 1
        first = self.dates[week] - self.spread("default_days", 0)[where, week].astype(np.int64)
        dpd = self.spread("dpd_days", 0)[where, week].astype(np.int64)
        missed = np.minimum(first, self.dates[week] - dpd)
        judged = first >= self.dates[0] + 60 + LEAST_WATCHED_DAYS
        return Watch(self.dates, is_there, is_in_default, where[judged], first[judged], missed[judged])

    def in_alert(self, rules: set[str] | None = None) -> Flags:
        """Who has an open alert of `rules` (all of them by default) on which date."""
        chosen = self.alerts if rules is None else self.alerts[self.alerts["rule_code"].isin(rules)]
        opened = np.searchsorted(self.dates, chosen["opened_date"].to_numpy("datetime64[D]").astype(np.int64))
        closed = chosen["closed_date"].to_numpy("datetime64[D]")
        ended = np.where(np.isnat(closed), np.iinfo(np.int64).max, closed.astype(np.int64))
        steps = np.zeros((len(self.customers), len(self.dates) + 1), np.int32)
        rows = np.searchsorted(self.customers, chosen["customer_id"])
        np.add.at(steps, (rows, opened), 1)
        np.add.at(steps, (rows, np.searchsorted(self.dates, ended)), -1)
        return np.cumsum(steps, axis=1)[:, :-1] > 0


def read_weeks(connection: Connection) -> Weeks:
    """What the trial left in its temporary tables."""
    frames = []
    for query in (_CUSTOMERS, _ALERTS):
        cursor = connection.execute(query.encode())
        names = [column.name for column in cursor.description or ()]
        frames.append(pd.DataFrame(cursor.fetchall(), columns=names))
    return Weeks(*frames)


def lines(weeks: Weeks) -> Iterator[str]:
    """The rules beside pd alone and days past due alone at the same budget, rule by rule, and the trade-off."""
    watch = weeks.watch()
    yield f"{len(watch.default_days):,} defaults judged, {len(weeks.customers):,} customers, {len(weeks.dates)} weeks"
    yield HEADER
    rules = catch(watch, weeks.in_alert())
    yield rules.line("rules of the policy")
    for name, column in (("pd alone", "pd"), ("days past due alone", "dpd_days")):
        risk = weeks.spread(column, np.nan)
        threshold, found = cut_to_budget(watch, risk, HELD_DAYS)
        yield found.line(f"{name}, from {threshold:.4g}")
    yield "newly in alert by the rules: " + ", ".join(
        f"{month} {share:.1%}" for month, share in zip(rules.months, rules.new, strict=True)
    )
    kept = "kept" if rules.is_within_budget else "not kept"
    yield (
        f"the budget of {MOST_NEW:.0%} in every month and {MOST_STANDING:.0%} on every date is {kept}: "
        f"{rules.new_worst:.2%} and {rules.standing_worst:.2%} at worst"
    )
    yield "each rule alone"
    alone = {code: catch(watch, weeks.in_alert({code})) for code in sorted(set(weeks.alerts["rule_code"]))}
    for code, found in alone.items():
        yield found.line(f"  {code}")
    yield "trade-off: rules added one by one, those first that catch most per customer in alert"
    ordered = sorted(alone, key=lambda code: -alone[code].caught / max(alone[code].standing_mean, 1e-9))
    for count in range(1, len(ordered) + 1):
        yield catch(watch, weeks.in_alert(set(ordered[:count]))).line(f"  + {ordered[count - 1]}")
    yield "trade-off: pd alone"
    risk = weeks.spread("pd", np.nan)
    for share in (0.5, 0.2, 0.1, 0.08, 0.06, 0.05, 0.04, 0.03, 0.02, 0.01):
        threshold = float(np.nanquantile(risk, 1 - share))
        yield catch(watch, held(risk >= threshold, weeks.dates, HELD_DAYS)).line(f"  from {threshold:.4f}")


@click.command()
@click.option("--customers", default=20_000, show_default=True)
@click.option("--months", default=36, show_default=True)
@click.option("--seed", default=SEED, show_default=True)
@click.option("--book", type=click.Path(path_type=Path), help="A portfolio that is loaded already: use the warehouse.")
def main(customers: int, months: int, seed: int, book: Path | None) -> None:
    """Measure the shipped rules against defaults."""
    if book is not None:
        _tell()
        return
    with tempfile.TemporaryDirectory(prefix="loudong-bench-") as work, own_warehouse():
        generate(customers, months, seed, END, Path(work) / "book")
        load_folder(Path(work) / "book")
        _tell()


def _tell() -> None:
    question = ask(get_settings().policy_dir, END - timedelta(weeks=WEEKS), END, click.echo)
    with tried(question, click.echo) as connection:
        for line in lines(read_weeks(connection)):
            click.echo(line)


if __name__ == "__main__":
    main()
