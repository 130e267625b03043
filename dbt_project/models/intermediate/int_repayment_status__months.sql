-- Reported repayment statuses of half a year back. Grain: customer x as_of_date, customers with a reported status.
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
        on spine.customer_id = status.customer_id and {{ known_at('status', 'spine') }}
)

select
    as_of_date,
    customer_id,
    {% for month in range(6) -%}
        max(status_number) filter (where months_back = {{ month }}) as reported_status_m{{ month }},
    {% endfor -%}
    max(status_number) as reported_worst_6m,
    count(*) filter (where status_number > 0) as reported_late_6m_count,
    sum(greatest(status_number, 0)) as reported_months_late_6m_sum
from coded
where months_back < 6
group by 1, 2
