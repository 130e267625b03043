"""Reading the policy tables, refusing what contradicts itself, and keeping every version that was used."""

import csv
import hashlib
import json
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from loudong.policy import action_checks, alert_checks, checks, task_checks
from loudong.policy.dictionary import indicators
from loudong.policy.problems import MOST_SHOWN, Problems
from loudong.policy.tables import TABLES, Field, Row, Table, Value
from loudong.warehouse.connect import Connection

_KINDS = {"integer": "a whole number", "number": "a number", "date": "a date like 2026-01-31"}


@dataclass(frozen=True)
class Policy:
    """A checked policy.

    `version` is the newest label of policy_version.csv and the first 8 hex digits of `content_hash`. `rows` holds
    typed rows per table; `content` the same rows as written, ordered by key, for the record.
    """

    version: str
    content_hash: str
    rows: dict[str, list[Row]]
    content: dict[str, list[dict[str, str]]] = field(repr=False)

    def record(self, connection: Connection) -> None:
        """Keep this policy in ops.policy_version; one already there stays as it is."""
        connection.execute(
            "insert into ops.policy_version (policy_version, content_hash, content) values (%s, %s, %s) "
            "on conflict do nothing",
            (self.version, self.content_hash, json.dumps(self.content, ensure_ascii=False)),
        )


def write_policy(content: dict[str, list[dict[str, str]]], folder: Path) -> None:
    """Write the rows of a recorded policy (`ops.policy_version.content`) as the files that load_policy reads.

    What this release knows and the policy does not have is left out, for load_policy to refuse.
    """
    for name, rows in content.items():
        # The record does not keep the order of the columns, and may hold others than this release has.
        known = [column.name for column in TABLES[name].fields] if name in TABLES else []
        columns = known if set(known) == set(rows[0]) else list(rows[0])
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def load_policy(folder: Path, most_shown: int | None = MOST_SHOWN) -> Policy:
    """Read and check the policy tables in `folder`; of its faults `most_shown` are named (None: all).

    Raises LoudongError naming file, row and column of every fault: a file or column missing, a value that does not
    parse, a gap, an overlap, an unknown indicator, a rule without an owner, a row that can never apply.
    """
    problems = Problems(folder, most_shown)
    lines: dict[str, list[tuple[int, Row]]] = {}
    raw: dict[str, list[dict[str, str]]] = {}
    for table in TABLES.values():
        lines[table.name], raw[table.name] = _read(folder / f"{table.name}.csv", table, problems)
    problems.raise_if_any()
    for each in (checks, alert_checks, action_checks, task_checks):
        each.check(lines, indicators(), problems)
    problems.raise_if_any()

    content = {name: sorted(rows, key=lambda row: list(row.values())) for name, rows in raw.items()}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    rows = {name: [row for _, row in numbered] for name, numbered in lines.items()}
    newest = max(rows["policy_version"], key=lambda row: str(row["effective_from"]))
    return Policy(f"{newest['policy_version']}+{digest[:8]}", digest, rows, content)


def _read(path: Path, table: Table, problems: Problems) -> tuple[list[tuple[int, Row]], list[dict[str, str]]]:
    if not path.is_file():
        problems.add(table.name, None, None, "the file is missing")
        return [], []
    expected = [column.name for column in table.fields]
    typed: list[tuple[int, Row]] = []
    raw: list[dict[str, str]] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        if header != expected:
            odd = sorted(set(expected) ^ set(header)) or ["in another order"]
            problems.add(table.name, 1, odd[0], f"columns must be {', '.join(expected)}")
            return [], []
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) != len(expected):
                problems.add(table.name, reader.line_num, None, f"{len(cells)} values for {len(expected)} columns")
                continue
            raw.append(dict(zip(expected, (cell.strip() for cell in cells), strict=True)))
            row = {
                column.name: _parse(raw[-1][column.name], column, table, reader.line_num, problems)
                for column in table.fields
            }
            typed.append((reader.line_num, row))
    if not typed:
        problems.add(table.name, None, None, "the file has no rows")
    return typed, raw


def _parse(text: str, column: Field, table: Table, line: int, problems: Problems) -> Value:
    """`text` as the column's type; what does not fit is noted as a problem and becomes None."""
    if text == "":
        if column.is_required:
            problems.add(table.name, line, column.name, "the value is missing")
        return None
    value: Value
    try:
        value = _convert(text, column.kind)
    except (ValueError, InvalidOperation):
        problems.add(table.name, line, column.name, f"'{text}' is not {_KINDS[column.kind]}")
        return None
    if column.codes and value not in column.codes:
        problems.add(table.name, line, column.name, f"'{text}' is not one of {', '.join(column.codes)}")
        return None
    if column.minimum is not None and isinstance(value, int | Decimal) and value < column.minimum:
        problems.add(table.name, line, column.name, f"{text} is below {column.minimum}")
        return None
    return value


def _convert(text: str, kind: str) -> Value:
    if kind == "integer":
        return int(text)
    if kind == "number":
        number = Decimal(text)
        if not number.is_finite():
            raise ValueError(text)
        return number
    if kind == "date":
        return date.fromisoformat(text)
    return text
