-- One task per trigger, kind and step is open, and none is asked for twice for one date; a person's cancellation counts.
with created as (
    insert into follow_up_task (
        customer_id, trigger_code, kind_code, owner_role, owner_id, created_date, due_date, reason_en, reason_zh,
        policy_version, policy_row, run_id, spell_id, step
    )
    select
        wanted.customer_id,
        wanted.trigger_code,
        wanted.kind_code,
        wanted.owner_role,
        case wanted.owner_role
            when 'building_manager' then customer.building_manager_id
            when 'relationship_manager' then customer.relationship_manager_id
        end,
        run.as_of_date,
        run.as_of_date + wanted.due_days,
        wanted.reason_en,
        wanted.reason_zh,
        run.policy_version,
        wanted.policy_row,
        run.run_id,
        wanted.spell_id,
        wanted.step
    from decision_task as wanted
    cross join decision_run as run
    inner join decision_customer as customer on customer.customer_id = wanted.customer_id
    where not exists (
        select 1 from follow_up_task as earlier
        where
            earlier.customer_id = wanted.customer_id and earlier.trigger_code = wanted.trigger_code
            and (
                (
                    earlier.kind_code = wanted.kind_code and coalesce(earlier.step, 0) = coalesce(wanted.step, 0)
                    and (earlier.state in ('open', 'overdue') or earlier.created_date >= run.as_of_date)
                )
                or earlier.created_date > run.as_of_date - wanted.every_days
            )
    )
    returning customer_id, task_id, owner_id, reason_en
)

insert into follow_up_task_event (
    customer_id, task_id, as_of_date, actor, from_state, to_state, to_owner_id, reason, run_id
)
select
    created.customer_id,
    created.task_id,
    run.as_of_date,
    'loudong',
    null,
    'open',
    created.owner_id,
    created.reason_en,
    run.run_id
from created
cross join decision_run as run;
