"""Promises of the policy: what contradicts itself is refused with file, row and column; versions name the content."""

from pathlib import Path

import pytest
from risk_world import copy_policy

from loudong.errors import LoudongError
from loudong.policy import Policy, load_policy
from loudong.policy.dictionary import indicators
from loudong.policy.load import write_policy
from loudong.policy.tables import ALERT_AREAS, ALERT_KINDS, ALERT_LEVELS, TABLES
from loudong.settings import Settings, get_settings
from loudong.warehouse.connect import connect

# (table, text replaced, by what, what the refusal must say)
FAULTS = [
    ("delinquency_bucket", "d31_60,31,60", "d31_60,32,60", "row 4, column min_dpd_days: gap: no bucket holds 31 to 31"),
    ("delinquency_bucket", "d31_60,31,60", "d31_60,30,60", "row 4, column min_dpd_days: overlap: 30 days"),
    ("delinquency_bucket", "d181,181,", "d181,181,400", "row 8, column max_dpd_days: gap: no bucket holds 401"),
    ("delinquency_bucket", "d91_120,91,120", "d91_120,91,x", "row 6, column max_dpd_days: 'x' is not a whole number"),
    ("materiality", "CNY,person,800,1\n", "", "column customer_type_code: gap: no row for CNY person"),
    ("materiality", "EUR,person,100", "EUR,person,-1", "row 4, column absolute_amount: -1 is below 0"),
    ("asset_category", "substandard,90,", "substandard,0,", "row 4, column over_dpd_days: must be above the 0 of"),
    ("asset_category", "substandard,90,", "substandard,,", "row 4, column over_dpd_days: is missing"),
    ("asset_category", "loss,360,5,loss,损失\n", "", "column category_code: gap: no row for loss"),
    ("asset_category", "normal,,1", "normal,,9", "row 3, column sort_order: must be above that of normal"),
    (
        "delinquency_rule",
        "technical_days,7,day",
        "technical_days,7,month",
        "column unit_code: technical_days counts in",
    ),
    ("delinquency_rule", "contamination_pct,10", "contamination_pct,-1", "column value: -1 is below 0"),
    ("delinquency_rule", "technical_days,", "technical,", "column rule_code: 'technical' is not one of"),
    ("model_watch", "auc_fall,0.05,", "auc_rise,0.05,", "row 6, column watch_code: 'auc_rise' is not one of"),
    ("model_watch", "feature_psi,0.10,100,no,a", "feature_psi,0.10,0,no,a", "row 2, column least_count: 0 is below 1"),
    ("model_watch", "observed_to_expected,1.25", "observed_to_expected,0.8", "row 5, column bound: must be above 1"),
    (
        "team_member",
        "CO01,credit_officer,60",
        "CO01,credit_officer,0",
        "row 2, column open_alert_capacity: 0 is below 1",
    ),
    (
        "team_member",
        "CO01,credit_officer",
        "CO01,building_manager",
        "row 2, column role_code: building_manager is named",
    ),
    ("tier_cutoff", "medium,0.02,", "medium,0.03,", "row 3, column min_pd: gap: no tier holds pd 0.02 to 0.03"),
    ("tier_cutoff", "medium,0.02,", "medium,0.01,", "row 3, column min_pd: overlap: pd 0.01 to 0.02"),
    ("tier_cutoff", "high,0.08,,", "high,0.08,0.9,", "row 4, column max_pd: gap: no tier holds pd 0.9 to 1"),
    ("tier_cutoff", "high,0.08,,", "high,0.08,0.08,", "row 4, column max_pd: 0.08 must lie above min_pd 0.08"),
    ("tier_cutoff", "low,0,", "middle,0,", "row 2, column tier: 'middle' is not one of low, medium, high"),
    ("tier_cutoff", "high,0.08,,high risk,高风险\n", "", "column tier: gap: no row for tier high"),
    ("tier_floor", "dpd_days,>,90", "late_days,>,90", "row 3, column indicator: unknown indicator 'late_days'"),
    ("tier_floor", "dpd_days,>,90", "bucket_code,>,90", "row 3, column indicator: unknown indicator 'bucket_code'"),
    ("tier_floor", "is_in_default,=,1", "is_in_default,>,1", "row 2, column threshold: 'is_in_default' is true (1)"),
    ("tier_floor", "dpd_days,>,30,medium", "dpd_days,>,30,low", "row 5, column min_tier: unreachable"),
    (
        "tier_floor",
        "dpd_days,>,30,medium",
        "dpd_days,>,95,medium",
        "row 5, column threshold: unreachable: floor dpd_ov",
    ),
    ("tier_floor", "4,yes,more", "4,perhaps,more", "row 5, column is_overridable: 'perhaps' is not one of yes, no"),
    ("tier_cooldown", "high,30,held", "low,30,held", "column tier: gap: no row for tier high"),
    ("tier_cooldown", "high,30,held", "low,30,held", "row 3, column tier: unreachable: nobody falls from low"),
    ("tier_cooldown", "medium,14,held", "medium,-1,held", "row 2, column hold_days: -1 is below 0"),
    ("tier_cooldown", "medium,14,held", "medium,soon,held", "row 2, column hold_days: 'soon' is not a whole number"),
    ("strategy", "high,transaction_restriction,", "high,credit_limit_review,", "gap: no transaction_restriction for"),
    ("strategy", "relationship_manager,,30,,75", "relationship_manager,,,,75", "row 3, column monitor_every_days"),
    ("strategy", "335,365", "366,365", "row 2, column review_every_days: 366 is above period_days 365"),
    ("strategy", "credit_officer,120,", "credit_officer,100,", "row 6, column limit_share_pct: 100 is no increase"),
    ("strategy", "credit_officer,80,", "credit_officer,180,", "row 7, column limit_share_pct: 180 is above 100"),
    (
        "strategy",
        "low,simplified_approval,",
        "high,simplified_approval,",
        "row 5, column tier: simplified_approval cannot",
    ),
    ("strategy", "low,credit_increase,", "medium,credit_increase,", "credit_increase of tier medium has no row in"),
    ("strategy", ",stop_new_credit,", ",stop_everything,", "column restriction_code: 'stop_everything' is not one of"),
    (
        "strategy_condition",
        "low,simplified_approval,tenure_days,>=,365",
        "low,simplified_approval,tenure,>=,365",
        "row 2, column indicator: unknown indicator 'tenure'",
    ),
    (
        "strategy_condition",
        "low,simplified_approval,tenure_days",
        "medium,simplified_approval,tenure_days",
        "row 2, column action_code: strategy.csv offers no simplified_approval to tier medium",
    ),
    (
        "strategy_condition",
        "utilisation_ratio,<=,0.9,",
        "utilisation_ratio,>,0.4,",
        "row 12, column threshold: without effect: row 11 demands more",
    ),
    ("enforcement_rule", "credit_after_stop,0", "credit_after_stop,-1", "row 2, column grace_days: -1 is below 0"),
    ("enforcement_rule", "monitoring_overdue,2,rel", "monitoring_late,2,rel", "'monitoring_late' is not one of"),
    (
        "alert_rule",
        ",>,45,minor,0,,building_manager",
        ",>,45,minor,0,,",
        "row 2, column owner_role: the value is miss",
    ),
    ("alert_rule", "0,,building_manager,7,30", "0,,janitor,7,30", "row 2, column owner_role: nobody in team_mem"),
    ("alert_rule", "0,,building_manager,7,30", "0,,janitor,7,30", "row 2, column owner_role: janitor has no row in al"),
    ("alert_rule", "dpd_days,>,45,minor", "dpd_days,>,60,minor", "row 3, column threshold: major must be harder"),
    ("alert_rule", "dpd_days,>,45,minor", "dpd_days,<,0,minor", "row 2, column threshold: unreachable"),
    ("alert_rule", "dpd_days,>,45,minor", "dpd_days,>=,0,minor", "row 2, column threshold: always true"),
    ("alert_rule", "dpd_days,>,45,minor", "dpd_days,~,45,minor", "row 2, column operator: '~' is not one of"),
    (
        "alert_rule",
        "dpd_days,>,45,minor",
        "late_days,>,45,minor",
        "row 2, column indicator: unknown indicator 'late_da",
    ),
    ("alert_rule", "arrears,3,customer", "arrears,4,customer", "row 3, column rule_version: 3 contradicts 4"),
    (
        "alert_rule",
        "arrears,3,customer,repayment",
        "arrears,3,building,repayment",
        "row 3, column level_code: custo",
    ),
    ("alert_rule", "grace_exceeded,", "in_default,", "row 6, column indicator: delinquent_days contradicts is_in"),
    (
        "alert_rule",
        "customer,repayment,level,delinquent_days,>,60,minor,20000",
        "customer,repayment,level,dpd_days,>,45,minor,20000",
        "row 6, column rule_code: overlap: row 2 asks for the same",
    ),
    (
        "alert_rule",
        "customer,repayment,level,delinquent_days,>,60,minor,20000,,",
        "customer,repayment,level,delinquent_days,>,60,minor,20000,9,",
        "row 6, column min_customer_count: a customer is one",
    ),
    (
        "alert_rule",
        "delinquent_days,>,60,minor,20000,,building_manager,7,30",
        "delinquent_days,>,60,minor,20000,,building_manager,7,6",
        "row 6, column resolve_days: 6 is below respond_days",
    ),
    ("alert_rule", "level,dpd_days,>,45", "several,dpd_days,>,45", "row 2, column indicator: a rule of kind several"),
    (
        "alert_rule",
        "building_arrears,1,building,repayment,level,dpd_over_30_exposure_ratio",
        "building_arrears,1,building,repayment,level,dpd_days",
        "column indicator: unknown indicator 'dpd_days': not a number or boolean of level building",
    ),
    (
        "alert_rule",
        "anchor_lost,1,building,anchor_tenant,level,is_anchor_lost_365d,=,1,major,0,5,building_manager",
        "anchor_lost,1,building,anchor_tenant,level,is_anchor_lost_365d,=,1,major,0,,relationship_manager",
        "column owner_role: a building has no relationship manager",
    ),
    (
        "alert_rule",
        "portfolio_high_share,1,portfolio,portfolio,level,high_exposure_ratio,>=,0.25,minor,0,100,risk_manager",
        "portfolio_high_share,1,portfolio,portfolio,level,high_exposure_ratio,>=,0.25,minor,0,100,building_manager",
        "column owner_role: a portfolio has no building manager",
    ),
    (
        "alert_rule",
        "late_again,2,customer,repayment,several,conditions_met_count,>=,2,",
        "late_again,2,customer,repayment,several,conditions_met_count,>=,3,",
        "column threshold: 3 of 2 conditions",
    ),
    (
        "alert_rule",
        "late_again,2,customer,repayment,several,conditions_met_count,>=,2,",
        "late_again,2,customer,repayment,several,conditions_met_count,<=,2,",
        "column operator: conditions are counted",
    ),
    (
        "alert_condition",
        "late_again,worst_of_year,worst_dpd_365d_days",
        "late_again,worst_of_year,worst_days",
        "row 2, column indicator: unknown indicator 'worst_days'",
    ),
    (
        "alert_condition",
        "late_again,worst_of_year,",
        "arrears,worst_of_year,",
        "row 2, column rule_code: alert_rule.csv has no rule arrears of kind several",
    ),
    ("alert_condition", "late_again,worst_of_year,", "late_again,late_again,", "row 3, column condition_code: late_"),
    (
        "alert_escalation",
        "credit_officer,risk_manager",
        "credit_officer,credit_officer",
        "column escalate_to_role: a circle: credit_officer to credit_officer",
    ),
    (
        "alert_escalation",
        "credit_officer,risk_manager",
        "credit_officer,ceo",
        "escalate_to_role: ceo is no role",
    ),
    ("alert_escalation", "risk_manager,,", "janitor,,", "column role_code: nobody in team_member.csv has the role jan"),
    (
        "alert_escalation",
        "collector,risk_manager,",
        "collector,building_manager,",
        "building_manager is no role of t",
    ),
    (
        "follow_up_cadence",
        "cadence,medium,call,,,,90",
        "cadence,medium,call,,,,",
        "row 3, column every_days: a cadence",
    ),
    ("follow_up_cadence", "cadence,low,call,,,,365", "cadence,unknown,call,,,,365", "gap: no regular contact for tier"),
    ("follow_up_cadence", "call,,,,90,14", "call,,,,90,90", "row 3, column due_days: 90 is not below every_days 90"),
    (
        "follow_up_cadence",
        "tier_rise,high,call,,,,,3",
        "tier_rise,high,call,,,,9,3",
        "tier_rise happens once: leave it",
    ),
    (
        "follow_up_cadence",
        "tier_rise,medium,",
        "tier_rise,low,",
        "row 6, column tier: unreachable: no tier rises to low",
    ),
    ("follow_up_cadence", "tier_rise,medium,", "tier_rise,high,", "tier_rise, high stands on row 5 already"),
    (
        "follow_up_cadence",
        "cadence,low,call,",
        "cadence,low,letter,",
        "row 2, column kind_code: 'letter' is not one of",
    ),
    ("follow_up_cadence", "statement_age_days,>,500", ",>,500", "row 10, column indicator: statement_stale needs a"),
    ("follow_up_cadence", "statement_age_days,>,500", "statement_age,>,500", "row 10, column indicator: unknown indic"),
    (
        "follow_up_cadence",
        "cadence,low,call,,,",
        "cadence,low,call,dpd_days,>,1",
        "cadence looks at no indicator: leave",
    ),
    (
        "follow_up_cadence",
        "promise_broken,low,",
        "promise_broken,unknown,",
        "only a new customer can be of tier unknow",
    ),
    ("dunning_step", "d31_60,2,", "d31_61,2,", "row 3, column bucket_code: d31_61 is no bucket of days past due"),
    ("dunning_step", "d31_60,2,", "d31_60,1,", "row 3, column step: 1 must be above the 1 of the bucket before it"),
    (
        "dunning_step",
        "d121_180,5,visit,0,5,collector,visit by the collector,专员上门催收\n",
        "",
        "no step for bucket d121",
    ),
    ("dunning_step", "collector,formal", "janitor,formal", "row 5, column owner_role: nobody in team_member.csv has"),
    ("task_kind", "call,15,", "call,0,", "row 3, column effort_minutes: 0 is below 1"),
    ("task_kind", "reminder,5,50,reminder,还款提醒\n", "", "column kind_code: gap: no row for reminder"),
    ("task_kind", "visit,90,100,", "visit,90,101,", "row 2, column effect_pct: 101 is above 100 percent"),
    ("alert_effort", "minor,15,50,minor alert,一般预警\n", "", "column severity: gap: no row for minor"),
    ("recovery", "d61_90,40", "d61_91,40", "row 5, column bucket_code: unknown bucket_code 'd61_91'"),
    ("recovery", "d0,50", "d0,150", "row 2, column recoverable_pct: 150 is above 100 percent"),
    ("loss_given_default", "person,50", "person,101", "row 2, column lgd_pct: 101 is above 100 percent"),
    ("work_rule", "overdue_factor_pct,150", "overdue_factor_pct,50", "row 4, column value: 50 is below 100: overdue"),
    (
        "work_rule",
        "alert_ration_least,50,count,customers newly in alert within 30 days that are never too many,"
        "30天内新增预警客户数下限（不受占比限制）\n",
        "",
        "column rule_code: gap: no row for alert_ration_least",
    ),
    ("task_outcome", "promised,promised,", "promised,reached,", "column effect_code: gap: no row for promised"),
    ("screening_indicator", "limit_amount", "limit", "row 5, column indicator: unknown indicator 'limit'"),
    (
        "work_rule",
        "screening_least_known,2,",
        "screening_least_known,6,",
        "column value: unreachable: 6 of 5 indicators",
    ),
    (
        "work_rule",
        "screening_least_known,2,count",
        "screening_least_known,2,minute",
        "column unit_code: screening_least",
    ),
    ("policy_version", "v2026.1,2020-01-01", "v2026.1,soon", "row 2, column effective_from: 'soon' is not a date"),
    ("policy_version", "effective_from", "from", "row 1, column effective_from: columns must be"),
]


