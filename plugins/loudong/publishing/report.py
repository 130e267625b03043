"""The report of a published date: one self-contained HTML page."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loudong.errors import LoudongError
from loudong.publishing import ledger, plots
from loudong.publishing.report_data import Record, collect
from loudong.settings import get_settings
from loudong.warehouse.connect import connect

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATE_DIR = Path(__file__).with_name("templates")


def write_report(as_of_date: date) -> Path:
    """Write <reports_dir>/<as_of_date>.html from what is published for the date; its path.

    A report that is there is replaced in one step. Raises LoudongError for a date that is not published.
    """
    with connect() as connection:
        standing = ledger.standing_publication(connection, as_of_date)
        if standing is None:
            raise LoudongError(f"{as_of_date} is not published, there is nothing to report; run the date first")
        data = collect(connection, as_of_date, standing[1])
    path = get_settings().reports_dir / f"{as_of_date}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(render(data), encoding="utf-8")
    return partial.replace(path)


def render(data: dict[str, Any]) -> str:
    """The page as text; every value is escaped but the plots."""
    from markupsafe import Markup

    days: list[Record] = data["days"]
    shares = [(day["as_of_date"], day["high_count"], day["medium_count"], day["low_count"]) for day in days]
    # Markup is safe here: matplotlib escapes the text that it writes into an SVG.
    drawn = {
        "tier_shares": Markup(plots.tier_shares(shares)),
        "pd_distribution": Markup(plots.pd_distribution(data["pds"], data["cutoffs"])),
        "delinquency": Markup(plots.delinquency(data["buckets"])),
    }
    return environment().get_template("report.html.j2").render(data, plots=drawn)


def environment(*folders: Path) -> "Environment":
    """How pages are made: everything is escaped, a name that is not given is an error; the style of all pages is
    found beside the template of the run report."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader([*folders, TEMPLATE_DIR]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(amount=_amount, pct=_pct, number=_number, change=_change)
    return made


def _amount(value: Any) -> str:
    return "–" if value is None else f"{value:,.0f}"


def _pct(value: Any, digits: int = 1) -> str:
    return "–" if value is None else f"{100 * float(value):.{digits}f} %"


def _number(value: Any, digits: int = 3) -> str:
    return "–" if value is None else f"{float(value):.{digits}f}"


def _change(now: Any, before: Any) -> str:
    """The signed difference to the published date before; empty when there is none."""
    if before is None or now is None:
        return ""
    return f"{now - before:+,.0f}"
