-- New customers, once each, with what is known of them on arrival. Whoever came with the portfolio is not new.
insert into customer_screening (
    customer_id, screened_date, result_code, known, missing, policy_version, run_id
)
select customer.customer_id, run.as_of_date, 'taken_over', '{}', '{}', run.policy_version, run.run_id
from decision_customer as customer
cross join decision_run as run
where not exists (select 1 from customer_screening);

insert into customer_screening (
    customer_id, screened_date, result_code, known, missing, policy_version, run_id
)
with fact as (
    select
        customer.customer_id,
        coalesce(
            array_agg(wanted.indicator order by wanted.indicator) filter (where indicator.customer_id is not null), '{}'
        ) as known,
        coalesce(
            array_agg(wanted.indicator order by wanted.indicator) filter (where indicator.customer_id is null), '{}'
        ) as missing
    from decision_customer as customer
    cross join policy_screening_indicator as wanted
    left join decision_indicator as indicator
        on indicator.customer_id = customer.customer_id and indicator.indicator = wanted.indicator
    where not exists (
        select 1 from customer_screening as screened where screened.customer_id = customer.customer_id
    )
    group by customer.customer_id
)

select
    fact.customer_id,
    run.as_of_date,
    case
        when customer.tier = 'high' then 'high'
        when cardinality(fact.known) < rule.value::numeric then 'unknown'
        else customer.tier
    end,
    fact.known,
    fact.missing,
    run.policy_version,
    run.run_id
from fact
cross join decision_run as run
inner join decision_customer as customer on customer.customer_id = fact.customer_id
inner join policy_work_rule as rule on rule.rule_code = 'screening_least_known';

insert into decision_task
select
    customer.customer_id,
    cadence.trigger_code,
    cadence.kind_code,
    cadence.owner_role,
    cadence.due_days::integer,
    null,
    null,
    null,
    format(
        'New customer, probability of default %s %%, exposure %s. Known: %s. Not known: %s.',
        round(customer.pd::numeric * 100, 1),
        round(customer.exposure_amount),
        coalesce(label.known_en, 'nothing'),
        coalesce(label.missing_en, 'nothing')
    ),
    format(
        '新客户，违约概率%s%%，敞口%s。已知：%s；未知：%s。',
        round(customer.pd::numeric * 100, 1),
        round(customer.exposure_amount),
        coalesce(label.known_zh, '无'),
        coalesce(label.missing_zh, '无')
    ),
    'follow_up_cadence.csv:' || cadence.trigger_code || ',' || cadence.tier
from decision_run as run
inner join customer_screening as screened on screened.screened_date = run.as_of_date
inner join policy_follow_up_cadence as cadence
    on cadence.tier = screened.result_code and cadence.trigger_code = 'new_customer'
inner join decision_customer as customer on customer.customer_id = screened.customer_id
inner join lateral (
    select
        string_agg(wanted.name_en, ', ') filter (where wanted.indicator = any(screened.known)) as known_en,
        string_agg(wanted.name_en, ', ') filter (where wanted.indicator = any(screened.missing)) as missing_en,
        string_agg(wanted.name_zh, '、') filter (where wanted.indicator = any(screened.known)) as known_zh,
        string_agg(wanted.name_zh, '、') filter (where wanted.indicator = any(screened.missing)) as missing_zh
    from policy_screening_indicator as wanted
) as label on true;
