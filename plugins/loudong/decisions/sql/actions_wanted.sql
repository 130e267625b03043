-- What policy asks for of every customer, beside what is in force, what is proposed and what a person refused.
create temporary table decision_action on commit drop as
with refused as (
    -- A person's word holds until the period is over, or until another standard was proposed.
    select action.customer_id, action.action_code, action.standard_code
    from customer_action as action
    cross join decision_run as run
    where
        action.state = 'lapsed' and action.lapsed_by <> 'loudong' and action.period_end_date >= run.as_of_date
        and not exists (
            select 1 from customer_action as later
            where
                later.customer_id = action.customer_id and later.action_code = action.action_code
                and later.action_id > action.action_id
        )
),

-- First days that an action of this date or later holds already: one that people decided on, and that stays as it is.
taken as (
    select action.customer_id, action.action_code, max(action.period_start_date) as last_date
    from customer_action as action
    cross join decision_run as run
    where
        action.period_start_date >= run.as_of_date and action.state <> 'proposed'
        and action.lapsed_by is distinct from 'loudong'
    group by action.customer_id, action.action_code
),

asked as (
    select
        customer.customer_id,
        customer.tier,
        strategy.action_code,
        strategy.standard_code,
        strategy.review_every_days::integer as review_every_days,
        strategy.period_days::integer as period_days,
        jsonb_strip_nulls(
            jsonb_build_object(
                'owner_role', strategy.owner_role,
                'limit_share_pct', strategy.limit_share_pct::numeric,
                'current_limit_amount', case when strategy.limit_share_pct is not null then customer.limit_amount end,
                -- What is owed already is not taken back by a lower limit.
                'proposed_limit_amount', case
                    when strategy.limit_share_pct is not null and customer.limit_amount is not null
                        then round(
                            greatest(
                                customer.limit_amount * strategy.limit_share_pct::numeric / 100,
                                least(customer.exposure_amount, customer.limit_amount)
                            ),
                            2
                        )
                end,
                'monitor_every_days', strategy.monitor_every_days::integer,
                'restriction_code', strategy.restriction_code,
                'review_every_days', strategy.review_every_days::integer,
                'name_en', strategy.name_en,
                'name_zh', strategy.name_zh
            )
        ) as intent
    from decision_customer as customer
    inner join policy_strategy as strategy on strategy.tier = customer.tier
    left join decision_eligible as eligible
        on eligible.customer_id = customer.customer_id and eligible.action_code = strategy.action_code
    where
        eligible.customer_id is not null
        or strategy.action_code not in (select condition.action_code from policy_strategy_condition as condition)
)

select
    asked.customer_id,
    asked.tier,
    asked.action_code,
    asked.standard_code,
    asked.period_days,
    'strategy.csv:' || asked.tier || ',' || asked.action_code as policy_row,
    asked.intent,
    -- The standard in force is proposed again when its review is due, early enough to be approved without a gap.
    refused.customer_id is null
    and (
        held.action_id is null
        or held.standard_code <> asked.standard_code
        or run.as_of_date >= held.period_start_date + asked.review_every_days
    ) as is_wanted,
    proposal.action_id as proposal_id,
    -- A proposal of this date says what this run says; an older one stands as it was made.
    coalesce(
        proposal.standard_code = asked.standard_code
        and (proposal.period_start_date < run.as_of_date or proposal.intent = asked.intent),
        false
    ) as is_proposed,
    coalesce(proposal.period_start_date >= run.as_of_date, false) as is_replaceable,
    coalesce(taken.last_date + 1, run.as_of_date) as period_start_date
from asked
cross join decision_run as run
left join customer_action as held
    on
        held.customer_id = asked.customer_id and held.action_code = asked.action_code
        and held.state in ('approved', 'sent', 'confirmed')
left join customer_action as proposal
    on
        proposal.customer_id = asked.customer_id and proposal.action_code = asked.action_code
        and proposal.state = 'proposed'
left join refused
    on
        refused.customer_id = asked.customer_id and refused.action_code = asked.action_code
        and refused.standard_code = asked.standard_code
left join taken on taken.customer_id = asked.customer_id and taken.action_code = asked.action_code;

create unique index on decision_action (customer_id, action_code);
analyze decision_action;
