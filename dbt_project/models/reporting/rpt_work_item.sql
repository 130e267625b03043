{{ config(materialized='ephemeral') }}

-- Open work in the order in which it is worth doing, and how far the hours of those who do it reach. Team and hours are
-- those of the policy that the newest published run was decided with.
with newest as (
    select
        publication.as_of_date,
        policy.content
    from {{ source('ledger', 'publication') }} as publication
    inner join {{ source('ledger', 'run') }} as run on publication.run_id = run.run_id
    inner join {{ source('ledger', 'policy_version') }} as policy on run.policy_version = policy.policy_version
    where publication.superseded_at is null
    order by publication.as_of_date desc
    limit 1
),

member as (
    select
        item.value ->> 'member_id' as member_id,
        item.value ->> 'role_code' as role_code,
        (item.value ->> 'daily_minutes')::integer as daily_minutes
    from newest
    cross join lateral jsonb_array_elements(newest.content -> 'team_member') as item (value)
),

role as (
    select
        role_code,
        sum(daily_minutes)::integer as daily_minutes
    from member
    group by role_code
),

member_role as (
    select
        member_id,
        min(role_code) as role_code,
        array_agg(role_code) as role_codes
    from member
    group by member_id
),

number as (
    select
        max((item.value ->> 'value')::numeric) filter (where item.value ->> 'rule_code' = 'manager_daily_minutes')
            as manager_minutes,
        max((item.value ->> 'value')::numeric) filter (where item.value ->> 'rule_code' = 'overdue_factor_pct')
            as overdue_pct
    from newest
    cross join lateral jsonb_array_elements(newest.content -> 'work_rule') as item (value)
),

open_item as (
    select
        'follow_up_task' as item_type,
        task_id as item_id,
        customer_id,
        trigger_code as item_code,
        kind_code,
        null::text as severity,
        owner_role,
        owner_id,
        created_date,
        due_date,
        reason_en,
        reason_zh
    from {{ source('risk', 'follow_up_task') }}
    where state in ('open', 'overdue')
    union all
    select
        'alert' as item_type,
        alert_id as item_id,
        customer_id,
        rule_code as item_code,
        'alert' as kind_code,
        severity,
        owner_role,
        owner_id,
        opened_date as created_date,
        due_date,
        (evidence ->> 'name_en')
        || ': ' || indicator || ' = ' || trim_scale(round(value::numeric, 4)) || '. '
        || (evidence ->> 'remedy_en') as reason_en,
        (evidence ->> 'name_zh') || '：' || indicator || ' = ' || trim_scale(round(value::numeric, 4)) as reason_zh
    from {{ source('risk', 'alert') }}
    where status in ('open', 'acknowledged')
),

valued as (
    select
        open_item.*,
        newest.as_of_date,
        worth.customer_name_masked,
        worth.building_id,
        worth.tier,
        worth.pd,
        worth.exposure_amount,
        worth.expected_loss_amount,
        worth.recoverable_pct,
        worth.effect_pct,
        worth.effort_minutes,
        worth.avertable_loss_amount,
        open_item.due_date < newest.as_of_date as is_overdue,
        worth.avertable_loss_amount
        * case when open_item.due_date < newest.as_of_date then number.overdue_pct / 100 else 1 end as priority_amount,
        -- A team works its list together; a manager whom the data name works alone.
        case
            when member_role.member_id is null then coalesce(open_item.owner_id, open_item.owner_role)
            when open_item.owner_role = any(member_role.role_codes) then open_item.owner_role
            else member_role.role_code
        end as pool_code,
        open_item.owner_id is not null as has_owner,
        number.manager_minutes
    from open_item
    cross join newest
    cross join number
    left join {{ source('risk', 'work_item') }} as worth
        on
            open_item.customer_id = worth.customer_id
            and open_item.item_type = worth.item_type
            and open_item.item_id = worth.item_id
    left join member_role on open_item.owner_id = member_role.member_id
),

ranked as (
    select
        valued.*,
        -- Work of a role that names nobody has no hours.
        coalesce(role.daily_minutes, case when valued.has_owner then valued.manager_minutes else 0 end)::integer
            as capacity_minutes,
        row_number() over (
            order by
                valued.priority_amount desc nulls last, valued.due_date asc, valued.item_type asc, valued.item_id asc
        ) as work_rank,
        sum(valued.effort_minutes) over (
            partition by valued.pool_code
            order by
                valued.priority_amount desc nulls last, valued.due_date asc, valued.item_type asc, valued.item_id asc
            rows unbounded preceding
        ) as cumulative_minutes
    from valued
    left join role on valued.pool_code = role.role_code
)

select
    ranked.*,
    coalesce(ranked.cumulative_minutes <= ranked.capacity_minutes, false) as is_within_capacity
from ranked