def test_every_policy_table_has_a_fault_that_is_refused() -> None:
    assert {fault[0] for fault in FAULTS} == set(TABLES)


@pytest.mark.parametrize(("table", "old", "new", "message"), FAULTS)
def test_a_policy_that_contradicts_itself_is_refused(
    tmp_path: Path, table: str, old: str, new: str, message: str
) -> None:
    with pytest.raises(LoudongError) as refusal:
        load_policy(copy_policy(tmp_path, **{table: (old, new)}))
    assert f"{table}.csv" in str(refusal.value)
    assert message in str(refusal.value)


def test_a_missing_table_is_refused(tmp_path: Path) -> None:
    (copy_policy(tmp_path) / "alert_rule.csv").unlink()
    with pytest.raises(LoudongError, match=r"alert_rule\.csv: the file is missing"):
        load_policy(tmp_path)


def test_the_standing_policy_holds_and_speaks_both_languages() -> None:
    policy = load_policy(get_settings().policy_dir)
    assert set(policy.rows) == set(TABLES)
    assert_alert_rules_cover_what_they_must(policy)
    for name, rows in policy.rows.items():
        labels = [row for row in rows if "name_zh" in row]
        assert labels or name in ("policy_version", "materiality")
        assert all(any("\u4e00" <= character <= "\u9fff" for character in str(row["name_zh"])) for row in labels)


