"""The plots of a training, as PNG files: ROC, KS, calibration, lift, importance and drift."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from models.registry import TrainingRecord

DECILES = 10
MOST_FEATURES = 20


def write_plots(folder: Path, training: "TrainingRecord", importance: dict[str, float]) -> None:
    """Write the plots of the judged rows and of the feature importance (gain) into `folder`."""
    bad = training.panel.bad[training.judged]
    order = np.argsort(-training.pd, kind="stable")
    bads = np.cumsum(bad[order]) / max(bad.sum(), 1)
    goods = np.cumsum(1 - bad[order]) / max((1 - bad).sum(), 1)
    share = np.arange(1, len(bad) + 1) / len(bad)
    parts = np.array_split(order, DECILES)
    expected = [training.pd[part].mean() for part in parts]
    observed = [bad[part].mean() for part in parts]

    def roc(axes: Any) -> None:
        axes.plot(goods, bads)
        axes.plot([0, 1], [0, 1], linestyle=":")
        axes.set(title="ROC", xlabel="share of goods", ylabel="share of bads")

    def ks(axes: Any) -> None:
        axes.plot(share, bads, label="bads")
        axes.plot(share, goods, label="goods")
        axes.set(title="KS", xlabel="share of customers, riskiest first", ylabel="cumulative share")
        axes.legend()

    def calibration(axes: Any) -> None:
        axes.plot(expected, observed, marker="o")
        axes.plot([0, max(expected)], [0, max(expected)], linestyle=":")
        axes.set(title="Calibration by decile", xlabel="mean pd", ylabel="default rate")

    def lift(axes: Any) -> None:
        axes.bar(range(1, DECILES + 1), np.array(observed) / max(bad.mean(), 1e-12))
        axes.set(title="Lift by decile", xlabel="decile, riskiest first", ylabel="default rate against the mean")

    def gain(axes: Any) -> None:
        top = sorted(importance.items(), key=lambda item: -item[1])[:MOST_FEATURES][::-1]
        axes.barh([name for name, _ in top], [value for _, value in top])
        axes.set(title="Importance (gain)")

    def drift(axes: Any) -> None:
        most = sorted(training.drift.items(), key=lambda item: -item[1])[:MOST_FEATURES][::-1]
        axes.barh([name for name, _ in most], [value for _, value in most])
        axes.set(title="Drift from the rows learned from to those judged", xlabel="PSI")

    for draw in (roc, ks, calibration, lift, gain, *([drift] if training.drift else [])):
        _save(folder / f"{draw.__name__}.png", draw)


def _save(path: Path, draw: Callable[[Any], None]) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 5), layout="constrained")
    draw(figure.subplots())
    figure.savefig(path, dpi=110)
