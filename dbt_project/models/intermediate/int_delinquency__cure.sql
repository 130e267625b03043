-- Contracts that were non-performing and are not cured, though the arrears that made them so have ended.
-- Grain: contract x as_of_date. Cured is who had one stretch without arrears of category_cure_months, or up to the
-- category_cure_periods-th due date in it, whichever is longer.
with reached as (
    select late.as_of_date, late.customer_id, late.contract_id, late.last_open_date
    from {{ ref('int_repayment__installment') }} as late
    inner join {{ ref('asset_category') }} as category on category.category_code = 'substandard'
    where
        -- Nearly all installments fall away here, before their pauses are counted.
        {{ open_days('late') }} > category.over_dpd_days
        and late.worst_dpd_days > category.over_dpd_days
),

spell as (
    select
        of_any.as_of_date,
        of_any.customer_id,
        of_any.contract_id,
        of_any.start_date,
        of_any.end_date,
        bool_or(
            of_any.start_date <= reached.last_open_date
            and (of_any.end_date is null or of_any.end_date > reached.last_open_date)
        ) as is_non_performing
    from {{ ref('int_delinquency__spell') }} as of_any
    inner join reached using (as_of_date, customer_id, contract_id)
    where not of_any.is_material
    group by 1, 2, 3, 4, 5
),

-- Spells of a contract follow each other without touching.
placed as (
    select
        *,
        lead(start_date) over in_order as next_start_date,
        max(start_date) filter (where is_non_performing) over (
            partition by as_of_date, customer_id, contract_id
        ) as newest_start_date
    from spell
    window in_order as (partition by as_of_date, customer_id, contract_id order by start_date)
),

stretch as (
    select
        as_of_date,
        customer_id,
        contract_id,
        end_date as first_clean_date,
        coalesce(next_start_date - 1, as_of_date) as last_clean_date
    from placed
    where start_date >= newest_start_date and end_date is not null
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
