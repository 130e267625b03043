{# A try of a run first takes away what an earlier try of the same run left of the dates it builds. #}
{% macro delete_own_rows() -%}
    {% if is_appended() -%}
        delete from {{ this }}
        where run_id = '{{ var("run_id") }}' and as_of_date = any({{ dates_of_run() }})
    {%- else -%}
        select 1
    {%- endif %}
{%- endmacro %}

{# The run that stands for each date: the published one, else the newest finished panel that holds the date. #}
{% macro standing_runs() -%}
    select as_of_date, run_id from {{ source('ledger', 'standing_run') }}
{%- endmacro %}
