"""Reading the suites: `expectations/<gate>/<table>.json`, plain JSON that people write.

A suite names the table and the rows it looks at, the columns that name a row, and its expectations; each of these says
why it exists and what to do when it fails. What is wrong in a file is refused before anything runs.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any, Literal

from loudong.errors import LoudongError
from loudong.landing.contract import entities
from loudong.settings import get_settings

Gate = Literal["landing", "marts", "scores"]
Severity = Literal["critical", "warning"]

ROW_COUNT = "expect_table_row_count_to_be_between"
QUERY = "unexpected_rows_expectation"
QUERY_KWARG = "unexpected_rows_query"

# Values that a query may ask for as `$name`; batches.parameters() gives them.
PARAMETER_NAMES = frozenset({"run_id", "as_of_date", "cutoff", "judged_dates"})

# Which rows of its table a suite looks at; docs/quality.md says what each one means.
ROW_KINDS: dict[str, tuple[Gate, ...]] = {
    "current": ("landing",),
    "delivered": ("landing",),
    "run": ("marts", "scores"),
    "known": ("marts",),
}
WINDOW_KINDS = frozenset({"current", "delivered"})

_SUITE_KEYS = {"name", "meta", "expectations"}
_META_KEYS = {"table", "rows", "window_days", "key"}
_EXPECTATION_KEYS = {"type", "kwargs", "severity", "meta"}
_EXPECTATION_META_KEYS = {"why", "remedy", "label"}
_TABLE = re.compile(r"[a-z_]+\.[a-z_]+")
_COLUMN = re.compile(r"[a-z][a-z0-9_]*")
_COLUMN_KWARGS = ("column", "column_A", "column_B", "column_list")


@dataclass(frozen=True)
class Expectation:
    """One check. `label` tells checks of the same type and column apart; a query has always one."""

    type: str
    kwargs: dict[str, Any]
    severity: Severity
    why: str
    remedy: str
    label: str | None

    @property
    def name(self) -> str:
        """What `ops.quality_result.expectation` shows: the label, else the type."""
        return self.label or self.type

    @property
    def columns(self) -> tuple[str, ...]:
        found: list[str] = []
        for kwarg in _COLUMN_KWARGS:
            value = self.kwargs.get(kwarg, ())
            found.extend([value] if isinstance(value, str) else value)
        return tuple(found)


@dataclass(frozen=True)
class Suite:
    """The checks of one table. The first one is the row count: an empty batch would pass every other."""

    gate: Gate
    name: str
    table: str
    rows: str
    window_days: int | None
    key: tuple[str, ...]
    expectations: tuple[Expectation, ...]


def load_suites(gate: Gate, folder: Path | None = None) -> list[Suite]:
    """The suites of `gate` in `folder` (default: the project's expectations), by file name.

    Raises LoudongError, naming file and expectation, for a folder without suites, a suite that does not begin with a
    critical or warning row count of at least 1, a check without why or remedy, an unknown key, type or parameter, a
    landing suite whose key differs from the landing contract, and a check that would copy a personal column.
    """
    folder = (folder or get_settings().project_dir / "expectations") / gate
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise LoudongError(f"{folder} holds no suite: the {gate} gate would check nothing")
    return [_read_suite(gate, path) for path in paths]


def _read_suite(gate: Gate, path: Path) -> Suite:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise LoudongError(f"{path}: not JSON: {error}") from error
    _require_keys(raw, _SUITE_KEYS, _SUITE_KEYS, str(path))
    meta = raw["meta"]
    _require_keys(meta, _META_KEYS, _META_KEYS - {"window_days"}, f"{path}, meta")
    table, rows, window_days, key = meta["table"], meta["rows"], meta.get("window_days"), tuple(meta["key"])
    expected_name = f"{gate}.{path.stem}"
    if raw["name"] != expected_name or not _TABLE.fullmatch(table) or table.split(".")[1] != path.stem:
        raise LoudongError(f"{path}: the suite must be called {expected_name} and check a table called {path.stem}")
    if gate not in ROW_KINDS.get(rows, ()):
        allowed = ", ".join(kind for kind, gates in ROW_KINDS.items() if gate in gates)
        raise LoudongError(f"{path}, meta.rows: '{rows}' is none of {allowed}")
    if window_days is not None and (rows not in WINDOW_KINDS or not isinstance(window_days, int) or window_days < 1):
        raise LoudongError(f"{path}, meta.window_days: a whole number of days, for {', '.join(sorted(WINDOW_KINDS))}")
    if not key or not all(_COLUMN.fullmatch(column) for column in key):
        raise LoudongError(f"{path}, meta.key: name the columns that tell rows apart")
    expectations = tuple(
        _read_expectation(item, f"{path}, expectation {number}") for number, item in enumerate(raw["expectations"], 1)
    )
    suite = Suite(gate, expected_name, table, rows, window_days, key, expectations)
    _check_suite(suite, path)
    return suite


def _read_expectation(raw: dict[str, Any], where: str) -> Expectation:
    _require_keys(raw, _EXPECTATION_KEYS, _EXPECTATION_KEYS, where)
    where = f"{where} ({raw['type']})"
    meta = raw["meta"]
    _require_keys(meta, _EXPECTATION_META_KEYS, {"why", "remedy"}, f"{where}, meta")
    for part in ("why", "remedy"):
        if not str(meta[part]).strip():
            raise LoudongError(f"{where}, meta.{part}: it is empty; say {'why it exists' if part == 'why' else part}")
    if raw["severity"] not in ("critical", "warning"):
        raise LoudongError(f"{where}, severity: '{raw['severity']}' is neither critical nor warning")
    if raw["type"] == QUERY:
        _check_query(raw, where)
    elif not raw["type"].startswith("expect_"):
        raise LoudongError(f"{where}, type: not a Great Expectations type")
    return Expectation(
        raw["type"], raw["kwargs"], raw["severity"], meta["why"].strip(), meta["remedy"].strip(), meta.get("label")
    )


def _check_query(raw: dict[str, Any], where: str) -> None:
    query = str(raw["kwargs"].get(QUERY_KWARG, ""))
    if "{batch}" not in query:
        raise LoudongError(f"{where}: {QUERY_KWARG} must read {{batch}}, the rows that the suite looks at")
    if not raw["meta"].get("label"):
        raise LoudongError(f"{where}, meta.label: a query needs a label, its name in results and messages")
    template = Template(query)
    unknown = set(template.get_identifiers()) - PARAMETER_NAMES
    if not template.is_valid() or unknown:
        raise LoudongError(
            f"{where}: unknown parameter {', '.join(sorted(unknown)) or '$'}; "
            f"there are: {', '.join(f'${name}' for name in sorted(PARAMETER_NAMES))}"
        )


def _check_suite(suite: Suite, path: Path) -> None:
    first = suite.expectations[0] if suite.expectations else None
    if first is None or first.type != ROW_COUNT or first.kwargs.get("min_value", 0) < 1:
        raise LoudongError(
            f"{path}: the first expectation must be {ROW_COUNT} with min_value 1 or more: an empty batch passes every "
            "other check"
        )
    names = [(expectation.name, expectation.columns) for expectation in suite.expectations]
    for name, columns in names:
        if names.count((name, columns)) > 1:
            raise LoudongError(f"{path}: two checks are called {name} {', '.join(columns)}; give them labels")
    entity = entities().get(path.stem) if suite.table.startswith("landing.") else None
    if entity is None:
        return
    if suite.key != entity.key:
        raise LoudongError(f"{path}, meta.key: the landing contract has {', '.join(entity.key)}")
    if (first.severity == "critical") != entity.is_required:
        severity = "critical" if entity.is_required else "warning"
        raise LoudongError(f"{path}: the row count must be {severity}, as the landing contract says of {entity.name}")
    personal = {column.name for column in entity.columns if column.personal}
    for expectation in suite.expectations:
        copied = personal.intersection(expectation.columns)
        if copied:
            raise LoudongError(
                f"{path}: {expectation.type} would copy the personal column {', '.join(sorted(copied))} into the "
                "results; write a query that selects the key alone"
            )


def _require_keys(raw: Any, allowed: set[str], required: set[str], where: str) -> None:
    if not isinstance(raw, dict):
        raise LoudongError(f"{where}: must be an object with {', '.join(sorted(allowed))}")
    unknown, missing = set(raw) - allowed, required - set(raw)
    if unknown:
        raise LoudongError(f"{where}: unknown key {', '.join(sorted(unknown))}; known: {', '.join(sorted(allowed))}")
    if missing:
        raise LoudongError(f"{where}: missing {', '.join(sorted(missing))}")
