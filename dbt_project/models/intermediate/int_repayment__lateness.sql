{{ config(materialized='view') }}
{%- set closed = ref('int_repayment__closed_state') if is_daily() else ref('int_repayment__closed_scope') -%}
{%- set key = ['customer_id'] if is_daily() else ['as_of_date', 'customer_id'] -%}

-- How late installments were paid. Grain: customer x as_of_date, customers of whom one fell due.
-- In a daily run the date is put on after the full join, which cannot be made on a constant.
with summed as (
    select
        {{ date_of_run() ~ ' as as_of_date' if is_daily() else 'as_of_date' }},
        customer_id,
    {% for name, _, how in lateness_sums() -%}
        {% if how == 'add' -%}
            coalesce(closed.{{ name }} + uncovered.{{ name }}, closed.{{ name }}, uncovered.{{ name }})
        {%- else -%}
            greatest(closed.{{ name }}, uncovered.{{ name }})
        {%- endif %} as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
    from {{ closed }} as closed
    full join {{ ref('int_repayment__open') }} as uncovered using ({{ key | join(', ') }})
)

select
    *,
    {% for days in (90, 180, 365) -%}
        {{ ratio('late_days_' ~ days ~ 'd', 'installment_' ~ days ~ 'd_count') }} as mean_days_late_{{ days }}d,
    {% endfor -%}
    {{ ratio('late_days_ever', 'installment_count') }} as mean_days_late_ever,
    {{ ratio('early_days_ever', 'early_installment_count') }} as mean_days_early_ever,
    {{ ratio(
        'sqrt((installment_count * late_days_square - late_days_ever * late_days_ever)::double precision)',
        'installment_count'
    ) }} as days_late_spread,
    last_due[2] as last_days_late,
    installment_count - coalesce(last_late_place, 0) as on_time_streak_count
from summed
