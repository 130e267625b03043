{#
  What every run makes anew, in one transaction: the old goes, the new comes, and a run that fails leaves the old. dbt's
  own `table` and `view` make the new under another name, rename twice and drop the old after the commit, which takes
  a small model longer than its rows. `rebuilt` is for tables that nobody reads while they are made; marts stay with `table`.
  They are read within seconds and made anew, so the server's vacuum and statistics would come too late, and cost cores.
#}
{% materialization rebuilt, adapter='postgres' %}
    {{ return({'relations': [rebuild('table')]}) }}
{% endmaterialization %}

{% materialization view, adapter='postgres' %}
    {{ return({'relations': [rebuild('view')]}) }}
{% endmaterialization %}

{% macro rebuild(kind) %}
    {% set existing = load_cached_relation(this) %}
    {% set target = this.incorporate(type=kind) %}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('main') -%}
        {% if existing %}drop {{ existing.type }} if exists {{ existing }} cascade;{% endif %}
        {{ get_create_table_as_sql(False, target, sql) if kind == 'table' else get_create_view_as_sql(target, sql) }}
    {%- endcall %}
    {% if kind == 'table' %}
        {% call statement('unwatched') -%} alter table {{ target }} set (autovacuum_enabled = false) {%- endcall %}
        {% do create_indexes(target) %}
    {% endif %}
    {% do persist_docs(target, model) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return(target) }}
{% endmacro %}
