-- What pd and floors ask for of these customers under the policy before, which is `now` where it is the same: once by
-- the model of then, once by today's.
truncate decision_case;

insert into decision_case (case_code, policy_code, customer_id, pd)
select
    asked.case_code,
    case when exists (select 1 from decision_cutoff where policy_code = 'before') then 'before' else 'now' end,
    move.customer_id,
    asked.pd
from decision_move as move
cross join lateral (
    values ('data', coalesce(move.pd_by_model_before, move.pd)), ('model', move.pd)
) as asked (case_code, pd);

analyze decision_case;
drop table decision_qualified;
