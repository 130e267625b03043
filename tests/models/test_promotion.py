"""Promises of the promotion rule: only a challenger that is better by more than noise passes, and nobody else."""

from dataclasses import replace

import numpy as np
import pytest

from models.comparison import contest
from models.metrics import Floats, auc, log_loss
from models.panel import Panel
from models.promotion import LEAST_BADS, Verdict, judge

ROWS = 4_000
SEEDS = range(4)


def world(seed: int, rows: int = ROWS) -> tuple[Panel, Floats]:
    """A panel of outcomes drawn from true probabilities around 6 %, and those probabilities."""
    generator = np.random.default_rng(seed)
    truth = 1 / (1 + np.exp(3.3 - 1.2 * generator.normal(size=rows)))
    panel = Panel(
        values=np.empty((rows, 0)),
        categories={},
        bad=(generator.random(rows) < truth).astype(np.float64),
        customers=np.array([f"C{number % (rows // 2):05d}" for number in range(rows)]),
        dates=np.repeat(np.array(["2025-01-31", "2025-02-28"], dtype="datetime64[D]"), rows // 2),
        groups={"industry": np.where(generator.random(rows) < 0.5, "retail", "catering")},
        row_hashes=np.zeros(rows, dtype=np.uint64),
    )
    return panel, truth


def blurred(truth: Floats, noise: float, seed: int, slope: float = 1.0, shift: float = 0.0) -> Floats:
    """Probabilities that see the truth through noise in log odds; `slope` and `shift` spoil the calibration."""
    odds = np.log(truth / (1 - truth)) + noise * np.random.default_rng(seed + 99).normal(size=len(truth))
    return np.asarray(1 / (1 + np.exp(-(slope * odds + shift))))


def verdict_on(panel: Panel, champion: Floats, challenger: Floats) -> Verdict:
    return judge(panel, np.ones(len(panel), dtype=bool), champion, challenger)


def failed(verdict: Verdict) -> list[str]:
    return [finding.check for finding in verdict.findings if not finding.passed]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_clearly_better_and_calibrated_challenger_passes(seed: int) -> None:
    panel, truth = world(seed)
    verdict = verdict_on(panel, blurred(truth, 2.0, seed, slope=0.4, shift=-1.6), truth)
    assert (verdict.verdict, failed(verdict)) == ("better", [])
    assert verdict.summary() == "better"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_worse_challenger_does_not_pass(seed: int) -> None:
    panel, truth = world(seed)
    verdict = verdict_on(panel, truth, blurred(truth, 2.0, seed, slope=0.4, shift=-1.6))
    assert verdict.verdict == "not_better"
    assert "better" in failed(verdict)
    assert verdict.summary().startswith("not better (better")


@pytest.mark.parametrize("seed", SEEDS)
def test_noise_is_no_gain(seed: int) -> None:
    panel, truth = world(seed)
    verdict = verdict_on(panel, truth, blurred(truth, 0.02, seed))
    assert (verdict.verdict, failed(verdict)) == ("not_better", ["better"])


def test_a_challenger_equal_to_the_champion_does_not_pass() -> None:
    panel, truth = world(0)
    verdict = verdict_on(panel, truth, truth)
    assert verdict.verdict == "not_better"
    assert verdict.contest.auc_gain is not None
    assert (verdict.contest.auc_gain.low, verdict.contest.auc_gain.high) == (0, 0)


def test_better_order_does_not_excuse_a_wrong_level() -> None:
    panel, truth = world(1)
    too_high = np.clip(truth * 2, 0, 0.99)
    verdict = verdict_on(panel, blurred(truth, 2.0, 1, slope=0.4, shift=-1.6), too_high)
    assert (verdict.verdict, failed(verdict)) == ("not_better", ["calibrated"])


def test_a_right_level_in_the_same_order_is_better() -> None:
    panel, truth = world(2)
    verdict = verdict_on(panel, np.clip(truth * 3, 0, 0.99), truth)
    assert (verdict.verdict, failed(verdict)) == ("better", [])


def test_one_group_much_worse_stops_a_challenger_that_is_better_on_the_whole() -> None:
    panel, truth = world(3, 20_000)
    champion = blurred(truth, 2.0, 3, slope=0.4, shift=-1.6)
    catering = panel.groups["industry"] == "catering"
    share = np.random.default_rng(1).random(len(panel)) < 0.25
    panel = replace(panel, groups={"industry": np.where(catering & share, "hotel", "retail")})
    hotel = panel.groups["industry"] == "hotel"
    challenger = truth.copy()
    challenger[hotel] = np.random.default_rng(2).permutation(truth[hotel])
    verdict = verdict_on(panel, champion, challenger)
    assert (verdict.verdict, failed(verdict)) == ("not_better", ["no_group_much_worse"])
    assert list(verdict.findings[-1].figures["worse"]) == ["industry=hotel"]


def test_one_month_much_worse_is_not_stable() -> None:
    panel, truth = world(3, 20_000)
    champion = blurred(truth, 2.0, 3, slope=0.4, shift=-1.6)
    february = panel.dates == np.datetime64("2025-02-28")
    challenger = truth.copy()
    challenger[february] = np.random.default_rng(2).permutation(truth[february])
    assert "stable" in failed(verdict_on(panel, champion, challenger))


def test_too_few_defaults_say_nothing() -> None:
    panel, truth = world(0)
    few = np.zeros(len(panel))
    few[: LEAST_BADS - 1] = 1
    verdict = verdict_on(replace(panel, bad=few), blurred(truth, 2.0, 0), truth)
    assert verdict.verdict == "not_enough_data"
    assert verdict.findings[0].figures == {"n": ROWS, "bads": LEAST_BADS - 1, "least": LEAST_BADS}
    assert verdict_on(replace(panel, bad=np.zeros(ROWS)), truth, truth).verdict == "not_enough_data"


def test_gains_are_those_of_the_definitions_and_lie_in_their_intervals() -> None:
    panel, truth = world(1)
    rough = blurred(truth, 1.0, 1)
    found = contest(panel.bad, rough, truth, panel.customers)
    assert found.auc_gain is not None
    assert found.log_loss_gain is not None
    assert found.auc_champion == pytest.approx(auc(panel.bad, rough), abs=1e-12)
    assert found.auc_gain.value == pytest.approx(auc(panel.bad, truth) - auc(panel.bad, rough), abs=1e-12)
    assert found.log_loss_gain.value == pytest.approx(log_loss(panel.bad, rough) - log_loss(panel.bad, truth))
    for gain in (found.auc_gain, found.log_loss_gain):
        assert gain.low < gain.value < gain.high
    turned = contest(panel.bad, truth, rough, panel.customers).auc_gain
    assert turned is not None
    assert turned.value == pytest.approx(-found.auc_gain.value)


def test_the_interval_is_wider_when_the_rows_are_of_few_customers() -> None:
    panel, truth = world(2)
    rough = blurred(truth, 1.0, 2)

    def width(customers: np.ndarray) -> float:
        gain = contest(panel.bad, rough, truth, customers).auc_gain
        assert gain is not None
        return gain.high - gain.low

    # A default lasts: customers that repeat their outcome are worth less than as many customers.
    order = np.argsort(panel.bad * 2 + truth, kind="stable")
    clustered = np.empty(ROWS, dtype=object)
    clustered[order] = [f"C{number // 40:05d}" for number in range(ROWS)]
    alone = np.array([f"C{number:05d}" for number in range(ROWS)])
    assert width(clustered.astype(np.str_)) > 1.3 * width(alone)
