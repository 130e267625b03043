"""Running a gate: all suites of a border in one go, one row per expectation, and a stop when a critical one fails."""

import logging
from typing import TYPE_CHECKING, Any

from loudong.errors import GateFailedError
from loudong.pipeline.runs import Run
from loudong.quality import batches
from loudong.quality.results import SAMPLE_ROWS, CheckResult, failure_message, read_result, save
from loudong.quality.suites import QUERY, QUERY_KWARG, Expectation, Gate, Suite, load_suites
from loudong.warehouse.connect import Connection, connect, url

if TYPE_CHECKING:
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult
    from great_expectations.datasource.fluent import PostgresDatasource

log = logging.getLogger(__name__)

# Great Expectations returns results in an order of its own; this key of `meta` says which expectation one belongs to.
_POSITION = "position"


def run_gate(run: Run, gate: Gate) -> int:
    """Check the tables of `gate` for `run`; the number of expectations that were evaluated.

    Every one leaves a row in `ops.quality_result`, also when the gate fails. A table without rows is asked for its
    row count alone, since it would pass all else; an optional landing table that nothing was ever known of is left
    out. Raises GateFailedError, naming checks and rows, when a critical expectation fails or cannot be evaluated.
    """
    suites = load_suites(gate)
    values = batches.parameters(run)
    with connect() as connection:
        suites = [suite for suite in suites if _is_due(connection, suite, values)]
    results = _evaluate(suites, values)
    with connect() as connection:
        save(connection, run, results)
    for result in results:
        if result.outcome != "pass":
            log.warning(
                "%s %s: %s %s", result.suite.table, result.expectation.name, result.outcome, result.observed_value
            )
    stopping = [result for result in results if result.stops_the_run]
    if stopping:
        raise GateFailedError(failure_message(run, gate, stopping))
    return len(results)


def _is_due(connection: Connection, suite: Suite, values: dict[str, str]) -> bool:
    """False for an optional landing table of which nothing was known before the cut-off."""
    if suite.rows != "current" or suite.expectations[0].severity == "critical":
        return True
    row = connection.execute(batches.ever_landed_query(suite, values).encode()).fetchone()
    return bool(row and row[0])


def _evaluate(suites: list[Suite], values: dict[str, str]) -> list[CheckResult]:
    source = _datasource()
    try:
        return [result for suite in suites for result in _evaluate_suite(source, suite, values)]
    finally:
        source.get_engine().dispose()


def _datasource() -> "PostgresDatasource":
    """The warehouse in a context that lives in memory; one connection, so that its temporary tables stay in sight."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    # The stub of add_postgres does not know `kwargs`, the arguments of the SQLAlchemy engine.
    options: dict[str, Any] = {"create_temp_table": True, "kwargs": {"pool_size": 1, "max_overflow": 0}}
    logging.getLogger("great_expectations").setLevel(logging.WARNING)  # it sets INFO itself when imported
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    return context.data_sources.add_postgres(
        "warehouse",
        connection_string="postgresql+psycopg://" + url("pipeline").partition("://")[2],
        **options,
    )


def _evaluate_suite(source: "PostgresDatasource", suite: Suite, values: dict[str, str]) -> list[CheckResult]:
    import great_expectations as gx
    from sqlalchemy.exc import ProgrammingError

    asset = source.add_query_asset(suite.name, query=batches.batch_query(suite, values))
    try:
        batch = asset.add_batch_definition_whole_table(suite.name).get_batch()
    except ProgrammingError as error:
        return [CheckResult(suite, check, "broken", str(error).splitlines()[0]) for check in suite.expectations]

    checks = [_as_json(suite, check, values) for check in suite.expectations]
    found = batch.validate(
        gx.ExpectationSuite(name=suite.name, expectations=checks),
        result_format={
            "result_format": "COMPLETE",
            "partial_unexpected_count": SAMPLE_ROWS,
            "unexpected_index_column_names": list(suite.key),
        },
    )
    results = _in_order(suite, found.results)
    return results[:1] if results[0].observed_value == "0" else results


def _as_json(suite: Suite, check: Expectation, values: dict[str, str]) -> dict[str, Any]:
    kwargs = dict(check.kwargs)
    if check.type == QUERY:
        kwargs[QUERY_KWARG] = batches.fill(kwargs[QUERY_KWARG], values)
    position = suite.expectations.index(check)
    return {"type": check.type, "kwargs": kwargs, "severity": check.severity, "meta": {_POSITION: position}}


def _in_order(suite: Suite, found: "list[ExpectationValidationResult]") -> list[CheckResult]:
    by_position: dict[int, Any] = {}
    for item in found:
        raw: Any = item.to_json_dict()
        by_position[raw["expectation_config"]["meta"][_POSITION]] = raw
    return [read_result(suite, suite.expectations[position], by_position[position]) for position in sorted(by_position)]
