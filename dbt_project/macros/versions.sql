{#
  Every version of an entity's rows, with the moment from which the next one was known (null: the newest). Loading keeps
  which versions were replaced, so nothing is sorted here and filters reach the indexes of the landing table.

  A comparison may ask for the rows of `hypothetical` entities beside those that landed, or for a world `without_late`
  rows, in which other versions are the newest.
#}
{% macro versions(entity, key) -%}
    {%- set without_late = var('without_late', false) -%}
    (
        select version.*, later.superseded_at
        from {{ source('landing', entity) }} as version
        left join
            {{ 'aside.kept_' ~ entity ~ '_superseded' if without_late else source('landing', entity ~ '_superseded') }}
                as later
            using ({{ key | join(', ') }}, observed_at, content_hash)
        {%- if without_late %}
        where
            not exists (
                select 1 from aside.late_{{ entity }} as late
                where
                    {% for column in key -%}
                        late.{{ column }} = version.{{ column }} and
                    {% endfor -%}
                    late.observed_at = version.observed_at and late.content_hash = version.content_hash
            )
        {%- endif %}
        {%- if entity in var('hypothetical', []) %}
        union all
        select * from aside.hypothetical_{{ entity }}
        {%- endif %}
    )
{%- endmacro %}
