"""Building layers of the dbt project, with every node recorded and every failure named."""

import hashlib
import json
import logging
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from loudong.errors import LoudongError
from loudong.pipeline.runs import Run
from loudong.settings import Settings, get_settings
from loudong.warehouse.connect import connect, target

LAYERS = ("seeds", "staging", "intermediate", "marts", "features", "label", "reporting")
FAILED = ("error", "fail", "runtime error")
# Variables that decide which nodes there are, on what they depend and where they stand. dbt parses the project anew
# whenever one of those it parses with differs; the others differ from run to run and are only given to build.
STRUCTURAL_VARIABLES = ("run_kind", "built_in", "rolled_in")

# Keys of intermediate models hold or break with the SQL, not with the day: panels check them, so every training does.
LEFT_OUT_OF_A_DAY = "test_name:unique_key,path:models/intermediate"
# A panel is made from scratch: only a daily run rolls the state on.
LEFT_OUT_OF_A_PANEL = "tag:state"

logger = logging.getLogger(__name__)


def build_layers(
    run: Run, layers: Iterable[str], extra_vars: dict[str, Any] | None = None, policy_dir: Path | None = None
) -> int:
    """Build and test layers for the dates of `run` in one start of dbt; the number of nodes that ran.

    Every node leaves a row in `ops.dbt_result`. Raises a LoudongError naming the nodes that failed, or when none ran.
    """
    tags = [f"tag:{layer}" for layer in layers]
    unknown = {tag.removeprefix("tag:") for tag in tags} - set(LAYERS)
    if unknown:
        raise LoudongError(f"unknown layer {', '.join(sorted(unknown))}; the dbt project has: {', '.join(LAYERS)}")
    variables = run_variables(run) | (extra_vars or {})
    left_out = LEFT_OUT_OF_A_DAY if variables["run_kind"] == "daily" else LEFT_OUT_OF_A_PANEL
    selection = ["--select", *tags, "--exclude", left_out, "--exclude-resource-type", "unit_test"]
    results = _invoke(["build", *selection], variables, policy_dir)
    _record(run.run_id, results)
    failed = [result for result in results if result["status"] in FAILED]
    if failed:
        raise LoudongError(
            f"dbt failed for run {run.run_id}:\n"
            + "\n".join(f"  {result['node']}: {result['message']}" for result in failed)
            + "\nmend the model or the data it names, then run the date again"
        )
    if not results:
        raise LoudongError(f"dbt ran no node for {' '.join(tags)}; check the tags in dbt_project.yml")
    return len(results)


def run_unit_tests() -> list[dict[str, Any]]:
    """Run the unit tests of the project's SQL; one result per test."""
    return _invoke(["test", "--select", "test_type:unit"], {}, None)


def run_variables(run: Run) -> dict[str, Any]:
    """What the SQL needs to know of a run and its portfolio."""
    portfolio = run.portfolio
    return {
        "run_id": run.run_id,
        "run_kind": run.kind,
        "sql_version": sql_version(),
        "newest_file_id": newest_file_id(),
        "as_of_dates": [day.isoformat() for day in run.as_of_dates],
        "timezone": portfolio.timezone,
        "currency": portfolio.currency,
        "horizon_days": portfolio.horizon_days,
        "default_dpd_days": portfolio.default_dpd_days,
        "default_cure_months": portfolio.default_cure_months,
        "judged_dates": portfolio.judged_dates,
        "materiality_amount": portfolio.materiality_amount,
    }


def sql_version() -> str:
    """A hash over the models and macros of the dbt project: what was made by others is not rolled on."""
    project = get_settings().project_dir / "dbt_project"
    digest = hashlib.md5(usedforsecurity=False)
    digest_files(digest, (path for folder in ("models", "macros") for path in (project / folder).rglob("*.sql")))
    digest.update((project / "dbt_project.yml").read_bytes())
    return digest.hexdigest()


def digest_files(digest: "hashlib._Hash", paths: Iterable[Path]) -> None:
    """Take names and texts of files of the dbt project into a hash, in whichever order they come."""
    project = get_settings().project_dir / "dbt_project"
    for path in sorted(paths):
        digest.update(f"{path.relative_to(project).as_posix()}\n{path.read_text(encoding='utf-8')}\0".encode())


def newest_file_id() -> int:
    """The newest file whose rows have landed; 0 before the first. Loads stand still while a run builds."""
    with connect() as connection:
        row = connection.execute("select max(file_id) from ops.landing_file where state = 'loaded'").fetchone()
    return row[0] or 0 if row else 0


def _invoke(arguments: list[str], variables: dict[str, Any], policy_dir: Path | None) -> list[dict[str, Any]]:
    """Start dbt; its results as plain rows. A LoudongError when dbt itself failed."""
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    for where in ("DBT_LOG_LEVEL", "DBT_LOG_LEVEL_FILE"):
        os.environ.setdefault(where, "none")  # a fifth of dbt's own time went into lines that no level let through
    from dbt.cli.main import dbtRunner

    _drop_repeated_flags()
    _keep_connections()
    settings = get_settings()
    project = settings.project_dir / "dbt_project"
    os.environ.update(_connection(settings))
    os.environ["LOUDONG_DBT_SEEDS"] = str(_seed_folder(project, policy_dir))
    structure = {name: variables[name] for name in STRUCTURAL_VARIABLES if name in variables}
    work = settings.state_dir.resolve() / "dbt" / settings.warehouse_database
    work /= "-".join(["project", *structure.values()])
    common = ["--no-write-json", "--no-use-colors", "--project-dir", str(project), "--profiles-dir", str(project)]
    common += ["--log-path", str(work / "logs"), "--target-path", str(work / "target")]
    manifest = _parsed(common, structure, project)
    outcome = dbtRunner(manifest=manifest).invoke([*arguments, *common, "--vars", json.dumps(variables)])
    return [_row(result) for result in getattr(_succeeded(outcome, " ".join(arguments)).result, "results", [])]


