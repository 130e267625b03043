-- The tier that the run gave each of its customers.
alter table decision_customer add column tier text;

update decision_customer
set tier = decided.tier
from customer_tier as decided, decision_run as run
where
    decided.run_id = run.run_id
    and decided.as_of_date = run.as_of_date
    and decided.customer_id = decision_customer.customer_id;
