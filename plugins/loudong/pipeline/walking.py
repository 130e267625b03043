"""Walk-forward: what has to be trained, and built, before the past dates of a run can be scored."""

from datetime import date

from loudong.errors import LoudongError, TooLittleError
from loudong.pipeline.panels import panel_dates, standing_panel
from loudong.pipeline.runs import Run, read_run
from loudong.warehouse.connect import connect


def lacks_panel(run_id: str) -> bool:
    """Whether a panel has to be built before the quarters of the run can be settled."""
    from models.walk_forward import lacking_quarters

    run, _ = read_run(run_id)
    lacking = lacking_quarters(run)
    try:
        return bool(lacking) and _panel_for(run, lacking) is None
    except TooLittleError:
        return False


def settle_quarters(run: Run) -> dict[str, str]:
    """Settle what scores the quarters of the run; of those that were not settled yet, what became of them.

    A LoudongError where a panel has to be built first.
    """
    from models.walk_forward import lacking_quarters, train_quarters, without_model

    lacking = lacking_quarters(run)
    if not lacking:
        return {}
    try:
        panel_run_id = _panel_for(run, lacking)
    except TooLittleError as error:
        settled = without_model(run.portfolio, lacking, str(error))
    else:
        if panel_run_id is None:
            raise LoudongError("no panel holds what was known by the dates to score; run: loudong train --walk-forward")
        settled = train_quarters(read_run(panel_run_id)[0], lacking)
    return {model.quarter_start_date.isoformat(): model.summary() for model in settled}


def _panel_for(run: Run, quarters: list[date]) -> str | None:
    """The standing panel that holds what was known when the newest of the quarters began; None where it has to be
    built. A TooLittleError where nothing was known."""
    from models.quarters import known_before

    with connect() as connection:
        dates = panel_dates(connection, known_before(max(quarters), run.portfolio.timezone))
        return standing_panel(connection, dates)
