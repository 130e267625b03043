"""The champion: the version that scores, made so by the first training, by a person, or by going back."""

from typing import TYPE_CHECKING, Literal

from loudong.errors import LoudongError
from loudong.warehouse.connect import connect
from models.registry import (
    CHALLENGER,
    CHAMPION,
    aliases,
    current_name,
    read_sidecar,
    require_champion,
    require_fit,
    require_version,
)
from models.tracking import mlflow_client, reaching_mlflow

if TYPE_CHECKING:
    from mlflow import MlflowClient

Kind = Literal["first", "promotion", "rollback"]


@reaching_mlflow()
def promote(version: str, by: str, because: str, despite_verdict: bool = False) -> str:
    """Make `version` the champion and keep who decided it and why; the model's name and version.

    Refuses with a LoudongError a version that does not exist or was trained on another feature list, and, unless
    `despite_verdict`, one of which the rule does not say that it is better than the champion.
    """
    name = current_name()
    client = mlflow_client()
    require_version(client, name, version)
    champion = aliases(client, name).get(CHAMPION)
    if champion == version:
        raise LoudongError(f"{name} version {version} is the champion already")
    verdict = None if champion is None else verdict_of(name, version, champion)
    if champion is not None and verdict != "better" and not despite_verdict:
        said = "they were never compared" if verdict is None else f"the rule says: {verdict.replace('_', ' ')}"
        raise LoudongError(
            f"{name} version {version} may not take the place of version {champion}: {said} (loudong evaluate); "
            "to do it all the same add --despite-verdict"
        )
    _make_champion(client, name, version, champion, "promotion", by, because, verdict)
    return f"{name} version {version}"


@reaching_mlflow()
def rollback(by: str, because: str) -> str:
    """Make the version the champion in whose place the present one came; the model's name and version."""
    client, name, champion = require_champion()
    before = champion_before(name)
    require_version(client, name, before)
    _make_champion(client, name, before, champion, "rollback", by, because, None)
    return f"{name} version {before}"


@reaching_mlflow()
def better_challenger() -> dict[str, str] | None:
    """The challenger that the rule calls better than the champion, with its figures as one sentence; None without."""
    name = current_name()
    versions = aliases(mlflow_client(), name)
    if not {CHAMPION, CHALLENGER} <= set(versions):
        return None
    version, champion = versions[CHALLENGER], versions[CHAMPION]
    with connect() as connection:
        row = connection.execute(
            "select auc_champion, auc_challenger, auc_gain_low, auc_gain_high, n, bads, first_date, last_date "
            "from ops.model_comparison where model_name = %s and challenger_version = %s and champion_version = %s "
            "and verdict = 'better'",
            (name, version, champion),
        ).fetchone()
    if row is None:
        return None
    before, after, low, high, n, bads, first, last = row
    figures = (
        f"On {n:,} customer-dates from {first} to {last} with {bads:,} defaults that neither had seen: "
        f"AUC {after:.3f}, champion (version {champion}) {before:.3f}; gain {low:+.4f} to {high:+.4f} (95 %)."
    )
    return {"model_name": name, "version": version, "champion": champion, "figures": figures}


def _make_champion(
    client: "MlflowClient",
    name: str,
    version: str,
    replaced: str | None,
    kind: Kind,
    by: str,
    because: str,
    verdict: str | None,
) -> None:
    require_fit(read_sidecar(client, name, version), name, version)
    client.set_model_version_tag(name, version, "promoted_by", by)
    client.set_model_version_tag(name, version, "promoted_because", because)
    client.set_registered_model_alias(name, CHAMPION, version)
    if aliases(client, name).get(CHALLENGER) == version:
        client.delete_registered_model_alias(name, CHALLENGER)
    record_promotion(name, version, replaced, kind, by, because, verdict)


def verdict_of(model_name: str, challenger: str, champion: str) -> str | None:
    """What the rule said of this pair; None where they were never compared."""
    with connect() as connection:
        row = connection.execute(
            "select verdict from ops.model_comparison "
            "where model_name = %s and challenger_version = %s and champion_version = %s",
            (model_name, challenger, champion),
        ).fetchone()
    return str(row[0]) if row else None


def record_promotion(
    model_name: str, version: str, replaced: str | None, kind: Kind, by: str, because: str, verdict: str | None
) -> None:
    """Keep who made `version` the champion, in whose place, and why."""
    with connect() as connection:
        connection.execute(
            "insert into ops.model_promotion "
            "(model_name, model_version, replaced_version, kind, promoted_by, because, verdict) "
            "values (%s, %s, %s, %s, %s, %s, %s)",
            (model_name, version, replaced, kind, by, because, verdict),
        )


def champion_before(model_name: str) -> str:
    """The version in whose place the present champion came. A LoudongError when there was none."""
    with connect() as connection:
        row = connection.execute(
            "select replaced_version from ops.model_promotion where model_name = %s order by promoted_at desc limit 1",
            (model_name,),
        ).fetchone()
    if row is None or row[0] is None:
        raise LoudongError(f"{model_name} has had one champion only: there is nothing to go back to")
    return str(row[0])
