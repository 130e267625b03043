"""Promises of the registry: who scores, who decided it, and clear refusals where nobody can."""

import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from mlflow import MlflowClient
from risk_world import PORTFOLIO

from loudong.errors import LoudongError
from loudong.pipeline.runs import Run
from loudong.settings import Settings
from loudong.warehouse.connect import connect
from models import registry
from models.calibration import Calibrator
from models.champion import promote, rollback
from models.features import feature_version, model_features
from models.panel import Panel
from models.scorer import Scorer
from models.scoring import score

Register = Callable[..., tuple[str, str]]
FEATURES = model_features()
_numbers = itertools.count(1)


def land_portfolio() -> str:
    """Land a portfolio of which nothing is registered yet; its name."""
    portfolio = PORTFOLIO.model_copy(update={"name": f"book{next(_numbers)}"})
    with connect() as connection:
        connection.execute(
            "insert into landing.portfolio (name, content_hash, settings) values (%s, %s, %s)",
            (portfolio.name, portfolio.name, portfolio.model_dump_json()),
        )
    return portfolio.name


@pytest.fixture
def name(warehouse: Settings) -> str:
    """The name under which models of the current portfolio are registered; there are none yet."""
    return f"default_{land_portfolio()}_{warehouse.warehouse_database}"


def test_scoring_without_a_model_is_refused_in_one_sentence(name: str) -> None:
    message = f"^no model has been trained for {name}; run: loudong train$"
    assert not registry.has_champion()
    with pytest.raises(LoudongError, match=message):
        registry.load_champion()
    with pytest.raises(LoudongError, match=message):
        score(Run("r1", "daily", (date(2025, 3, 1),), PORTFOLIO, None))


@pytest.mark.parametrize("version", ["7", "newest"])
def test_promoting_an_unknown_version_is_refused_by_name(name: str, version: str) -> None:
    with pytest.raises(LoudongError, match=f"^{name} has no version {version}$"):
        promote(version, "Li Lei", "it is better")
    assert not registry.has_champion()


def test_the_first_version_scores_and_the_second_waits_until_a_person_promotes_it(
    name: str, scorer: Scorer, register: Register
) -> None:
    assert register(name, scorer) == ("1", "champion")
    assert register(name, scorer) == ("2", "challenger")
    assert registry.load_champion().version == "1"
    with pytest.raises(LoudongError, match=f"^{name} has no version 3$"):
        promote("3", "Li Lei", "a slip of the finger")
    assert registry.load_champion().version == "1"
    assert promote("2", "Li Lei", "更好", despite_verdict=True) == f"{name} version 2"
    assert registry.load_champion().version == "2"
    kept = MlflowClient().get_model_version(name, "2")
    assert kept.tags == {"promoted_by": "Li Lei", "promoted_because": "更好"}
    assert kept.aliases == ["champion"]


def test_a_registered_model_scores_just_as_before_it_was_registered(
    name: str, scorer: Scorer, register: Register, learned: Panel
) -> None:
    register(name, scorer)
    loaded = registry.load_champion()
    assert replace(loaded, booster=scorer.booster) == replace(scorer, model_name=name, version="1")
    values = learned.values
    before, after = (np.asarray(one.booster.predict(values, raw_score=True)) for one in (scorer, loaded))
    assert np.array_equal(before, after)
    assert loaded.booster.feature_name() == [feature.name for feature in FEATURES]


def test_a_training_keeps_what_it_learned_from_and_how_well_it_did(
    name: str, scorer: Scorer, register: Register, learned: Panel
) -> None:
    version, _ = register(name, scorer)
    client = MlflowClient()
    run = client.get_run(str(client.get_model_version(name, version).run_id))
    assert run.data.params["panel_hash"] == learned.content_hash
    assert run.data.params["panel_rows"] == str(len(learned))
    assert run.data.params["feature_version"] == scorer.feature_version
    assert run.data.params["label_known_before"] == "2025-02-01T00:00:00+00:00"
    assert run.data.metrics["bads"] == learned.bad.sum()
    assert run.data.metrics["auc_low"] < run.data.metrics["auc"] < run.data.metrics["auc_high"]


def test_a_model_of_one_portfolio_never_scores_another(name: str, scorer: Scorer, register: Register) -> None:
    register(name, scorer)
    assert registry.has_champion()
    other = land_portfolio()
    assert not registry.has_champion()
    with pytest.raises(LoudongError, match=f"^no model has been trained for default_{other}_"):
        registry.load_champion()


