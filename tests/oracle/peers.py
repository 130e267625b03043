"""What others say: ranks, distances, neighbours, anchors, indicators, related parties, in the dictionary's words."""

from datetime import timedelta
from fractions import Fraction
from typing import Any

from oracle.landed import Landed, Moment, Row, by, ratio
from oracle.trends import mean, speaking

Values = dict[str, Any]
RANKED = (("dpd", "dpd_days"), ("utilisation", "utilisation_ratio"), ("credit_score", "credit_score_value"))
DISTANT = {
    "dpd_to_industry_mean_days": "dpd_days",
    "utilisation_to_industry_mean_ratio": "utilisation_ratio",
    "credit_score_to_industry_mean": "credit_score_value",
    "net_margin_to_industry_mean_ratio": "net_margin_ratio",
    "leverage_to_industry_mean_ratio": "leverage_ratio",
}


def compare(features: dict[str, Values], landed: Landed, rows: dict[str, dict[str, list[Row]]], moment: Moment) -> None:
    """Add to every described customer what its building, industry and related parties say."""
    sources = {name: speaking(rows["credit_score"][name], moment.day) for name in features}
    source = {name: found[0] if found else None for name, found in sources.items()}
    units = landed.known("occupancy", moment)
    indicators = _indicators(landed, moment)
    floors = {
        name: max(mine, key=lambda row: row["valid_from_date"])["floor_area_sqm"]
        for name, mine in by(landed.known("building", moment), "building_id").items()
    }
    bankrupt = {
        row["customer_id"]
        for row in landed.known("default_event", moment)
        if row["reason_code"] == "bankruptcy" and not (row["end_date"] and row["end_date"] <= moment.day)
    }
    added = {}
    for name, own in features.items():
        place, industry = own["building_id"], own["industry_code"]
        inside = {w: v for w, v in features.items() if place is not None and v["building_id"] == place}
        alike = {w: v for w, v in features.items() if industry is not None and v["industry_code"] == industry}
        typed = {w: v for w, v in alike.items() if v["customer_type_code"] == own["customer_type_code"]}
        values: Values = indicators.get(industry, {}) if industry else {}
        values = {**values, **_related(rows["related_party"][name], name, features, bankrupt, moment)}
        for label, column in RANKED:
            for group, members in (("building", inside), ("industry", typed)):
                if label == "credit_score":
                    members = {w: v for w, v in members.items() if source[w] == source[name]}
                values[f"{group}_{label}_percentile_ratio"] = _rank(own.get(column), members, column)
        for label, column in DISTANT.items():
            members = typed
            if column == "credit_score_value":
                members = {w: v for w, v in members.items() if source[w] == source[name]}
            others = [v[column] for w, v in members.items() if w != name and v.get(column) is not None]
            value = own.get(column)
            known = value is not None and industry is not None and len(others) >= 5
            values[label] = float(Fraction(value) - mean([Fraction(v) for v in others])) if known else None
        values |= _neighbours(name, own, inside, alike)
        values |= _anchors(name, place, units, features, moment)
        let = [unit["floor_area_sqm"] for unit in units if unit["building_id"] == place and _is_current(unit, moment)]
        let = [area for area in let if area is not None]
        values["building_occupied_ratio"] = ratio(sum(let), floors.get(place)) if place and let else None
        added[name] = values
    for name, values in added.items():
        features[name] |= values


def _rank(value: Any, members: dict[str, Values], column: str) -> float | None:
    if value is None or not members:
        return None
    given = [v[column] for v in members.values() if v.get(column) is not None]
    lower, equal = sum(v < value for v in given), sum(v == value for v in given)
    return float((lower + Fraction(equal, 2) + 10) / (len(given) + 20))