def assert_alert_rules_cover_what_they_must(policy: Policy) -> None:
    rules = policy.rows["alert_rule"]
    assert len({row["rule_code"] for row in rules}) >= 25
    for column, codes in (("level_code", ALERT_LEVELS), ("area_code", ALERT_AREAS), ("kind_code", ALERT_KINDS)):
        assert {row[column] for row in rules} == set(codes)
    for row in rules:
        assert all(any("\u4e00" <= letter <= "\u9fff" for letter in str(row[name])) for name in ("why_zh", "remedy_zh"))


def test_indicators_are_columns_of_the_feature_dictionary() -> None:
    known = indicators()
    assert known["dpd_days"] == "number"
    assert known["is_in_default"] == "boolean"
    assert "building_id" not in known


def test_the_version_names_the_content_and_not_the_order_of_rows(tmp_path: Path) -> None:
    standing = load_policy(get_settings().policy_dir)
    assert standing.version == f"v2026.1+{standing.content_hash[:8]}"
    folder = copy_policy(tmp_path)
    lines = (folder / "materiality.csv").read_text().splitlines()
    (folder / "materiality.csv").write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n")
    assert load_policy(folder).version == standing.version
    (folder / "materiality.csv").write_text("\n".join(lines).replace("CNY,person,800", "CNY,person,900") + "\n")
    assert load_policy(folder).version != standing.version


