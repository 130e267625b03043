{%- set year = within('score.score_date', 365, 'latest.as_of_date') -%}
{%- set half_year = within('score.score_date', 180, 'latest.as_of_date') -%}
{%- set day = "(score.score_date - date '2000-01-01')" -%}

-- Outside credit score and how it moved. Grain: customer x as_of_date, customers with a score of the
-- last score_lookback_days.
with score as (
    select
        spine.as_of_date,
        spine.customer_id,
        scored.source_code,
        scored.score_date,
        scored.score_value,
        lag(scored.score_date) over one_source as previous_date,
        lag(scored.score_value) over one_source as previous_value
    from {{ ref('int_spine__customer_date') }} as spine
    inner join {{ ref('stg_landing__credit_score') }} as scored
        on
            spine.customer_id = scored.customer_id
            and {{ known_at('scored', 'spine') }}
            and scored.score_date > spine.as_of_date - {{ var('score_lookback_days') }}
    where scored.score_date > {{ first_date_of_run() }} - {{ var('score_lookback_days') }}
    window one_source as (
        partition by spine.as_of_date, spine.customer_id, scored.source_code order by scored.score_date
    )
),

-- Scores of different sources are not comparable: the source with the newest score speaks.
latest as (
    select distinct on (as_of_date, customer_id) *
    from score
    order by as_of_date, customer_id, score_date desc, source_code
)

select
    latest.as_of_date,
    latest.customer_id,
    latest.source_code,
    latest.score_value as credit_score_value,
    latest.as_of_date - latest.score_date as credit_score_age_days,
    {% for days in (30, 90, 180, 365) -%}
        latest.score_value - (array_agg(score.score_value order by score.score_date desc) filter (
            where score.score_date <= latest.score_date - {{ days }}
        ))[1] as credit_score_change_{{ days }}d,
    {% endfor -%}
    (30 * {{ slope(day, 'score.score_value', half_year) }})::double precision as credit_score_slope_180d,
    (30 * {{ slope(day, 'score.score_value', year) }})::double precision as credit_score_slope_365d,
    count(*) filter (where {{ year }}) as credit_score_365d_count,
    min(score.score_value) filter (where {{ year }}) as credit_score_lowest_365d,
    max(score.score_value) filter (where {{ year }}) as credit_score_highest_365d,
    max(score.score_value) filter (where {{ year }}) - latest.score_value as credit_score_below_highest_365d,
    ({{ spread('score.score_value', year) }})::double precision as credit_score_spread_365d,
    {{ ratio(
        "count(*) filter (where score.score_value < score.previous_value and score.previous_date > latest.as_of_date - 365)",
        "count(*) filter (where score.previous_date > latest.as_of_date - 365)"
    ) }} as credit_score_drop_365d_ratio
from latest
inner join score using (as_of_date, customer_id, source_code)
group by latest.as_of_date, latest.customer_id, latest.source_code, latest.score_value, latest.score_date
