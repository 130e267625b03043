-- Which of two models is better, by the written rule, and who decided which one scores.
create table ops.model_comparison (
    model_name          text not null,
    challenger_version  text not null,
    champion_version    text not null,
    verdict             text not null check (verdict in ('better', 'not_better', 'not_enough_data')),
    first_date          date,
    last_date           date,
    n                   bigint not null,
    bads                bigint not null,
    auc_champion        double precision,
    auc_challenger      double precision,
    auc_gain            double precision,
    auc_gain_low        double precision,
    auc_gain_high       double precision,
    log_loss_gain       double precision,
    log_loss_gain_low   double precision,
    log_loss_gain_high  double precision,
    findings            jsonb not null,
    compared_at         timestamptz not null default clock_timestamp(),
    primary key (model_name, challenger_version, champion_version)
);
comment on table ops.model_comparison is
    'Grain: challenger x champion at its training. Both, as trained before the first date of the slice, on the same out-of-time rows.';
comment on column ops.model_comparison.findings is 'Array of what the rule looked at: check, passed (null: not enough data), and the figures.';

create table ops.model_promotion (
    model_name        text not null,
    model_version     text not null,
    replaced_version  text,
    kind              text not null check (kind in ('first', 'promotion', 'rollback')),
    promoted_by       text not null,
    because           text not null,
    verdict           text,
    promoted_at       timestamptz not null default clock_timestamp()
);
comment on table ops.model_promotion is
    'Grain: one change of the champion. verdict: what the rule said of it; null where it was not asked.';
create index model_promotion_model on ops.model_promotion (model_name, promoted_at);

grant select, insert, update on ops.model_comparison to loudong_pipeline;
grant select, insert on ops.model_promotion to loudong_pipeline;