def test_a_model_of_another_feature_list_is_refused_with_both_versions(
    name: str, scorer: Scorer, register: Register
) -> None:
    register(name, replace(scorer, feature_version="abcdefabcdef"))
    message = (
        f"{name} version 1 was trained on feature list abcdefabcdef, this release has {feature_version(FEATURES)}; "
    )
    assert registry.has_champion()
    with pytest.raises(LoudongError, match=f"^{re.escape(message)}"):
        registry.load_champion()


def test_the_first_model_that_fits_the_feature_list_takes_the_place_of_one_that_cannot_score(
    name: str, scorer: Scorer, register: Register
) -> None:
    register(name, replace(scorer, feature_version="abcdefabcdef"))
    assert register(name, scorer) == ("2", "champion")
    assert register(name, scorer) == ("3", "challenger")
    with pytest.raises(LoudongError, match="version 1 was trained on feature list abcdefabcdef"):
        promote("1", "A. Person", "because", despite_verdict=True)
    assert registry.load_champion().version == "2"


def said(name: str, verdict: str) -> None:
    """Have the rule have said of version 2 beside version 1 what `verdict` says."""
    with connect() as connection:
        connection.execute(
            "insert into ops.model_comparison (model_name, challenger_version, champion_version, verdict, n, bads, "
            "findings) values (%s, '2', '1', %s, 1000, 60, '[]')",
            (name, verdict),
        )


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [
        (None, "they were never compared"),
        ("not_better", "the rule says: not better"),
        ("not_enough_data", "the rule says: not enough data"),
    ],
)
def test_a_challenger_of_which_the_rule_does_not_say_that_it_is_better_is_not_promoted(
    name: str, scorer: Scorer, register: Register, verdict: str | None, reason: str
) -> None:
    register(name, scorer)
    register(name, scorer)
    if verdict is not None:
        said(name, verdict)
    with pytest.raises(LoudongError, match=f"^{name} version 2 may not take the place of version 1: {reason} "):
        promote("2", "Li Lei", "a feeling")
    assert registry.load_champion().version == "1"
    assert promote("2", "Li Lei", "it is needed", despite_verdict=True) == f"{name} version 2"


def test_a_better_challenger_is_promoted_and_one_command_goes_back(
    name: str, scorer: Scorer, register: Register
) -> None:
    register(name, scorer)
    register(name, scorer)
    said(name, "better")
    promote("2", "Li Lei", "better by 0.01")
    assert registry.load_champion().version == "2"
    with pytest.raises(LoudongError, match=f"^{name} version 2 is the champion already$"):
        promote("2", "Li Lei", "twice")
    assert rollback("Han Meimei", "complaints") == f"{name} version 1"
    assert registry.load_champion().version == "1"
    with connect() as connection:
        kept = connection.execute(
            "select model_version, replaced_version, kind, promoted_by, because, verdict from ops.model_promotion "
            "where model_name = %s order by promoted_at",
            (name,),
        ).fetchall()
    assert kept == [
        ("2", "1", "promotion", "Li Lei", "better by 0.01", "better"),
        ("1", "2", "rollback", "Han Meimei", "complaints", None),
    ]


def test_without_a_champion_before_there_is_nothing_to_go_back_to(
    name: str, scorer: Scorer, register: Register
) -> None:
    register(name, scorer)
    with pytest.raises(LoudongError, match=f"^{name} has had one champion only: there is nothing to go back to$"):
        rollback("Han Meimei", "complaints")


def test_a_model_is_kept_as_it_was_judged_beside_the_one_that_scores(
    name: str, scorer: Scorer, register: Register, learned: Panel
) -> None:
    register(name, scorer)
    assert registry.load_judged(name, "1") is None
    judged = replace(scorer, calibrator=Calibrator(slope=0.5, intercept=-2.0))
    version, _ = register(name, scorer, judged)
    kept = registry.load_judged(name, version)
    assert kept is not None
    assert np.array_equal(kept.pd_encoded(learned.values), judged.pd_encoded(learned.values))
    scores = registry.load_registered(name, version).pd_encoded(learned.values)
    assert not np.array_equal(kept.pd_encoded(learned.values), scores)