def test_a_policy_is_recorded_once_with_all_its_rows(warehouse: Settings) -> None:
    policy = load_policy(get_settings().policy_dir)
    with connect() as connection:
        policy.record(connection)
        policy.record(connection)
        rows = connection.execute("select policy_version, content_hash, content from ops.policy_version").fetchall()
    assert rows == [(policy.version, policy.content_hash, policy.content)]


def test_a_recorded_policy_written_as_files_is_the_same_policy(warehouse: Settings, tmp_path: Path) -> None:
    policy = load_policy(get_settings().policy_dir)
    with connect() as connection:
        policy.record(connection)
        (content,) = connection.execute(
            "select content from ops.policy_version where policy_version = %s", (policy.version,)
        ).fetchone() or (None,)
    write_policy(content, tmp_path)
    again = load_policy(tmp_path)
    assert (again.version, again.content) == (policy.version, policy.content)


def test_a_recorded_policy_of_another_release_is_refused_when_read_again(tmp_path: Path) -> None:
    content = load_policy(get_settings().policy_dir).content
    older = {name: rows for name, rows in content.items() if name != "tier_floor"}
    write_policy(older, tmp_path)
    with pytest.raises(LoudongError, match=r"tier_floor\.csv: the file is missing"):
        load_policy(tmp_path)
