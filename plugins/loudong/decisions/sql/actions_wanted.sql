-- What the tier demands, beside the action that stands for the customer (the newest that has not lapsed or ended).
create temporary table decision_action on commit drop as
with standing as (
    select distinct on (action.customer_id, action.action_code) action.*
    from customer_action as action
    cross join decision_run as run
    where action.state <> 'lapsed' and action.period_end_date >= run.as_of_date
    order by action.customer_id, action.action_code, action.period_start_date desc
)

select
    customer.customer_id,
    customer.tier,
    strategy.action_code,
    strategy.standard_code,
    strategy.period_days::integer as period_days,
    'strategy.csv:' || strategy.tier || ',' || strategy.action_code as policy_row,
    jsonb_strip_nulls(
        jsonb_build_object(
            'owner_role', strategy.owner_role,
            'limit_share_pct', strategy.limit_share_pct::numeric,
            'monitor_every_days', strategy.monitor_every_days::integer,
            'restriction_code', strategy.restriction_code,
            'name_en', strategy.name_en,
            'name_zh', strategy.name_zh
        )
    ) as intent,
    standing.action_id as standing_id,
    standing.action_id is not null and standing.standard_code = strategy.standard_code as is_standing,
    coalesce(standing.period_start_date >= run.as_of_date and standing.state = 'proposed', false) as is_replaceable,
    case
        when standing.period_start_date >= run.as_of_date and standing.state <> 'proposed'
            then standing.period_start_date + 1
        else run.as_of_date
    end as period_start_date
from decision_customer as customer
cross join decision_run as run
inner join policy_strategy as strategy on strategy.tier = customer.tier
left join standing on standing.customer_id = customer.customer_id and standing.action_code = strategy.action_code;

analyze decision_action;
