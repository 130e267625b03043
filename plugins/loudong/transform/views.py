"""Whether the views of `bi` stand as a run would make them: making them anew each day costs more than deciding does."""

import hashlib
import json

from loudong.pipeline.runs import Run
from loudong.settings import get_settings
from loudong.transform.dbt import digest_files, run_variables
from loudong.warehouse.connect import connect

# What differs from run to run, and is in no view.
OF_A_RUN = ("run_id", "run_kind", "newest_file_id", "as_of_dates")


def views_version(run: Run) -> str:
    """A hash over all that makes the views: the SQL, the descriptions, and what the portfolio sets."""
    variables = {name: value for name, value in run_variables(run).items() if name not in OF_A_RUN}
    digest = hashlib.md5(json.dumps(variables, sort_keys=True).encode(), usedforsecurity=False)
    models = get_settings().project_dir / "dbt_project" / "models"
    digest_files(digest, models.rglob("*.yml"))
    return digest.hexdigest()


def views_stand(version: str) -> bool:
    """Whether making `version` is what was done last, and done well, and every view is still there."""
    with connect() as connection:
        made = connection.execute(
            "select state, detail ->> 'views_version' from ops.run_step where step = 'build_reporting' "
            "order by started_at desc limit 1"
        ).fetchone()
        found = connection.execute("select viewname from pg_views where schemaname = 'bi'").fetchall()
    return made == ("success", version) and view_names() <= {name for (name,) in found}


def view_names() -> set[str]:
    """The views of the reporting layer; its models called `rpt_` are parts of them."""
    folder = get_settings().project_dir / "dbt_project" / "models" / "reporting"
    return {path.stem for path in folder.glob("*.sql") if not path.stem.startswith("rpt_")}
