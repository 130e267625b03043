-- A contact because the tier rose. A customer judged for the first time counts when the tier is the highest.
insert into follow_up_task (
    customer_id, kind_code, owner_role, owner_id, created_date, due_date, reason_en, reason_zh,
    policy_version, policy_row, run_id
)
select
    customer.customer_id,
    cadence.kind_code,
    cadence.owner_role,
    case cadence.owner_role
        when 'building_manager' then customer.building_manager_id
        when 'relationship_manager' then customer.relationship_manager_id
    end,
    run.as_of_date,
    run.as_of_date + cadence.due_days::integer,
    case
        when customer.previous_tier is null then 'First judged ' || tier.name_en
        else 'Rose from ' || previous.name_en || ' to ' || tier.name_en
    end || format(
        ': probability of default %s %%, %sexposure %s.',
        round(customer.pd::numeric * 100, 1),
        customer.dpd_days || ' days past due, ',
        round(customer.exposure_amount)
    ),
    case
        when customer.previous_tier is null then '首次评为' || tier.name_zh
        else '由' || previous.name_zh || '升为' || tier.name_zh
    end || format(
        '：违约概率%s%%，%s敞口%s。',
        round(customer.pd::numeric * 100, 1),
        '逾期' || customer.dpd_days || '天，',
        round(customer.exposure_amount)
    ),
    run.policy_version,
    'follow_up_cadence.csv:' || cadence.kind_code || ',' || cadence.tier,
    run.run_id
from decision_customer as customer
cross join decision_run as run
inner join policy_follow_up_cadence as cadence
    on cadence.tier = customer.tier and cadence.trigger_code = 'tier_rise'
inner join policy_tier_cutoff as tier on tier.tier = customer.tier
left join policy_tier_cutoff as previous on previous.tier = customer.previous_tier
where
    case
        when customer.previous_tier is null then customer.tier = 'high'
        else
            array_position(array['low', 'medium', 'high'], customer.tier)
            > array_position(array['low', 'medium', 'high'], customer.previous_tier)
    end
    and not exists (
        select 1 from follow_up_task as earlier
        where
            earlier.customer_id = customer.customer_id and earlier.kind_code = cadence.kind_code
            and (earlier.state in ('open', 'overdue') or earlier.created_date >= run.as_of_date)
    );
