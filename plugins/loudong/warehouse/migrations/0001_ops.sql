-- Schemas and the operations tables: every run, file, gate and publication leaves rows here.
create schema landing;
create schema staging;
create schema intermediate;
create schema marts;
create schema risk;
create schema bi;
create schema ops;

create table ops.run (
    run_id          text primary key,
    kind            text not null check (kind in ('daily', 'panel')),
    as_of_date      date,
    state           text not null default 'running'
                    check (state in ('running', 'published', 'unchanged', 'done', 'failed', 'skipped')),
    holder          text not null,
    started_at      timestamptz not null default now(),
    heartbeat_at    timestamptz not null default now(),
    ended_at        timestamptz,
    as_of_dates     date[] not null,
    code_version    text not null,
    policy_version  text,
    model_name      text,
    model_version   text,
    result_hash     text,
    reason          text,
    check ((state = 'running') = (ended_at is null))
);
comment on table ops.run is 'Grain: one run. Every attempt to build dates, also the failed and skipped ones.';
comment on column ops.run.holder is 'Who runs it: cli:<host>:<pid> or airflow:<dag_id>:<dag_run_id>.';
comment on column ops.run.result_hash is 'Hash over features, scores and tiers, run ids and times aside.';
-- One run builds at a time: intermediate tables are shared, dates are decided in order.
create unique index run_one_at_a_time on ops.run ((true)) where state = 'running';
create index run_as_of_date on ops.run (as_of_date);

create table ops.run_step (
    run_id      text not null references ops.run,
    step        text not null,
    started_at  timestamptz not null default clock_timestamp(),
    ended_at    timestamptz,
    state       text not null default 'running' check (state in ('running', 'success', 'failed')),
    row_count   bigint,
    detail      jsonb not null default '{}',
    primary key (run_id, step, started_at)
);
comment on table ops.run_step is 'Grain: one try of one step of a run, with rows written and what it reported.';

create table ops.dbt_result (
    run_id       text not null references ops.run,
    layer        text not null,
    node_name    text not null,
    resource     text not null,
    status       text not null,
    seconds      double precision not null,
    row_count    bigint,
    message      text,
    finished_at  timestamptz not null default clock_timestamp()
);
comment on table ops.dbt_result is 'Grain: one dbt node of one dbt start (models, seeds and tests).';
create index dbt_result_run on ops.dbt_result (run_id);

create table ops.landing_file (
    file_id              bigint generated always as identity primary key,
    entity               text not null,
    path                 text not null,
    sha256               text not null,
    delivery_date        date,
    state                text not null check (state in ('loaded', 'refused')),
    reason               text,
    rows_read            bigint not null default 0,
    rows_landed          bigint not null default 0,
    rows_known           bigint not null default 0,
    rows_quarantined     bigint not null default 0,
    assumed_observed_at  timestamptz,
    loaded_at            timestamptz not null default clock_timestamp(),
    check (rows_read = rows_landed + rows_known + rows_quarantined)
);
comment on table ops.landing_file is
    'Grain: one try of loading one file. read = landed + already known + quarantined, always.';
comment on column ops.landing_file.assumed_observed_at is
    'observed_at given to rows of the file that carry none; null where all rows carry one.';
create index landing_file_content on ops.landing_file (entity, path, sha256);

create table ops.quarantine (
    quarantine_id   bigint generated always as identity primary key,
    file_id         bigint not null references ops.landing_file,
    entity          text not null,
    path            text not null,
    line            bigint not null,
    header          text not null,
    raw_row         text not null,
    reason_code     text not null,
    reason          text not null,
    state           text not null default 'open' check (state in ('open', 'replayed')),
    quarantined_at  timestamptz not null default clock_timestamp(),
    replayed_at     timestamptz
);
comment on table ops.quarantine is 'Grain: one refused row of a file, as delivered, with the reason.';
create index quarantine_open on ops.quarantine (entity, quarantine_id) where state = 'open';

create table ops.watermark (
    entity               text primary key,
    row_count            bigint not null,
    last_effective_date  date,
    last_observed_at     timestamptz,
    last_landed_at       timestamptz not null
);
comment on table ops.watermark is 'Grain: one landing entity: how far it reaches. Refreshed by every load.';

create table ops.delivery (
    entity         text not null,
    observed_date  date not null,
    row_count      bigint not null,
    primary key (entity, observed_date)
);
comment on table ops.delivery is 'Grain: entity x date (portfolio time zone) on which rows became known.';

create table ops.quality_result (
    quality_result_id  bigint generated always as identity primary key,
    run_id             text not null references ops.run,
    gate               text not null check (gate in ('landing', 'marts', 'scores')),
    suite              text not null,
    table_name         text not null,
    expectation        text not null,
    column_name        text,
    severity           text not null check (severity in ('critical', 'warning')),
    outcome            text not null check (outcome in ('pass', 'fail', 'broken')),
    observed_value     text,
    element_count      bigint,
    unexpected_count   bigint,
    unexpected_sample  jsonb not null default '[]',
    why                text not null,
    remedy             text not null,
    checked_at         timestamptz not null default clock_timestamp()
);
comment on table ops.quality_result is 'Grain: one expectation of one gate of one run.';
create index quality_result_run on ops.quality_result (run_id);

create table ops.publication (
    publication_id  bigint generated always as identity primary key,
    as_of_date      date not null,
    run_id          text not null references ops.run,
    published_at    timestamptz not null default clock_timestamp(),
    superseded_at   timestamptz,
    result_hash     text not null
);
comment on table ops.publication is
    'Grain: one publication of a date. The one without superseded_at stands; the others are history.';
create unique index publication_standing on ops.publication (as_of_date) where superseded_at is null;

create table ops.policy_version (
    policy_version  text primary key,
    content_hash    text not null unique,
    content         jsonb not null,
    first_used_at   timestamptz not null default clock_timestamp()
);
comment on table ops.policy_version is 'Grain: one policy that was ever used, with all its rows.';

create table ops.model_evaluation (
    model_name     text not null,
    model_version  text not null,
    protocol       text not null check (protocol in ('cross_validation', 'out_of_time', 'matured')),
    slice          text not null,
    n              bigint not null,
    bads           bigint not null,
    auc            double precision,
    auc_low        double precision,
    auc_high       double precision,
    gini           double precision,
    ks             double precision,
    brier          double precision,
    log_loss       double precision,
    mean_pd        double precision,
    bad_rate       double precision,
    evaluated_at   timestamptz not null default clock_timestamp(),
    primary key (model_name, model_version, protocol, slice, evaluated_at)
);
comment on table ops.model_evaluation is
    'Grain: model version x protocol x slice x time of evaluation. Intervals are 95 %. Null: not enough data.';

create table landing.portfolio (
    portfolio_id  bigint generated always as identity primary key,
    name          text not null,
    content_hash  text not null unique,
    settings      jsonb not null,
    landed_at     timestamptz not null default clock_timestamp()
);
comment on table landing.portfolio is 'Grain: one version of the portfolio settings; the newest counts.';
