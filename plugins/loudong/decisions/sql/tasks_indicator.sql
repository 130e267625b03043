-- Contacts that an indicator asks for; what is not known asks for nothing. Contact data that a person found wrong count
-- until the next contact of this kind was asked for.
insert into decision_task
with found_wrong as (
    select task.customer_id, max(task.closed_date) as closed_date
    from follow_up_task as task
    inner join policy_task_outcome as outcome
        on outcome.outcome_code = task.outcome_code and outcome.effect_code = 'contact_wrong'
    where task.state = 'done'
    group by task.customer_id
)

select
    customer.customer_id,
    cadence.trigger_code,
    cadence.kind_code,
    cadence.owner_role,
    cadence.due_days::integer,
    cadence.every_days::integer,
    null,
    null,
    upper(left(cadence.name_en, 1)) || substr(cadence.name_en, 2)
    || coalesce(': ' || cadence.indicator || ' is ' || trim_scale(hit.value::numeric) || '.', ': found wrong by hand.'),
    cadence.name_zh
    || coalesce('：' || cadence.indicator || ' = ' || trim_scale(hit.value::numeric) || '。', '：人工核实有误。'),
    'follow_up_cadence.csv:' || cadence.trigger_code || ',' || cadence.tier
from policy_follow_up_cadence as cadence
inner join decision_customer as customer on customer.tier = cadence.tier
left join decision_indicator as hit
    on
        hit.customer_id = customer.customer_id and hit.indicator = cadence.indicator
        and meets(hit.value, cadence.operator, cadence.threshold::double precision)
left join found_wrong
    on
        found_wrong.customer_id = customer.customer_id
        and cadence.trigger_code = 'contact_stale'
        and found_wrong.closed_date > (select run.as_of_date from decision_run as run) - cadence.every_days::integer
where
    cadence.trigger_code in ('statement_stale', 'contact_stale')
    and (hit.customer_id is not null or found_wrong.customer_id is not null);
