{# Who has to be made anew when a state is rolled forward from `start`; the scope models say why. #}

{% macro repayment_changed(start, versions, settlement_state) -%}
{% for entity in versions -%}
select version.customer_id
from {{ entity }} as version
where {{ known_since('version', start) }}
union
{% endfor -%}
select customer_id
from {{ settlement_state }}
where due_date >= '{{ start.as_of_date }}' and due_date < {{ date_of_run() }} and uncovered_amount > 0
{%- endmacro %}

{% macro transactions_changed(start, transaction, superseded, transaction_state) -%}
select customer_id
from {{ superseded }}
where superseded_at >= '{{ start.cutoff_at }}' and superseded_at < {{ cutoff_of_run() }}
union
select customer_id
from {{ transaction }}
where file_id > {{ start.file_id }} and known_from < '{{ start.cutoff_at }}'
union
select customer_id
from {{ transaction_state }}
where largest_outflow_day <= {{ date_of_run() }} - 90
{%- endmacro %}

{# Everybody in the relations, on all dates of the run, or those of `changed` where there is a start. #}
{% macro scope(start, changed, everybody) -%}
select dates.as_of_date, dates.cutoff_at, customer.customer_id
from {{ ref('int_spine__date') }} as dates
cross join (
    {{ changed if start else everybody }}
) as customer
{%- endmacro %}
