"""What a check found: the outcome, the row it leaves in `ops.quality_result`, and the words for people."""

import json
from dataclasses import dataclass, field
from typing import Any, Literal

from loudong.pipeline.runs import Run
from loudong.quality.suites import QUERY, Expectation, Gate, Suite
from loudong.warehouse.connect import Connection

Outcome = Literal["pass", "fail", "broken"]

SAMPLE_ROWS = 20
_SHOWN_ROWS = 5
_TECHNICAL_KWARGS = frozenset({"column", "column_A", "column_B", "column_list", "unexpected_rows_query"})


@dataclass(frozen=True)
class CheckResult:
    """One expectation of one run. `broken`: the check could not be evaluated, which says nothing about the data."""

    suite: Suite
    expectation: Expectation
    outcome: Outcome
    observed_value: str | None = None
    element_count: int | None = None
    unexpected_count: int | None = None
    sample: tuple[Any, ...] = field(default=())

    @property
    def stops_the_run(self) -> bool:
        return self.expectation.severity == "critical" and self.outcome != "pass"


def read_result(suite: Suite, expectation: Expectation, raw: dict[str, Any]) -> CheckResult:
    """Turn one Great Expectations result (as JSON) into a CheckResult."""
    error = _exception_text(raw["exception_info"])
    if error is not None:
        return CheckResult(suite, expectation, "broken", observed_value=error)
    result = raw["result"]
    observed = result.get("observed_value")
    unexpected = result.get("unexpected_count")
    sample = result.get("partial_unexpected_index_list") or result.get("partial_unexpected_list") or []
    if expectation.type == QUERY:
        unexpected, sample = observed, result.get("details", {}).get("unexpected_rows", [])
    if observed is None and unexpected is not None:
        observed = unexpected
    return CheckResult(
        suite,
        expectation,
        "pass" if raw["success"] else "fail",
        observed_value=None if observed is None else str(observed),
        element_count=result.get("element_count"),
        unexpected_count=unexpected,
        sample=tuple(sample[:SAMPLE_ROWS]),
    )


def _exception_text(info: dict[str, Any]) -> str | None:
    """The error of a check, None when it ran. Great Expectations nests it under the metric that failed."""
    entries = [info] if "raised_exception" in info else list(info.values())
    for entry in entries:
        if entry.get("raised_exception"):
            lines = [line for line in str(entry.get("exception_message") or "").splitlines() if line.strip()]
            return (lines[0] if lines else "unknown error")[:500]
    return None


def save(connection: Connection, run: Run, results: list[CheckResult]) -> None:
    """Add one row per result to `ops.quality_result`."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into ops.quality_result (run_id, gate, suite, table_name, expectation, column_name, severity, "
            "outcome, observed_value, element_count, unexpected_count, unexpected_sample, why, remedy) "
            "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    run.run_id,
                    result.suite.gate,
                    result.suite.name,
                    result.suite.table,
                    result.expectation.name,
                    ", ".join(result.expectation.columns) or None,
                    result.expectation.severity,
                    result.outcome,
                    result.observed_value,
                    result.element_count,
                    result.unexpected_count,
                    json.dumps(result.sample, default=str, ensure_ascii=False),
                    result.expectation.why,
                    result.expectation.remedy,
                )
                for result in results
            ],
        )


def failure_message(run: Run, gate: Gate, stopping: list[CheckResult]) -> str:
    """What failed, where, how much of it, which rows first, and what to do."""
    count = f"{len(stopping)} critical check{'s' if len(stopping) > 1 else ''}"
    head = f"the {gate} gate of {run.as_of_date} (run {run.run_id}) stopped the run: {count} did not pass"
    tail = "nothing was published; the earlier publication stands"
    return "\n".join([head, *(f"- {_describe(result)}" for result in stopping), tail])


def _describe(result: CheckResult) -> str:
    check = result.expectation
    place = ".".join([result.suite.table, *([", ".join(check.columns)] if check.columns else [])])
    if result.outcome == "broken":
        return (
            f"{place}: the check {check.name} itself broke, the data may be sound: {result.observed_value}; "
            "compare the suite with the columns of the table"
        )
    demands = ", ".join(f"{name} {value}" for name, value in check.kwargs.items() if name not in _TECHNICAL_KWARGS)
    what = f"{place}: {check.name}" + (f" ({demands})" if demands else "")
    return f"{what}: {_extent(result)}; {check.why} What to do: {check.remedy}"


def _extent(result: CheckResult) -> str:
    if result.unexpected_count is None:
        return f"found {result.observed_value}"
    of = f" of {result.element_count}" if result.element_count is not None else ""
    first = "; ".join(_row_text(row) for row in result.sample[:_SHOWN_ROWS])
    noun = "row" if result.unexpected_count == 1 and not of else "rows"
    return f"{result.unexpected_count}{of} {noun}" + (f", first {first}" if first else "")


def _row_text(row: Any) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items()) if isinstance(row, dict) else str(row)
