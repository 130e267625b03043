"""The rule that a challenger must pass before a person may make it the champion.

On the rows of the last matured month-ends, both models as they were before the first of them:
better by more than noise, calibrated, stable over the months, and in no group much worse.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from loudong.warehouse.connect import connect
from models.comparison import Contest, contest
from models.evaluation import LEAST_OF_EACH, slices
from models.metrics import UNKNOWN, Floats
from models.panel import Panel
from models.splits import Mask

# Defaults among the rows, without which the rule says nothing.
LEAST_BADS = 50
# Defaults observed over those expected.
CALIBRATED = (0.8, 1.25)
# A group is much worse when the whole interval of its gain in AUC lies below this; so is a month.
MUCH_WORSE = -0.02


@dataclass(frozen=True)
class Finding:
    """One check of the rule. `passed` is None where there is not enough data."""

    check: str
    passed: bool | None
    figures: dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """What the rule says of a challenger: `better`, `not_better` or `not_enough_data`, and why."""

    verdict: str
    contest: Contest
    findings: list[Finding]

    def summary(self) -> str:
        """One line: the verdict and the checks that speak against it."""
        against = [finding.check for finding in self.findings if not finding.passed]
        return self.verdict.replace("_", " ") + (f" ({', '.join(against)})" if against else "")


def judge(panel: Panel, judged: Mask, champion: Floats, challenger: Floats) -> Verdict:
    """Apply the rule to the probabilities that both give the judged rows, neither having learned from any of them."""
    bad, customers = panel.bad[judged], panel.customers[judged]
    buildings = np.full(len(bad), UNKNOWN) if panel.buildings is None else panel.buildings[judged]
    whole = contest(bad, champion, challenger, customers, buildings)
    if min(whole.bads, whole.n - whole.bads) < LEAST_BADS:
        enough = Finding("enough_defaults", None, {"n": whole.n, "bads": whole.bads, "least": LEAST_BADS})
        return Verdict("not_enough_data", whole, [enough])
    worse: dict[str, dict[str, Any]] = {"month": {}, "group": {}}
    for name, here in slices(panel, judged):
        if name == "all" or min(bad[here].sum(), (1 - bad[here]).sum()) < LEAST_OF_EACH:
            continue
        gain = contest(bad[here], champion[here], challenger[here], customers[here], buildings[here]).auc_gain
        if gain is not None and gain.high < MUCH_WORSE:
            worse["month" if name.startswith("month=") else "group"][name] = asdict(gain)
    findings = [
        _better(whole),
        _calibrated(bad, challenger),
        Finding("stable", not worse["month"], {"worse": worse["month"], "bound": MUCH_WORSE}),
        Finding("no_group_much_worse", not worse["group"], {"worse": worse["group"], "bound": MUCH_WORSE}),
    ]
    return Verdict("better" if all(one.passed for one in findings) else "not_better", whole, findings)


def _better(whole: Contest) -> Finding:
    """Better in order; or in probability (log loss) while the order is not worse by more than noise."""
    area, loss = whole.auc_gain, whole.log_loss_gain
    if area is None or loss is None:
        return Finding("better", None, {})
    passed = area.low > 0 or (loss.low > 0 and area.high >= 0)
    return Finding("better", passed, {"auc_gain": asdict(area), "log_loss_gain": asdict(loss)})


def _calibrated(bad: Floats, pd: Floats) -> Finding:
    ratio = float(bad.sum() / pd.sum())
    return Finding(
        "calibrated", CALIBRATED[0] <= ratio <= CALIBRATED[1], {"observed_to_expected": ratio, "bounds": CALIBRATED}
    )


def record_verdict(model_name: str, challenger: str, champion: str, verdict: Verdict, dates: "np.ndarray") -> None:
    """Keep what the rule said in `ops.model_comparison`; `dates` are those of the judged rows."""
    whole, area, loss = verdict.contest, verdict.contest.auc_gain, verdict.contest.log_loss_gain
    row = {
        "model_name": model_name,
        "challenger_version": challenger,
        "champion_version": champion,
        "verdict": verdict.verdict,
        "first_date": dates.min().astype(object) if len(dates) else None,
        "last_date": dates.max().astype(object) if len(dates) else None,
        "n": whole.n,
        "bads": whole.bads,
        "auc_champion": whole.auc_champion,
        "auc_challenger": whole.auc_challenger,
        "findings": json.dumps([asdict(finding) for finding in verdict.findings]),
    }
    for name, gain in (("auc_gain", area), ("log_loss_gain", loss)):
        row |= {name: gain and gain.value, f"{name}_low": gain and gain.low, f"{name}_high": gain and gain.high}
    with connect() as connection:
        connection.execute(
            f"insert into ops.model_comparison ({', '.join(row)}) values ({', '.join(f'%({name})s' for name in row)})",
            row,
        )
