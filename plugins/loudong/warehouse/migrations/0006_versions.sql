-- Which versions a later one has replaced, and from when: kept at loading, so that nobody has to sort a whole landing
-- table to know it. Keys with one version, which are nearly all, have no row.
alter table ops.landing_file add column has_versions_settled boolean not null default false;
comment on column ops.landing_file.has_versions_settled is
    'The versions that its rows replace, or are replaced by, stand in landing.<entity>_superseded.';
create index landing_file_unsettled on ops.landing_file (entity, file_id) where state = 'loaded' and not has_versions_settled;

create table landing.building_superseded (
    building_id text not null,
    valid_from_date date not null,
    observed_at timestamptz not null,
    content_hash uuid not null,
    superseded_at timestamptz not null,
    primary key (building_id, valid_from_date, observed_at, content_hash)
);
comment on table landing.building_superseded is 'Grain: one version of landing.building that a later one replaced.';
create index building_file on landing.building using brin (file_id);

create table landing.customer_superseded (
    customer_id text not null,
    valid_from_date date not null,
    observed_at timestamptz not null,
    content_hash uuid not null,
    superseded_at timestamptz not null,
    primary key (customer_id, valid_from_date, observed_at, content_hash)
);
comment on table landing.customer_superseded is 'Grain: one version of landing.customer that a later one replaced.';
create index customer_file on landing.customer using brin (file_id);

create table landing.contract_superseded (
    customer_id text not null,
    contract_id text not null,
    observed_at timestamptz not null,
    content_hash uuid not null,
    superseded_at timestamptz not null,
    primary key (customer_id, contract_id, observed_at, content_hash)
);
comment on table landing.contract_superseded is 'Grain: one version of landing.contract that a later one replaced.';
create index contract_file on landing.contract using brin (file_id);

create table landing.occupancy_superseded (
    customer_id text not null,
    occupancy_id text not null,
    observed_at timestamptz not null,
    content_hash uuid not null,
    superseded_at timestamptz not null,
    primary key (customer_id, occupancy_id, observed_at, content_hash)
);
comment on table landing.occupancy_superseded is 'Grain: one version of landing.occupancy that a later one replaced.';
create index occupancy_file on landing.occupancy using brin (file_id);

create table landing.installment_superseded (
    customer_id text not null,
    installment_id text not null,
    observed_at timestamptz not null,
    content_hash uuid not null,
    superseded_at timestamptz not null,
    primary key (customer_id, installment_id, observed_at, content_hash)
);
comment on table landing.installment_superseded is 'Grain: one version of landing.installment that a later one replaced.';
create index installment_file on landing.installment using brin (file_id);

create table landing.payment_superseded (
    customer_id text not null,
    payment_id text not null,
    observed_at timestamptz not null,
    content_hash uuid not null,
    superseded_at timestamptz not null,
    primary key (customer_id, payment_id, observed_at, content_hash)
);
comment on table landing.payment_superseded is 'Grain: one version of landing.payment that a later one replaced.';
create index payment_file on landing.payment using brin (file_id);

create table landing.transaction_superseded (
    customer_id text not null,
    transaction_id text not null,
    observed_at timestamptz not null,
    content_hash uuid not null,
    superseded_at timestamptz not null,
    primary key (customer_id, transaction_id, observed_at, content_hash)
);
comment on table landing.transaction_superseded is 'Grain: one version of landing.transaction that a later one replaced.';
create index transaction_file on landing.transaction using brin (file_id);

create table landing.credit_score_superseded (
    customer_id text not null,
    source_code text not null,
    score_date date not null,
    observed_at timestamptz not null,
    content_hash uuid not null,
    superseded_at timestamptz not null,
    primary key (customer_id, source_code, score_date, observed_at, content_hash)
);
comment on table landing.credit_score_superseded is 'Grain: one version of landing.credit_score that a later one replaced.';
create index credit_score_file on landing.credit_score using brin (file_id);

create table landing.account_balance_superseded (
    customer_id text not null,
    contract_id text not null,
    balance_date date not null,
    observed_at timestamptz not null,
    content_hash uuid not null,
    superseded_at timestamptz not null,
    primary key (customer_id, contract_id, balance_date, observed_at, content_hash)
);
comment on table landing.account_balance_superseded is 'Grain: one version of landing.account_balance that a later one replaced.';
create index account_balance_file on landing.account_balance using brin (file_id);

