"""The report of a trial: lines for the terminal, one self-contained HTML page, and the figures as JSON beside it."""

import json
from collections.abc import Iterator
from pathlib import Path

from loudong.policy.tables import TIERS
from loudong.publishing.report import environment
from loudong.settings import get_settings
from loudong.trial.figures import Figures, migrated

TEMPLATE_DIR = Path(__file__).with_name("templates")
# On the page; the JSON has all.
MOST_BUILDINGS = 25
MOST_MOVES = 8


def write_report(trial_id: int, found: Figures) -> Path:
    """Write <reports_dir>/policy-trial-<id>.html and the same figures as .json; the path of the page."""
    page = get_settings().reports_dir / f"policy-trial-{trial_id}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.with_suffix(".json").write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    page.write_text(render(trial_id, found), encoding="utf-8")
    return page


def render(trial_id: int, found: Figures) -> str:
    """The page as text."""
    matrix = {
        over: {(row["baseline_tier"], row["candidate_tier"]): row for row in rows}
        for over, rows in found["matrix"].items()
    }
    return (
        environment(TEMPLATE_DIR)
        .get_template("trial.html.j2")
        .render(
            found,
            trial_id=trial_id,
            cells=matrix,
            tiers=tuple(reversed(TIERS)),
            moved={"last": migrated(found), "all": migrated(found, "all")},
            shown_buildings=found["buildings"][:MOST_BUILDINGS],
        )
    )


def lines(found: Figures) -> Iterator[str]:
    """The report as lines of text."""
    dates = found["dates"]
    yield f"candidate {found['candidate']['version']} beside {found['baseline']['version']}, the policy in force"
    yield f"{len(dates)} dates from {dates[0]} to {dates[-1]}, each as known then"
    for day, reason in _grouped(found["left_out"]):
        yield f"left out: {day}: {reason}"
    yield ""
    yield from _matrix(found)
    yield from _moves(found)
    yield ""
    yield from _alerts(found)
    yield ""
    yield from _loss(found)
    yield from _outcomes(found)


def _grouped(left_out: dict[str, str]) -> list[tuple[str, str]]:
    """Dates by reason, so that a quarter without a model is one line."""
    by_reason: dict[str, list[str]] = {}
    for day, reason in left_out.items():
        by_reason.setdefault(reason, []).append(day)
    return [
        (days[0] if len(days) == 1 else f"{len(days)} dates, {days[0]} to {days[-1]}", why)
        for why, days in by_reason.items()
    ]


def _matrix(found: Figures) -> Iterator[str]:
    customers = sum(row["customers"] for row in found["matrix"]["last"])
    yield f"on {found['dates'][-1]}, {migrated(found):,} of {customers:,} customers have another tier"
    yield f"{'in force':<10}" + "".join(f"{'candidate ' + tier:>24}" for tier in reversed(TIERS))
    cells = {(row["baseline_tier"], row["candidate_tier"]): row for row in found["matrix"]["last"]}
    for before in reversed(TIERS):
        row = [cells.get((before, after), {"customers": 0, "exposure": 0}) for after in reversed(TIERS)]
        yield f"{before:<10}" + "".join(f"{cell['customers']:>8,} {cell['exposure']:>15,.0f}" for cell in row)
    yield f"(customers, exposure in {found['currency']}); {migrated(found, 'all'):,} customer-dates differ in all"


def _moves(found: Figures) -> Iterator[str]:
    for row in found["moves"]["last"][:MOST_MOVES]:
        yield f"  {row['customers']:>7,} customers: {row['why']}"
    for row in found["movers"][:MOST_MOVES]:
        yield f"  {row['customer_id']}, exposure {row['exposure']:,.0f}: {row['why']}"


def _alerts(found: Figures) -> Iterator[str]:
    before, after = found["alerts"]["baseline"], found["alerts"]["candidate"]
    yield f"{'alerts':<44}{'in force':>14}{'candidate':>14}{'capacity':>16}"
    for label, key, style in (
        ("opened a day", "per_day", "{:,.1f}"),
        ("customers newly alerted a month", "new_share", "{:.2%}"),
        ("customers in alert, mean of the dates", "standing_share", "{:.2%}"),
        ("customers in alert on the last date", "last_standing_share", "{:.2%}"),
    ):
        yield _pair(label, before[key], after[key], style)
    old, new = ({role["role"]: role for role in side["by_role"]} for side in (before, after))
    for name in sorted(old | new):
        capacity = (new.get(name) or old[name])["capacity"]
        means = [side[name]["standing_mean"] if name in side else 0 for side in (old, new)]
        room = "named by data" if capacity is None else f"{capacity:,}"
        yield _pair(f"open alerts of {name}", means[0], means[1], "{:,.0f}") + f"{room:>16}"
    yield "what comes and goes between two dates is not seen; nobody works on alerts here: they end by lapse_days"


def _pair(label: str, before: float | None, after: float | None, style: str) -> str:
    shown = ["–" if value is None else style.format(value) for value in (before, after)]
    return f"{label:<44}{shown[0]:>14}{shown[1]:>14}"


def _loss(found: Figures) -> Iterator[str]:
    yield f"{'expected loss on the last date':<44}{'in force':>14}{'candidate':>14}"
    for row in found["loss"]:
        yield _pair(f"tier {row['tier']}", row["baseline_loss"], row["candidate_loss"], "{:,.0f}")


def _outcomes(found: Figures) -> Iterator[str]:
    told = found["outcomes"]
    if told is None:
        yield "no outcome is known yet of any of these dates"
        return
    before, after = told["sides"]["baseline"], told["sides"]["candidate"]
    first, last = told["first_date"], told["last_date"]
    yield f"{before['defaults']:,} defaults followed the {told['dates']} dates from {first} to {last}; of them"
    for label, key in (
        ("in tier high before", "high"),
        ("in tier high or medium before", "watched"),
        ("in alert before", "alerted"),
        ("days from first alert to default, median", "median_lead_days"),
    ):
        yield _pair(label, before[key], after[key], "{:,}")


def summary(found: Figures) -> Iterator[str]:
    """The figures that an approver must have seen, in a few lines."""
    dates, alerts = found["dates"], found["alerts"]
    yield f"{len(dates)} dates from {dates[0]} to {dates[-1]} beside {found['baseline']['version']}"
    yield f"{migrated(found):,} customers have another tier on the last date"
    for side, label in (("baseline", "in force"), ("candidate", "candidate")):
        new = alerts[side]["new_share"]
        share = "–" if new is None else f"{new:.2%}"
        yield f"{label}: {share} of customers newly alerted a month, {alerts[side]['standing_share']:.2%} in alert"
