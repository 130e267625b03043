"""Promises of publishing: only what was tried as it stands is approved, and it decides from its date on, not before."""

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from risk_world import World, ask, copy_policy

from loudong.decisions.decide import decide
from loudong.errors import LoudongError
from loudong.pipeline.opening import record_policy
from loudong.policy import Policy, load_policy
from loudong.policy.in_force import approvals, folder_in_force, folder_of_version
from loudong.policy.publish import publish_policy
from loudong.publishing.publish import publish
from loudong.settings import Settings, get_settings
from loudong.warehouse.connect import connect

START = date(2025, 6, 1)
NOTE = "first policy: three tiers, six floors, alert rules for 3 % of customers newly alerted a month and 9 % in alert"
VERSION = f'v2026.1,2020-01-01,credit risk committee,"{NOTE}"\n'


@pytest.fixture(scope="module")
def _world(warehouse: Settings) -> World:
    world = World()
    world.create()
    return world


@pytest.fixture
def world(_world: World) -> World:
    _world.clear()
    with connect("admin") as connection:
        connection.execute("truncate ops.policy_trial, ops.policy_approval")
    return _world


def candidate(folder: Path, label: str = "v2026.2", start: date = START, medium: str = "0.03") -> Path:
    """A policy of its own name whose tier medium begins at another pd."""
    folder.mkdir()
    cutoffs = ("0.02,low risk,低风险\nmedium,0.02", f"{medium},low risk,低风险\nmedium,{medium}")
    return copy_policy(
        folder, policy_version=(VERSION, f"{VERSION}{label},{start},committee,other cut-off\n"), tier_cutoff=cutoffs
    )


def try_(policy: Policy) -> None:
    """Record a trial of the policy, as `loudong policy try` does."""
    with connect() as connection:
        connection.execute(
            "insert into ops.policy_trial (candidate_version, content_hash, content, baseline_version, baseline_hash, "
            "as_of_dates, run_ids, figures, tried_by) values (%s, %s, %s, %s, 'x', '{}', '{}', '{}', 'Li Lei')",
            (policy.version, policy.content_hash, json.dumps(policy.content), "v2026.1+35c6f033"),
        )


def approve(folder: Path, name: str = "Han Meimei", reason: str = "fewer alerts") -> None:
    with connect() as connection:
        publish_policy(connection, load_policy(folder), name, reason)


def test_a_policy_that_was_not_tried_is_refused(world: World, tmp_path: Path) -> None:
    folder = candidate(tmp_path / "new")
    with pytest.raises(
        LoudongError, match=r"policy v2026\.2\+\w+ was never tried as it stands; run: loudong policy try"
    ):
        approve(folder)
    try_(load_policy(candidate(tmp_path / "other", medium="0.04")))
    with pytest.raises(LoudongError, match="was never tried as it stands"):
        approve(folder)
    assert ask("select count(*) from ops.policy_approval") == [(0,)]


def test_an_approved_policy_decides_from_its_date_on(world: World, tmp_path: Path) -> None:
    folder = candidate(tmp_path / "new")
    policy = load_policy(folder)
    try_(policy)
    approve(folder)
    shutil.rmtree(folder)
    before = START - timedelta(days=1)
    assert folder_in_force(before) == get_settings().policy_dir
    assert record_policy(None, before) == world.policy.version
    assert record_policy(None, START) == record_policy(None, START + timedelta(days=400)) == policy.version
    written = folder_in_force(START)
    assert folder_of_version(policy.version) == written
    assert load_policy(written).content_hash == policy.content_hash
    assert folder_of_version(world.policy.version) == get_settings().policy_dir
    ((name, reason, trial),) = ask("select approved_by, reason, trial_id is not null from ops.policy_approval")
    assert (name, reason, trial) == ("Han Meimei", "fewer alerts", True)


def test_of_several_the_newest_that_has_come_into_force_decides(world: World, tmp_path: Path) -> None:
    versions = {}
    for label, start in (("v2026.3", START + timedelta(days=30)), ("v2026.2", START), ("v2026.4", START)):
        folder = candidate(tmp_path / label, label, start)
        try_(load_policy(folder))
        approve(folder)
        versions[label] = load_policy(folder).version
    assert record_policy(None, START + timedelta(days=29)) == versions["v2026.4"], "of the same date the last approved"
    assert record_policy(None, START + timedelta(days=30)) == versions["v2026.3"]
    with connect() as connection:
        assert [approval.policy_version[:7] for approval in approvals(connection)] == ["v2026.2", "v2026.4", "v2026.3"]


def test_a_policy_cannot_begin_on_a_date_that_is_published(world: World, tmp_path: Path) -> None:
    run = world.run(START, {"C1": {"pd": 0.01}})
    decide(run)
    world.finish(run, publish(run).verdict)
    folder = candidate(tmp_path / "new")
    try_(load_policy(folder))
    with pytest.raises(LoudongError, match="says effective_from 2025-06-01, but dates up to 2025-06-01 are published"):
        approve(folder)
    later = candidate(tmp_path / "later", start=START + timedelta(days=1))
    try_(load_policy(later))
    approve(later)


def test_a_name_names_one_policy(world: World, tmp_path: Path) -> None:
    same = copy_policy(tmp_path, tier_cutoff=("0.02,low risk,低风险\nmedium,0.02", "0.03,low risk,低风险\nmedium,0.03"))
    try_(load_policy(same))
    with pytest.raises(LoudongError, match=r"v2026\.1 names another policy already"):
        approve(same)
    for number, medium in enumerate(("0.03", "0.04")):
        folder = candidate(tmp_path / str(number), medium=medium)
        try_(load_policy(folder))
    approve(tmp_path / "0")
    with pytest.raises(LoudongError, match=r"v2026\.2 names another policy already"):
        approve(tmp_path / "1")


def test_an_approval_has_a_name_and_a_reason(world: World, tmp_path: Path) -> None:
    folder = candidate(tmp_path / "new")
    try_(load_policy(folder))
    for name, reason in ((" ", "better"), ("Han Meimei", "")):
        with pytest.raises(LoudongError, match="say who approves the policy and why"):
            approve(folder, name, reason)


def test_written_files_that_somebody_changed_are_refused(world: World, tmp_path: Path) -> None:
    folder = candidate(tmp_path / "new", medium="0.05")
    try_(load_policy(folder))
    approve(folder)
    file = folder_in_force(START) / "tier_cutoff.csv"
    file.write_text(file.read_text().replace("0.05", "0.06"))
    with pytest.raises(LoudongError, match="are not those of the approved policy"):
        folder_in_force(START)
    shutil.rmtree(file.parent)
    assert load_policy(folder_in_force(START)).version == load_policy(folder).version
