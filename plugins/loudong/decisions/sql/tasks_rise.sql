-- A contact because the tier rose. A customer judged for the first time counts when the tier is the highest, unless it
-- is new and screened.
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
    'follow_up_cadence.csv:' || cadence.trigger_code || ',' || cadence.tier
from decision_customer as customer
cross join decision_run as run
inner join policy_follow_up_cadence as cadence
    on cadence.tier = customer.tier and cadence.trigger_code = 'tier_rise'
inner join policy_tier_cutoff as tier on tier.tier = customer.tier
left join policy_tier_cutoff as previous on previous.tier = customer.previous_tier
where
    case
        when customer.previous_tier is null
            then
                customer.tier = 'high'
                and not exists (
                    select 1 from customer_screening as screened
                    where
                        screened.customer_id = customer.customer_id
                        and screened.screened_date = run.as_of_date
                        and screened.result_code <> 'taken_over'
                )
        else
            array_position(array['low', 'medium', 'high'], customer.tier)
            > array_position(array['low', 'medium', 'high'], customer.previous_tier)
    end;
