{#
  What is summed over a customer's installments, of those that are covered for good and of those that stand open: name,
  aggregate over int_repayment__installment, and how the two sums make one. All are integers or numeric, so that they
  add up to what one sum over all says. `last_due` is the place and the lateness of the newest due date's first.
#}
{% macro lateness_sums() -%}
    {% set sums = [('installment_count', 'count(*)', 'add')] %}
    {% for days in (90, 180, 365) %}
        {% set due = within('due_date', days) %}
        {% do sums.append(('installment_' ~ days ~ 'd_count', 'count(*) filter (where ' ~ due ~ ')', 'add')) %}
        {% do sums.append((
            'late_installment_' ~ days ~ 'd_count', 'count(*) filter (where late_days > 0 and ' ~ due ~ ')', 'add'
        )) %}
        {% do sums.append((
            'worst_dpd_' ~ days ~ 'd_days',
            'max(case when last_open_date > as_of_date - ' ~ days ~ ' then worst_dpd_days else 0 end)',
            'greatest'
        )) %}
        {% do sums.append(('late_days_' ~ days ~ 'd', 'sum(late_days) filter (where ' ~ due ~ ')', 'add')) %}
    {% endfor %}
    {% for days in (30, 90, 180, 365) %}
        {% do sums.append((
            'due_amount_' ~ days ~ 'd', 'sum(due_amount) filter (where ' ~ within('due_date', days) ~ ')', 'add'
        )) %}
    {% endfor %}
    {% for days in (90, 365) %}
        {% set missed = 'due_date < as_of_date and ' ~ within('due_date', days) %}
        {% do sums.append((
            'missed_amount_' ~ days ~ 'd', 'sum(uncovered_amount) filter (where ' ~ missed ~ ')', 'add'
        )) %}
    {% endfor %}
    {{ return(sums + [
        ('worst_dpd_ever_days', 'max(worst_dpd_days)', 'greatest'),
        ('late_installment_ever_count', 'count(*) filter (where late_days > 0)', 'add'),
        (
            'worst_days_late_365d_days', 'max(late_days) filter (where ' ~ within('due_date', 365) ~ ')', 'greatest'
        ),
        ('late_days_ever', 'sum(late_days)', 'add'),
        ('late_days_square', 'sum(late_days::bigint * late_days)::bigint', 'add'),
        ('early_days_ever', 'sum(early_days) filter (where early_days > 0)', 'add'),
        ('early_installment_count', 'count(*) filter (where early_days > 0)', 'add'),
        ('last_due', 'max(array[place, late_days]) filter (where is_first_of_day)', 'greatest'),
        ('first_days_late', 'max(late_days) filter (where place = 1)', 'greatest'),
        ('last_late_place', 'max(place) filter (where late_days > 0)', 'greatest'),
    ]) }}
{%- endmacro %}

{# All of them, as aggregates. #}
{% macro summed_lateness() -%}
    {% for name, aggregate, _ in lateness_sums() -%}
    {{ aggregate }} as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
{%- endmacro %}
