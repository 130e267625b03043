-- The tier that the run gave each of its customers, and what set it. Made anew: an update would write every row and index entry twice.
create temporary table decision_tiered on commit drop as
select customer.*, decided.tier, decided.pd_tier, decided.decided_by, decided.floor_code
from decision_run as run
cross join decision_customer as customer
left join customer_tier as decided
    on
        decided.customer_id = customer.customer_id
        and decided.as_of_date = run.as_of_date
        and decided.run_id = run.run_id;

drop table decision_customer;

alter table decision_tiered rename to decision_customer;

create unique index on decision_customer (customer_id);
analyze decision_customer (customer_id, building_id, tier);
