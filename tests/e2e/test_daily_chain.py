"""Promises of the whole line without Airflow, on a generated portfolio with dirty rows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from e2e.ranging import correct_payments, stop_in_the_middle
from learned_book import END, Book, quiet
from risk_world import copy_policy
from transform.slices import PUBLISHED, differing

from loudong.cli import cli
from loudong.errors import GateFailedError, LoudongError
from loudong.landing.load import load_folder
from loudong.pipeline import chain, opening, runs, steps
from loudong.reference import example_questions
from loudong.settings import get_settings
from loudong.transform.views import views_stand, views_version
from loudong.warehouse.connect import connect

Snapshot = Callable[[], dict[str, tuple[int, str]]]


def _ask(query: str, *values: object) -> list[tuple]:
    with connect("admin") as connection:
        return connection.execute(query.encode(), values).fetchall()


def _loudong(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


@pytest.mark.parametrize(
    ("schema", "names"),
    [
        ("marts", "dim_customer dim_building customer_features"),
        ("risk", "customer_score customer_tier alert alert_event customer_action follow_up_task"),
        ("bi", "customer_360 building_daily portfolio_daily alert_board work_list roll_rate vintage"),
        ("bi", "model_health rule_performance industry_watch data_freshness"),
        ("ops", "run run_step dbt_result quality_result quarantine watermark publication model_evaluation"),
    ],
)
def test_every_output_of_the_design_is_filled(learned: Book, schema: str, names: str) -> None:
    empty = [name for name in names.split() if not _ask(f"select 1 from {schema}.{name} limit 1")]
    assert empty == []


def test_the_share_of_dirty_rows_ends_in_quarantine(learned: Book) -> None:
    assert learned.loaded.read == learned.loaded.landed + learned.loaded.known + learned.loaded.quarantined
    duplicates = learned.report.dirty["duplicate"]
    assert learned.loaded.known >= duplicates
    assert learned.loaded.quarantined == sum(learned.report.dirty.values()) - duplicates


def test_labels_are_those_of_the_generator(learned: Book) -> None:
    truth = pd.read_parquet(learned.truth / "truth.parquet").dropna(subset=["label"])
    rows = _ask(
        "select customer_id, as_of_date, is_default from marts.fct_default_label where run_id = %s and is_mature",
        learned.panel_run_id,
    )
    ours = pd.DataFrame(rows, columns=["customer_id", "as_of_date", "is_default"])
    both = truth.merge(ours, on=["customer_id", "as_of_date"])
    assert len(both) > 1_000
    assert both["label"].sum() > 10
    wrong = both[both["label"].astype(bool) != both["is_default"].astype(bool)]
    assert wrong.empty, wrong.head().to_string()


def test_days_past_due_are_those_of_the_generator_but_for_what_was_not_known_yet(learned: Book) -> None:
    truth = pd.read_parquet(learned.truth / "truth.parquet")
    rows = _ask(
        "select customer_id, as_of_date, dpd_days from marts.fct_customer_features where run_id = %s",
        learned.panel_run_id,
    )
    ours = pd.DataFrame(rows, columns=["customer_id", "as_of_date", "ours"])
    both = truth.merge(ours, on=["customer_id", "as_of_date"])
    assert len(both) > 1_000
    assert (both["dpd_days"] == both["ours"].fillna(0)).mean() > 0.98


def test_the_panel_describes_a_date_as_the_daily_run_does(learned: Book) -> None:
    ((newest,),) = _ask(
        "select max(as_of_date) from marts.fct_customer_features where run_id = %s", learned.panel_run_id
    )
    daily = chain.run_day(newest, None, quiet)
    assert daily.state == "published"
    assert differing(newest, learned.panel_run_id, str(daily.run_id), at_least=100) == {}


def test_running_a_published_date_again_changes_no_published_row(learned: Book, snapshot: Snapshot) -> None:
    before = snapshot()
    assert chain.run_day(END, None, quiet).state == "unchanged"
    assert snapshot() == before


def test_views_are_made_anew_only_where_they_do_not_stand_as_they_would_be_made(learned: Book) -> None:
    views = "select oid, relname from pg_class where relnamespace = 'bi'::regnamespace order by relname"
    stood = _ask(views)
    run = runs.open_run("daily", (END,), opening.record_policy())
    with runs.ending(run.run_id):
        assert steps.build_reporting(run.run_id) == 0
        assert len(stood) > 10
        assert _ask(views) == stood
        with connect() as connection:
            connection.execute("drop view bi.vintage")
        assert steps.build_reporting(run.run_id) > 10
        assert _ask("select count(*) from bi.vintage")[0][0] > 0
        assert steps.build_reporting(run.run_id) == 0
    longer = replace(run, portfolio=run.portfolio.model_copy(update={"horizon_days": 90}))
    assert not views_stand(views_version(longer))


def test_another_policy_is_published_as_a_new_run_and_the_old_one_stays(learned: Book, tmp_path: Path) -> None:
    first = _ask("select tier, count(*) from bi.customer_360 where as_of_date = %s group by 1 order by 1", END)
    earlier = ("0.02,low risk,低风险\nmedium,0.02", "0.01,low risk,低风险\nmedium,0.01")
    cautious = copy_policy(tmp_path, tier_cutoff=earlier)
    assert chain.run_day(END, cautious, quiet).state == "published"
    second = _ask("select tier, count(*) from bi.customer_360 where as_of_date = %s group by 1 order by 1", END)
    assert first != second
    assert len(_ask("select 1 from ops.publication where as_of_date = %s", END)) == 2
    assert chain.run_day(END, None, quiet).state == "published"
    assert _ask("select tier, count(*) from bi.customer_360 where as_of_date = %s group by 1 order by 1", END) == first


def test_two_runs_at_once_are_refused_with_one_sentence(learned: Book) -> None:
    run = runs.open_run("daily", (END,), holder="cli:another-machine:1")
    try:
        with pytest.raises(runs.RunBusyError, match=run.run_id):
            chain.run_day(END, None, quiet)
    finally:
        runs.close_run(run.run_id, "failed", "ended by the test")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("run", "--as-of", "2031-01-31"), "no data is known for 2031-01-31"),
        (("run", "--as-of", "2001-01-31"), "no data is known for 2001-01-31"),
        (("run", "--as-of", "2026-01-31", "--from", "2026-02-01"), "lies after --as-of"),
        (("run", "--as-of", "2026-01-31", "--policy", "/nowhere"), "is not a folder"),
    ],
)
def test_wrong_dates_and_folders_are_refused_before_a_run_begins(
    learned: Book, arguments: tuple[str, ...], complaint: str
) -> None:
    before = _ask("select count(*) from ops.run")
    result = _loudong(*arguments)
    assert isinstance(result.exception, LoudongError)
    assert complaint in str(result.exception)
    assert "\n" not in str(result.exception)
    assert _ask("select count(*) from ops.run") == before


def test_a_date_that_is_no_date_is_a_usage_error(learned: Book) -> None:
    result = _loudong("run", "--as-of", "31.01.2026")
    assert result.exit_code == 2
    assert "31.01.2026" in result.output


def test_a_range_that_was_stopped_goes_on_asks_nobody_to_act_and_says_what_its_days_say_alone(learned: Book) -> None:
    """The dates are older than the newest published one. The last is run alone when more has landed since."""
    first, last = END - timedelta(days=2), END - timedelta(days=1)
    demanded = "select (select count(*) from risk.alert_event), (select count(*) from risk.follow_up_task)"
    before = _ask(demanded)
    left = stop_in_the_middle(first, last)
    assert _ask("select as_of_date from ops.publication where as_of_date in (%s, %s)", first, last) == [(first,)]
    ranged = chain.run_range(first, last, None, quiet)
    assert [day.state for day in ranged] == ["unchanged", "published"]
    assert _ask("select state from ops.run where run_id = %s", left) == [("failed",)]
    assert _ask(demanded) == before
    assert correct_payments(learned.landing, last, f"{END}T00:00:00+08:00") > 10
    _ask("update ops.publication set superseded_at = clock_timestamp() where as_of_date = %s returning 1", last)
    alone = chain.run_day(last, None, quiet)
    assert alone.state == "published"
    assert differing(last, str(ranged[1].run_id), str(alone.run_id), PUBLISHED, at_least=100) == {}
    assert _ask(demanded) == before


def test_a_failed_gate_leaves_the_published_rows_as_they_were(learned: Book, snapshot: Snapshot) -> None:
    before = snapshot()
    broken = learned.landing / "payment" / END.isoformat() / "broken.parquet"
    broken.write_bytes(b"this is no parquet file")
    summary = load_folder(learned.landing)
    assert [result.file.path.name for result in summary.refused] == ["broken.parquet"]
    with pytest.raises(GateFailedError, match=r"broken\.parquet|refused"):
        chain.run_day(END, None, quiet)
    assert snapshot() == before
    (run,) = _ask("select state, reason from ops.run order by started_at desc limit 1")
    assert run[0] == "failed"
    failing = _ask(
        "select severity, remedy from ops.quality_result where outcome <> 'pass' and severity = 'critical' "
        "and run_id = (select run_id from ops.run order by started_at desc limit 1)"
    )
    assert failing
    assert all(remedy for _, remedy in failing)
    broken.unlink()


def test_the_reader_of_bi_sees_what_is_published_and_nothing_else(learned: Book) -> None:
    with connect("bi") as connection:
        (row,) = connection.execute("select count(*) from bi.customer_360").fetchall()
        assert row[0] > 0
        with pytest.raises(Exception, match="permission denied"):
            connection.execute("select 1 from risk.customer_score limit 1")


def test_every_view_answers_the_example_question_of_its_description(learned: Book) -> None:
    with connect("bi") as connection:
        views = {
            row[0] for row in connection.execute("select viewname from pg_views where schemaname = 'bi'").fetchall()
        }
        examples = example_questions()
        assert set(examples) == views
        answers = {view: connection.execute(query.encode()).fetchall() for view, (_, query) in examples.items()}
    silent = {view for view, rows in answers.items() if not rows}
    # In a book that people have not worked on nothing is approved or done, nothing was foreseen, and all is delivered.
    assert silent <= {
        "action_in_force",
        "data_freshness",
        "default_warning",
        "enforcement_gap",
        "team_performance",
        "work_capacity",
    }


def test_retention_deletes_what_nobody_reads_after_a_publication_and_says_so(
    learned: Book, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the panel, only the date that a daily run stands for is superseded; what is published is kept."""
    (newest,) = _ask("select max(day) from ops.run, unnest(as_of_dates) as day where run_id = %s", learned.panel_run_id)
    assert chain.run_day(newest[0], None, quiet).state in ("published", "unchanged")
    before = snapshot()
    days = (END - newest[0]).days - 1
    monkeypatch.setenv("LOUDONG_RETENTION_DAYS", str(days))
    get_settings.cache_clear()
    try:
        steps.tell(END)
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()
    assert snapshot() == before
    removed = _ask("select run_id, as_of_date, row_count > 0 from ops.removed_slice")
    assert removed == [(learned.panel_run_id, newest[0], True)]
    assert _ask(
        "select count(*) from marts.fct_customer_features where run_id = %s and as_of_date = %s",
        learned.panel_run_id,
        newest[0],
    ) == [(0,)]
    ((told,),) = _ask("select detail from ops.run_step where step = 'retention'")
    assert (told["slices"], told["first_kept_date"]) == (1, (END - timedelta(days=days)).isoformat())
    assert _ask("select distinct daily_detail_since_date from bi.data_freshness") == [(None,)]
