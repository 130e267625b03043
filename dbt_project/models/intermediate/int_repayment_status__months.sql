-- Reported repayment statuses of a year back. Grain: customer x as_of_date, customers with a reported status in it.
-- As a number: -2 unused, -1 paid in full, 0 revolving, n at least n months late; the worst contract counts.
with coded as (
    select
        spine.as_of_date,
        spine.customer_id,
        {{ months_back('status.status_date', 'spine.as_of_date') }} as months_back,
        case status.status_code
            when 'unused' then -2
            when 'paid_in_full' then -1
            when 'revolving' then 0
            else greatest(coalesce(status.months_past_due, 1), 1)
        end as status_number
    from {{ ref('int_spine__customer_date') }} as spine
    inner join {{ ref('stg_landing__repayment_status') }} as status
        on
            spine.customer_id = status.customer_id
            and {{ known_at('status', 'spine') }}
            and status.status_date > spine.as_of_date - {{ var('status_lookback_days') }}
    where status.status_date > {{ first_date_of_run() }} - {{ var('status_lookback_days') }}
),

months as (
    select
        as_of_date,
        customer_id,
        months_back,
        max(status_number) as status_number,
        max(status_number) > 0 as is_late,
        count(*) filter (where status_number > 0) as late_count,
        sum(greatest(status_number, 0)) as late_sum
    from coded
    where months_back < 12
    group by 1, 2, 3
),

placed as (
    select
        *,
        min(months_back) over (partition by as_of_date, customer_id) as newest_month,
        row_number() over (partition by as_of_date, customer_id, is_late order by months_back) as place
    from months
)

select
    as_of_date,
    customer_id,
    {% for month in range(6) -%}
        max(status_number) filter (where months_back = {{ month }}) as reported_status_m{{ month }},
    {% endfor -%}
    max(status_number) filter (where months_back < 6) as reported_worst_6m,
    sum(late_count) filter (where months_back < 6) as reported_late_6m_count,
    sum(late_sum) filter (where months_back < 6) as reported_months_late_6m_sum,
    (
        avg(greatest(status_number, 0)) filter (where months_back < 3)
        - avg(greatest(status_number, 0)) filter (where months_back between 3 and 5)
    )::double precision as reported_status_trend_6m,
    max(status_number) as reported_worst_12m,
    count(*) filter (where is_late) as reported_late_month_12m_count,
    -- The nth late month counts when it lies n - 1 months before the newest that was reported.
    count(*) filter (where is_late and months_back - newest_month = place - 1) as reported_late_streak_count,
    min(months_back) filter (where is_late) as reported_months_since_late_count
from placed
group by 1, 2
