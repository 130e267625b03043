"""The steps of a run, each one plain function: what an Airflow task and the command line both call."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from loudong.pipeline import runs
from loudong.pipeline.opening import check_policy
from loudong.settings import get_settings
from loudong.warehouse.connect import connect

if TYPE_CHECKING:
    from models.quarters import QuarterModel
    from models.training import TrainedModel

# One entry per dbt task, in order; each builds its layers in one go.
BUILDS: dict[str, tuple[str, ...]] = {
    "staging": ("seeds", "staging"),
    "intermediate": ("intermediate",),
    "marts": ("marts",),
    "features": ("features",),
}
# All of them in one start of dbt, where no scheduler wants to see each.
EVERYTHING = "everything"

LOAD_WAIT_MINUTES = 30


def pull(up_to: date | None, on_progress: Callable[[str], None] | None = None) -> dict[str, int]:
    """Load what has arrived in the landing folder, after any load at work; rows read, landed, known, quarantined.

    A policy with a broken row is refused before: its day could not be decided.
    """
    from loudong.landing.load import load_folder

    check_policy()
    summary = load_folder(
        get_settings().landing_folder, up_to=up_to, wait_minutes=LOAD_WAIT_MINUTES, on_progress=on_progress
    )
    return {"read": summary.read, "landed": summary.landed, "known": summary.known, "quarantined": summary.quarantined}


def gate(run_id: str, name: Literal["landing", "marts", "scores"]) -> int:
    """Run the Great Expectations suites of one gate; the number of checks. Raises GateFailedError."""
    from loudong.quality.gate import run_gate

    with runs.step(run_id, f"gate_{name}") as report:
        report.row_count = run_gate(runs.load_run(run_id), name)
        return report.row_count


def build(run_id: str, name: str, policy_dir: Path | None = None) -> int:
    """Build one group of dbt layers (a key of BUILDS), or all of BUILDS at once (EVERYTHING); the number of nodes that
    ran.

    `policy_dir` must be the one the run was opened with; without one the policy that was in force is found again.
    """
    from loudong.policy.in_force import folder_of_version
    from loudong.transform.dbt import build_layers
    from loudong.transform.panel import build_panel

    groups = BUILDS.values() if name == EVERYTHING else [BUILDS[name]]
    layers = [layer for group in groups for layer in group]
    run = runs.load_run(run_id)
    with runs.step(run_id, f"build_{name}") as report:
        folder = policy_dir or folder_of_version(run.policy_version)
        # A panel that is rolled has all its layers made for one date before the next.
        if run.kind == "panel" and name == EVERYTHING:
            report.row_count = build_panel(run, layers, folder)
        else:
            report.row_count = build_layers(run, layers, policy_dir=folder)
        return report.row_count


def build_reporting(run_id: str) -> int:
    """Make the views of `bi`, unless they stand as this run would make them; the number of nodes that ran."""
    from loudong.transform.dbt import build_layers
    from loudong.transform.views import views_stand, views_version

    run = runs.load_run(run_id)
    version = views_version(run)
    stand = views_stand(version)  # asked before this step is the newest of its name
    with runs.step(run_id, "build_reporting") as report:
        report.detail = {"views_version": version}
        report.row_count = 0 if stand else build_layers(run, ["reporting"])
        return report.row_count


def build_label(run_id: str, label_known_before: datetime) -> int:
    """Build the label table of a panel from what was known before `label_known_before`."""
    from loudong.transform.dbt import build_layers

    run = runs.load_run(run_id)
    with runs.step(run_id, "build_label") as report:
        report.row_count = build_layers(run, ["label"], {"label_known_before": label_known_before.isoformat()})
        return report.row_count


def build_aside(
    run_id: str,
    schema: str,
    known_before: datetime,
    policy_dir: Path | None,
    hypothetical: tuple[str, ...] = (),
    without_late: bool = False,
) -> int:
    """Build the marts of a comparison into `schema`, from what was known before `known_before`; the number of nodes.

    Of the entities in `hypothetical` the rows of `aside.hypothetical_<entity>` count beside those that landed;
    `without_late` rows what `loudong.comparison.late` left out does not count.
    """
    from loudong.transform.dbt import build_layers

    layers = [layer for group in BUILDS.values() for layer in group]
    moved = {
        "built_in": schema,
        "known_before": known_before.isoformat(),
        "hypothetical": hypothetical,
        "without_late": without_late,
    }
    with runs.step(run_id, "build_aside") as report:
        report.row_count = build_layers(runs.load_run(run_id), layers, moved, policy_dir)
        return report.row_count


def train(run_id: str, label_known_before: datetime) -> "TrainedModel":
    """Train on the panel of the run and register the model."""
    from models.training import train as train_panel

    with runs.step(run_id, "train") as report:
        model = train_panel(runs.load_run(run_id), label_known_before)
        report.detail = {"model_name": model.model_name, "model_version": model.version}
        return model


def train_walk_forward(run_id: str, label_known_before: datetime) -> "list[QuarterModel]":
    """Train on the panel of the run a model for every quarter that began by `label_known_before`, from the first on
    that may have one."""
    from models.walk_forward import quarters_to_train, train_quarters

    run = runs.load_run(run_id)
    with runs.step(run_id, "train_walk_forward") as report:
        models = train_quarters(run, quarters_to_train(run, label_known_before))
        report.detail = {model.quarter_start_date.isoformat(): model.summary() for model in models}
        return models


def walk_forward(run_id: str) -> int:
    """Score the dates of a panel run, also one that has ended, each by a model that saw no outcome after it; how many
    rows of `risk.walk_forward_score`. Quarters without a model are trained first, on the panel that stands.

    Dates whose quarter has too few known defaults get no pd. Raises a LoudongError where a panel has to be built.
    """
    from loudong.pipeline.walking import settle_quarters
    from models.walk_forward import score_walk_forward

    run, _ = runs.read_run(run_id)
    with runs.step(run_id, "walk_forward") as report:
        report.detail = settle_quarters(run)
        report.row_count = score_walk_forward(run)
        return report.row_count


def score(run_id: str) -> int:
    """Score the run's features with the champion; the number of customers."""
    from models.scoring import score as score_run

    with runs.step(run_id, "score") as report:
        report.row_count = score_run(runs.load_run(run_id))
        return report.row_count


