-- Movements on the operating account. Grain: customer x as_of_date, customers with any transaction.
-- Sums run in cents, as integers: exact, and fast.
with moved as (
    select
        spine.as_of_date,
        spine.customer_id,
        spine.as_of_date - movement.effective_date as age_days,
        movement.direction_code = 'in' as is_in,
        (movement.transaction_amount * 100)::bigint as cents,
        movement.counterparty_id,
        extract(hour from movement.transaction_at at time zone '{{ var("timezone") }}') < 6 as is_night
    from {{ ref('int_spine__customer_date') }} as spine
    inner join {{ ref('stg_landing__transaction') }} as movement
        on
            spine.customer_id = movement.customer_id
            and {{ known_at('movement', 'spine') }}
            and movement.effective_date > spine.as_of_date - 365
)

select
    as_of_date,
    customer_id,
    {% for days in (30, 90, 180, 365) -%}
        count(*) filter (where age_days < {{ days }}) as transaction_{{ days }}d_count,
        coalesce(sum(cents) filter (where is_in and age_days < {{ days }}), 0) / 100.0 as inflow_amount_{{ days }}d,
        coalesce(sum(cents) filter (where not is_in and age_days < {{ days }}), 0) / 100.0
            as outflow_amount_{{ days }}d,
    {% endfor -%}
    count(*) filter (where age_days < 7) as transaction_7d_count,
    coalesce(sum(cents) filter (where is_in and age_days >= 90 and age_days < 180), 0) / 100.0
        as inflow_amount_prior_90d,
    coalesce(sum(cents) filter (where is_in and age_days >= 30 and age_days < 60), 0) / 100.0
        as inflow_amount_prior_30d,
    max(cents) filter (where not is_in and age_days < 90) / 100.0 as largest_outflow_amount_90d,
    (stddev_pop(cents) filter (where is_in and age_days < 180))::double precision
    / nullif(avg(cents) filter (where is_in and age_days < 180), 0)::double precision as inflow_variation_180d_ratio,
    (count(*) filter (where is_night and age_days < 90))::double precision
    / nullif(count(*) filter (where age_days < 90), 0) as night_share_90d_ratio,
    count(distinct counterparty_id) filter (where age_days < 90) as counterparty_90d_count,
    min(age_days) as days_since_transaction_days
from moved
group by 1, 2
