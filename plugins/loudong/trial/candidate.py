"""Writing a candidate policy: the files of the policy in force with other cut-offs, thresholds and version."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from loudong.policy.dictionary import labels
from loudong.policy.tables import TABLES
from loudong.trial.thresholds import Rule

Cells = dict[str, str]
# The indicator that is no column of the features.
PD = {"en": "probability of default", "zh": "违约概率"}


@dataclass(frozen=True)
class Change:
    """One cell of a policy that differs."""

    file: str
    row: str
    column: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.file} {self.row}: {self.column} {self.before} -> {self.after}"


@dataclass(frozen=True)
class Draft:
    """What a candidate holds of its own: thresholds, the pd from which on medium and high begin, and its version."""

    rules: list[Rule]  # those that were tuned
    medium: float
    high: float
    effective_from: date
    note: str


def write_candidate(source: Path, target: Path, draft: Draft) -> None:
    """Write the policy of `source` with what `draft` changes to the new folder `target`.

    Rows whose threshold differs are named after it, and their rule gets the next version.
    """
    target.mkdir(parents=True)
    for table in TABLES:
        (target / f"{table}.csv").write_bytes((source / f"{table}.csv").read_bytes())
    medium, high = _text(draft.medium), _text(draft.high)
    bounds = {"low": ("0", medium), "medium": (medium, high), "high": (high, "")}

    def _cutoff(row: Cells) -> None:
        row["min_pd"], row["max_pd"] = bounds[row["tier"]]

    levels = {(rule.code, level.severity): level for rule in draft.rules for level in rule.levels}
    told = labels()

    def _threshold(row: Cells) -> None:
        level = levels.get((row["rule_code"], row["severity"]))
        if level is not None and float(row["threshold"]) != level.threshold:
            row["threshold"] = _text(level.threshold)
            for language in ("en", "zh"):
                name = told.get(row["indicator"], PD)[language]
                row[f"name_{language}"] = f"{name} {row['operator']} {row['threshold']}"

    _rewrite(target / "tier_cutoff.csv", _cutoff)
    _rewrite(target / "alert_rule.csv", _threshold)
    _renumber(target / "alert_rule.csv", source / "alert_rule.csv")
    version = f"proposal-{draft.effective_from:%Y%m%d}"
    with (target / "policy_version.csv").open("a", encoding="utf-8", newline="") as file:
        row = (version, draft.effective_from.isoformat(), "nobody yet", draft.note)
        csv.writer(file, lineterminator="\n").writerow(row)


def changes(source: Path, target: Path) -> list[Change]:
    """Cut-offs and thresholds in which the policies of two folders differ."""
    found = []
    for name, columns in (("tier_cutoff", ("min_pd", "max_pd")), ("alert_rule", ("threshold",))):
        key = TABLES[name].key
        after = {tuple(row[column] for column in key): row for row in _read(target / f"{name}.csv")}
        for row in _read(source / f"{name}.csv"):
            values = tuple(row[column] for column in key)
            for column in columns:
                if _differs(row[column], after[values][column]):
                    shown = (row[column] or "none", after[values][column] or "none")
                    found.append(Change(f"{name}.csv", " ".join(values), column, *shown))
    return found


def _renumber(target: Path, source: Path) -> None:
    """A rule of which a row changed gets the next version; all of its rows carry the same."""
    before = {(row["rule_code"], row["severity"]): row for row in _read(source)}
    changed = {row["rule_code"] for row in _read(target) if row != before[row["rule_code"], row["severity"]]}

    def _next(row: Cells) -> None:
        if row["rule_code"] in changed:
            version = row["rule_version"]
            row["rule_version"] = str(int(version) + 1) if version.isdigit() else f"{version}+1"

    _rewrite(target, _next)


def _rewrite(path: Path, change: Callable[[Cells], None]) -> None:
    rows = _read(path)
    columns = list(rows[0])
    for row in rows:
        change(row)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _read(path: Path) -> list[Cells]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _differs(before: str, after: str) -> bool:
    return before != after and (not before or not after or float(before) != float(after))


def _text(value: float) -> str:
    return f"{value:.10g}"
