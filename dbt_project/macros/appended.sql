{#
  A table that rows are added to and that is never replaced as a whole: the rows of a run, or those of a state that are
  made anew. Unlike `incremental` it writes them once, straight into the table, not into a temporary one before. Columns
  that the model has got since are added; those it has no more stay empty in the new rows.
#}
{% materialization appended, adapter='postgres' %}
    {% set existing = load_cached_relation(this) %}
    {% set target = this.incorporate(type='table') %}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% if existing and should_full_refresh() %}
        {% do adapter.drop_relation(existing) %}
        {% set existing = none %}
    {% endif %}
    {% if existing is none %}
        {% call statement('main') -%}{{ get_create_table_as_sql(False, target, sql) }}{%- endcall %}
        {% do create_indexes(target) %}
    {% else %}
        {% set fresh = make_temp_relation(target) %}
        {% do run_query("create temporary view " ~ fresh ~ " as " ~ sql) %}
        {% set missing = adapter.get_missing_columns(fresh, existing) %}
        {% if missing %}{% do alter_relation_add_remove_columns(existing, missing, none) %}{% endif %}
        {% set names = adapter.get_columns_in_relation(fresh) | map(attribute='quoted') | join(', ') %}
        {% call statement('main') -%}
            insert into {{ target }} ({{ names }}) select {{ names }} from {{ fresh }}
        {%- endcall %}
        {% do run_query("drop view " ~ fresh) %}
    {% endif %}
    {% do persist_docs(target, model) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# Whether the table stands already: rows are added to it. #}
{% macro is_appended() -%}
    {{ return(execute and load_cached_relation(this) is not none) }}
{%- endmacro %}

{#
  A tenth of the usual sample for the statistics of all columns, whoever gathers them: of a table whose rows are nearly a
  page each, the server's own ANALYZE took a tenth of a day. Telling runs apart needs no more.
#}
{% macro sample_little() -%}
do $$
declare
    changes text;
begin
    select string_agg(format('alter column %I set statistics 10', attname), ', ') into changes
    from pg_attribute
    where attrelid = '{{ this }}'::regclass and attnum > 0 and not attisdropped and coalesce(attstattarget, -1) = -1;
    if changes is not null then
        execute 'alter table {{ this }} ' || changes;
    end if;
end
$$
{%- endmacro %}
