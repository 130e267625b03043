{#
  Schemas are exactly those of the design; policy seeds are prefixed so that they are told apart in staging. What must not
  touch them, a comparison with what is known today, is built in one schema of its own, `built_in`. A panel that is rolled
  from date to date has its state, and all that is made from it, apart from that of the daily runs, in `rolled_in`.
#}

{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set apart = var('rolled_in', none) if custom_schema_name == 'intermediate' -%}
    {{ apart or var('built_in', none) or custom_schema_name or target.schema }}
{%- endmacro %}

{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
    {%- if custom_alias_name -%}
        {{ custom_alias_name }}
    {%- elif node.resource_type == 'seed' -%}
        policy_{{ node.name }}
    {%- else -%}
        {{ node.name }}
    {%- endif -%}
{%- endmacro %}