def _neighbours(name: str, own: Values, inside: dict[str, Values], alike: dict[str, Values]) -> Values:
    others = [v for who, v in inside.items() if who != name]
    timed = [v["dpd_days"] for v in others if v.get("dpd_days") is not None]
    whole = sum(v.get("exposure_amount") or 0 for v in inside.values())
    return {
        "building_past_due_customer_count": sum(dpd > 0 for dpd in timed) if timed else None,
        "building_in_default_customer_count": sum(v["is_in_default"] for v in others) if others else None,
        "building_past_due_amount_ratio": _late_money(others),
        "industry_past_due_amount_ratio": _late_money([v for who, v in alike.items() if who != name]),
        "building_exposure_share_ratio": ratio(own.get("exposure_amount"), whole) if inside else None,
    }


def _late_money(others: list[Values]) -> float | None:
    judged = [v for v in others if v.get("past_due_amount") is not None]
    return ratio(sum(v["past_due_amount"] for v in judged), sum(v.get("exposure_amount") or 0 for v in judged))


def _is_current(unit: Row, moment: Moment) -> bool:
    return unit["end_date"] is None or unit["end_date"] >= moment.day


def _anchors(name: str, place: str | None, units: list[Row], features: dict[str, Values], moment: Moment) -> Values:
    mine = [u for u in units if place is not None and u["building_id"] == place and u["customer_id"] != name]
    anchors = [u for u in mine if u["is_anchor"]]
    here = {u["customer_id"] for u in anchors if _is_current(u, moment)}
    days = [features[who]["dpd_days"] for who in here if who in features]
    days = [dpd for dpd in days if dpd is not None]
    gone = [u for u in anchors if not _is_current(u, moment) and u["end_date"] > moment.day - timedelta(365)]
    staying = {u["customer_id"] for u in mine if _is_current(u, moment)}
    left = any(u["customer_id"] not in staying for u in gone)
    return {
        "has_anchor_past_due": any(dpd > 0 for dpd in days) if days else None,
        "has_anchor_left_365d": left if here or gone else None,
    }


def _indicators(landed: Landed, moment: Moment) -> dict[str, Values]:
    found: dict[str, Values] = {}
    for industry, rows in by(landed.known("industry_indicator", moment), "industry_code").items():
        parts: dict[str, list[Any]] = {"change_30d": [], "change_365d": [], "to_year_mean": []}
        is_told = False
        for mine in by(rows, "indicator_code").values():
            given = {r["period_end_date"]: r["indicator_value"] for r in mine}
            given = {when: v for when, v in given.items() if when > moment.day - timedelta(490)}
            if not given or max(given) <= moment.day - timedelta(400):
                continue
            is_told, newest = True, max(given)
            for label, days in (("change_30d", 28), ("change_365d", 365)):
                before = [when for when in given if when <= newest - timedelta(days)]
                parts[label] += [given[newest] - given[max(before)]] if before else []
            year = [Fraction(v) for when, v in given.items() if when > moment.day - timedelta(365)]
            parts["to_year_mean"] += [Fraction(given[newest]) - mean(year)] if year else []
        if is_told:
            found[industry] = {
                f"industry_indicator_{label}": float(mean([Fraction(v) for v in values])) if values else None
                for label, values in parts.items()
            }
    return found


def _related(
    relations: list[Row], name: str, features: dict[str, Values], bankrupt: set[str], moment: Moment
) -> Values:
    others = {row["related_customer_id"] for row in relations if _is_current(row, moment)}
    if not others:
        return {}
    late = sum((features[o].get("dpd_days") or 0) > 0 for o in others if o in features)
    known = [features[o] for o in others if o in features and o != name]
    owed = [v["exposure_amount"] for v in known if v.get("exposure_amount") is not None]
    total = sum(owed) if owed else None
    own = features[name].get("exposure_amount") or 0
    return {
        "has_related_bankruptcy": bool((others - {name}) & bankrupt),
        "related_past_due_count": late,
        "related_past_due_ratio": ratio(sum(v.get("past_due_amount") or 0 for v in known), total),
        "related_exposure_amount": total,
        "group_exposure_amount": None if total is None else total + own,
    }
