{{
    config(
        materialized='appended',
        contract={'enforced': true},
        pre_hook="{{ delete_own_rows() }}",
        post_hook=[
            "create unique index if not exists fct_customer_features_key on {{ this }} (run_id, as_of_date, customer_id)",
            "{{ sample_little() }}",
            "analyze {{ this }} (run_id, as_of_date, customer_id)"
        ]
    )
}}

-- Grain: customer x as_of_date x run. Which column comes from which family is said once, in the dictionary beside this.
-- Families of few columns are joined first: each join copies all columns before it, row by row.
select
    {% for name, column in model.columns.items() -%}
    {% set family = column.config.meta.family -%}
    {% if name == 'run_id' -%}
    '{{ var("run_id") }}'::text as run_id
    {%- else -%}
    {{ family }}.{{ name }}::{{ column.data_type }} as {{ name }}
    {%- endif %}{{ ',' if not loop.last }}
    {% endfor %}
from {{ ref('int_spine__customer_date') }} as customer
left join {{ ref('int_transactions__peers') }} as movement_peers using (as_of_date, customer_id)
left join {{ ref('int_balance__headroom') }} as headroom using (as_of_date, customer_id)
left join {{ ref('int_context__anchor') }} as anchor using (as_of_date, customer_id)
left join {{ ref('int_context__building') }} as building using (as_of_date, customer_id)
left join {{ ref('int_context__distance') }} as distance using (as_of_date, customer_id)
left join {{ ref('int_context__industry') }} as industry using (as_of_date, customer_id)
left join {{ ref('int_context__percentile') }} as percentile using (as_of_date, customer_id)
left join {{ ref('int_related__customer') }} as related using (as_of_date, customer_id)
left join {{ ref('int_context__peers') }} as peers using (as_of_date, customer_id)
left join {{ ref('int_exposure__customer') }} as exposure using (as_of_date, customer_id)
left join {{ ref('int_repayment__customer') }} as repayment using (as_of_date, customer_id)
left join {{ ref('int_repayment_status__months') }} as reported_status using (as_of_date, customer_id)
left join {{ ref('int_credit_score__latest') }} as credit_score using (as_of_date, customer_id)
left join {{ ref('int_occupancy__customer') }} as occupancy using (as_of_date, customer_id)
left join {{ ref('int_repayment__paid') }} as paid using (as_of_date, customer_id)
left join {{ ref('int_contract__history') }} as history using (as_of_date, customer_id)
left join {{ ref('int_balance__months') }} as balance using (as_of_date, customer_id)
left join {{ ref('int_statement__ratios') }} as statement using (as_of_date, customer_id)
left join {{ ref('int_repayment__lateness') }} as lateness using (as_of_date, customer_id)
left join {{ ref('int_derived__ratios') }} as derived using (as_of_date, customer_id)
left join {{ ref('int_interaction__windows') }} as contact using (as_of_date, customer_id)
left join {{ ref('int_transactions__windows') }} as movement using (as_of_date, customer_id)
