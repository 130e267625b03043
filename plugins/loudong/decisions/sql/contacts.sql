-- Contacts by person and month of the portfolio's calendar, as known at the end of the date. Only months of which
-- something landed or became known since the last time are counted anew.
create temporary table decision_contact_month on commit drop as
with portfolio as (
    select settings ->> 'timezone' as timezone
    from landing.portfolio
    order by portfolio_id desc
    limit 1
),

news as (
    select contact.interaction_at
    from landing.interaction as contact
    cross join decision_run as run
    where
        contact.observed_at >= (select coalesce(max(mark.known_before), '-infinity') from contact_mark as mark)
        and contact.observed_at < run.cutoff_at
    union all
    select contact.interaction_at
    from landing.interaction as contact
    where contact.file_id > (select coalesce(max(mark.file_id), -1) from contact_mark as mark)
)

select
    month.month_date,
    month.month_date::timestamp at time zone portfolio.timezone as starts_at,
    (month.month_date + interval '1 month')::timestamp at time zone portfolio.timezone as ends_at,
    portfolio.timezone
from portfolio
cross join lateral (
    select distinct date_trunc('month', news.interaction_at at time zone portfolio.timezone)::date as month_date
    from news
) as month;

delete from contact_month using decision_contact_month as month
where contact_month.month_date = month.month_date;

insert into contact_month (
    employee_id, month_date, contact_count, answered_known_count, answered_count, complaint_count, satisfaction_count,
    satisfaction_sum
)
select
    contact.employee_id,
    month.month_date,
    count(*),
    count(contact.is_answered),
    count(*) filter (where contact.is_answered),
    count(*) filter (where contact.is_complaint),
    count(contact.satisfaction_score),
    coalesce(sum(contact.satisfaction_score), 0)
from decision_contact_month as month
cross join decision_run as run
inner join landing.interaction as contact
    on contact.interaction_at >= month.starts_at and contact.interaction_at < month.ends_at
left join landing.interaction_superseded as later
    on
        later.customer_id = contact.customer_id
        and later.interaction_id = contact.interaction_id
        and later.observed_at = contact.observed_at
        and later.content_hash = contact.content_hash
where
    contact.employee_id is not null
    and contact.observed_at < run.cutoff_at
    and (later.superseded_at is null or later.superseded_at >= run.cutoff_at)
    and not contact.is_deleted
group by contact.employee_id, month.month_date;

delete from contact_mark;

insert into contact_mark (known_before, file_id)
select run.cutoff_at, coalesce((select max(contact.file_id) from landing.interaction as contact), 0)
from decision_run as run;
