-- What is known today about a past date is worked out aside, on request, by a run of a kind of its own.
create schema aside;
grant usage, create on schema aside to loudong_pipeline;

alter table ops.run drop constraint run_kind_check;
alter table ops.run add constraint run_kind_check check (kind in ('daily', 'panel', 'comparison'));
comment on column ops.run.kind is
    'daily: one date, to be published. panel: many, to learn from. comparison: one, seen with what is known today; its rows are dropped.';

create view ops.standing_run as
select publication.as_of_date, publication.run_id, 'daily' as kind
from ops.publication
where publication.superseded_at is null
union all
select panel.as_of_date, panel.run_id, 'panel'
from (
    select distinct on (build.as_of_date) build.as_of_date, build.run_id
    from (
        select unnest(run.as_of_dates) as as_of_date, run.run_id, run.ended_at
        from ops.run
        where run.kind = 'panel' and run.state = 'done'
    ) as build
    order by build.as_of_date, build.ended_at desc
) as panel
where not exists (
    select 1 from ops.publication as published
    where published.as_of_date = panel.as_of_date and published.superseded_at is null
);
comment on view ops.standing_run is
    'Grain: date that is built. The run that stands for it: the published one, else the newest finished panel that holds it.';
grant select on ops.standing_run to loudong_pipeline;

-- Which dates a delivery is about: kept at loading, so that nobody has to search landing for what came late.
create table ops.file_delivery (
    file_id            bigint not null references ops.landing_file,
    entity             text not null,
    observed_date      date not null,
    row_count          bigint not null,
    first_observed_at  timestamptz not null,
    last_observed_at   timestamptz not null,
    landed_at          timestamptz not null default now(),
    primary key (file_id, observed_date, landed_at)
);
comment on table ops.file_delivery is
    'Grain: landing file x date (portfolio time zone) on which its rows became known x time of landing (a replay lands later). Only rows that landed.';
create index file_delivery_landed on ops.file_delivery (landed_at);
grant select, insert on ops.file_delivery to loudong_pipeline;

-- A row landed after a date was last worked out, yet with an observed_at before that date ended, is missing in it. A run
-- that found nothing changed has seen all that had landed, as one that was published has.
create view ops.stale_date as
with worked_out as (
    select
        standing.as_of_date,
        standing.run_id,
        standing.kind,
        (
            select max(run.started_at) from ops.run
            where
                run.run_id = standing.run_id
                or (
                    standing.kind = 'daily' and run.as_of_date = standing.as_of_date
                    and run.kind = 'daily' and run.state in ('published', 'unchanged')
                )
        ) as started_at
    from ops.standing_run as standing
)

select
    worked_out.as_of_date,
    delivery.entity,
    sum(delivery.row_count)::bigint as row_count,
    min(delivery.first_observed_at) as first_observed_at,
    max(delivery.last_observed_at) as last_observed_at,
    max(delivery.landed_at) as landed_at,
    worked_out.run_id,
    worked_out.kind
from worked_out
inner join ops.file_delivery as delivery
    on delivery.landed_at > worked_out.started_at and delivery.observed_date <= worked_out.as_of_date
group by worked_out.as_of_date, delivery.entity, worked_out.run_id, worked_out.kind;
comment on view ops.stale_date is
    'Grain: stale date x entity. Rows that landed after the run that stands had begun, known before the date ended: it says nothing of them until it is run again.';
grant select on ops.stale_date to loudong_pipeline;

-- Rows that retention deleted, so that a hole is never taken for a day without customers.
create table ops.removed_slice (
    run_id      text not null references ops.run,
    as_of_date  date not null,
    row_count   bigint,
    removed_at  timestamptz not null default clock_timestamp(),
    primary key (run_id, as_of_date)
);
comment on table ops.removed_slice is
    'Grain: run x date whose rows in marts and risk were deleted because they were older than LOUDONG_RETENTION_DAYS.';
comment on column ops.removed_slice.row_count is 'Rows deleted, all tables together; null while they are being deleted.';
grant select, insert, update on ops.removed_slice to loudong_pipeline;
