-- Ages reached on the published month-end or later, those never worked out, and all of them where the buckets changed.
delete from risk.vintage using published_month_end as published
where
    vintage.as_of_date >= published.as_of_date
    or exists (
        (select bucket_code, min_dpd_days from month_end_bucket where min_dpd_days > 0)
        except
        (select known.bucket_code, known.min_dpd_days from risk.vintage as known)
    );

insert into risk.vintage (
    cohort_month, months_on_book, as_of_date, bucket_code, min_dpd_days, contract_count, ever_count
)
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
    from month_end_contract
    where start_date <= as_of_date
),

-- A cohort is followed for as long as every month-end since its start is published: a gap would hide arrears.
age as (
    select numbered.cohort_month, numbered.months_on_book, numbered.as_of_date
    from (
        select
            seen.*,
            row_number() over (partition by seen.cohort_month order by seen.months_on_book) as seen_count
        from (select distinct cohort_month, months_on_book, as_of_date from slice) as seen
    ) as numbered
    where
        numbered.seen_count = numbered.months_on_book + 1
        and not exists (
            select 1 from risk.vintage as known
            where known.cohort_month = numbered.cohort_month and known.months_on_book = numbered.months_on_book
        )
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
    inner join slice on slice.cohort_month = age.cohort_month and slice.months_on_book <= age.months_on_book
    group by age.cohort_month, age.months_on_book, age.as_of_date, slice.customer_id, slice.contract_id
)

select
    worst.cohort_month,
    worst.months_on_book,
    worst.as_of_date,
    bucket.bucket_code,
    bucket.min_dpd_days,
    count(*),
    count(*) filter (where worst.worst_dpd_days >= bucket.min_dpd_days)
from worst
cross join month_end_bucket as bucket
where bucket.min_dpd_days > 0
group by worst.cohort_month, worst.months_on_book, worst.as_of_date, bucket.bucket_code, bucket.min_dpd_days;
