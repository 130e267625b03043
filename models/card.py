"""The model card: what a version is for, what it learned from, how well it did and where it ends, on one page."""

from typing import TYPE_CHECKING

from loudong.pipeline.runs import Run
from models.reliability import Bin, WorkList

if TYPE_CHECKING:
    from models.registry import TrainingRecord

PLOTS = ("roc", "ks", "calibration", "lift", "gain", "drift")


def model_card(run: Run, training: "TrainingRecord", bins: list[Bin], listed: WorkList) -> str:
    """Markdown; the plots it shows lie beside it."""
    merit, panel, portfolio = training.merit, training.panel, run.portfolio
    area = "not enough data" if merit.auc is None else f"{merit.auc:.3f} ({merit.auc_low:.3f} to {merit.auc_high:.3f})"
    lines = [
        f"# Default model of {portfolio.title}",
        "",
        "## For what",
        "",
        "The probability that a customer who is not in default on a date defaults within "
        f"{portfolio.horizon_days} days. It orders and tiers customers of this portfolio for review and contact; "
        "people decide. Not for granting or pricing credit, not for another portfolio.",
        "",
        "## What it learned from",
        "",
        f"- {len(panel):,} customer-dates from {panel.dates.min()} to {panel.dates.max()} with "
        f"{int(panel.bad.sum()):,} defaults, {panel.customer_share:.0%} of the customers",
        f"- panel run {run.run_id}, hash {panel.content_hash}",
        f"- outcomes as known when the horizon of each date ended, before {training.label_known_before.isoformat()}",
        f"- {panel.values.shape[1]} features; sex, marital status and age are none of them",
        f"- LightGBM, {training.rounds} trees of at most {training.shape.num_leaves} leaves, the best of "
        f"{training.trials} shapes, certain signs held; "
        "logistic calibration",
        "",
        f"## How well it did ({training.protocol.replace('_', ' ')})",
        "",
        "| figure | value |",
        "|---|---|",
        f"| judged customer-dates, defaults | {merit.n:,}, {merit.bads:,} |",
        f"| AUC (95 %, customers and buildings drawn anew) | {area} |",
        f"| KS | {'not enough data' if merit.ks is None else f'{merit.ks:.3f}'} |",
        f"| Brier score, log loss | {merit.brier:.4f}, {merit.log_loss:.4f} |",
        f"| mean pd, default rate | {merit.mean_pd:.4f}, {merit.bad_rate:.4f} |",
        f"| a list of {listed.capacity:,} a date | {_listed(listed)} |",
        "",
        "| tier or tenth | n | defaults | mean pd | default rate (95 %) | |",
        "|---|---|---|---|---|---|",
        *(_line(one) for one in bins),
        "",
        *(f"![{name}]({name}.png)" for name in PLOTS if name != "drift" or training.drift),
        "",
        "## Where it ends",
        "",
        "- Customers who left without a default count as good once the horizon has passed.",
        "- The figures hold for this portfolio and its last judged dates; `bi.model_health` watches them every day.",
        "- Rows of the same customer overlap; intervals draw customers and buildings, not rows.",
    ]
    return "\n".join(lines) + "\n"


def _listed(listed: WorkList) -> str:
    if listed.precision_ratio is None or listed.recall_ratio is None:
        return "not enough data"
    return f"{listed.precision_ratio:.1%} of it defaulted, {listed.recall_ratio:.1%} of all defaults"


def _line(one: Bin) -> str:
    if one.mean_pd is None:
        return f"| {one.bin_kind} {one.bin_code} | 0 | 0 | | | not enough data |"
    return (
        f"| {one.bin_kind} {one.bin_code} | {one.n:,} | {one.bads:,} | {one.mean_pd:.4f} | {one.bad_rate:.4f} "
        f"({one.bad_rate_low:.4f} to {one.bad_rate_high:.4f}) | {one.state.replace('_', ' ')} |"
    )
