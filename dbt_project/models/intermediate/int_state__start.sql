{%- set mark, fingerprint = state_mark(), state_fingerprint() -%}
{{ config(post_hook="{{ forget_state_mark() }}") }}

-- From where this run rolls the state forward. Grain: one row, or none when it starts from scratch.
-- The mark is taken away while the state changes: a run that dies half way leaves none.
{% if mark -%}
    select as_of_date, cutoff_at, file_id
    from {{ mark }}
    where as_of_date <= {{ date_of_run() }} and fingerprint = {{ fingerprint }}
{%- else -%}
    select null::date as as_of_date, null::timestamptz as cutoff_at, null::bigint as file_id
    where false
{%- endif %}
