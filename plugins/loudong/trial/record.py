"""A whole trial: decide, work out the figures, keep them in `ops.policy_trial`, and write the report."""

import getpass
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from loudong.trial.figures import Figures, figures
from loudong.trial.report import write_report
from loudong.trial.trying import Progress, Question, ask, tried
from loudong.warehouse.connect import connect


@dataclass(frozen=True)
class Recorded:
    """A trial that was kept: its number, figures and report."""

    trial_id: int
    figures: Figures
    report: Path


def try_policy(folder: Path, first: date, last: date, on_progress: Progress, name: str | None = None) -> Recorded:
    """Try the policy in `folder` on the dates from `first` to `last` beside the policy in force, as `name` (the user of
    the system where none is given)."""
    question = ask(folder, first, last, on_progress)
    with tried(question, on_progress) as connection:
        found = figures(connection, question)
    return record(question, found, name or getpass.getuser())


def record(question: Question, found: Figures, name: str) -> Recorded:
    """Keep what was found, and write it as HTML and JSON beside the run reports."""
    candidate, baseline = question.candidate, question.baseline
    with connect() as connection:
        row = connection.execute(
            "insert into ops.policy_trial (candidate_version, content_hash, content, baseline_version, baseline_hash, "
            "as_of_dates, left_out, run_ids, figures, tried_by) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) "
            "returning trial_id",
            (
                candidate.version,
                candidate.content_hash,
                json.dumps(candidate.content, ensure_ascii=False),
                baseline.version,
                baseline.content_hash,
                list(question.decided_dates),
                json.dumps(found["left_out"]),
                question.run_ids,
                json.dumps(found, ensure_ascii=False),
                name,
            ),
        ).fetchone()
        trial_id = int(row[0]) if row else 0
        report = write_report(trial_id, found | {"tried_by": name})
        connection.execute("update ops.policy_trial set report_path = %s where trial_id = %s", (str(report), trial_id))
    return Recorded(trial_id, found, report)
