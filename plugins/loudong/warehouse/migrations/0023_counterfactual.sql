-- What a customer could do to be in a better tier.
create table risk.counterfactual (
    customer_id           text not null,
    as_of_date            date not null,
    run_id                text not null references ops.run,
    settle_amount         numeric not null check (settle_amount > 0),
    settle_by_date        date not null,
    tier                  text not null check (tier in ('high', 'medium')),
    pd                    double precision not null,
    settled_tier          text not null check (settled_tier in ('high', 'medium', 'low')),
    settled_decided_tier  text not null check (settled_decided_tier in ('high', 'medium', 'low')),
    settled_pd            double precision not null,
    worked_out_at         timestamptz not null default clock_timestamp(),
    primary key (customer_id, as_of_date)
);
comment on table risk.counterfactual is
    'Grain: customer of the high or medium tier with something past due x published as_of_date. What settling all of it on the date would have led to, by the SQL, model and policy of the run that stood.';
comment on column risk.counterfactual.settle_amount is 'Past-due amount of all contracts.';
comment on column risk.counterfactual.settle_by_date is
    'Due date of the next installment, when more is owed; at most 30 days after as_of_date.';
comment on column risk.counterfactual.settled_tier is 'Tier that pd and floors then ask for.';
comment on column risk.counterfactual.settled_decided_tier is
    'Tier that would have been decided at once: a cooldown or an override may still hold the higher one.';
create index counterfactual_date on risk.counterfactual (as_of_date);
grant select, insert, delete on risk.counterfactual to loudong_pipeline;
