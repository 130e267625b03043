{{ config(materialized='view', schema='bi', persist_docs={'relation': true, 'columns': true}) }}

with customer as (
    select * from {{ ref('rpt_published_customer') }}
),

identity as (
    select * from {{ ref('rpt_described_customer') }}
),

building as (
    select * from {{ ref('rpt_described_building') }}
),

published as (
    select as_of_date from {{ ref('rpt_published_date') }}
),

alerts as (
    select
        published.as_of_date,
        alert.customer_id,
        count(*)::integer as open_alert_count,
        (array['minor', 'major', 'critical'])[
            max(array_position(array['minor', 'major', 'critical'], alert.severity))
        ] as gravest_severity
    from published
    inner join {{ source('risk', 'alert') }} as alert
        on
            published.as_of_date >= alert.opened_date
            and (alert.closed_date is null or alert.closed_date > published.as_of_date)
    group by published.as_of_date, alert.customer_id
),

tasks as (
    select
        published.as_of_date,
        task.customer_id,
        count(*)::integer as open_task_count,
        min(task.due_date) as next_task_due_date
    from published
    inner join {{ source('risk', 'follow_up_task') }} as task
        on published.as_of_date >= task.created_date and task.state in ('open', 'overdue')
    group by published.as_of_date, task.customer_id
),

actions as (
    select
        published.as_of_date,
        action.customer_id,
        (
            array_agg(action.standard_code order by action.period_start_date desc)
            filter (where action.action_code = 'credit_limit_review')
        )[1] as limit_review_standard_code,
        (
            array_agg(action.standard_code order by action.period_start_date desc)
            filter (where action.action_code = 'repayment_monitoring')
        )[1] as monitoring_standard_code,
        (
            array_agg(action.standard_code order by action.period_start_date desc)
            filter (where action.action_code = 'transaction_restriction')
        )[1] as restriction_standard_code
    from published
    inner join {{ source('risk', 'customer_action') }} as action
        on
            published.as_of_date between action.period_start_date and action.period_end_date
            and (action.lapsed_date is null or action.lapsed_date > published.as_of_date)
    group by published.as_of_date, action.customer_id
),

labels as (
    select
        policy.policy_version,
        kind.decided_by,
        item.value ->> kind.key_name as code,
        item.value ->> 'name_en' as name_en,
        item.value ->> 'name_zh' as name_zh
    from {{ source('ledger', 'policy_version') }} as policy
    cross join (
        values ('floor', 'tier_floor', 'floor_code'), ('cooldown', 'tier_cooldown', 'tier')
    ) as kind (decided_by, table_name, key_name)
    cross join lateral jsonb_array_elements(policy.content -> kind.table_name) as item (value)
)

select
    customer.as_of_date,
    customer.customer_id,
    identity.customer_name_masked,
    customer.customer_type_code,
    customer.industry_code,
    customer.building_id,
    building.building_name,
    identity.relationship_manager_id,
    customer.tenure_days::integer as tenure_days,
    customer.exposure_amount::numeric(24, 4) as exposure_amount,
    customer.past_due_amount::numeric(24, 4) as past_due_amount,
    customer.dpd_days::integer as dpd_days,
    customer.bucket_code,
    customer.is_in_default,
    customer.utilisation_ratio::double precision as utilisation_ratio,
    customer.credit_score_value::double precision as credit_score_value,
    customer.credit_score_change_90d::double precision as credit_score_change_90d,
    customer.inflow_amount_30d::numeric(24, 4) as inflow_amount_30d,
    customer.inflow_change_90d_ratio::double precision as inflow_change_90d_ratio,
    customer.pd,
    customer.score_points,
    customer.tier,
    customer.previous_tier,
    customer.decided_by as tier_decided_by,
    customer.floor_code,
    nullif(concat_ws('; ', deciding.reason_en, reason.reasons_en), '') as reasons_en,
    nullif(concat_ws('；', deciding.reason_zh, reason.reasons_zh), '') as reasons_zh,
    settling.settle_amount::numeric(24, 4) as settle_amount,
    settling.settle_by_date,
    settling.settled_tier,
    settling.settled_pd,
    coalesce(alerts.open_alert_count, 0) as open_alert_count,
    alerts.gravest_severity,
    coalesce(tasks.open_task_count, 0) as open_task_count,
    tasks.next_task_due_date,
    actions.limit_review_standard_code,
    actions.monitoring_standard_code,
    actions.restriction_standard_code,
    customer.model_name,
    customer.model_version,
    customer.is_hindsight,
    customer.policy_version,
    customer.run_id,
    customer.published_at
from customer
left join identity on customer.customer_id = identity.customer_id and customer.as_of_date = identity.as_of_date
left join building on customer.building_id = building.building_id and customer.as_of_date = building.as_of_date
left join alerts on customer.customer_id = alerts.customer_id and customer.as_of_date = alerts.as_of_date
left join tasks on customer.customer_id = tasks.customer_id and customer.as_of_date = tasks.as_of_date
left join actions on customer.customer_id = actions.customer_id and customer.as_of_date = actions.as_of_date
left join {{ source('risk', 'counterfactual') }} as settling
    on
        customer.customer_id = settling.customer_id
        and customer.as_of_date = settling.as_of_date
        and customer.run_id = settling.run_id
left join labels
    on
        customer.policy_version = labels.policy_version
        and customer.decided_by = labels.decided_by
        and labels.code = coalesce(customer.floor_code, customer.tier_trace -> 'cooldown' ->> 'tier')
-- What set the tier other than the pd: a floor, the cooldown, or a person, whose words stand as they were written.
left join lateral (
    select
        case customer.decided_by
            when 'floor' then labels.name_en
            when 'cooldown' then labels.name_en || ', until ' || (customer.tier_trace -> 'cooldown' ->> 'falls_date')
            when 'override' then format('set by %s until %s: %s', person.made_by, person.expires_date, person.because)
        end as reason_en,
        case customer.decided_by
            when 'floor' then labels.name_zh
            when 'cooldown' then labels.name_zh || '，至' || (customer.tier_trace -> 'cooldown' ->> 'falls_date')
            when 'override' then format('由%s人工设定，至%s：%s', person.made_by, person.expires_date, person.because)
        end as reason_zh
    from jsonb_to_record(coalesce(nullif(customer.tier_trace -> 'override', 'null'::jsonb), '{}'::jsonb))
        as person (made_by text, expires_date text, because text)
) as deciding on true
left join lateral (
    select
        string_agg(item.value ->> 'en', '; ' order by item.ordinality) as reasons_en,
        string_agg(item.value ->> 'zh', '；' order by item.ordinality) as reasons_zh
    from jsonb_array_elements(customer.reasons) with ordinality as item (value, ordinality)
) as reason on true
