"""Plots of the report, as SVG text that stands inside an HTML page."""

import io
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TIER_COLOURS = {"high": "#b3261e", "medium": "#d98e04", "low": "#3a7d44"}
INK = "#33415c"


def _figure() -> "tuple[Figure, Axes]":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 3.0), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _svg(figure: "Figure", name: str) -> str:
    """The figure as an <svg> element; the same figure gives the same text."""
    import matplotlib as mpl

    buffer = io.StringIO()
    # Ids inside an SVG are made from the salt: one per plot keeps them apart on one page.
    with mpl.rc_context({"svg.hashsalt": name, "svg.fonttype": "none", "font.family": "sans-serif"}):
        figure.savefig(buffer, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def tier_shares(days: Sequence[tuple[date, int, int, int]]) -> str:
    """Share of customers per tier over published dates; `days` are (as_of_date, high, medium, low) in order."""
    figure, axes = _figure()
    positions = range(len(days))
    floor = [0.0] * len(days)
    for column, tier in enumerate(("high", "medium", "low")):
        shares = [100 * counts[column] / max(sum(counts), 1) for _, *counts in days]
        axes.bar(positions, shares, bottom=floor, color=TIER_COLOURS[tier], label=tier, width=0.85)
        floor = [below + share for below, share in zip(floor, shares, strict=True)]
    step = max(1, -(-len(days) // 7))
    axes.set_xticks(list(positions)[::step], [day[0].strftime("%m-%d") for day in days][::step])
    axes.set_ylabel("% of customers")
    axes.set_ylim(0, 100)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.16), ncols=3, frameon=False)
    return _svg(figure, "tier_shares")


def pd_distribution(pds: Sequence[float], cutoffs: Sequence[float]) -> str:
    """Customers per probability of default on a logarithmic axis, with the tier cut-offs as lines."""
    import numpy as np

    figure, axes = _figure()
    values = np.clip(np.asarray(pds, dtype=float), 1e-4, 1.0)
    axes.hist(100 * values, bins=list(100 * np.logspace(-4, 0, 41)), color=INK)
    for cutoff in cutoffs:
        axes.axvline(100 * cutoff, color=TIER_COLOURS["high"], linestyle="--", linewidth=1)
        axes.text(100 * cutoff, axes.get_ylim()[1], f" {100 * cutoff:g} %", va="top", fontsize=8)
    axes.set_xscale("log")
    axes.set_xticks([0.01, 0.1, 1, 10, 100], ["0.01", "0.1", "1", "10", "100"])
    axes.set_xlabel("probability of default, %")
    axes.set_ylabel("customers")
    return _svg(figure, "pd_distribution")


def delinquency(buckets: Sequence[tuple[str, int]]) -> str:
    """Customers per delinquency bucket, counts written above the bars; the axis is logarithmic."""
    figure, axes = _figure()
    names = [name.replace(" days", "").replace(" and more", "+") for name, _ in buckets]
    counts = [count for _, count in buckets]
    bars = axes.bar(names, counts, color=INK)
    axes.bar_label(bars, [f"{count:,}" for count in counts], fontsize=8)
    axes.set_yscale("symlog", linthresh=1)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_ylim(0, max([*counts, 1]) * 4)
    axes.set_xlabel("days past due")
    axes.tick_params(axis="x", labelsize=8)
    return _svg(figure, "delinquency")
