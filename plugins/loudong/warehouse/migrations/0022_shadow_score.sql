-- What the challenger says of the same customers: nothing is decided on it, and no view shows it.
create table risk.shadow_score (
    customer_id    text not null,
    as_of_date     date not null,
    run_id         text not null references ops.run,
    pd             double precision not null check (pd > 0 and pd < 1),
    model_name     text not null,
    model_version  text not null,
    is_hindsight   boolean not null,
    primary key (customer_id, as_of_date, run_id)
);
comment on table risk.shadow_score is
    'Grain: customer x as_of_date x run. The pd by the challenger that stood beside the champion then; published nowhere.';
comment on column risk.shadow_score.is_hindsight is
    'The challenger saw outcomes after as_of_date: not to be used in any figure of merit.';
create index shadow_score_run on risk.shadow_score (run_id, as_of_date);
grant select, insert, delete on risk.shadow_score to loudong_pipeline;
