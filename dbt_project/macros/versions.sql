{#
  Every version of an entity's rows, with the moment from which the next one was known (null: the newest). Loading keeps
  which versions were replaced, so nothing is sorted here and filters reach the indexes of the landing table.
#}
{% macro versions(entity, key) -%}
    (
        select version.*, later.superseded_at
        from {{ source('landing', entity) }} as version
        left join {{ source('landing', entity ~ '_superseded') }} as later
            using ({{ key | join(', ') }}, observed_at, content_hash)
        {%- if entity in var('hypothetical', []) %}
        union all
        select * from aside.hypothetical_{{ entity }}
        {%- endif %}
    )
{%- endmacro %}
