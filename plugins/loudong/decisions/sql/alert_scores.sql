-- What the model says of every customer, beside what it said a quarter before.
create temporary table decision_score_before on commit drop as
select score.customer_id, score.pd, score.score_points
from decision_run as run
inner join customer_score as score on score.run_id = run.earlier_run_id and score.as_of_date = run.earlier_date;

create unique index on decision_score_before (customer_id);
analyze decision_score_before;

create temporary table decision_score on commit drop as
select
    feature.customer_id,
    feature.building_id,
    feature.industry_code,
    customer.pd,
    customer.pd - before.pd as pd_change_90d,
    customer.pd / nullif(before.pd, 0) - 1 as pd_change_90d_ratio,
    customer.score_points::double precision as score_points,
    (customer.score_points - before.score_points)::double precision as score_points_change_90d,
    customer.pd / nullif(avg(customer.pd) over (partition by feature.industry_code), 0) as pd_to_industry_mean_ratio
from decision_mart as feature
inner join decision_customer as customer on customer.customer_id = feature.customer_id
left join decision_score_before as before on before.customer_id = feature.customer_id;

create unique index on decision_score (customer_id);
analyze decision_score;
