-- Customers whose default began since the newest published date before. Own rows are replaced.
delete from default_start using decision_run as run
where default_start.run_id = run.run_id;

insert into default_start (customer_id, as_of_date, run_id, building_id, industry_code, exposure_amount)
select
    feature.customer_id,
    run.as_of_date,
    run.run_id,
    feature.building_id,
    feature.industry_code,
    coalesce(feature.exposure_amount, 0)
from decision_run as run
cross join decision_mart as feature
inner join marts.fct_customer_features as previous
    on
        previous.run_id = run.previous_run_id and previous.as_of_date = run.previous_date
        and previous.customer_id = feature.customer_id
where feature.is_in_default and previous.is_in_default is false;
