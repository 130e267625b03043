-- One row per customer of the run: what is decided on, and who looks after the customer, as known at the end of the date.
-- What is joined by customer is indexed first: a count misjudged by the planner then costs a lookup, never a loop.
create temporary table decision_previous on commit drop as
select tier.customer_id, tier.tier, tier.rule_tier, tier.below_medium_since_date, tier.below_high_since_date
from decision_run as run
inner join customer_tier as tier on tier.run_id = run.previous_run_id and tier.as_of_date = run.previous_date;

create unique index on decision_previous (customer_id);
analyze decision_previous;

create temporary table decision_customer on commit drop as
with building as (
    select distinct on (dim.building_id) dim.building_id, dim.manager_id
    from marts.dim_building as dim
    cross join decision_run as run
    where
        dim.valid_from_date <= run.as_of_date
        and (dim.valid_to_date is null or dim.valid_to_date > run.as_of_date)
        and dim.known_from < run.cutoff_at
        and (dim.known_to is null or dim.known_to >= run.cutoff_at)
    order by dim.building_id, dim.valid_from_date desc, dim.known_from desc
),

customer as (
    select distinct on (dim.customer_id) dim.customer_id, dim.manager_id, dim.customer_name
    from marts.dim_customer as dim
    cross join decision_run as run
    where
        dim.valid_from_date <= run.as_of_date
        and (dim.valid_to_date is null or dim.valid_to_date > run.as_of_date)
        and dim.known_from < run.cutoff_at
        and (dim.known_to is null or dim.known_to >= run.cutoff_at)
    order by dim.customer_id, dim.valid_from_date desc, dim.known_from desc
),

-- Of the run and date alone: by customer, of each the newest would be looked up one by one.
scored as (
    select score.customer_id, score.pd, score.score_points
    from decision_run as run
    inner join customer_score as score on score.run_id = run.run_id and score.as_of_date = run.as_of_date
)

select
    feature.customer_id,
    score.pd,
    score.score_points,
    previous.tier as previous_tier,
    coalesce(feature.exposure_amount, 0) as exposure_amount,
    feature.dpd_days,
    feature.is_in_default,
    feature.past_due_amount,
    feature.limit_amount,
    feature.days_since_attempt_days,
    feature.building_id,
    left(customer.customer_name, 1) || '**' as customer_name_masked,
    -- Over the horizon of the model: pd x loss given default x exposure that no deposit covers.
    round(
        case when feature.is_in_default then 1 else score.pd::numeric end
        * loss.lgd_pct::numeric / 100
        * coalesce(feature.exposure_amount, 0)
        * (1 - least(coalesce(feature.deposit_ratio, 0), 1))::numeric,
        2
    ) as expected_loss_amount,
    building.manager_id as building_manager_id,
    customer.manager_id as relationship_manager_id
from decision_mart as feature
left join scored as score on score.customer_id = feature.customer_id
left join decision_previous as previous on previous.customer_id = feature.customer_id
left join building on building.building_id = feature.building_id
left join customer on customer.customer_id = feature.customer_id
left join policy_loss_given_default as loss on loss.customer_type_code = feature.customer_type_code;

create unique index on decision_customer (customer_id);
analyze decision_customer (customer_id, building_id);
