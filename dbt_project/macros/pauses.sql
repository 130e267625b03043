{# Days that do not count as days past due: those of rent-free and hardship periods. #}

{#
  Paused days as known at the `dates` (as_of_date, cutoff_at): as_of_date x customer x contract (null: all contracts of
  the customer), with paused_days (a multirange of dates) and is_technical (a technical pause holds on the as_of_date).
#}
{% macro pause_known(dates) -%}
select
    dates.as_of_date,
    pause.customer_id,
    pause.contract_id,
    range_agg(daterange(pause.start_date, pause.end_date, '[]')) filter (where pause.kind_code <> 'technical')
        as paused_days,
    bool_or(
        pause.kind_code = 'technical'
        and pause.start_date <= dates.as_of_date
        and coalesce(pause.end_date, dates.as_of_date) >= dates.as_of_date
    ) as is_technical
from {{ dates }} as dates
inner join {{ ref('stg_landing__pause') }} as pause on {{ known_at('pause', 'dates') }}
group by 1, 2, 3
{%- endmacro %}

{# Joins `relation` (as_of_date, customer_id, contract_id) to the pauses of the contract and of all contracts. #}
{% macro join_pauses(relation, pauses) -%}
left join {{ pauses }} as own_pause
    on
        {{ relation }}.as_of_date = own_pause.as_of_date
        and {{ relation }}.customer_id = own_pause.customer_id
        and {{ relation }}.contract_id = own_pause.contract_id
left join {{ pauses }} as wide_pause
    on
        {{ relation }}.as_of_date = wide_pause.as_of_date
        and {{ relation }}.customer_id = wide_pause.customer_id
        and wide_pause.contract_id is null
{%- endmacro %}

{# The paused days of what join_pauses joined; null without a pause. #}
{% macro joined_paused_days() -%}
    case
        when own_pause.paused_days is not null or wide_pause.paused_days is not null
            then coalesce(own_pause.paused_days, '{}') + coalesce(wide_pause.paused_days, '{}')
    end
{%- endmacro %}

{# Days past due at the end of `day` of what fell due on `due_date`: the days after it that are not paused. #}
{% macro days_past_due(due_date, day, paused_days) -%}
    case
        when {{ day }} <= {{ due_date }} then 0
        when {{ paused_days }} is null then {{ day }} - {{ due_date }}
        else {{ day }} - {{ due_date }} - (
            select coalesce(sum(upper(part) - lower(part)), 0)::integer
            from unnest({{ paused_days }} * datemultirange(daterange({{ due_date }} + 1, {{ day }} + 1))) as part
        )
    end
{%- endmacro %}

{# The `number`th day from `start_date` on (which is the first) that is not paused; null when there is none. #}
{% macro unpaused_day(start_date, number, paused_days) -%}
    case
        when {{ paused_days }} is null then {{ start_date }} + {{ number }} - 1
        else (
            select min(lower(counted.part) + ({{ number }} - counted.days_before)::integer - 1)
            from (
                select
                    part,
                    coalesce(sum(upper(part) - lower(part)) over (
                        order by part rows between unbounded preceding and 1 preceding
                    ), 0) as days_before
                from unnest(datemultirange(daterange({{ start_date }}, null)) - {{ paused_days }}) as part
            ) as counted
            where
                counted.days_before < {{ number }}
                and (
                    upper_inf(counted.part)
                    or counted.days_before + (upper(counted.part) - lower(counted.part)) >= {{ number }}
                )
        )
    end
{%- endmacro %}
