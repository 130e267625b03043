-- Who may be offered a support: every condition of the policy holds. What is not known holds nothing.
create temporary table decision_eligible on commit drop as
select customer.customer_id, condition.action_code
from policy_strategy_condition as condition
inner join decision_customer as customer on customer.tier = condition.tier
left join decision_indicator as indicator
    on indicator.customer_id = customer.customer_id and indicator.indicator = condition.indicator
group by customer.customer_id, condition.action_code
having bool_and(
    coalesce(
        meets(
            case condition.indicator
                when 'pd' then customer.pd
                when 'score_points' then customer.score_points
                else indicator.value
            end,
            condition.operator,
            condition.threshold::double precision
        ),
        false
    )
);

create unique index on decision_eligible (customer_id, action_code);
analyze decision_eligible;
