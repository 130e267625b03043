-- The newest financial statement known and the one a year before. Grain: customer x as_of_date, customers with a
-- statement of the last statement_lookback_days. Columns that end in _before are of the year before.
with statement as (
    select
        spine.as_of_date,
        spine.customer_id,
        reported.period_end_date,
        reported.period_months,
        {% for amount in statement_amounts() -%}
            reported.{{ amount }},
        {% endfor -%}
        reported.is_audited,
        first_value(reported.period_end_date) over newest_first as newest_end_date,
        first_value(reported.period_months) over newest_first as newest_months
    from {{ ref('int_spine__customer_date') }} as spine
    inner join {{ ref('stg_landing__financial_statement') }} as reported
        on
            spine.customer_id = reported.customer_id
            and {{ known_at('reported', 'spine') }}
            and reported.period_end_date > spine.as_of_date - {{ var('statement_lookback_days') }}
    where reported.period_end_date > {{ first_date_of_run() }} - {{ var('statement_lookback_days') }}
    window newest_first as (
        partition by spine.as_of_date, spine.customer_id order by reported.period_end_date desc
    )
),

-- The period that ended a year before, give or take the days by which fiscal years move; the nearest counts.
distant as (
    select *, abs((newest_end_date - interval '1 year')::date - period_end_date) as days_off
    from statement
),

placed as (
    select
        *,
        period_end_date = newest_end_date as is_newest,
        period_months = newest_months and days_off <= 3 and row_number() over (
            partition by as_of_date, customer_id
            order by (period_months = newest_months and days_off <= 3) desc, days_off, period_end_date
        ) = 1 as is_year_before
    from distant
)

select
    as_of_date,
    customer_id,
    max(newest_end_date) as period_end_date,
    max(newest_months) as period_months,
    {% for amount in statement_amounts() -%}
        max({{ amount }}) filter (where is_newest) as {{ amount }},
        max({{ amount }}) filter (where is_year_before) as {{ amount }}_before,
    {% endfor -%}
    bool_or(is_audited) filter (where is_newest) as is_audited
from placed
group by 1, 2
