{# Fails with the keys that stand more than once: on the dates of the run, where the key has a date. #}
{% test unique_key(model, columns) %}
select {{ columns | join(', ') }}, count(*) as row_count
from {{ model }}
{% if 'as_of_date' in columns %}where as_of_date = any({{ dates_of_run() }}){% endif %}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}

{# Fails with the rows of this run for which the condition does not hold; null counts as holding. #}
{% test holds(model, condition, per_run=false) %}
select *
from {{ model }}
where not ({{ condition }}) {% if per_run %}and run_id = '{{ var("run_id") }}'{% endif %}
{% endtest %}
