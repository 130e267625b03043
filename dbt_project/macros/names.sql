{#
  Schemas are exactly those of the design; policy seeds are prefixed so that they are told apart in staging. What must not
  touch them, a comparison with what is known today, is built in one schema of its own, `built_in`.
#}

{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ var('built_in', none) or custom_schema_name or target.schema }}
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
