-- The month-ends that stand, and the buckets of the policy that decided the newest published date.
create temporary table standing_month_end on commit drop as
select as_of_date, run_id
from ops.publication
where superseded_at is null and extract(day from as_of_date + 1) = 1;

create temporary table month_end_contract on commit drop as
select
    standing.as_of_date,
    slice.customer_id,
    slice.contract_id,
    slice.start_date,
    slice.outstanding_amount,
    slice.dpd_days,
    case
        when slice.is_open then slice.bucket_code
        when slice.close_reason_code in ('paid_off', 'written_off') then slice.close_reason_code
        else 'ended'
    end as state_code
from standing_month_end as standing
inner join marts.fct_contract_delinquency as slice
    on slice.run_id = standing.run_id and slice.as_of_date = standing.as_of_date;

create temporary table month_end_bucket on commit drop as
select
    entry.value ->> 'bucket_code' as bucket_code,
    (entry.value ->> 'min_dpd_days')::integer as min_dpd_days
from ops.publication
inner join ops.run on run.run_id = publication.run_id
inner join ops.policy_version as policy on policy.policy_version = run.policy_version
cross join lateral jsonb_array_elements(policy.content -> 'delinquency_bucket') as entry (value)
where
    publication.superseded_at is null
    and publication.as_of_date = (select max(as_of_date) from ops.publication where superseded_at is null);

analyze standing_month_end;
analyze month_end_contract;
