{#
  Days on which a default began: the day on which arrears above both materiality bounds had lasted for more than
  default_dpd_days consecutive days that are not paused (CRR Art. 178), or that of a recorded default event.

  `spell` names a relation as the macro arrears_spell makes it, `pauses` one of pause_known, `dates` one of
  (as_of_date, cutoff_at). Rows: as_of_date x customer x contract (null: an event that names none) x interval of
  material arrears or of an event, with default_date (null: arrears that did not last long enough) and end_date (null:
  not ended by the as_of_date).
#}
{% macro default_entry(spell, pauses, dates) -%}
with arrears as (
    select
        spell.as_of_date,
        spell.customer_id,
        spell.contract_id,
        spell.start_date,
        spell.end_date,
        {{ joined_paused_days() }} as paused_days
    from {{ spell }} as spell
    {{ join_pauses('spell', pauses) }}
    where spell.is_material
),

reached as (
    select
        *,
        {% if var('default_dpd_days') is none -%}
        null::date as reached_date
        {%- else -%}
        {{ unpaused_day('start_date', var('default_dpd_days') | int + 1, 'paused_days') }} as reached_date
        {%- endif %}
    from arrears
)

select
    as_of_date,
    customer_id,
    contract_id,
    'past_due' as cause_code,
    start_date,
    case
        when reached_date <= as_of_date and (end_date is null or end_date > reached_date) then reached_date
    end as default_date,
    end_date
from reached
union all
select
    dates.as_of_date,
    event.customer_id,
    event.contract_id,
    'recorded' as cause_code,
    event.event_date as start_date,
    event.event_date as default_date,
    case when event.end_date <= dates.as_of_date then event.end_date end as end_date
from {{ dates }} as dates
inner join {{ ref('stg_landing__default_event') }} as event on {{ known_at('event', 'dates') }}
{%- endmacro %}