create table landing.repayment_status_superseded (
    customer_id text not null,
    contract_id text not null,
    status_date date not null,
    observed_at timestamptz not null,
    content_hash uuid not null,
    superseded_at timestamptz not null,
    primary key (customer_id, contract_id, status_date, observed_at, content_hash)
);
comment on table landing.repayment_status_superseded is 'Grain: one version of landing.repayment_status that a later one replaced.';
create index repayment_status_file on landing.repayment_status using brin (file_id);

create table landing.financial_statement_superseded (
    customer_id text not null,
    period_end_date date not null,
    observed_at timestamptz not null,
    content_hash uuid not null,
    superseded_at timestamptz not null,
    primary key (customer_id, period_end_date, observed_at, content_hash)
);
comment on table landing.financial_statement_superseded is 'Grain: one version of landing.financial_statement that a later one replaced.';
create index financial_statement_file on landing.financial_statement using brin (file_id);

create table landing.interaction_superseded (
    customer_id text not null,
    interaction_id text not null,
    observed_at timestamptz not null,
    content_hash uuid not null,
    superseded_at timestamptz not null,
    primary key (customer_id, interaction_id, observed_at, content_hash)
);
comment on table landing.interaction_superseded is 'Grain: one version of landing.interaction that a later one replaced.';
create index interaction_file on landing.interaction using brin (file_id);

create table landing.industry_indicator_superseded (
    industry_code text not null,
    indicator_code text not null,
    period_end_date date not null,
    observed_at timestamptz not null,
    content_hash uuid not null,
    superseded_at timestamptz not null,
    primary key (industry_code, indicator_code, period_end_date, observed_at, content_hash)
);
comment on table landing.industry_indicator_superseded is 'Grain: one version of landing.industry_indicator that a later one replaced.';
create index industry_indicator_file on landing.industry_indicator using brin (file_id);

create table landing.related_party_superseded (
    customer_id text not null,
    related_customer_id text not null,
    relation_code text not null,
    observed_at timestamptz not null,
    content_hash uuid not null,
    superseded_at timestamptz not null,
    primary key (customer_id, related_customer_id, relation_code, observed_at, content_hash)
);
comment on table landing.related_party_superseded is 'Grain: one version of landing.related_party that a later one replaced.';
create index related_party_file on landing.related_party using brin (file_id);

create table landing.default_event_superseded (
    customer_id text not null,
    default_event_id text not null,
    observed_at timestamptz not null,
    content_hash uuid not null,
    superseded_at timestamptz not null,
    primary key (customer_id, default_event_id, observed_at, content_hash)
);
comment on table landing.default_event_superseded is 'Grain: one version of landing.default_event that a later one replaced.';
create index default_event_file on landing.default_event using brin (file_id);

create table landing.judged_customer_superseded (
    customer_id text not null,
    judged_date date not null,
    observed_at timestamptz not null,
    content_hash uuid not null,
    superseded_at timestamptz not null,
    primary key (customer_id, judged_date, observed_at, content_hash)
);
comment on table landing.judged_customer_superseded is 'Grain: one version of landing.judged_customer that a later one replaced.';
create index judged_customer_file on landing.judged_customer using brin (file_id);

grant select on all tables in schema landing to loudong_pipeline;
grant insert, update on
    landing.building_superseded,
    landing.customer_superseded,
    landing.contract_superseded,
    landing.occupancy_superseded,
    landing.installment_superseded,
    landing.payment_superseded,
    landing.transaction_superseded,
    landing.credit_score_superseded,
    landing.account_balance_superseded,
    landing.repayment_status_superseded,
    landing.financial_statement_superseded,
    landing.interaction_superseded,
    landing.industry_indicator_superseded,
    landing.related_party_superseded,
    landing.default_event_superseded,
    landing.judged_customer_superseded
to loudong_pipeline;

-- The pipeline does not own the landing tables, yet reads them right after filling them.
create function landing.refresh_statistics(entity text) returns void
language plpgsql security definer set search_path = landing, pg_temp as $$
begin
    execute format('analyze %I, %I', entity, entity || '_superseded');
end
$$;
comment on function landing.refresh_statistics is 'Renew the planner''s statistics of one entity after a load.';
revoke all on function landing.refresh_statistics from public;
grant execute on function landing.refresh_statistics to loudong_pipeline;
