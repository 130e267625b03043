"""Promises of the report: what was found is kept and shown, terminal, page and JSON alike."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from risk_world import ask as query
from risk_world import copy_policy
from trial.planting import FIRST, Past, always, weeks
from trial.test_engine import CUTOFF, quiet

from loudong.policy import load_policy
from loudong.settings import get_settings
from loudong.trial.record import try_policy
from loudong.trial.report import lines


def test_a_trial_is_kept_with_its_figures_and_its_report(past: Past, tmp_path: Path) -> None:
    customers = {f"C{n}": always(n / 100, exposure_amount=1000) for n in range(1, 10)}
    run_id = past.plant(
        weeks(6), customers, defaults={"C7": FIRST + timedelta(days=30), "C1": FIRST + timedelta(days=9)}
    )
    folder = copy_policy(tmp_path, tier_cutoff=CUTOFF)
    recorded = try_policy(folder, FIRST, weeks(6)[-1], quiet, "Li Lei")
    ((version, runs, figures, report, name),) = query(
        "select candidate_version, run_ids, figures, report_path, tried_by from ops.policy_trial"
    )
    assert (runs, report, name) == ([run_id], str(recorded.report), "Li Lei")
    assert figures["candidate"]["version"] == version
    assert json.loads(recorded.report.with_suffix(".json").read_text())["matrix"] == figures["matrix"]
    page, said = recorded.report.read_text(), "\n".join(lines(figures))
    for text in (version, "was medium by cut-off (pd from 2 % to 8 %), is high by cut-off (pd from 5 %)"):
        assert text in page
        assert text in said
    # C5, C6 and C7 have a pd of 5 to 7 %; of the two that default C7 alone is high, under the candidate.
    assert "3 of 9 customers have another tier" in said
    assert (figures["outcomes"]["sides"]["baseline"]["high"], figures["outcomes"]["sides"]["candidate"]["high"]) == (
        0,
        1,
    )
    stated = load_policy(get_settings().policy_dir).rows["loss_given_default"]
    lgd = next(float(str(row["lgd_pct"])) for row in stated if row["customer_type_code"] == "enterprise") / 100
    high = next(row for row in figures["loss"] if row["tier"] == "high")
    assert high["candidate_loss"] - high["baseline_loss"] == pytest.approx(1000 * (0.05 + 0.06 + 0.07) * lgd)
