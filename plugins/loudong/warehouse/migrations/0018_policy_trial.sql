-- Policies are tried on past dates before they are approved: what was known then, and a pd that no later outcome shaped.
create table risk.walk_forward_score (
    customer_id    text not null,
    as_of_date     date not null,
    run_id         text not null references ops.run,
    pd             double precision not null check (pd > 0 and pd < 1),
    score_points   integer not null,
    model_name     text not null,
    model_version  text not null,
    known_before   timestamptz not null,
    primary key (customer_id, as_of_date, run_id)
);
comment on table risk.walk_forward_score is
    'Grain: customer x as_of_date x panel run. The pd of a model that had learned only from what was known by as_of_date.';
comment on column risk.walk_forward_score.pd is 'Probability of default within the portfolio''s horizon, 0 to 1.';
comment on column risk.walk_forward_score.known_before is
    'The model learned from outcomes known before this instant, which is not after the end of as_of_date.';
-- Read date by date.
create index walk_forward_score_run on risk.walk_forward_score (run_id, as_of_date);

create table ops.trial_features (
    as_of_date      date not null,
    features_hash   text not null,
    run_id          text not null references ops.run,
    sql_version     text not null,
    newest_file_id  bigint not null,
    built_at        timestamptz not null default clock_timestamp(),
    superseded_at   timestamptz,
    primary key (as_of_date, run_id)
);
comment on table ops.trial_features is
    'Grain: past date x panel run that was built for trials. The run without superseded_at is read; retention leaves its rows.';
comment on column ops.trial_features.features_hash is 'Hash over the policy tables that the features are made from.';
comment on column ops.trial_features.sql_version is 'Hash over the SQL that made them; others are built anew.';
comment on column ops.trial_features.newest_file_id is 'The newest landing file that the run saw.';
create unique index trial_features_current on ops.trial_features (as_of_date, features_hash) where superseded_at is null;

-- A panel for trials may be built with a policy that is not in force: it stands for no date.
create or replace view ops.standing_run as
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
        where
            run.kind = 'panel' and run.state = 'done'
            and not exists (select 1 from ops.trial_features as tried where tried.run_id = run.run_id)
    ) as build
    order by build.as_of_date, build.ended_at desc
) as panel
where not exists (
    select 1 from ops.publication as published
    where published.as_of_date = panel.as_of_date and published.superseded_at is null
);

create table ops.policy_trial (
    trial_id           bigint generated always as identity primary key,
    candidate_version  text not null,
    content_hash       text not null,
    content            jsonb not null,
    baseline_version   text not null,
    baseline_hash      text not null,
    as_of_dates        date[] not null,
    left_out           jsonb not null default '{}',
    run_ids            text[] not null,
    figures            jsonb not null,
    report_path        text,
    tried_by           text not null,
    tried_at           timestamptz not null default clock_timestamp()
);
comment on table ops.policy_trial is
    'Grain: one trial of a candidate policy beside the policy in force, over past dates as known then. Nothing it decided is kept but its figures.';
comment on column ops.policy_trial.content_hash is 'Hash over all rows of the candidate; publishing asks for a trial of exactly these.';
comment on column ops.policy_trial.left_out is 'Dates that were asked for and could not be decided, with the reason.';
comment on column ops.policy_trial.run_ids is 'The panel runs whose features and pd were read.';
create index policy_trial_content on ops.policy_trial (content_hash);

create table ops.policy_approval (
    approval_id     bigint generated always as identity primary key,
    policy_version  text not null,
    content_hash    text not null,
    content         jsonb not null,
    effective_from  date not null,
    trial_id        bigint not null references ops.policy_trial,
    approved_by     text not null check (approved_by <> ''),
    reason          text not null check (reason <> ''),
    approved_at     timestamptz not null default clock_timestamp()
);
comment on table ops.policy_approval is
    'Grain: one approval of a policy. On a date the one with the newest effective_from not after it is in force, of several the last approved; before the first, the policy that was shipped.';
create index policy_approval_effective on ops.policy_approval (effective_from);

grant select, insert, delete on risk.walk_forward_score to loudong_pipeline;
grant select, insert, update on ops.trial_features to loudong_pipeline;
grant select, insert, update (report_path) on ops.policy_trial to loudong_pipeline;
grant select, insert on ops.policy_approval to loudong_pipeline;
grant usage on all sequences in schema ops to loudong_pipeline;
