"""Watching the model: what it sees beside what it learned from, and how its earlier scores came true."""

import logging
from dataclasses import asdict, fields
from datetime import date

from loudong.errors import LoudongError
from loudong.pipeline import runs
from loudong.publishing.ledger import newest_published_date
from loudong.warehouse.connect import Connection, connect
from models.drift import SCORE, Histogram, Watched, critical_psi, critical_share, psi
from models.encoding import encode
from models.features import model_features
from models.matured import matured_findings
from models.reading import read_features
from models.registry import load_registered
from models.scorer import Scorer
from models.watched import Finding, Rule, read_rules

log = logging.getLogger(__name__)


def watch(run: runs.Run) -> list[Finding]:
    """Watch the scores of a run and keep what was found in `ops.model_watch`; the findings.

    A number that crosses its bound is logged, and asks once per model version for a new training where the policy says
    so and the date is not older than the newest published one. Drift is not judged where the version kept no reference.
    """
    with connect() as connection:
        scored = connection.execute(
            "select model_name, model_version from ops.run where run_id = %s", (run.run_id,)
        ).fetchone()
        rules = read_rules(connection)
    if scored is None or scored[0] is None:
        raise LoudongError(f"run {run.run_id} has not been scored: score it before its model is watched")
    scorer = load_registered(*scored)
    findings = [*_drift(run, scorer, rules), *matured_findings(run, scorer.model_name, rules)]
    crossed = [finding for finding in findings if finding.state == "crossed"]
    for finding in crossed:
        log.warning("%s: %s", run.as_of_date, _told(finding))
    asking = [finding for finding in crossed if rules[finding.watch_code].asks_retraining]
    with connect() as connection:
        _keep(connection, run, scorer, findings)
        newest = newest_published_date(connection)
        if asking and (newest is None or run.as_of_date >= newest):
            _ask_for_training(connection, scorer, run.as_of_date, asking)
    return findings


def _told(finding: Finding) -> str:
    return f"{finding.watch_code} {finding.subject} {finding.value:.4g}, bound {finding.bound:g}".replace("  ", " ")


def _drift(run: runs.Run, scorer: Scorer, rules: dict[str, Rule]) -> list[Finding]:
    """Features that the model uses, and its scores, of customers who are not in default."""
    if not scorer.reference:
        return []
    features = model_features()
    watched = Watched(scorer.reference)
    for batch in read_features(run, features, in_default=False):
        values = encode(batch.frame, features, scorer.categories)
        columns = [(feature.name, values[:, place]) for place, feature in enumerate(features)]
        watched.add((name, column) for name, column in columns if name in scorer.reference)
        watched.add([(SCORE, scorer.pd_encoded(values))])
    today = watched.histograms()
    subjects = len(today)
    found = []
    for name, actual in today.items():
        expected = scorer.reference[name]
        code = "score_psi" if name == SCORE else "feature_psi"
        bound = max(rules[code].bound, critical := critical_psi(expected, actual, subjects))
        moved = psi(expected, actual)
        state = _state(actual, rules[code], moved >= bound)
        found.append(Finding(code, name, moved, 0.0, actual.n, critical, rules[code].bound, state))
        if name != SCORE:
            found.append(_null_rate(name, expected, actual, rules["null_rate"], subjects))
    return found


def _null_rate(name: str, expected: Histogram, actual: Histogram, rule: Rule, subjects: int) -> Finding:
    critical = critical_share(expected, actual, subjects)
    moved = abs(actual.missing_share - expected.missing_share)
    state = _state(actual, rule, moved >= max(rule.bound, critical))
    return Finding(
        "null_rate", name, actual.missing_share, expected.missing_share, actual.n, critical, rule.bound, state
    )


def _state(actual: Histogram, rule: Rule, is_crossed: bool) -> str:
    if actual.n < rule.least_count:
        return "not_enough_data"
    return "crossed" if is_crossed else "ok"


def _keep(connection: Connection, run: runs.Run, scorer: Scorer, findings: list[Finding]) -> None:
    connection.execute("delete from ops.model_watch where run_id = %s", (run.run_id,))
    whose = {
        "run_id": run.run_id,
        "as_of_date": run.as_of_date,
        "model_name": scorer.model_name,
        "model_version": scorer.version,
        "policy_version": run.policy_version,
    }
    columns = [*whose, *(field.name for field in fields(Finding))]
    connection.cursor().executemany(
        f"insert into ops.model_watch ({', '.join(columns)}) values ({', '.join(f'%({name})s' for name in columns)})",
        [whose | asdict(finding) for finding in findings],
    )


def _ask_for_training(connection: Connection, scorer: Scorer, as_of_date: date, asking: list[Finding]) -> None:
    connection.execute(
        "insert into ops.training_request (model_name, model_version, as_of_date, reason) values (%s, %s, %s, %s) "
        "on conflict do nothing",
        (scorer.model_name, scorer.version, as_of_date, "; ".join(map(_told, asking))),
    )
