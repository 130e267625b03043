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

manager as (
    select (item.value ->> 'value')::numeric::integer as daily_minutes
    from newest
    cross join lateral jsonb_array_elements(newest.content -> 'work_rule') as item (value)
    where item.value ->> 'rule_code' = 'manager_daily_minutes'
),

open_item as (
    select
        'follow_up_task' as item_type,
        task_id as item_id,
        customer_id,
        owner_role,
        owner_id,
        due_date
    from {{ source('risk', 'follow_up_task') }}
    where state in ('open', 'overdue')
    union all
    select
        'alert' as item_type,
        alert_id as item_id,
        customer_id,
        owner_role,
        owner_id,
        due_date
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
        worth.priority_amount,
        worth.work_rank,
        open_item.due_date < newest.as_of_date as is_overdue,
        -- A team works its list together; a manager whom the data name works alone.
        case
            when member_role.member_id is null then coalesce(open_item.owner_id, open_item.owner_role)
            when open_item.owner_role = any(member_role.role_codes) then open_item.owner_role
            else member_role.role_code
        end as pool_code
    from open_item
    cross join newest
    left join {{ source('risk', 'work_item') }} as worth
        on
            open_item.customer_id = worth.customer_id
            and open_item.item_type = worth.item_type
            and open_item.item_id = worth.item_id
    left join member_role on open_item.owner_id = member_role.member_id
),

counted as (
    select
        valued.*,
        -- Work of a role that names nobody has no hours.
        coalesce(role.daily_minutes, case when valued.owner_id is not null then manager.daily_minutes else 0 end)
            as capacity_minutes,
        sum(valued.effort_minutes) over (
            partition by valued.pool_code
            order by valued.work_rank asc nulls last
            rows unbounded preceding
        ) as cumulative_minutes
    from valued
    cross join manager
    left join role on valued.pool_code = role.role_code
)

select
    counted.*,
    coalesce(counted.cumulative_minutes <= counted.capacity_minutes, false) as is_within_capacity
from counted
