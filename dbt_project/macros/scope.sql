{# Who has to be made anew when a state is rolled forward from `start`; the scope models say why. #}

{# Customers of whom a version of one of `entities` became known, or landed, since. #}
{% macro known_anew(start, entities) -%}
{% for entity in entities -%}
{{ 'union ' if not loop.first }}
select version.customer_id
from {{ entity }} as version
where {{ known_since('version', start) }}
{% endfor -%}
{%- endmacro %}

{# Did the date leave one of the windows since? #}
{% macro crossed(date_column, windows, start) -%}
(
    {% for days in windows -%}
    {{ 'or ' if not loop.first }}(
        {{ date_column }} > '{{ start.as_of_date }}'::date - {{ days }}
        and {{ date_column }} <= {{ date_of_run() }} - {{ days }}
    )
    {% endfor %}
)
{%- endmacro %}

{% macro repayment_changed(start, versions, settlement_state) -%}
{{ known_anew(start, versions) }}
union
select customer_id
from {{ settlement_state }}
where due_date >= '{{ start.as_of_date }}' and due_date < {{ date_of_run() }} and uncovered_amount > 0
{%- endmacro %}

{# Sums over windows of what was due and is covered: of those in scope, of whom a pause became known, or whose
   installment fell due, was due the day before (from then on it counts as missed or not), left a window, or left one as
   a late one. #}
{% macro dues_changed(start, scope, settlement, pause) -%}
select customer_id
from {{ scope }}
union
{{ known_anew(start, [pause]) }}
union
select customer_id
from {{ settlement }}
where {{ crossed('due_date', [0, 1, 30, 90, 180, 365], start) }}
union
select customer_id
from {{ settlement }}
where {{ crossed('settled_date', [89, 179, 364], start) }} and {{ open_days() }} > 1
{%- endmacro %}

{# Sums over windows of what was paid: whose payment became known or left a window. Sums by calendar month are made anew
   for everybody when a month begins. #}
{% macro payments_changed(start, payment, customer) -%}
{% if start.as_of_date.strftime('%Y-%m') != var('as_of_dates')[0][:7] -%}
select distinct customer_id from {{ customer }}
{%- else -%}
{{ known_anew(start, [payment]) }}
union
select customer_id
from {{ payment }}
where {{ crossed('payment_date', [7, 30, 90, 180, 365, var('paid_lookback_days')], start) }}
{%- endif %}
{%- endmacro %}

{% macro scores_changed(start, score) -%}
{{ known_anew(start, [score]) }}
union
select customer_id
from {{ score }}
where {{ crossed('score_date', [180, 365, var('score_lookback_days')], start) }}
{%- endmacro %}

{% macro contacts_changed(start, interaction, payment) -%}
{{ known_anew(start, [interaction, payment]) }}
union
select customer_id
from {{ interaction }}
where
    {{ crossed('effective_date', [7, 30, 90, 180, 365, var('contact_lookback_days')], start) }}
    or (promised_date >= '{{ start.as_of_date }}' and promised_date < {{ date_of_run() }})
{%- endmacro %}

{% macro transactions_changed(start, transaction, superseded) -%}
select distinct customer_id
from {{ superseded }}
where superseded_at >= '{{ start.cutoff_at }}' and superseded_at < {{ cutoff_of_run() }}
{% if lands(start) -%}
union
select version.customer_id
from {{ transaction }} as version
where {{ landed_since('version', start) }} and version.known_from < '{{ start.cutoff_at }}'
{%- endif %}
{%- endmacro %}

{# Everybody on all dates of the run, or those of `changed` where there is a start. Loading lets nothing of an unknown
   customer in, so the customers are everybody. #}
{% macro scope_of(start, changed) -%}
{% set customer = ref('stg_landing__customer') -%}
select dates.as_of_date, dates.cutoff_at, customer.customer_id
from {{ ref('int_spine__date') }} as dates
cross join (
    {{ changed if start else 'select distinct customer_id from ' ~ customer }}
) as customer
{%- endmacro %}
