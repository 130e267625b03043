-- The pd of a past date comes from a model that saw no outcome after it: one model per calendar quarter.
create table ops.walk_forward_model (
    model_name          text not null,
    quarter_start_date  date not null,
    recipe_hash         text not null,
    state               text not null check (state in ('trained', 'not_enough_data')),
    known_before        timestamptz not null,
    panel_hash          text not null,
    panel_run_id        text references ops.run,
    row_count           bigint not null,
    default_count       bigint not null,
    first_date          date,
    last_date           date,
    outcomes_until      date,
    model_version       text,
    content_hash        text,
    reason              text,
    trained_at          timestamptz not null default clock_timestamp(),
    primary key (model_name, quarter_start_date, recipe_hash),
    check (outcomes_until < quarter_start_date),
    check ((state = 'trained') = (model_version is not null and content_hash is not null and outcomes_until is not null))
);
comment on table ops.walk_forward_model is
    'Grain: calendar quarter x way to train. The model that gives the dates of the quarter their pd, or why there is none.';
comment on column ops.walk_forward_model.recipe_hash is
    'Hash over all that decides the model beside its rows: features, definition of default, parameters.';
comment on column ops.walk_forward_model.known_before is 'The first instant of the quarter: what it learned from was known before.';
comment on column ops.walk_forward_model.panel_hash is 'Hash over the rows it learned from; of a new panel with the same rows nothing is learned anew.';
comment on column ops.walk_forward_model.outcomes_until is 'The last day whose events could change a label that it learned from.';
comment on column ops.walk_forward_model.content_hash is 'Hash over the model as kept in MLflow; one that was changed is refused.';

grant select, insert, update on ops.walk_forward_model to loudong_pipeline;

-- Whether the probabilities of a model came true on the rows it was judged on, and what a work list would have found.
create table ops.model_calibration (
    model_name     text not null,
    model_version  text not null,
    protocol       text not null,
    bin_kind       text not null check (bin_kind in ('tier', 'decile')),
    bin_code       text not null,
    n              bigint not null,
    bads           bigint not null,
    mean_pd        double precision,
    bad_rate       double precision,
    bad_rate_low   double precision,
    bad_rate_high  double precision,
    brier          double precision,
    log_loss       double precision,
    state          text not null check (state in ('within', 'more', 'fewer', 'not_enough_data')),
    evaluated_at   timestamptz not null default clock_timestamp(),
    primary key (model_name, model_version, protocol, bin_kind, bin_code)
);
comment on table ops.model_calibration is
    'Grain: model version x protocol x tier or tenth of the judged rows by pd. Observed default rate beside the mean pd.';
comment on column ops.model_calibration.bin_code is 'Tier, or 1 (the riskiest tenth) to 10.';
comment on column ops.model_calibration.bad_rate_low is 'Jeffreys interval of 95 %, each customer counted once.';
comment on column ops.model_calibration.state is
    'within: the mean pd lies in the interval; more, fewer: more or fewer defaulted than that; not_enough_data: fewer than 10 observed and expected.';

create table ops.model_precision (
    model_name       text not null,
    model_version    text not null,
    protocol         text not null,
    capacity         integer not null,
    told             bigint not null,
    hits             bigint not null,
    bads             bigint not null,
    precision_ratio  double precision,
    precision_low    double precision,
    precision_high   double precision,
    recall_ratio     double precision,
    state            text not null check (state in ('ok', 'not_enough_data')),
    evaluated_at     timestamptz not null default clock_timestamp(),
    primary key (model_name, model_version, protocol)
);
comment on table ops.model_precision is
    'Grain: model version x protocol. The riskiest customers of each judged date, as many as the team can hold: how many of them defaulted, and which part of all defaults they are.';
comment on column ops.model_precision.capacity is 'Open alerts that the team of the policy can hold; of a panel of a share of the customers, that share.';

grant select, insert on ops.model_calibration, ops.model_precision to loudong_pipeline;
