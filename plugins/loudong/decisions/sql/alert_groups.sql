-- Indicators of every building, every industry and the portfolio, from the customers of the run: what each of them is
-- says policy/alert_indicators.py.
create temporary table decision_member on commit drop as
select
    feature.building_id,
    feature.industry_code,
    customer.exposure_amount as amount,
    customer.tier,
    customer.building_manager_id,
    case when feature.is_in_default then 1 else customer.pd end as pd,
    case when feature.is_in_default then 1 else customer.pd end - coalesce(score.pd_change_90d, 0) as pd_before,
    score.pd_change_90d is not null as has_before,
    feature.dpd_days,
    feature.past_due_amount,
    feature.is_in_default,
    feature.inflow_change_90d_ratio,
    feature.move_out_90d_count,
    feature.building_occupied_ratio,
    feature.has_anchor_past_due,
    feature.has_anchor_left_365d,
    feature.industry_indicator_change_90d,
    feature.industry_indicator_change_365d,
    feature.industry_indicator_to_year_mean,
    row_number() over (partition by feature.building_id order by customer.exposure_amount desc) as building_place,
    row_number() over (partition by feature.industry_code order by customer.exposure_amount desc) as industry_place,
    row_number() over (order by customer.exposure_amount desc) as portfolio_place
from decision_mart as feature
inner join decision_customer as customer on customer.customer_id = feature.customer_id
inner join decision_score as score on score.customer_id = feature.customer_id;

create temporary table decision_group on commit drop as
with summed as (
    select
        subject_level,
        subject_id,
        count(*) as customer_count,
        nullif(sum(amount), 0) as amount,
        case when subject_level = 'building' then min(building_manager_id) end as building_manager_id,
        avg((dpd_days > 0)::integer) as arrears_ratio,
        sum(past_due_amount) as past_due_amount,
        coalesce(sum(amount) filter (where dpd_days > 30), 0) as dpd_over_30_amount,
        coalesce(sum(amount) filter (where is_in_default), 0) as in_default_amount,
        coalesce(sum(amount) filter (where tier = 'high'), 0) as high_amount,
        sum(pd * amount::double precision) as pd_amount,
        sum(pd * amount::double precision) filter (where has_before) as pd_now_amount,
        nullif(sum(pd_before * amount::double precision) filter (where has_before), 0) as pd_before_amount,
        avg((inflow_change_90d_ratio <= -0.4)::integer) as falling_inflow_ratio,
        avg((move_out_90d_count > 0)::integer) as moved_out_90d_ratio,
        sum(amount * amount) as squared_amount,
        max(amount) as largest_amount,
        sum(amount) filter (where place <= 10) as largest_10_amount,
        max(building_occupied_ratio) as occupied_ratio,
        max(has_anchor_past_due::integer) as is_anchor_past_due,
        max(has_anchor_left_365d::integer) as is_anchor_lost_365d,
        max(industry_indicator_change_90d) as industry_indicator_change_90d,
        max(industry_indicator_change_365d) as industry_indicator_change_365d,
        max(industry_indicator_to_year_mean) as industry_indicator_to_year_mean
    from decision_member
    cross join lateral (
        values ('building', building_id, building_place), ('industry', industry_code, industry_place),
        ('portfolio', 'all', portfolio_place)
    ) as part (subject_level, subject_id, place)
    where subject_id is not null
    group by subject_level, subject_id
)

select
    '~' || part.subject_level || ':' || part.subject_id as customer_id,
    part.subject_level,
    part.subject_id,
    part.customer_count as subject_customer_count,
    coalesce(part.amount, 0) as subject_exposure_amount,
    part.building_manager_id,
    null::text as relationship_manager_id,
    part.arrears_ratio::double precision as arrears_ratio,
    (part.past_due_amount / part.amount)::double precision as past_due_amount_ratio,
    (part.dpd_over_30_amount / part.amount)::double precision as dpd_over_30_exposure_ratio,
    (part.in_default_amount / part.amount)::double precision as in_default_exposure_ratio,
    part.pd_amount / part.amount::double precision as weighted_pd,
    part.pd_now_amount / part.pd_before_amount - 1 as weighted_pd_change_90d_ratio,
    (part.high_amount / part.amount)::double precision as high_exposure_ratio,
    part.falling_inflow_ratio::double precision as falling_inflow_ratio,
    part.moved_out_90d_ratio::double precision as moved_out_90d_ratio,
    (part.squared_amount / (part.amount * part.amount))::double precision as hhi_ratio,
    (part.largest_amount / part.amount)::double precision as largest_customer_ratio,
    (part.largest_10_amount / part.amount)::double precision as largest_10_ratio,
    (part.amount / whole.amount)::double precision as exposure_share_ratio,
    (part.arrears_ratio - whole.arrears_ratio)::double precision as arrears_to_portfolio_ratio,
    (part.pd_amount / part.amount::double precision)
    / nullif(whole.pd_amount / whole.amount::double precision, 0) as weighted_pd_to_portfolio_ratio,
    part.occupied_ratio,
    part.is_anchor_past_due::double precision as is_anchor_past_due,
    part.is_anchor_lost_365d::double precision as is_anchor_lost_365d,
    part.industry_indicator_change_90d,
    part.industry_indicator_change_365d,
    part.industry_indicator_to_year_mean
from summed as part
inner join summed as whole on whole.subject_level = 'portfolio';

create unique index on decision_group (customer_id);
analyze decision_group;
