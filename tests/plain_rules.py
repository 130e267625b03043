"""The standing policy with plain alert thresholds: promises hold whatever the shipped ones are calibrated to."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from loudong.policy.load import load_policy, write_policy
from loudong.settings import get_settings

MONTH = {"lapse_days": "30", "cooldown_days": "30"}
# (rule, severity): the columns that differ.
PLAIN = {
    ("arrears", "minor"): {"threshold": "7", "name_en": "payment late", "name_zh": "付款逾期", **MONTH},
    ("arrears", "major"): {
        "threshold": "30",
        "name_en": "payment late by more than 30 days",
        "name_zh": "逾期超过30天",
        **MONTH,
    },
    ("arrears", "critical"): MONTH,
    ("grace_exceeded", "minor"): {"threshold": "15"},
    ("inflow_drop", "minor"): {"threshold": "-0.6"},
    ("inflow_drop", "major"): {"threshold": "-0.8"},
    ("credit_score_low", "minor"): {"threshold": "420"},
    ("no_answer", "minor"): {"threshold": "4"},
    ("pd_high", "minor"): {"threshold": "0.08"},
    ("pd_high", "major"): {"threshold": "0.25"},
    ("pd_rise", "minor"): {"threshold": "0.06"},
    ("signs_together", "minor"): {"threshold": "4"},
    ("signs_together", "major"): {"threshold": "5"},
}


def write_plain_policy(folder: Path) -> None:
    """The standing policy in `folder`, its alert rules as `PLAIN` has them."""
    standing = get_settings().policy_dir
    shutil.copytree(standing, folder, dirs_exist_ok=True)
    rules = {(row["rule_code"], row["severity"]): row for row in load_policy(standing).content["alert_rule"]}
    for key, cells in PLAIN.items():
        rules[key].update(cells)
    write_policy({"alert_rule": list(rules.values())}, folder)


@pytest.fixture(scope="module", autouse=True)
def plain_policy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """`get_settings().policy_dir` is the plain policy while a module runs."""
    folder = tmp_path_factory.mktemp("policy")
    write_plain_policy(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOUDONG_POLICY_DIR", str(folder))
        get_settings.cache_clear()
        yield folder
    get_settings.cache_clear()
