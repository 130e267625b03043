{{ config(materialized='view', schema='bi', persist_docs={'relation': true, 'columns': true}) }}

with slice as (
    select
        as_of_date,
        customer_id,
        contract_id,
        dpd_days,
        date_trunc('month', start_date)::date as cohort_month,
        (
            (extract(year from as_of_date) - extract(year from start_date)) * 12
            + extract(month from as_of_date) - extract(month from start_date)
        )::integer as months_on_book
    from {{ ref('rpt_published_month_end') }}
    where start_date <= as_of_date
),

-- A cohort is followed for as long as every month-end since its start is published: a gap would hide arrears.
age as (
    select
        cohort_month,
        months_on_book,
        as_of_date
    from (
        select
            seen.cohort_month,
            seen.months_on_book,
            seen.as_of_date,
            row_number() over (partition by seen.cohort_month order by seen.months_on_book) as seen_count
        from (select distinct cohort_month, months_on_book, as_of_date from slice) as seen
    ) as numbered
    where seen_count = months_on_book + 1
),

worst as (
    select
        age.cohort_month,
        age.months_on_book,
        age.as_of_date,
        slice.customer_id,
        slice.contract_id,
        max(slice.dpd_days) as worst_dpd_days
    from age
    inner join slice on age.cohort_month = slice.cohort_month and age.months_on_book >= slice.months_on_book
    group by age.cohort_month, age.months_on_book, age.as_of_date, slice.customer_id, slice.contract_id
),

-- Buckets of the policy that decided the newest published date.
bucket as (
    select
        entry.value ->> 'bucket_code' as bucket_code,
        (entry.value ->> 'min_dpd_days')::integer as min_dpd_days
    from {{ ref('rpt_published_date') }} as published
    inner join {{ source('ledger', 'run') }} as run on published.run_id = run.run_id
    inner join {{ source('ledger', 'policy_version') }} as policy on run.policy_version = policy.policy_version
    cross join lateral jsonb_array_elements(policy.content -> 'delinquency_bucket') as entry (value)
    where published.as_of_date = (select max(newest.as_of_date) from {{ ref('rpt_published_date') }} as newest)
)

select
    worst.cohort_month,
    worst.months_on_book,
    worst.as_of_date,
    bucket.bucket_code,
    bucket.min_dpd_days,
    count(*) as contract_count,
    count(*) filter (where worst.worst_dpd_days >= bucket.min_dpd_days) as ever_count,
    (count(*) filter (where worst.worst_dpd_days >= bucket.min_dpd_days) / count(*)::numeric)::double precision
        as ever_ratio
from worst
cross join bucket
where bucket.min_dpd_days > 0
group by worst.cohort_month, worst.months_on_book, worst.as_of_date, bucket.bucket_code, bucket.min_dpd_days
