-- Customers whose alerts wait: more of them than the ration allows would come newly into alert within 30 days. The
-- riskiest go first. Nobody waits of whom anything graver than minor is due, who is in default, or who stands in alert
-- already. Without a ration in the policy nobody waits.
create temporary table decision_waiting on commit drop as
with ration as (
    select
        max(value::numeric) filter (where rule_code = 'alert_ration_pct') as pct,
        max(value::numeric) filter (where rule_code = 'alert_ration_least') as least_count
    from policy_work_rule
),

recent as (
    select count(distinct alert.customer_id) as customer_count
    from alert
    cross join decision_run as run
    where
        alert.subject_level = 'customer'
        and alert.opened_in_default is not true
        and alert.opened_date > run.as_of_date - 30
        and alert.opened_date <= run.as_of_date
        and not exists (
            select 1 from alert as other
            where
                other.customer_id = alert.customer_id
                and other.opened_date < alert.opened_date
                and (other.closed_date is null or other.closed_date >= alert.opened_date)
        )
),

fresh as (
    select due.customer_id, max(due.severity_rank) as severity_rank, max(customer.pd) as pd
    from decision_due as due
    inner join decision_customer as customer on customer.customer_id = due.customer_id
    where
        due.subject_level = 'customer'
        and customer.is_in_default is not true
        and not exists (
            select 1 from decision_standing_alert as standing
            where standing.customer_id = due.customer_id
        )
    group by due.customer_id
),

ranked as (
    select customer_id, severity_rank, row_number() over (order by severity_rank desc, pd desc, customer_id) as place
    from fresh
)

select ranked.customer_id
from ranked
cross join ration
cross join recent
where
    ranked.severity_rank = 1
    and ranked.place > greatest(
        ration.pct / 100 * (select count(*) from decision_customer where is_in_default is not true),
        ration.least_count
    ) - recent.customer_count;

create unique index on decision_waiting (customer_id);
analyze decision_waiting;
