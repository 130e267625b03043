-- What every rule said, per subject and counted. A hit of a rule that is snoozed for the subject counts as snoozed.
update decision_outcome as outcome
set outcomes = spelled.outcomes
from (
    select
        hushed.customer_id,
        string_agg(
            case
                when snoozed.customer_id is not null and hit.customer_id is not null then 's'
                else substr(hushed.outcomes, rule.rule_position, 1)
            end,
            '' order by rule.rule_position
        ) as outcomes
    from decision_outcome as hushed
    inner join decision_rule as rule on rule.level_code = hushed.subject_level
    left join alert as snoozed
        on
            snoozed.customer_id = hushed.customer_id and snoozed.rule_code = rule.rule_code
            and snoozed.status = 'snoozed'
    left join decision_hit as hit on hit.customer_id = hushed.customer_id and hit.rule_code = rule.rule_code
    where hushed.customer_id in (select customer_id from alert where status = 'snoozed')
    group by hushed.customer_id
) as spelled
where spelled.customer_id = outcome.customer_id;

insert into subject_rule_outcome (customer_id, as_of_date, run_id, subject_level, outcomes)
select outcome.customer_id, run.as_of_date, run.run_id, outcome.subject_level, outcome.outcomes
from decision_outcome as outcome
cross join decision_run as run;

insert into rule_outcome (
    run_id, as_of_date, rule_code, rule_version, level_code, rule_position, uses_hindsight, outcome_code, subject_count
)
with pattern as (
    select subject_level, outcomes, count(*) as subject_count
    from decision_outcome
    group by subject_level, outcomes
)

select
    run.run_id,
    run.as_of_date,
    rule.rule_code,
    rule.rule_version,
    rule.level_code,
    rule.rule_position,
    rule.uses_model and exists (
        select 1 from customer_score as score
        where score.run_id = run.run_id and score.as_of_date = run.as_of_date and score.is_hindsight
    ),
    kind.outcome_code,
    coalesce(
        sum(pattern.subject_count) filter (
            where position(substr(pattern.outcomes, rule.rule_position, 1) in kind.letters) > 0
        ),
        0
    )
from decision_rule as rule
cross join decision_run as run
cross join (
    values
    ('hit', '123'), ('no_hit', '-'), ('snoozed', 's'), ('below_exposure', 'b'), ('not_enough_data', 'n'), ('error', 'e')
) as kind (outcome_code, letters)
left join pattern on pattern.subject_level = rule.level_code
group by
    run.run_id, run.as_of_date, rule.rule_code, rule.rule_version, rule.level_code, rule.rule_position, rule.uses_model,
    kind.outcome_code;
