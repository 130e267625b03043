-- Spells of arrears, as published dates tell them. Not knowing whether a customer is past due changes nothing. A spell
-- that an earlier run of this date ended goes on when the date says otherwise now.
update arrears_spell
set ended_date = null
from decision_customer as customer, decision_run as run
where
    arrears_spell.customer_id = customer.customer_id
    and arrears_spell.ended_date = run.as_of_date
    and customer.dpd_days > 0;

update arrears_spell
set ended_date = run.as_of_date
from decision_customer as customer, decision_run as run
where
    arrears_spell.customer_id = customer.customer_id
    and arrears_spell.ended_date is null
    and customer.dpd_days = 0;

insert into arrears_spell (customer_id, started_date, run_id)
select customer.customer_id, run.as_of_date, run.run_id
from decision_customer as customer
cross join decision_run as run
where
    customer.dpd_days > 0
    and not exists (
        select 1 from arrears_spell as spell
        where spell.customer_id = customer.customer_id and spell.ended_date is null
    );
