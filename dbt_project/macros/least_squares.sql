{# Least-squares slope of y on x, exact until the last division; null under three points. Each x occurs once. #}
{% macro slope(x, y, condition='true') -%}
    {%- set points = "filter (where " ~ y ~ " is not null and " ~ condition ~ ")" -%}
    case
        when count(*) {{ points }} >= 3
            then
                (
                    count(*) {{ points }} * sum({{ x }} * {{ y }}) {{ points }}
                    - sum({{ x }}) {{ points }} * sum({{ y }}) {{ points }}
                )::numeric
                / (
                    count(*) {{ points }} * sum({{ x }} * {{ x }}) {{ points }}
                    - sum({{ x }}) {{ points }} * sum({{ x }}) {{ points }}
                )
    end
{%- endmacro %}

{# Population standard deviation; null under two values. #}
{% macro spread(y, condition='true') -%}
    case
        when count({{ y }}) filter (where {{ condition }}) >= 2
            then stddev_pop({{ y }}) filter (where {{ condition }})
    end
{%- endmacro %}
