-- New credit after it was stopped: contracts signed, limits raised, as known at the end of the date.
insert into decision_gap
with stop as (
    select
        acting.*,
        rule.gap_code,
        acting.from_date + rule.grace_days::integer as stop_date,
        (acting.from_date + rule.grace_days::integer + 1)::timestamp
            at time zone (
                select portfolio.settings ->> 'timezone' from landing.portfolio as portfolio
                order by portfolio.portfolio_id desc limit 1
            ) as stopped_at
    from decision_acting as acting
    inner join policy_enforcement_rule as rule on rule.gap_code in ('credit_after_stop', 'limit_raised_after_stop')
    where acting.intent ->> 'restriction_code' = 'stop_new_credit'
),

-- Of versions observed at the same instant the greatest content hash wins.
contract_now as (
    select distinct on (stop.action_id, stop.gap_code, version.contract_id) stop.*, version.*
    from stop
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
        where contract.customer_id = stop.customer_id and contract.observed_at < run.cutoff_at
    ) as version on true
    order by
        stop.action_id, stop.gap_code, version.contract_id, version.observed_at desc, version.content_hash desc
),

contract_then as (
    select distinct on (stop.action_id, contract.contract_id) stop.action_id, contract.contract_id, contract.limit_amount
    from stop
    inner join landing.contract as contract
        on contract.customer_id = stop.customer_id and contract.observed_at < stop.stopped_at
    where stop.gap_code = 'limit_raised_after_stop'
    order by stop.action_id, contract.contract_id, contract.observed_at desc, contract.content_hash desc
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
        'limit_before_amount', before.limit_amount
    )
from contract_now as now
left join contract_then as before on before.action_id = now.action_id and before.contract_id = now.contract_id
where
    not now.is_deleted
    and case now.gap_code
        when 'credit_after_stop' then now.signed_date > now.stop_date
        else now.limit_amount > before.limit_amount
    end;
