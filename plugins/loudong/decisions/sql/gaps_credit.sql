-- New credit against a restriction: contracts signed, limits raised, as known at the end of the date, which nobody
-- approved by then.
insert into decision_gap
with bound as (
    select
        acting.*,
        kind.change_code,
        rule.gap_code,
        acting.from_date + rule.grace_days::integer as bound_date,
        (acting.from_date + rule.grace_days::integer + 1)::timestamp
            at time zone (
                select portfolio.settings ->> 'timezone' from landing.portfolio as portfolio
                order by portfolio.portfolio_id desc limit 1
            ) as bound_at
    from decision_acting as acting
    inner join (
        values
        ('stop_new_credit', 'signed', 'credit_after_stop'),
        ('stop_new_credit', 'raised', 'limit_raised_after_stop'),
        ('approve_new_credit', 'signed', 'credit_without_approval'),
        ('approve_new_credit', 'raised', 'limit_raised_without_approval')
    ) as kind (restriction_code, change_code, gap_code) on kind.restriction_code = acting.intent ->> 'restriction_code'
    inner join policy_enforcement_rule as rule on rule.gap_code = kind.gap_code
),

-- Of versions observed at the same instant the greatest content hash wins.
contract_now as (
    select distinct on (bound.action_id, bound.gap_code, version.contract_id) bound.*, version.*
    from bound
    cross join decision_run as run
    inner join lateral (
        select
            contract.contract_id,
            contract.signed_date,
            contract.limit_amount,
            contract.is_deleted,
            contract.observed_at,
            contract.content_hash
        from landing.contract as contract
        where contract.customer_id = bound.customer_id and contract.observed_at < run.cutoff_at
    ) as version on true
    order by
        bound.action_id, bound.gap_code, version.contract_id, version.observed_at desc, version.content_hash desc
),

contract_then as (
    select distinct on (bound.action_id, contract.contract_id) bound.action_id, contract.contract_id, contract.limit_amount
    from bound
    inner join landing.contract as contract
        on contract.customer_id = bound.customer_id and contract.observed_at < bound.bound_at
    where bound.change_code = 'raised'
    order by bound.action_id, contract.contract_id, contract.observed_at desc, contract.content_hash desc
)

select
    now.customer_id,
    now.gap_code,
    now.contract_id,
    now.action_id,
    now.is_in_force,
    now.from_date,
    jsonb_build_object(
        'from_date', now.from_date,
        'signed_date', now.signed_date,
        'limit_amount', now.limit_amount,
        'limit_before_amount', before.limit_amount,
        'approved_limit_amount', approval.limit_amount
    )
from contract_now as now
cross join decision_run as run
left join contract_then as before on before.action_id = now.action_id and before.contract_id = now.contract_id
left join credit_approval as approval
    on
        approval.customer_id = now.customer_id
        and approval.contract_id = now.contract_id
        and approval.created_at < run.cutoff_at
        and (approval.ended_at is null or approval.ended_at >= run.cutoff_at)
where
    not now.is_deleted
    and case now.change_code
        when 'signed' then now.signed_date > now.bound_date
        else now.limit_amount > before.limit_amount
    end
    -- An unknown limit is within any approval.
    and (approval.limit_amount is null or now.limit_amount > approval.limit_amount);
