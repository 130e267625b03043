"""Promises of a trial: nothing published is touched, equal policies move nobody, a cut-off moves whom it names."""

from datetime import date
from pathlib import Path

from risk_world import ask as query
from risk_world import copy_policy
from trial.planting import Past, always, weeks

from loudong.decisions.decide import decide
from loudong.publishing.publish import publish
from loudong.settings import get_settings
from loudong.trial.figures import Figures, figures, migrated
from loudong.trial.trying import ask, tried

CUTOFF = ("medium,0.02,0.08,medium risk,中风险\nhigh,0.08", "medium,0.02,0.05,medium risk,中风险\nhigh,0.05")


def quiet(text: str) -> None:
    """Progress that nobody follows."""


def attempt(folder: Path, dates: tuple[date, ...]) -> Figures:
    question = ask(folder, dates[0], dates[-1], quiet)
    with tried(question, quiet) as connection:
        return figures(connection, question)


def everything() -> dict[str, str]:
    """A hash of the rows of every table of risk, marts, staging and ops."""
    tables = query(
        "select format('%I.%I', schemaname, tablename) from pg_tables "
        "where schemaname in ('risk', 'marts', 'staging', 'ops', 'landing') order by 1",
        role="admin",
    )
    assert len(tables) > 40
    return {
        name: query(
            f"select md5(coalesce(string_agg(t::text, '' order by t::text), '')) from {name} as t", role="admin"
        )[0][0]
        for (name,) in tables
    }


def test_a_trial_changes_no_row_of_the_warehouse(past: Past, tmp_path: Path) -> None:
    published = past.world.run(date(2025, 2, 27), {"C1": {"pd": 0.01}, "C2": {"pd": 0.06, "dpd_days": 40}})
    decide(published)
    past.world.finish(published, publish(published).verdict)
    past.plant(weeks(3), {"C1": always(0.06, dpd_days=40), "C2": always(0.09), "C3": always(0.01, dpd_days=95)})
    before = everything()
    found = attempt(copy_policy(tmp_path, tier_cutoff=CUTOFF), weeks(3))
    assert migrated(found) == 1
    assert sum(row["opened"] for row in found["alerts"]["candidate"]["by_date"]) > 0
    assert everything() == before


def test_the_policy_in_force_against_itself_moves_nobody(past: Past) -> None:
    past.plant(weeks(4), {f"C{n}": always(n / 100, dpd_days=10 * n) for n in range(1, 10)})
    found = attempt(get_settings().policy_dir, weeks(4))
    assert migrated(found, "all") == 0
    assert sum(row["customers"] for row in found["matrix"]["all"]) == 36
    assert found["moves"] == {"last": [], "all": []}
    assert found["movers"] == []
    assert found["alerts"]["candidate"] == found["alerts"]["baseline"]


def test_a_lower_cut_off_moves_exactly_the_customers_between(past: Past, tmp_path: Path) -> None:
    pds = {"C1": 0.0499, "C2": 0.05, "C3": 0.06, "C4": 0.0799, "C5": 0.08, "C6": 0.01}
    customers = {name: always(pd, exposure_amount=1000 * number) for number, (name, pd) in enumerate(pds.items(), 1)}
    customers["C7"] = always(0.06, dpd_days=91)  # high by a floor on both sides
    past.plant(weeks(2), customers)
    found = attempt(copy_policy(tmp_path, tier_cutoff=CUTOFF), weeks(2))
    moved = {row["customer_id"]: (row["baseline_tier"], row["candidate_tier"]) for row in found["movers"]}
    assert moved == dict.fromkeys(("C2", "C3", "C4"), ("medium", "high"))
    matrix = {(row["baseline_tier"], row["candidate_tier"]): row for row in found["matrix"]["last"]}
    assert matrix["medium", "high"]["customers"] == 3
    assert matrix["medium", "high"]["exposure"] == 2000 + 3000 + 4000
    assert [row["customers"] for row in found["moves"]["all"]] == [6]
    assert found["movers"][0]["why"] == (
        "pd 7.99 %: was medium by cut-off (pd from 2 % to 8 %), is high by cut-off (pd from 5 %)"
    )
