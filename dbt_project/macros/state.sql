{#
  One more day costs one day: what a daily run carried to the date before is rolled forward by what became known since.

  The state of a date depends on nothing but the rows known by then, so a state rolled day by day and one made from
  scratch hold the same rows. `state_start()` says from where this run may roll: (as_of_date, cutoff_at, file_id), or
  none when it has to start from scratch: a panel, an earlier date, other definitions, or a run that died half way.
#}
{% macro is_daily() -%}
    {{ return(var('run_kind') == 'daily') }}
{%- endmacro %}

{% macro state_start() -%}
    {% set start = ref('int_state__start') %}
    {% if not execute %}{{ return(none) }}{% endif %}
    {% set found = run_query("select as_of_date, cutoff_at, file_id from " ~ start) %}
    {{ return(found.rows[0] if found.rows else none) }}
{%- endmacro %}

{# What decides how the state is made, beside the landed rows. #}
{% macro state_fingerprint() -%}
    md5(concat_ws(
        '|',
        '{{ var("sql_version") }}', '{{ var("timezone") }}', '{{ var("currency") }}',
        '{{ var("materiality_amount") }}', '{{ var("default_dpd_days") }}',
        (select string_agg(bound::text, '|' order by bound::text) from {{ ref('materiality') }} as bound)
    ))
{%- endmacro %}

{# Where the mark stands; none before the first, and in a panel, which leaves the state alone. #}
{% macro state_mark() -%}
    {% if not (execute and is_daily()) %}{{ return(none) }}{% endif %}
    {{ return(adapter.get_relation(target.database, generate_schema_name('intermediate', model), 'int_state__mark')) }}
{%- endmacro %}

{% macro forget_state_mark() -%}
    {% set mark = state_mark() %}
    {{ return("delete from " ~ mark if mark else "select 1") }}
{%- endmacro %}

{# Rows of `version` that the state at `start` did not see: they became known, or landed, since. #}
{% macro known_since(version, start) -%}
    {{ version }}.known_from < {{ cutoff_of_run() }}
    and ({{ version }}.known_from >= '{{ start.cutoff_at }}'{{ ' or ' ~ landed_since(version, start) if lands(start) }})
{%- endmacro %}

{# Has any file landed since the state was rolled to `start`? #}
{% macro lands(start) -%}
    {{ return(var('newest_file_id') | int > start.file_id) }}
{%- endmacro %}

{% macro landed_since(version, start) -%}
    {{ version }}.file_id > {{ start.file_id }}
{%- endmacro %}

{# The date of a daily run, and the instant it ends. #}
{% macro date_of_run() -%}
    '{{ var("as_of_dates")[0] }}'::date
{%- endmacro %}

{% macro cutoff_of_run() -%}
    {{ instant_of(date_of_run() ~ ' + 1') }}
{%- endmacro %}

{#
  A state with one row per `key`, of which the customers of `scope` are made anew, and the keys of the model `change`,
  where there is one. Rows that the model `made`, where it is named, says once more as they stand stay. `seeks` are
  further columns or expressions that rows are looked up by.
#}
{% macro state_config(scope, key, seeks=[], change=none, made=none) -%}
    {%- do ref('int_state__start') -%}
    {% set indexes = [{'columns': key, 'unique': true}] %}
    {% for seek in seeks %}{% do indexes.append({'columns': [seek]}) %}{% endfor %}
    {% set hooks = [] %}
    {% if made %}
        {% do hooks.append("{{ forget_others(ref('" ~ scope ~ "'), ref('" ~ made ~ "'), " ~ key ~ ") }}") %}
    {% else %}
        {% do hooks.append("{{ forget(ref('" ~ scope ~ "'), ['customer_id']) }}") %}
    {% endif %}
    {% if change %}{% do hooks.append("{{ forget(ref('" ~ change ~ "'), " ~ key ~ ") }}") %}{% endif %}
    {{ config(
        materialized='appended',
        tags=['state'],
        indexes=indexes,
        pre_hook=hooks
    ) }}
{%- endmacro %}

{# Overrides dbt's own: a state without a start is created again, for its columns and key may be others by now. #}
{% macro should_full_refresh() -%}
    {% if execute and 'state' in model.tags and not state_start() %}{{ return(true) }}{% endif %}
    {{ return(dbt.should_full_refresh()) }}
{%- endmacro %}

{# Take out of a state the keys in `relation`, which are made anew. #}
{% macro forget(relation, key) -%}
    {% if should_full_refresh() or not is_appended() %}{{ return("select 1") }}{% endif %}
    {% set key = key | join(', ') %}
    {{ return("delete from " ~ this ~ " where (" ~ key ~ ") in (select " ~ key ~ " from " ~ relation ~ ")") }}
{%- endmacro %}

{# Take out of a state the rows of the customers in `scope` of which `made` says something else by now, or nothing. #}
{% macro forget_others(scope, made, key) -%}
    {% if should_full_refresh() or not is_appended() %}{{ return("select 1") }}{% endif %}
    {% set columns = columns_but_date(this).split(', ') %}
    delete from {{ this }} as standing
    where
        customer_id in (select customer_id from {{ scope }})
        and not exists (
            select 1 from {{ made }} as fresh
            where
                {{ same(key) }}
                and (fresh.{{ columns | join(', fresh.') }})
                is not distinct from (standing.{{ columns | join(', standing.') }})
        )
{%- endmacro %}

{# Is it the same key? #}
{% macro same(key) -%}
    {% for column in key -%}
    {{ 'and ' if not loop.first }}fresh.{{ column }} = standing.{{ column }}
    {% endfor %}
{%- endmacro %}

{# The columns of a relation that hold on every date: all but as_of_date and cutoff_at. #}
{% macro columns_but_date(relation) -%}
    {% if not execute %}{{ return('*') }}{% endif %}
    {% set names = [] %}
    {% for column in adapter.get_columns_in_relation(relation) if column.name not in ('as_of_date', 'cutoff_at') %}
        {% do names.append(column.name) %}
    {% endfor %}
    {{ return(names | join(', ')) }}
{%- endmacro %}

{# What a family says: its rolled state in a daily run, else what was made for all dates at once. #}
{% macro rolled(family) -%}
    {% if is_daily() -%}
        select {{ date_of_run() }} as as_of_date, state.*
        from {{ ref(family ~ '_state') }} as state
    {%- else -%}
        select *
        from {{ ref(family ~ '_scope') }}
    {%- endif %}
{%- endmacro %}
