{{ config(tags=['state']) }}

-- Up to which date and landing file the state is rolled. Grain: one row, written when every part of the state is.
-- depends_on: {{ ref('int_state__start') }}
-- depends_on: {{ ref('int_repayment__settlement_state') }}
-- depends_on: {{ ref('int_repayment__standing_state') }}
-- depends_on: {{ ref('int_repayment__closed_state') }}
-- depends_on: {{ ref('int_repayment__paid_state') }}
-- depends_on: {{ ref('int_delinquency__spell_state') }}
-- depends_on: {{ ref('int_credit_score__latest_state') }}
-- depends_on: {{ ref('int_interaction__windows_state') }}
-- depends_on: {{ ref('int_transactions__sums_state') }}
-- depends_on: {{ ref('int_transactions__counterparty_state') }}
-- depends_on: {{ ref('int_transactions__dealings_state') }}
select
    {{ date_of_run() }} as as_of_date,
    {{ cutoff_of_run() }} as cutoff_at,
    {{ var('newest_file_id') }}::bigint as file_id,
    {{ state_fingerprint() }} as fingerprint