_manifests: dict[str, Any] = {}


def _parsed(common: list[str], structure: dict[str, Any], project: Path) -> Any:
    """The parsed project: what was parsed last in this process, as long as its structure and every file of the project
    and of the policy tables are the same."""
    from dbt.cli.main import dbtRunner

    seeds = (project / os.environ["LOUDONG_DBT_SEEDS"]).resolve()
    files = [path for folder in (project, seeds) for path in sorted(folder.rglob("*")) if path.is_file()]
    state = [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files]
    key = json.dumps([common, structure, state])
    if key not in _manifests:
        _manifests.clear()
        _manifests[key] = _succeeded(
            dbtRunner().invoke(["parse", *common, "--vars", json.dumps(structure)]), "parse"
        ).result
    manifest = _manifests[key]
    for node in manifest.nodes.values():
        # A build leaves in it what it compiled, with ephemeral models put in; the next one has variables of its own.
        if getattr(node, "compiled", False):
            node.compiled, node.compiled_code = False, None
            node.extra_ctes_injected, node.extra_ctes = False, []
    return manifest


def _drop_repeated_flags() -> None:
    """Every start of dbt adds its adapter's flags to a list of the process once more, and looks up where each of the
    list comes from on the whole call stack: a range of many days would grow slower by the day."""
    from dbt.adapters.base.impl import DEFAULT_BASE_BEHAVIOR_FLAGS as FLAGS

    FLAGS[:] = {flag["name"]: flag for flag in FLAGS}.values()


def _keep_connections() -> None:
    """Have each thread of dbt go on with its connection from node to node, as dbt-snowflake's `reuse_connections` does:
    a new one for every node costs a server process each, which has to learn the catalog before it plans. What a node
    left open ends with the node; dbt closes the connections when its command ends."""
    from dbt.adapters.postgres.connections import PostgresConnectionManager

    def release(manager: PostgresConnectionManager) -> None:
        connection = manager.get_if_exists()
        if connection is None or connection.state != "open":
            return
        connection.transaction_open = False
        try:
            connection.handle.rollback()
        except Exception:
            manager.clear_thread_connection()
            raise

    PostgresConnectionManager.release = release


def _succeeded(outcome: Any, command: str) -> Any:
    """What dbt came back with, unless it could not do its work at all."""
    if outcome.exception is not None:
        raise LoudongError(f"dbt could not run {command}: {outcome.exception}") from outcome.exception
    return outcome


def _seed_folder(project: Path, policy_dir: Path | None) -> Path:
    """Where dbt finds the policy tables, relative to the project (dbt takes no other)."""
    folder = (policy_dir or get_settings().policy_dir).resolve()
    return Path(os.path.relpath(folder, project))


def _connection(settings: Settings) -> dict[str, str]:
    """What profiles.yml asks for, and what libpq reads itself: certificates of a URL that names some."""
    place = target("pipeline", settings)
    certificates = ("sslrootcert", "sslcert", "sslkey")
    return {
        "LOUDONG_DBT_HOST": place.host,
        "LOUDONG_DBT_PORT": str(place.port),
        "LOUDONG_DBT_DATABASE": place.database,
        "LOUDONG_DBT_USER": place.user,
        "LOUDONG_DBT_PASSWORD": place.password,
        "LOUDONG_DBT_SSLMODE": place.options.get("sslmode", "prefer"),
        "LOUDONG_DBT_THREADS": str(settings.dbt_threads),
    } | {f"PG{name.upper()}": place.options[name] for name in certificates if name in place.options}


def _row(result: Any) -> dict[str, Any]:
    affected = (result.adapter_response or {}).get("rows_affected")
    folder = result.node.fqn[1]
    return {
        "layer": folder if folder in LAYERS else "seeds",
        "node": result.node.name,
        "resource": str(result.node.resource_type),
        "status": str(result.status),
        "started_at": _started_at(result),
        "seconds": float(result.execution_time),
        "rows": affected if isinstance(affected, int) and affected >= 0 else None,
        "message": " ".join(str(result.message or "").split())[:1000],
    }


def _started_at(result: Any) -> datetime | None:
    """When a node began; dbt's own times are UTC without saying so. None for a node that was skipped."""
    begun = [timing.started_at for timing in result.timing if timing.started_at]
    return min(begun).replace(tzinfo=UTC) if begun else None


def _record(run_id: str, results: list[dict[str, Any]]) -> None:
    with connect() as connection:
        connection.cursor().executemany(
            "insert into ops.dbt_result "
            "(run_id, layer, node_name, resource, status, started_at, seconds, row_count, message) values (%(run_id)s, "
            "%(layer)s, %(node)s, %(resource)s, %(status)s, %(started_at)s, %(seconds)s, %(rows)s, %(message)s)",
            [result | {"run_id": run_id} for result in results],
        )
