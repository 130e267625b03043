-- Whether the model that scores still sees what it learned from, and still tells bads from goods.
create table ops.model_watch (
    run_id          text not null references ops.run,
    as_of_date      date not null,
    model_name      text not null,
    model_version   text not null,
    watch_code      text not null,
    subject         text not null,
    value           double precision,
    reference       double precision,
    n               bigint not null,
    critical_value  double precision,
    bound           double precision not null,
    state           text not null check (state in ('ok', 'crossed', 'not_enough_data')),
    policy_version  text,
    watched_at      timestamptz not null default clock_timestamp(),
    primary key (run_id, watch_code, subject)
);
comment on table ops.model_watch is
    'Grain: published run x what is watched x subject (feature; matured date; empty for the score). Crossed: beyond the bound of the policy, and beyond what chance does at this n.';
comment on column ops.model_watch.critical_value is 'What chance alone exceeds once in a hundred dates over all subjects together; null where the interval decides.';
comment on column ops.model_watch.reference is 'What the value was when the model learned or was judged.';
create index model_watch_date on ops.model_watch (as_of_date);

create table ops.training_request (
    model_name     text not null,
    model_version  text not null,
    as_of_date     date not null,
    reason         text not null,
    requested_at   timestamptz not null default clock_timestamp(),
    primary key (model_name, model_version)
);
comment on table ops.training_request is 'Grain: model version of which watching found that it should be trained again; once for each.';

grant select, insert, delete on ops.model_watch to loudong_pipeline;
grant select, insert on ops.training_request to loudong_pipeline;
