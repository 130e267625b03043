"""What every rule says of every subject: rows of policy compiled into one pass over the subjects of each level.

`decision_outcome` holds one row per subject with one letter per rule of its level, in the order of `decision_rule`:
1, 2 or 3 for a hit as minor, major or critical; `-` no hit; `b` a hit below the least exposure of every severity it
reaches; `n` not enough data; `e` an indicator that is not there or not a number. NaN stands for the last on the way.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from psycopg import sql

from loudong.decisions.statements import execute, mart_types
from loudong.policy.alert_indicators import CONDITIONS_MET, GROUP_INDICATORS, MODEL_BASED, MODEL_INDICATORS
from loudong.policy.tables import SEVERITIES
from loudong.warehouse.connect import Connection

Condition = tuple[str, str, float]
# Beyond it a number is an accident of some division, and no double may hold it.
LARGEST = "1e300"
UNUSABLE = sql.SQL("'NaN'::double precision")


@dataclass(frozen=True)
class Severity:
    """One row of alert_rule: the gravest that is met, from `min_exposure_amount` on, gives the letter."""

    letter: str
    operator: str
    threshold: float
    min_exposure_amount: float


@dataclass(frozen=True)
class Rule:
    """A rule as it is evaluated: severities from the gravest on; conditions only where it counts several."""

    rule_code: str
    level_code: str
    indicator: str
    min_customer_count: int | None
    severities: tuple[Severity, ...]
    conditions: tuple[Condition, ...]

    @property
    def indicators(self) -> set[str]:
        return {self.indicator, *(name for name, _, _ in self.conditions)}


def create_outcomes(connection: Connection) -> None:
    """Temporary tables of the rules, the indicators they look at, what they say and where they hit."""
    execute(connection, "alert_rules")
    execute(connection, "alert_scores")
    rules = read_rules(connection)
    connection.execute(
        "update decision_rule set uses_model = true where rule_code = any(%s)",
        ([rule.rule_code for rule in rules if rule.indicators & MODEL_BASED],),
    )
    _create_features(connection, [rule for rule in rules if rule.level_code == "customer"])
    execute(connection, "alert_groups")
    _create_letters(connection, rules)
    execute(connection, "alert_hits")


def read_rules(connection: Connection) -> list[Rule]:
    """The rules of the seeded policy, in the order of their places."""
    severities: dict[str, list[Severity]] = {}
    for code, severity, operator, threshold, least in connection.execute(
        "select rule_code, severity, operator, threshold::double precision, min_exposure_amount::double precision "
        "from policy_alert_rule order by array_position(%s, severity) desc",
        (list(SEVERITIES),),
    ):
        severities.setdefault(code, []).append(
            Severity(str(SEVERITIES.index(severity) + 1), operator, threshold, least)
        )
    conditions: dict[str, list[Condition]] = {}
    for code, indicator, operator, threshold in connection.execute(
        "select rule_code, indicator, operator, threshold::double precision from policy_alert_condition "
        "order by condition_code"
    ):
        conditions.setdefault(code, []).append((indicator, operator, threshold))
    return [
        Rule(code, level, indicator, least, tuple(severities[code]), tuple(conditions.get(code, ())))
        for code, level, indicator, least in connection.execute(
            "select rule_code, level_code, indicator, ("
            "select min(min_customer_count::integer) from policy_alert_rule as policy "
            "where policy.rule_code = decision_rule.rule_code) from decision_rule order by level_code, rule_position"
        )
    ]


def _create_features(connection: Connection, rules: list[Rule]) -> None:
    """`decision_feature`: every indicator that a rule about customers names, as a double, one row per customer."""
    named = set().union(*(rule.indicators for rule in rules))
    types = mart_types(connection, named)
    columns = [
        sql.SQL("{} as {}").format(_value(name, types.get(name)), sql.Identifier(name))
        for name in sorted(named - {CONDITIONS_MET})
    ]
    connection.execute(
        sql.SQL(
            "create temporary table decision_feature on commit drop as "
            "select customer.customer_id, 'customer'::text as subject_level, customer.customer_id as subject_id, "
            "null::bigint as subject_customer_count, customer.exposure_amount as subject_exposure_amount, "
            "customer.building_manager_id, customer.relationship_manager_id, {} from decision_mart as feature "
            "inner join decision_customer as customer on customer.customer_id = feature.customer_id "
            "inner join decision_score as score on score.customer_id = feature.customer_id"
        ).format(sql.SQL(", ").join(columns))
    )
    connection.execute("create unique index on decision_feature (customer_id)")
    connection.execute("analyze decision_feature (customer_id)")


def _value(name: str, data_type: str | None) -> sql.Composable:
    """An indicator as a double; NaN where it is no number that can be compared."""
    if name in MODEL_INDICATORS:
        return sql.Identifier("score", name)
    column = sql.Identifier("feature", name)
    if data_type is None:
        return UNUSABLE
    if data_type == "boolean":
        return sql.SQL("{}::integer::double precision").format(column)
    if data_type in ("smallint", "integer", "bigint"):
        return sql.SQL("{}::double precision").format(column)
    return sql.SQL(
        "case when {column} between -{largest} and {largest} then {column}::double precision "
        "when {column} is not null then {unusable} end"
    ).format(column=column, largest=sql.SQL(LARGEST), unusable=UNUSABLE)


def _create_letters(connection: Connection, rules: list[Rule]) -> None:
    parts = []
    for level in ("customer", *GROUP_INDICATORS):
        letters = [letter(rule) for rule in rules if rule.level_code == level]
        if letters:
            parts.append(
                sql.SQL(
                    "select customer_id, subject_level, subject_id, subject_customer_count, subject_exposure_amount, "
                    "building_manager_id, relationship_manager_id, {} as outcomes from {} where subject_level = {}"
                ).format(
                    sql.SQL(" || ").join(letters),
                    sql.Identifier("decision_feature" if level == "customer" else "decision_group"),
                    sql.Literal(level),
                )
            )
    connection.execute(
        sql.SQL("create temporary table decision_outcome on commit drop as {}").format(
            sql.SQL(" union all ").join(parts)
        )
    )
    connection.execute("create unique index on decision_outcome (customer_id)")
    connection.execute("analyze decision_outcome")


def letter(rule: Rule) -> sql.Composable:
    """The expression that gives the letter of one rule for a row of indicators."""
    names = [name for name, _, _ in rule.conditions] or [rule.indicator]
    values = [sql.Identifier(name) for name in names]
    met: sql.Composable
    if rule.conditions:
        met = _count(_meets(sql.Identifier(name), operator, bound) for name, operator, bound in rule.conditions)
    else:
        met = values[0]
    hits = [
        sql.SQL("when {} and subject_exposure_amount >= {} then {}").format(
            _meets(met, severity.operator, severity.threshold),
            sql.Literal(severity.min_exposure_amount),
            sql.Literal(severity.letter),
        )
        for severity in rule.severities
    ]
    mildest = rule.severities[-1]
    unknown = [sql.SQL("{} is null").format(value) for value in values]
    if rule.conditions:
        # What is not known could still make it a hit.
        possible = sql.SQL("({} + {})").format(met, _count(unknown))
        not_enough = sql.SQL("when {} then 'n'").format(_meets(possible, mildest.operator, mildest.threshold))
    else:
        not_enough = sql.SQL("when {} then 'n'").format(unknown[0])
    too_few = (
        sql.SQL("when subject_customer_count < {} then 'n'").format(sql.Literal(rule.min_customer_count))
        if rule.min_customer_count is not None
        else sql.SQL("")
    )
    return sql.SQL("case when {errors} then 'e' {few} {hits} when {met} then 'b' {not_enough} else '-' end").format(
        errors=sql.SQL(" or ").join(sql.SQL("{} = 'NaN'").format(value) for value in values),
        few=too_few,
        hits=sql.SQL(" ").join(hits),
        met=_meets(met, mildest.operator, mildest.threshold),
        not_enough=not_enough,
    )


def _meets(value: sql.Composable, operator: str, threshold: float) -> sql.Composed:
    return sql.SQL("{} {} {}").format(value, sql.SQL(operator), sql.Literal(threshold))


def _count(conditions: Iterable[sql.Composable]) -> sql.Composed:
    """How many of the conditions hold."""
    parts = [sql.SQL("(case when {} then 1 else 0 end)").format(condition) for condition in conditions]
    return sql.SQL("({})").format(sql.SQL(" + ").join(parts))
