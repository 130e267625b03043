{# Is this the description of a customer or building that held on the date, as known when the date ended? #}
{% macro described_at(version, day) -%}
    {{ version }}.valid_from_date <= {{ day }}.as_of_date
    and ({{ version }}.valid_to_date is null or {{ version }}.valid_to_date > {{ day }}.as_of_date)
    and {{ version }}.known_from < {{ day }}.cutoff_at
    and ({{ version }}.known_to is null or {{ version }}.known_to >= {{ day }}.cutoff_at)
{%- endmacro %}
