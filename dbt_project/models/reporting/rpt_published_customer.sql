{{ config(materialized='ephemeral') }}

select
    publication.as_of_date,
    publication.run_id,
    publication.published_at,
    publication.cutoff_at,
    feature.customer_id,
    feature.customer_type_code,
    feature.industry_code,
    feature.building_id,
    feature.bucket_code,
    feature.is_in_default,
    feature.credit_score_value,
    feature.credit_score_change_90d,
    feature.inflow_amount_30d,
    feature.inflow_change_90d_ratio,
    feature.utilisation_ratio,
    feature.tenure_days,
    score.pd,
    score.score_points,
    score.model_name,
    score.model_version,
    score.is_hindsight,
    score.reasons,
    tier.tier,
    tier.previous_tier,
    tier.decided_by,
    tier.floor_code,
    tier.trace as tier_trace,
    tier.policy_version,
    coalesce(feature.exposure_amount, 0) as exposure_amount,
    feature.past_due_amount,
    feature.dpd_days,
    array_position(array['low', 'medium', 'high'], tier.tier)
    - array_position(array['low', 'medium', 'high'], tier.previous_tier) as tier_step
-- By run alone: a published run describes one date, and with the date named twice the planner would expect few rows of
-- what are all customers.
from {{ ref('rpt_published_date') }} as publication
inner join {{ ref('fct_customer_features') }} as feature on publication.run_id = feature.run_id
inner join {{ source('risk', 'customer_score') }} as score
    on feature.customer_id = score.customer_id and publication.run_id = score.run_id
inner join {{ source('risk', 'customer_tier') }} as tier
    on feature.customer_id = tier.customer_id and publication.run_id = tier.run_id
