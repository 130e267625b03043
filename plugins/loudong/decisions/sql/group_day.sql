-- Every building, every industry and the portfolio on the date, in one pass. Own rows are replaced.
delete from group_day using decision_run as run
where group_day.run_id = run.run_id;

insert into group_day (
    run_id, as_of_date, level_code, subject_id, customer_count, high_count, medium_count, low_count, risen_count,
    fallen_count, past_due_count, in_default_count, exposure_amount, past_due_amount, high_exposure_amount,
    anchor_exposure_amount, mean_pd, weighted_pd, exposure_hhi_ratio, expected_loss_amount
)
with customer as (
    select
        run.run_id,
        run.as_of_date,
        feature.building_id,
        feature.industry_code,
        feature.is_in_default,
        feature.is_anchor_tenant,
        customer.pd::numeric as pd,
        customer.tier,
        customer.dpd_days,
        customer.exposure_amount,
        customer.past_due_amount,
        customer.expected_loss_amount,
        array_position(array['low', 'medium', 'high'], customer.tier)
        - array_position(array['low', 'medium', 'high'], customer.previous_tier) as tier_step
    from decision_customer as customer
    cross join decision_run as run
    inner join decision_mart as feature on feature.customer_id = customer.customer_id
)

select
    run_id,
    as_of_date,
    case
        when grouping(building_id) = 0 then 'building'
        when grouping(industry_code) = 0 then 'industry'
        else 'portfolio'
    end,
    case
        when grouping(building_id) = 0 then building_id
        when grouping(industry_code) = 0 then industry_code
        else 'all'
    end,
    count(*),
    count(*) filter (where tier = 'high'),
    count(*) filter (where tier = 'medium'),
    count(*) filter (where tier = 'low'),
    count(*) filter (where tier_step > 0),
    count(*) filter (where tier_step < 0),
    case when count(dpd_days) > 0 then count(*) filter (where dpd_days > 0) end,
    count(*) filter (where is_in_default),
    sum(exposure_amount),
    sum(past_due_amount),
    coalesce(sum(exposure_amount) filter (where tier = 'high'), 0),
    coalesce(sum(exposure_amount) filter (where is_anchor_tenant), 0),
    avg(pd)::double precision,
    (sum(pd * exposure_amount) / nullif(sum(exposure_amount), 0))::double precision,
    (sum(exposure_amount * exposure_amount) / nullif(sum(exposure_amount), 0) ^ 2)::double precision,
    sum(expected_loss_amount)
from customer
group by run_id, as_of_date, grouping sets ((building_id), (industry_code), ());
