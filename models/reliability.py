"""Whether probabilities come true, tier by tier and tenth by tenth; what a list of the team's size would find."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields

import numpy as np
import numpy.typing as npt
from scipy.stats import beta

from loudong.warehouse.connect import Connection, connect
from models.evaluation import LEAST_OF_EACH
from models.metrics import Floats, brier, log_loss
from models.panel import Panel
from models.splits import Mask

CONFIDENCE = 0.95
TENTHS = 10


@dataclass(frozen=True)
class Bin:
    """Observed beside expected in one tier or tenth (1 is the riskiest). A row of `ops.model_calibration`.

    `state`: `within` where the mean pd lies in the interval of the default rate, `more` and `fewer` where more or fewer
    defaulted than that, `not_enough_data` below 10 defaults, observed and expected.
    """

    bin_kind: str
    bin_code: str
    n: int
    bads: int
    mean_pd: float | None
    bad_rate: float | None
    bad_rate_low: float | None
    bad_rate_high: float | None
    brier: float | None
    log_loss: float | None
    state: str


@dataclass(frozen=True)
class WorkList:
    """What the riskiest `capacity` customers of each date hold. A row of `ops.model_precision`.

    `hits` of the `told` customer-dates defaulted (`precision_ratio`), and they are `recall_ratio` of all `bads`.
    """

    capacity: int
    told: int
    hits: int
    bads: int
    precision_ratio: float | None
    precision_low: float | None
    precision_high: float | None
    recall_ratio: float | None
    state: str


def jeffreys(bads: float, n: float) -> tuple[float, float]:
    """95 % interval of a rate (Jeffreys; Brown, Cai and DasGupta 2001): 1 of 10 gives 0.011 to 0.381."""
    low, high = beta.ppf([(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], bads + 0.5, n - bads + 0.5)
    return float(low), float(high)


def calibration(
    bad: Floats, pd: Floats, customers: npt.NDArray[np.str_], tiers: dict[str, tuple[float, float]]
) -> list[Bin]:
    """Each of the `tiers` (min_pd belongs to it, max_pd does not) and each tenth of the rows by pd."""
    return [_bin(kind, code, bad[here], pd[here], customers[here]) for kind, code, here in _bins(pd, tiers)]


def _bins(pd: Floats, tiers: dict[str, tuple[float, float]]) -> Iterator[tuple[str, str, Mask]]:
    for tier, (least, most) in tiers.items():
        yield "tier", tier, (pd >= least) & (pd < most)
    for number, rows in enumerate(np.array_split(np.argsort(-pd, kind="stable"), TENTHS), start=1):
        here = np.zeros(len(pd), dtype=bool)
        here[rows] = True
        yield "decile", str(number), here


def _bin(kind: str, code: str, bad: Floats, pd: Floats, customers: npt.NDArray[np.str_]) -> Bin:
    n, bads = len(bad), int(bad.sum())
    if not n:
        return Bin(kind, code, 0, 0, None, None, None, None, None, None, "not_enough_data")
    rate, expected = float(bad.mean()), float(pd.mean())
    low, high = _interval(rate, customers)
    enough = max(bads, pd.sum()) >= LEAST_OF_EACH
    state = "within" if low <= expected <= high else "more" if rate > expected else "fewer"
    told = state if enough else "not_enough_data"
    return Bin(kind, code, n, bads, expected, rate, low, high, brier(bad, pd), log_loss(bad, pd), told)


def _interval(rate: float, customers: npt.NDArray[np.str_]) -> tuple[float, float]:
    """A customer counts once: the outcomes of its dates, whose horizons overlap, are nearly one."""
    n = len(np.unique(customers))
    return jeffreys(rate * n, n)


def work_list(bad: Floats, pd: Floats, customers: npt.NDArray[np.str_], dates: np.ndarray, capacity: int) -> WorkList:
    """What the `capacity` riskiest of each date would have been: how many of them defaulted, and of all defaults."""
    chosen = np.zeros(len(bad), dtype=bool)
    for day in np.unique(dates):
        rows = np.flatnonzero(dates == day)
        chosen[rows[np.argsort(-pd[rows], kind="stable")[:capacity]]] = True
    told, hits, bads = int(chosen.sum()), int(bad[chosen].sum()), int(bad.sum())
    if not told or bads < LEAST_OF_EACH:
        return WorkList(capacity, told, hits, bads, None, None, None, None, "not_enough_data")
    low, high = _interval(hits / told, customers[chosen])
    return WorkList(capacity, told, hits, bads, hits / told, low, high, hits / bads, "ok")


def judge_reliability(panel: Panel, judged: Mask, pd: Floats) -> tuple[list[Bin], WorkList]:
    """Both for the judged rows of a panel, by the tiers and the team of the policy that it was built with.

    Of a panel that holds a share of the customers, the list is as much shorter.
    """
    bad, customers, dates = panel.bad[judged], panel.customers[judged], panel.dates[judged]
    with connect() as connection:
        tiers, capacity = _tiers(connection), _capacity(connection)
    listed = max(1, round(capacity * panel.customer_share))
    return calibration(bad, pd, customers, tiers), work_list(bad, pd, customers, dates, listed)


def _tiers(connection: Connection) -> dict[str, tuple[float, float]]:
    rows = connection.execute(
        "select tier, min_pd::double precision, coalesce(max_pd::double precision, 'infinity') "
        "from staging.policy_tier_cutoff order by min_pd desc"
    ).fetchall()
    return {tier: (least, most) for tier, least, most in rows}


def _capacity(connection: Connection) -> int:
    """Open alerts that the team can hold."""
    row = connection.execute("select sum(open_alert_capacity)::integer from staging.policy_team_member").fetchone()
    return int(row[0]) if row else 0


def record_reliability(model_name: str, version: str, protocol: str, bins: list[Bin], listed: WorkList) -> None:
    """Keep both."""
    with connect() as connection:
        for table, rows in (("model_calibration", bins), ("model_precision", [listed])):
            columns = ["model_name", "model_version", "protocol", *(field.name for field in fields(rows[0]))]
            connection.cursor().executemany(
                f"insert into ops.{table} ({', '.join(columns)}) "
                f"values ({', '.join(f'%({name})s' for name in columns)})".encode(),
                [
                    asdict(row) | {"model_name": model_name, "model_version": version, "protocol": protocol}
                    for row in rows
                ],
            )
