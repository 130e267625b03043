-- How every customer stands on the date under the policy that is tried.
insert into pg_temp.trial_customer (
    as_of_date, customer_id, building_id, tier, pd_tier, decided_by, floor_code, pd, exposure_amount,
    expected_loss_amount, is_in_default, is_alerted
)
select
    run.as_of_date,
    customer.customer_id,
    customer.building_id,
    customer.tier,
    customer.pd_tier,
    customer.decided_by,
    customer.floor_code,
    customer.pd,
    customer.exposure_amount,
    customer.expected_loss_amount,
    coalesce(customer.is_in_default, false),
    customer.customer_id in (select customer_id from alert where status in ('open', 'acknowledged', 'snoozed'))
from decision_run as run
cross join decision_customer as customer;
