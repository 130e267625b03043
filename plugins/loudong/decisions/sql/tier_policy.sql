-- What the tiers are decided by. `now` is the seeded policy and what is asked of it is the pd of every customer;
-- explaining a move asks the same of other cases, and of the policy before.
create temporary table decision_cutoff on commit drop as
select
    'now' as policy_code,
    tier,
    tier_rank(tier) as tier_rank,
    min_pd::double precision as min_pd,
    max_pd::double precision as max_pd
from policy_tier_cutoff;

create temporary table decision_floor on commit drop as
select
    'now' as policy_code,
    floor_code,
    indicator,
    operator,
    threshold::double precision as threshold,
    min_tier,
    tier_rank(min_tier) as tier_rank,
    sort_order::integer as sort_order,
    is_overridable = 'yes' as is_overridable
from policy_tier_floor;

create temporary table decision_case on commit drop as
select 'now' as case_code, 'now' as policy_code, customer_id, pd
from decision_customer;

analyze decision_case;
