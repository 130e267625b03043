{# The delinquency bucket of a number of days past due; null where the days are unknown. #}
{% macro bucket_of(dpd_days) -%}
(
    select bucket.bucket_code from {{ ref('delinquency_bucket') }} as bucket
    where {{ dpd_days }} between bucket.min_dpd_days and coalesce(bucket.max_dpd_days, 2147483647)
)
{%- endmacro %}
