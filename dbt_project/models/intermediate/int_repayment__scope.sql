{{ config(post_hook=["create unique index on {{ this }} (customer_id, as_of_date)", "analyze {{ this }}"]) }}
{%- set start = state_start() -%}
{%- set customer, contract = ref('stg_landing__customer'), ref('stg_landing__contract') -%}
{%- set versions = [customer, contract, ref('stg_landing__installment'), ref('stg_landing__payment')] -%}

-- Whose payments and installments are matched anew. Grain: customer x as_of_date.
-- Everybody, or, where a state is rolled forward, those of whom something became known since, and those of whom an
-- uncovered installment became past due: for all others nothing has changed but the date.
{{ scope_of(
    start,
    repayment_changed(start, versions, this.schema ~ '.int_repayment__settlement_state') if start,
    'select customer_id from ' ~ customer ~ ' union select customer_id from ' ~ contract
) }}
