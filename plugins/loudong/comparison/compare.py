"""Comparing what we knew then with what we know now, of one customer and date.

The date is built a second time by the same SQL with the cutoff moved to now, by an exclusive run of the kind
`comparison`, into the schema `aside`. Whatever stands there is dropped before and after: nothing that is published, and
nothing that the next run builds on, is touched.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from loudong.comparison.aside import aside_run, policy_of
from loudong.comparison.decision import Decision, decision_now, decision_then
from loudong.comparison.differences import Difference, contracts, features
from loudong.comparison.landed import LandedRow, changed_rows, rows_of_others
from loudong.comparison.standing import Standing, standing_for
from loudong.errors import LoudongError
from loudong.landing.customers import require_customer
from loudong.pipeline import runs, steps
from loudong.transform.aside import SCHEMA
from loudong.warehouse.connect import Connection, connect
from loudong.warehouse.migrate import check_version


@dataclass(frozen=True)
class Comparison:
    """Both sides of one customer and date.

    `features`, `contracts` and `decision` hold every column, also those that are equal. `rows` are the landed versions
    that the run that stands did not know, newest first; `other_rows` counts those of everybody else, which move what is
    said about peers and neighbours. `notes` say what the comparison could not do.
    """

    customer_id: str
    standing: Standing
    known_before: datetime
    features: list[Difference]
    contracts: list[Difference]
    decision: list[Difference]
    rows: list[LandedRow]
    other_rows: dict[str, int]
    notes: list[str]

    @property
    def differing(self) -> list[Difference]:
        return [one for one in (*self.features, *self.contracts, *self.decision) if one.differs]


def compare(customer_id: str, as_of_date: date, on_progress: Callable[[str], None]) -> Comparison:
    """What the run that stands for `as_of_date` says of the customer, beside what the same SQL says today.

    Raises LoudongError for an unknown customer, a date that is not built or whose rows retention deleted, and a
    customer described on neither side; RunBusyError while a run or a load is at work.
    """
    with connect() as connection:
        check_version(connection)
        standing = standing_for(connection, as_of_date)
        require_customer(connection, customer_id)
    notes: list[str] = []
    with policy_of(standing, notes) as (policy_version, policy_dir), aside_run(as_of_date, policy_version) as run:
        known_before = datetime.now(UTC)
        on_progress(f"building {as_of_date} from what is known today")
        steps.build_aside(run.run_id, SCHEMA, known_before, policy_dir)
        with connect() as connection:
            return _compare(connection, run, customer_id, standing, known_before, notes)


def _compare(
    connection: Connection,
    run: runs.Run,
    customer_id: str,
    standing: Standing,
    known_before: datetime,
    notes: list[str],
) -> Comparison:
    described = features(connection, standing.run_id, run.run_id, standing.as_of_date, customer_id)
    owed = contracts(connection, standing.run_id, run.run_id, standing.as_of_date, customer_id)
    if not described and not owed:
        raise LoudongError(
            f"customer {customer_id} is not described on {standing.as_of_date}: there was no business with it then, "
            "as far as was known then and is known now"
        )
    then = decision_then(connection, standing.run_id, standing.as_of_date, customer_id)
    now = Decision()
    if then.tier is not None:
        now = decision_now(connection, run, standing, customer_id, notes)
    mine = changed_rows(connection, standing, customer_id, _places(described, "building_id", owed), _places(described))
    return Comparison(
        customer_id,
        standing,
        known_before,
        described,
        owed,
        then.beside(now),
        mine,
        rows_of_others(connection, standing, customer_id, {row.entity for row in mine}),
        notes,
    )


def _places(
    described: list[Difference], column: str = "industry_code", owed: list[Difference] | None = None
) -> list[str]:
    """The codes that either side names in `column`."""
    found = {value for one in (*described, *(owed or ())) if one.column == column for value in (one.then, one.now)}
    return sorted(str(value) for value in found - {None})
