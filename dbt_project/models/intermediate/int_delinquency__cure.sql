-- Contracts that were non-performing and are not cured, though the arrears that made them so have ended.
-- Grain: contract x as_of_date. Cured is who had one stretch without arrears of category_cure_months, or up to the
-- category_cure_periods-th due date in it, whichever is longer.
with reached as (
    select as_of_date, customer_id, contract_id, last_open_date
    from {{ ref('int_repayment__installment') }}
    where (settled_date is null or settled_date > due_date + 90) and worst_dpd_days > (
        select category.over_dpd_days from {{ ref('asset_category') }} as category
        where category.category_code = 'substandard'
    )
),

spell as (
    select
        of_any.*,
        lead(of_any.start_date) over (
            partition by of_any.as_of_date, of_any.customer_id, of_any.contract_id order by of_any.start_date
        ) as next_start_date
    from {{ ref('int_delinquency__spell') }} as of_any
    inner join (select distinct as_of_date, customer_id, contract_id from reached) as whose
        using (as_of_date, customer_id, contract_id)
    where not of_any.is_material
),

newest as (
    select distinct on (as_of_date, customer_id, contract_id)
        as_of_date, customer_id, contract_id, spell.end_date
    from reached
    inner join spell using (as_of_date, customer_id, contract_id)
    where
        spell.start_date <= reached.last_open_date
        and (spell.end_date is null or spell.end_date > reached.last_open_date)
    order by as_of_date, customer_id, contract_id, spell.start_date desc
),

stretch as (
    select
        newest.as_of_date,
        newest.customer_id,
        newest.contract_id,
        spell.end_date as first_clean_date,
        coalesce(spell.next_start_date - 1, newest.as_of_date) as last_clean_date
    from newest
    inner join spell using (as_of_date, customer_id, contract_id)
    where spell.end_date >= newest.end_date
),

fell_due as (
    select
        stretch.as_of_date,
        stretch.customer_id,
        stretch.contract_id,
        stretch.first_clean_date,
        due.due_date,
        dense_rank() over (
            partition by stretch.as_of_date, stretch.customer_id, stretch.contract_id, stretch.first_clean_date
            order by due.due_date
        ) as period
    from stretch
    inner join {{ ref('int_repayment__settlement') }} as due using (as_of_date, customer_id, contract_id)
    where due.due_date >= stretch.first_clean_date and due.due_amount > 0
),

judged as (
    select
        stretch.as_of_date,
        stretch.customer_id,
        stretch.contract_id,
        stretch.last_clean_date >= greatest(
            (stretch.first_clean_date + max(rule.category_cure_months) * interval '1 month')::date,
            max(fell_due.due_date) filter (where fell_due.period = rule.category_cure_periods)
        ) as is_cured
    from stretch
    cross join {{ ref('int_delinquency__rule') }} as rule
    left join fell_due using (as_of_date, customer_id, contract_id, first_clean_date)
    group by 1, 2, 3, stretch.first_clean_date, stretch.last_clean_date
)

select as_of_date, customer_id, contract_id
from judged
group by 1, 2, 3
having not bool_or(is_cured)
