{{ config(materialized='ephemeral') }}

-- An alert is judged when the horizon after it has ended. One on a customer already in default cannot foretell one, and
-- one that a model raised knowing the outcome foretold nothing.
with confirmed as (
    select
        alert.customer_id,
        alert.alert_id
    from {{ source('risk', 'alert') }} as alert
    inner join {{ ref('rpt_default_start') }} as started
        on
            alert.customer_id = started.customer_id
            and started.default_date > alert.opened_date
            and started.default_date <= alert.opened_date + {{ var('horizon_days') }}
    group by alert.customer_id, alert.alert_id
)

select
    alert.*,
    coalesce(alert.closed_date, newest.as_of_date) - alert.opened_date as standing_days,
    alert.subject_level = 'customer'
    and alert.opened_date + {{ var('horizon_days') }} <= newest.as_of_date
    and alert.opened_in_default is not true
    and outcome.uses_hindsight is not true as is_judged,
    confirmed.alert_id is not null as is_confirmed
from {{ source('risk', 'alert') }} as alert
cross join (select max(as_of_date) as as_of_date from {{ ref('rpt_published_date') }}) as newest
left join confirmed on alert.customer_id = confirmed.customer_id and alert.alert_id = confirmed.alert_id
left join {{ source('risk', 'rule_outcome') }} as outcome
    on
        alert.run_id = outcome.run_id
        and alert.opened_date = outcome.as_of_date
        and alert.rule_code = outcome.rule_code
        and outcome.outcome_code = 'hit'