def decide(run_id: str) -> dict[str, object]:
    """Write the tiers of the run in one transaction; what was decided, as counts."""
    from loudong.decisions.decide import decide as decide_run

    with runs.step(run_id, "decide") as report:
        summary = decide_run(runs.load_run(run_id))
        report.detail = summary.as_dict()
        return report.detail


def watch(run_id: str) -> dict[str, int]:
    """Watch the model on the run's date; how many numbers are ok, crossed their bound, or have not enough data."""
    from models.watching import watch as watch_run

    with runs.step(run_id, "watch") as report:
        states = Counter(finding.state for finding in watch_run(runs.load_run(run_id)))
        report.detail = dict(states)
        return dict(states)


def training_is_asked(run_id: str) -> bool:
    """Whether watching the run's date asked for a training that no version has answered since."""
    with connect() as connection:
        row = connection.execute(
            "select exists (select 1 from ops.training_request as request inner join ops.run "
            "on run.run_id = %s and run.as_of_date = request.as_of_date where not exists ("
            "select 1 from ops.model_evaluation as answer where answer.model_name = request.model_name "
            "and answer.evaluated_at > request.requested_at))",
            (run_id,),
        ).fetchone()
    return bool(row and row[0])


def publish(run_id: str) -> str:
    """Publish the run with its alerts, actions and tasks, or keep what stands when the results are the same; ends the
    run."""
    from loudong.publishing.publish import publish as publish_run

    run = runs.load_run(run_id)
    with runs.step(run_id, "publish") as report:
        publication = publish_run(run)
        report.detail = {"verdict": publication.verdict, **publication.demands.as_dict()}
    runs.close_run(run_id, publication.verdict)
    return publication.verdict


def tell(as_of_date: date) -> Path:
    """Write the report of a published date, and delete what is older than the retention, where one is set.

    What was deleted stands with the date's run in `ops.run_step`.
    """
    from loudong.publishing.ledger import standing_publication
    from loudong.publishing.report import write_report
    from loudong.publishing.retention import prune

    report = write_report(as_of_date)
    with connect() as connection:
        standing = standing_publication(connection, as_of_date)
    if standing is not None and get_settings().retention_days > 0:
        with runs.step(standing[1], "retention") as step:
            removed = prune(as_of_date)
            if removed is not None:
                step.row_count = removed.row_count
                step.detail = removed.as_dict()
    return report
