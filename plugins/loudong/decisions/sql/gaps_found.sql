-- Found again, a gap keeps its first date while it stood; once ended, it begins anew. What is in force goes before what
-- is only proposed.
insert into enforcement_gap (
    customer_id, gap_code, subject_id, action_id, is_in_force, owner_role, first_found_date, last_found_date,
    evidence, policy_version, run_id
)
select distinct on (found.customer_id, found.gap_code, found.subject_id)
    found.customer_id,
    found.gap_code,
    found.subject_id,
    found.action_id,
    found.is_in_force,
    rule.owner_role,
    run.as_of_date,
    run.as_of_date,
    found.evidence || jsonb_build_object('name_en', rule.name_en, 'name_zh', rule.name_zh),
    run.policy_version,
    run.run_id
from decision_gap as found
cross join decision_run as run
inner join policy_enforcement_rule as rule on rule.gap_code = found.gap_code
order by found.customer_id, found.gap_code, found.subject_id, found.is_in_force desc, found.from_date
on conflict (customer_id, gap_code, subject_id) do update
set
    action_id = excluded.action_id,
    is_in_force = excluded.is_in_force,
    owner_role = excluded.owner_role,
    first_found_date = case
        when enforcement_gap.ended_date is null then enforcement_gap.first_found_date
        else excluded.first_found_date
    end,
    last_found_date = excluded.last_found_date,
    ended_date = null,
    evidence = excluded.evidence,
    policy_version = excluded.policy_version,
    run_id = excluded.run_id;
