-- What the views say of groups, defaults, moves and vintages is worked out once, when a date is decided or published:
-- they answer at once however many customers and dates there are.
create table risk.group_day (
    run_id                  text not null references ops.run,
    as_of_date              date not null,
    level_code              text not null check (level_code in ('building', 'industry', 'portfolio')),
    subject_id              text,
    customer_count          bigint not null,
    high_count              bigint not null,
    medium_count            bigint not null,
    low_count               bigint not null,
    risen_count             bigint not null,
    fallen_count            bigint not null,
    past_due_count          bigint,
    in_default_count        bigint not null,
    exposure_amount         numeric not null,
    past_due_amount         numeric,
    high_exposure_amount    numeric not null,
    anchor_exposure_amount  numeric not null,
    mean_pd                 double precision not null,
    weighted_pd             double precision,
    exposure_hhi_ratio      double precision,
    expected_loss_amount    numeric,
    unique nulls not distinct (run_id, as_of_date, level_code, subject_id)
);
comment on table risk.group_day is
    'Grain: run x as_of_date x level x subject (a building, an industry, the portfolio). Null subject: customers without one.';
comment on column risk.group_day.anchor_exposure_amount is 'Exposure to anchor tenants.';
comment on column risk.group_day.expected_loss_amount is
    'pd x loss given default x exposure that no deposit covers, over the horizon; null for dates decided before it was kept.';
comment on column risk.group_day.weighted_pd is 'Mean pd weighted by exposure; null without exposure.';

create table risk.default_start (
    customer_id      text not null,
    as_of_date       date not null,
    run_id           text not null references ops.run,
    building_id      text,
    industry_code    text,
    exposure_amount  numeric not null,
    primary key (customer_id, as_of_date, run_id)
);
comment on table risk.default_start is
    'Grain: customer x as_of_date x run: in default on the date and not on the newest published date before.';
create index default_start_run on risk.default_start (run_id, as_of_date);

create table risk.contract_move (
    from_date         date not null,
    to_date           date not null,
    from_state_code   text,
    to_state_code     text,
    contract_count    bigint not null,
    opening_amount    numeric not null,
    unique nulls not distinct (from_date, to_date, from_state_code, to_state_code)
);
comment on table risk.contract_move is
    'Grain: pair of published month-ends in a row x state before x state after. Renewed when either is published. A null state: days past due are not known.';

create table risk.vintage (
    cohort_month     date not null,
    months_on_book   integer not null,
    as_of_date       date not null,
    bucket_code      text not null,
    min_dpd_days     integer not null,
    contract_count   bigint not null,
    ever_count       bigint not null,
    primary key (cohort_month, months_on_book, bucket_code)
);
comment on table risk.vintage is
    'Grain: month in which contracts started x months on book x bucket. Renewed when a month-end is published.';

grant select, insert, update, delete on risk.group_day, risk.default_start, risk.contract_move, risk.vintage
    to loudong_pipeline;

create or replace function risk.refresh_statistics() returns void
language plpgsql security definer set search_path = risk, pg_temp as $$
begin
    analyze risk.customer_score, risk.customer_tier, risk.alert, risk.customer_action, risk.follow_up_task,
        risk.group_day, risk.default_start;
end
$$;

-- What stands already gets its figures as well; roll rates and vintages come with the next month-end published.
do $$
begin
    if to_regclass('marts.fct_customer_features') is null then
        return;
    end if;
    create temporary table upgraded on commit drop as
    select
        publication.run_id,
        publication.as_of_date,
        feature.customer_id,
        feature.building_id,
        feature.industry_code,
        feature.is_in_default,
        feature.is_anchor_tenant,
        feature.dpd_days,
        feature.past_due_amount,
        coalesce(feature.exposure_amount, 0) as exposure_amount,
        score.pd::numeric as pd,
        tier.tier,
        array_position(array['low', 'medium', 'high'], tier.tier)
        - array_position(array['low', 'medium', 'high'], tier.previous_tier) as tier_step
    from ops.publication
    inner join marts.fct_customer_features as feature using (run_id, as_of_date)
    inner join risk.customer_score as score using (run_id, as_of_date, customer_id)
    inner join risk.customer_tier as tier using (run_id, as_of_date, customer_id)
    where publication.superseded_at is null;

    insert into risk.group_day
    select
        run_id,
        as_of_date,
        case when grouping(building_id) = 0 then 'building' when grouping(industry_code) = 0 then 'industry' else 'portfolio' end,
        case when grouping(building_id) = 0 then building_id when grouping(industry_code) = 0 then industry_code else 'all' end,
        count(*),
        count(*) filter (where tier = 'high'),
        count(*) filter (where tier = 'medium'),
        count(*) filter (where tier = 'low'),
        count(*) filter (where tier_step > 0),
        count(*) filter (where tier_step < 0),
        case when count(dpd_days) > 0 then count(*) filter (where dpd_days > 0) end,
        count(*) filter (where is_in_default),
        sum(exposure_amount),
        sum(past_due_amount),
        coalesce(sum(exposure_amount) filter (where tier = 'high'), 0),
        coalesce(sum(exposure_amount) filter (where is_anchor_tenant), 0),
        avg(pd)::double precision,
        (sum(pd * exposure_amount) / nullif(sum(exposure_amount), 0))::double precision,
        (sum(exposure_amount * exposure_amount) / nullif(sum(exposure_amount), 0) ^ 2)::double precision
    from upgraded
    group by run_id, as_of_date, grouping sets ((building_id), (industry_code), ());

    insert into risk.default_start
    select customer_id, as_of_date, run_id, building_id, industry_code, exposure_amount
    from (
        select
            upgraded.*,
            lag(upgraded.is_in_default) over customer as was_in_default,
            lag(upgraded.as_of_date) over customer as seen_date,
            (
                select max(publication.as_of_date) from ops.publication
                where publication.superseded_at is null and publication.as_of_date < upgraded.as_of_date
            ) as previous_date
        from upgraded
        window customer as (partition by upgraded.customer_id order by upgraded.as_of_date)
    ) as followed
    where is_in_default and was_in_default is false and seen_date = previous_date;
end
$$;
