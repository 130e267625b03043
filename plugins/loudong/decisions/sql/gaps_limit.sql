-- A limit above the most that approved actions allow; an increase in force counts beside the review.
insert into decision_gap
with allowed as (
    select
        acting.customer_id,
        (array_agg(acting.action_id order by acting.from_date desc, acting.action_id desc))[1] as action_id,
        max((acting.intent ->> 'proposed_limit_amount')::numeric) as limit_amount,
        max(acting.from_date) as from_date
    from decision_acting as acting
    where acting.is_in_force and acting.intent ? 'proposed_limit_amount'
    group by acting.customer_id
    having bool_or(acting.action_code = 'credit_limit_review')
)

select
    allowed.customer_id,
    rule.gap_code,
    'credit_limit_review',
    allowed.action_id,
    true,
    allowed.from_date,
    jsonb_build_object(
        'from_date', allowed.from_date,
        'limit_amount', customer.limit_amount,
        'allowed_limit_amount', allowed.limit_amount
    )
from allowed
cross join decision_run as run
inner join decision_customer as customer on customer.customer_id = allowed.customer_id
inner join policy_enforcement_rule as rule on rule.gap_code = 'limit_above_allowed'
where
    customer.limit_amount > allowed.limit_amount
    and run.as_of_date >= allowed.from_date + rule.grace_days::integer;
