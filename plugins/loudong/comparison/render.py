"""A comparison as text for people, and as JSON."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from loudong.comparison.compare import Comparison
from loudong.comparison.differences import Difference
from loudong.comparison.landed import LandedRow

WIDTHS = (44, 24, 24)


def as_json(comparison: Comparison, show_all: bool) -> str:
    """The comparison as one JSON object; columns that are equal only with `show_all`."""
    standing = comparison.standing

    def kept(found: list[Difference]) -> list[dict[str, Any]]:
        return [asdict(one) | {"differs": one.differs} for one in found if show_all or one.differs]

    return json.dumps(
        {
            "customer_id": comparison.customer_id,
            "as_of_date": standing.as_of_date,
            "standing_run_id": standing.run_id,
            "standing_kind": standing.kind,
            "then_known_before": standing.cutoff_at,
            "now_known_before": comparison.known_before,
            "features": kept(comparison.features),
            "contracts": kept(comparison.contracts),
            "decision": kept(comparison.decision),
            "landed_rows": [asdict(row) for row in comparison.rows],
            "rows_of_other_customers": comparison.other_rows,
            "notes": comparison.notes,
        },
        default=_plain,
        ensure_ascii=False,
        indent=1,
    )


def lines(comparison: Comparison, show_all: bool) -> Iterator[str]:
    """The comparison in lines; columns that are equal only with `show_all`."""
    standing = comparison.standing
    zone = ZoneInfo(standing.timezone)
    yield f"{comparison.customer_id} on {standing.as_of_date}"
    yield f"  then: known before {_moment(standing.cutoff_at, zone)}, {standing.kind} run {standing.run_id}"
    yield f"  now:  known before {_moment(comparison.known_before, zone)}"
    groups = [("customer", comparison.features), *_by_contract(comparison.contracts), ("decision", comparison.decision)]
    for title, found in groups:
        shown = [one for one in found if show_all or one.differs]
        if shown:
            yield ""
            yield _columns(title, "then", "now")
            yield from (_columns(f"  {one.column}", _text(one.then), _text(one.now)) for one in shown)
    if not comparison.differing:
        yield "\nnothing differs: what is known today says of this date what was said then"
    yield ""
    if comparison.rows:
        yield "landed rows that the run did not know, newest first"
        yield from (_landed(row, zone) for row in comparison.rows)
    else:
        yield "no row of this customer, its buildings or its industry landed that the run did not know"
    if comparison.other_rows:
        counted = ", ".join(f"{name} {count:,}" for name, count in comparison.other_rows.items())
        yield f"rows of other customers that it did not know (they move what is said about peers): {counted}"
    yield from (f"note: {note}" for note in comparison.notes)


def _by_contract(found: list[Difference]) -> list[tuple[str, list[Difference]]]:
    names = dict.fromkeys(one.contract_id for one in found)
    return [(f"contract {name}", [one for one in found if one.contract_id == name]) for name in names]


def _columns(*cells: str) -> str:
    return "".join(f"{cell:<{width}}" for cell, width in zip(cells, WIDTHS, strict=True)).rstrip()


def _landed(row: LandedRow, zone: ZoneInfo) -> str:
    key = ", ".join(f"{name} {value}" for name, value in row.key.items() if name != "customer_id")
    values = row.values.items()
    if row.change == "changed":
        what = ", ".join(f"{name} {_text(before)} -> {_text(after)}" for name, (before, after) in values)
    else:
        what = ", ".join(f"{name} {_text(after)}" for name, (_, after) in values)
    change = f"{row.change}: {what}" if what else row.change
    return f"  {_moment(row.observed_at, zone)}  {row.entity} {key}  {change}  ({row.path}:{row.line})"


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(" ", "seconds")


def _text(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)  # an amount is not rounded
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in JSON")
