{#
  Mid-rank of a value in its group, shrunk towards 0.5: (lower values + half of the equal ones, the customer's own among
  them, + k / 2) / (values + k) with k = shrinkage_customers. Null where the value or the group is.
#}
{% macro shrunk_rank(value, group, alike='') -%}
    case
        when {{ value }} is not null and {{ group[-1] }} is not null
            then
                (
                    (
                        rank() over (partition by as_of_date, {{ group | join(', ') }} order by {{ value }}) - 1
                        + count({{ value }}) over (
                            partition by as_of_date, {{ group | join(', ') }} order by {{ value }}
                        )
                        + {{ var('shrinkage_customers') }}
                    ) / 2.0
                    / (
                        count({{ value }}) over (partition by as_of_date, {{ group | join(', ') }})
                        + {{ var('shrinkage_customers') }}
                    )
                )::double precision
    end
{%- endmacro %}

{# A value less the mean of the others of its group; null under least_peers others. Exact until the last cast. #}
{% macro to_mean_of_others(value, window) -%}
    case
        when count({{ value }}) over {{ window }} > {{ var('least_peers') }}
            then
                (
                    {{ value }}::numeric
                    - (sum({{ value }}::numeric) over {{ window }} - {{ value }}::numeric)
                    / (count({{ value }}) over {{ window }} - 1)
                )::double precision
    end
{%- endmacro %}
