-- The step of the bucket, once per spell; a step that is passed over or fallen back to is not asked for.
insert into decision_task
select
    customer.customer_id,
    'dunning',
    dunning.kind_code,
    dunning.owner_role,
    dunning.due_days::integer,
    null,
    spell.spell_id,
    dunning.step::integer,
    format(
        '%s: %s days past due, %s past due of %s.',
        upper(left(dunning.name_en, 1)) || substr(dunning.name_en, 2),
        customer.dpd_days,
        coalesce(round(customer.past_due_amount), 0),
        round(customer.exposure_amount)
    ),
    format(
        '%s：逾期%s天，逾期金额%s，敞口%s。',
        dunning.name_zh,
        customer.dpd_days,
        coalesce(round(customer.past_due_amount), 0),
        round(customer.exposure_amount)
    ),
    'dunning_step.csv:' || dunning.bucket_code
from decision_customer as customer
inner join policy_delinquency_bucket as bucket
    on
        customer.dpd_days >= bucket.min_dpd_days::integer
        and (bucket.max_dpd_days is null or customer.dpd_days <= bucket.max_dpd_days::integer)
inner join policy_dunning_step as dunning on dunning.bucket_code = bucket.bucket_code
inner join arrears_spell as spell on spell.customer_id = customer.customer_id and spell.ended_date is null
where
    dunning.step::integer > spell.last_step
    and coalesce(customer.past_due_amount, 0) >= dunning.min_past_due_amount::numeric;
