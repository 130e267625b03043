-- The regular contact of the tier: every_days after the last task of any kind. Customers never contacted are spread
-- over the days of a period by a hash of their id, so that the first day does not ask for all of them.
delete from decision_task;

insert into decision_task
with last_task as (
    select
        customer_id,
        max(created_date) as created_date,
        bool_or(state in ('open', 'overdue')) as has_open
    from follow_up_task
    group by customer_id
),

wanted as (
    select
        customer.*,
        cadence.trigger_code,
        cadence.kind_code,
        cadence.owner_role,
        cadence.name_en,
        cadence.name_zh,
        cadence.every_days::integer as every_days,
        cadence.due_days::integer as due_days,
        last_task.created_date as last_date,
        coalesce(last_task.has_open, false) as has_open,
        ('x' || left(md5(customer.customer_id), 7))::bit(28)::integer % cadence.every_days::integer as slot
    from decision_customer as customer
    inner join policy_follow_up_cadence as cadence
        on cadence.tier = customer.tier and cadence.trigger_code = 'cadence'
    left join last_task on last_task.customer_id = customer.customer_id
)

select
    wanted.customer_id,
    wanted.trigger_code,
    wanted.kind_code,
    wanted.owner_role,
    wanted.due_days,
    null,
    null,
    null,
    initcap(left(wanted.name_en, 1)) || substr(wanted.name_en, 2) || format(
        ' (every %s days), %s; probability of default %s %%.',
        wanted.every_days,
        coalesce('last asked for on ' || wanted.last_date, 'none before'),
        round(wanted.pd::numeric * 100, 1)
    ),
    wanted.name_zh || format(
        '（每%s天一次），%s；违约概率%s%%。',
        wanted.every_days,
        coalesce('上次安排于' || wanted.last_date, '此前无安排'),
        round(wanted.pd::numeric * 100, 1)
    ),
    'follow_up_cadence.csv:' || wanted.trigger_code || ',' || wanted.tier
from wanted
cross join decision_run as run
where
    not wanted.has_open
    and case
        when wanted.last_date is not null then run.as_of_date - wanted.last_date >= wanted.every_days
        -- A slot lies between the newest published date and this one.
        else
            (run.as_of_date - date '2000-01-01' - wanted.slot) / wanted.every_days
            > (coalesce(run.previous_date, run.as_of_date - 1) - date '2000-01-01' - wanted.slot) / wanted.every_days
    end;
