"""The whole small portfolio on a date: one row per described customer, one per contract."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from oracle import movement, observed, peers, repayment, trends
from oracle.contracts import INNER, Standing, newest_customers, standings
from oracle.coverage import ZERO
from oracle.landed import Landed, Moment, Row, by, ratio

from loudong.portfolio.settings import PortfolioSettings

Values = dict[str, Any]
LEFT_DAYS = 30
SHRINKAGE = 20
CODES = ("customer_type_code", "industry_code", "education_code", "employment_code", "account_type_code")


def describe(landed: Landed, portfolio: PortfolioSettings, moment: Moment) -> tuple[list[Values], list[Values]]:
    """Rows of marts.fct_customer_features and of marts.fct_contract_delinquency."""
    found = standings(landed, portfolio, moment)
    contracts = [
        {column: value for column, value in fact.items() if column not in INNER}
        for standing in found.values()
        for fact in standing.contracts.values()
    ]
    rows = {name: by(landed.known(name, moment), "customer_id") for name in landed.rows if _is_personal(landed, name)}
    places = main_buildings(found, rows["occupancy"], moment)
    features: dict[str, Values] = {}
    for customer in newest_customers(landed, moment):
        name = customer["customer_id"]
        if portfolio.judged_dates == "listed":
            is_chosen = any(row["judged_date"] == moment.day for row in rows["judged_customer"][name])
        else:
            is_chosen = _is_active(found.get(name), rows["occupancy"][name], moment)
        if is_chosen and customer["onboarded_date"] <= moment.day:
            features[name] = _own(customer, found.get(name), rows, portfolio, moment)
            features[name]["building_id"] = places.get(name)
    _in_context(features, landed, found, rows, moment)
    peers.compare(features, landed, rows, moment)
    return [{"customer_id": name, "as_of_date": moment.day, **values} for name, values in features.items()], contracts


def _is_personal(landed: Landed, name: str) -> bool:
    return name not in ("building", "industry_indicator")


def _is_active(standing: Standing | None, occupancies: list[Row], moment: Moment) -> bool:
    ends = [fact["closed_date"] for fact in standing.contracts.values()] if standing else []
    ends += [row["end_date"] for row in occupancies]
    return any(end is None or (moment.day - end).days < LEFT_DAYS for end in ends)


def _own(
    customer: Row,
    standing: Standing | None,
    rows: dict[str, dict[str, list[Row]]],
    portfolio: PortfolioSettings,
    moment: Moment,
) -> Values:
    """What a customer's own rows say."""
    name, day = customer["customer_id"], moment.day
    values: Values = {column: customer[column] for column in CODES}
    values["tenure_days"] = (day - customer["onboarded_date"]).days
    founded = customer["registered_date"]
    values["business_age_days"] = (day - founded).days if founded else None
    families: list[Callable[[], Values]] = [
        lambda: repayment.repayment(standing, day),
        lambda: repayment.lateness(standing, day, portfolio.default_dpd_days is not None),
        lambda: repayment.paid(rows["payment"][name], day),
        lambda: repayment.history(standing, day),
        lambda: _exposure(standing, day),
        lambda: movement.movement(rows["transaction"][name], moment),
        lambda: observed.credit_score(rows["credit_score"][name], day),
        lambda: observed.reported_status(rows["repayment_status"][name], day),
        lambda: observed.balance(rows["account_balance"][name], day),
        lambda: observed.statement(rows["financial_statement"][name], day),
        lambda: observed.contact(rows["interaction"][name], rows["payment"][name], moment),
        lambda: observed.occupancy(rows["occupancy"][name], day),
        lambda: trends.score_trend(rows["credit_score"][name], day),
        lambda: trends.status_trend(rows["repayment_status"][name], day),
        lambda: trends.balance_trend(rows["account_balance"][name], day),
        lambda: trends.headroom(list(standing.contracts.values()) if standing else []),
        lambda: trends.statement_trend(rows["financial_statement"][name], day),
        lambda: trends.contact_trend(rows["interaction"][name], rows["payment"][name], moment),
        lambda: trends.unit_trend(rows["occupancy"][name], day),
    ]
    for family in families:
        values |= family()
    return values | _between_families(values)


def _exposure(standing: Standing | None, day: Any) -> Values:
    facts = list(standing.contracts.values()) if standing else []
    if not facts:
        return {}
    amounts = {fact["contract_id"]: _exposed(fact) for fact in facts}
    alive = [fact for fact in facts if fact["is_open"]]
    limits = [fact["limit_amount"] for fact in alive if fact["limit_amount"] is not None]
    deposits = [fact["deposit_amount"] for fact in alive if fact["deposit_amount"] is not None]
    drawn = [fact for fact in alive if fact["balance_amount"] is not None]
    drawn_limits = [fact["limit_amount"] for fact in drawn if fact["limit_amount"] is not None]
    total = sum((amount for amount in amounts.values() if amount is not None), ZERO)
    deposit = sum(deposits, ZERO) if deposits else None
    return {
        "exposure_amount": total,
        "limit_amount": sum(limits, ZERO) if limits else None,
        "deposit_ratio": ratio(deposit, total),
        "open_contract_count": len(alive),
        "contract_count": len(facts),
        "is_restructured": any(fact["is_restructured"] for fact in facts),
        "interest_rate_pct": max(
            (f["interest_rate_pct"] for f in alive if f["interest_rate_pct"] is not None), default=None
        ),
        "oldest_contract_age_days": max((day - fact["start_date"]).days for fact in facts),
        "remaining_term_days": min(((f["end_date"] - day).days for f in alive if f["end_date"]), default=None),
        "utilisation_ratio": ratio(
            sum((fact["balance_amount"] for fact in drawn), ZERO) if drawn else None,
            sum(drawn_limits, ZERO) if drawn_limits else None,
        ),
    }


