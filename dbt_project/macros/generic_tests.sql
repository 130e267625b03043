{# Fails with the keys that stand more than once among the rows of this run (all rows of a table without run_id). #}
{% test unique_key(model, columns, per_run=false) %}
select {{ columns | join(', ') }}, count(*) as row_count
from {{ model }}
{% if per_run %}where run_id = '{{ var("run_id") }}'{% endif %}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}

{# Fails with the rows of this run for which the condition does not hold; null counts as holding. #}
{% test holds(model, condition, per_run=false) %}
select *
from {{ model }}
where not ({{ condition }}) {% if per_run %}and run_id = '{{ var("run_id") }}'{% endif %}
{% endtest %}
