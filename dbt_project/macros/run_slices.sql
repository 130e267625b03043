{# A try of a run first takes away what an earlier try of the same run left. #}
{% macro delete_own_rows() -%}
    {% if is_incremental() %}delete from {{ this }} where run_id = '{{ var("run_id") }}'{% else %}select 1{% endif %}
{%- endmacro %}

{# The run that stands for each date: the published one, else the newest finished panel that holds the date. #}
{% macro standing_runs() -%}
    select as_of_date, run_id
    from {{ source('ledger', 'publication') }}
    where superseded_at is null
    union all
    select panel.as_of_date, panel.run_id
    from (
        select distinct on (build.as_of_date) build.as_of_date, build.run_id
        from (
            select unnest(as_of_dates) as as_of_date, run_id, ended_at
            from {{ source('ledger', 'run') }}
            where kind = 'panel' and state = 'done'
        ) as build
        order by build.as_of_date, build.ended_at desc
    ) as panel
    where not exists (
        select 1
        from {{ source('ledger', 'publication') }} as standing
        where standing.as_of_date = panel.as_of_date and standing.superseded_at is null
    )
{%- endmacro %}
