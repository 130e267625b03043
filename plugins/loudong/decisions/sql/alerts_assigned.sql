-- Alerts of a role without an owner go to its members, the gravest first, always to whoever has least to do then:
-- a member's free places are numbered by what the member would have, and the lowest numbers are filled first.
insert into decision_alert_change
with waiting as (
    select
        alert.customer_id,
        alert.alert_id,
        alert.owner_role,
        row_number() over (
            partition by alert.owner_role
            order by
                array_position(array['critical', 'major', 'minor'], alert.severity),
                (alert.evidence ->> 'exposure_amount')::numeric desc nulls last,
                alert.opened_date,
                alert.alert_id
        ) as place
    from alert
    where alert.status in ('open', 'acknowledged') and alert.owner_id is null
),

load as (
    select
        member.member_id,
        member.role_code,
        member.open_alert_capacity::integer as capacity,
        count(alert.alert_id)::integer as open_count
    from policy_team_member as member
    left join alert
        on
            alert.owner_role = member.role_code
            and alert.owner_id = member.member_id
            and alert.status in ('open', 'acknowledged')
    group by member.member_id, member.role_code, member.open_alert_capacity
),

free as (
    select
        load.member_id,
        load.role_code,
        load.capacity,
        slot.open_count,
        row_number() over (partition by load.role_code order by slot.open_count, load.member_id) as place
    from load
    cross join lateral generate_series(load.open_count + 1, load.capacity) as slot (open_count)
)

select
    waiting.customer_id,
    waiting.alert_id,
    'assigned',
    run.as_of_date,
    'loudong',
    free.member_id || ' has least to do of ' || free.role_code || ': alert ' || free.open_count || ' of at most '
    || free.capacity,
    run.run_id,
    jsonb_build_object('owner_id', free.member_id)
from waiting
inner join free on free.role_code = waiting.owner_role and free.place = waiting.place
cross join decision_run as run;
