{#
  Days on which a default began: the day on which arrears above both materiality bounds had lasted for more than
  default_dpd_days consecutive days (CRR Art. 178), or that of a recorded default event.

  `spell` names a relation as the macro material_spell makes it, `dates` one of (as_of_date, cutoff_at). Rows:
  as_of_date x customer x default_date x cause, with end_date: the day on which the arrears or the event ended (null:
  not by the as_of_date).
#}
{% macro default_entry(spell, dates) -%}
with past_due as (
    select
        as_of_date,
        customer_id,
        start_date + {{ var('default_dpd_days') or 0 }} as default_date,
        end_date
    from {{ spell }}
    where
        {{ 'false' if var('default_dpd_days') is none else 'true' }}
        and start_date + {{ var('default_dpd_days') or 0 }} <= as_of_date
        and (end_date is null or end_date > start_date + {{ var('default_dpd_days') or 0 }})
),

recorded as (
    select
        dates.as_of_date,
        event.customer_id,
        event.event_date as default_date,
        case when event.end_date <= dates.as_of_date then event.end_date end as end_date
    from {{ dates }} as dates
    inner join {{ ref('stg_landing__default_event') }} as event on {{ known_at('event', 'dates') }}
),

entry as (
    select past_due.*, 'past_due' as cause_code from past_due
    union all
    select recorded.*, 'recorded' as cause_code from recorded
)

-- Of several contracts or events of one day the longest counts.
select
    as_of_date,
    customer_id,
    default_date,
    cause_code,
    case when count(end_date) = count(*) then max(end_date) end as end_date
from entry
group by 1, 2, 3, 4
{%- endmacro %}