def _exposed(fact: Values) -> Any:
    """Balance, else unpaid schedule, else the limit of an open contract; of a closed one what is past due."""
    if fact["is_open"]:
        known = [fact["balance_amount"], fact["unpaid_amount"], fact["agreed_limit_amount"]]
        amount = next((value for value in known if value is not None), None)
    else:
        amount = fact["past_due_amount"]
    return max(amount, ZERO) if amount is not None else ZERO


def _between_families(v: Values) -> Values:
    """Ratios of one family to another."""
    get = v.get
    values: Values = {"past_due_ratio": ratio(get("past_due_amount"), get("exposure_amount"))}
    for window in (30, 90, 180, 365):
        values[f"paid_ratio_{window}d"] = ratio(get(f"paid_amount_{window}d"), get(f"due_amount_{window}d"))
    quarter, year = values["paid_ratio_90d"], values["paid_ratio_365d"]
    values["paid_ratio_change"] = quarter - year if quarter is not None and year is not None else None
    values["due_to_inflow_90d_ratio"] = ratio(get("due_amount_90d"), get("inflow_amount_90d"))
    for month in range(5):
        values[f"paid_to_balance_ratio_m{month}"] = ratio(
            get(f"paid_amount_m{month}"), get(f"balance_amount_m{month + 1}")
        )
    now, then = get("balance_amount_m0"), get("balance_amount_m5")
    change = now - then if now is not None and then is not None else None
    values["balance_change_5m_to_limit_ratio"] = ratio(change, get("limit_amount"))
    values["paid_180d_to_limit_ratio"] = ratio(get("paid_amount_180d"), get("limit_amount"))
    return values


def main_buildings(found: dict[str, Standing], occupancies: dict[str, list[Row]], moment: Moment) -> dict[str, str]:
    """The newest current unit decides, else the newest open contract with a building, else the newest closed one."""
    places: dict[str, list[tuple[int, int, str, str]]] = {}
    for customer, rows in occupancies.items():
        for row in rows:
            if row["end_date"] is None or row["end_date"] >= moment.day:
                key = (1, -row["start_date"].toordinal(), row["occupancy_id"], row["building_id"])
                places.setdefault(customer, []).append(key)
    for customer, standing in found.items():
        for fact in standing.contracts.values():
            if fact["building_id"] is not None:
                rank = 2 if fact["is_open"] else 3
                key = (rank, -fact["start_date"].toordinal(), fact["contract_id"], fact["building_id"])
                places.setdefault(customer, []).append(key)
    return {customer: min(mine)[3] for customer, mine in places.items()}


def _in_context(
    features: dict[str, Values],
    landed: Landed,
    found: dict[str, Standing],
    rows: dict[str, dict[str, list[Row]]],
    moment: Moment,
) -> None:
    """What the others of the building, the industry and the group say."""
    change = movement.to_peers(features)
    buildings = {
        name: max(mine, key=lambda row: row["valid_from_date"])
        for name, mine in by(landed.known("building", moment), "building_id").items()
    }
    indicators = observed.industries(landed.known("industry_indicator", moment), moment.day)
    by_building = by([{"customer": name, **v} for name, v in features.items()], "building_id")
    for name, values in features.items():
        place, industry = values["building_id"], values["industry_code"]
        tower = buildings.get(place) if place else None
        values |= {
            "inflow_change_90d_to_peers_ratio": change.get(name),
            "building_customer_count": len(by_building[place]) if place else None,
            "building_arrears_ratio": _late_share(features, name, "building_id") if place else None,
            "industry_arrears_ratio": _late_share(features, name, "industry_code") if industry else None,
            "building_type_code": tower["building_type_code"] if tower else None,
            "building_age_days": (moment.day - tower["opened_date"]).days if tower and tower["opened_date"] else None,
            "building_hhi_ratio": _hhi(by_building[place]) if place else None,
            **(indicators.get(industry, {}) if industry else {}),
            **_related(rows["related_party"][name], features, moment),
        }


def _late_share(features: dict[str, Values], name: str, group: str) -> float | None:
    """Share past due of the others, leaning on the portfolio's."""
    counted = {who: values for who, values in features.items() if values["dpd_days"] is not None}
    peers = [v for who, v in counted.items() if who != name and v[group] == features[name][group]]
    if not peers:
        return None
    whole = Fraction(sum(v["dpd_days"] > 0 for v in counted.values()), len(counted))
    late = sum(v["dpd_days"] > 0 for v in peers)
    return float((late + SHRINKAGE * whole) / (len(peers) + SHRINKAGE))


def _hhi(members: list[Values]) -> float | None:
    amounts = [Fraction(v["exposure_amount"]) for v in members if v.get("exposure_amount") is not None]
    total = sum(amounts)
    return float(sum(amount**2 for amount in amounts) / total**2) if total else None


def _related(relations: list[Row], features: dict[str, Values], moment: Moment) -> Values:
    others = {
        row["related_customer_id"] for row in relations if row["end_date"] is None or row["end_date"] >= moment.day
    }
    if not others:
        return {}
    known = [features[other] for other in others if other in features]
    return {
        "related_party_count": len(others),
        "related_in_default_count": sum(values["is_in_default"] for values in known),
        "related_worst_dpd_days": max((v["dpd_days"] for v in known if v["dpd_days"] is not None), default=None),
    }
