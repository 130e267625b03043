-- Rent-free and hardship periods, and lateness that operations caused.
create table landing.pause (
    pause_id     text not null,
    customer_id  text not null,
    contract_id  text,
    agreed_date  date not null,
    start_date   date,
    end_date     date,
    kind_code    text,
    observed_at  timestamptz not null,
    is_deleted   boolean not null default false,
    content_hash uuid not null,
    file_id      bigint not null,
    file_line    bigint not null,
    landed_at    timestamptz not null default now(),
    unique (customer_id, pause_id, observed_at, content_hash)
);
comment on table landing.pause is 'Grain: one version of one period in which days past due of a contract are not counted, or are excused. Effective: agreed_date.';
comment on column landing.pause.pause_id is 'identifier of the pause at the source';
comment on column landing.pause.customer_id is 'customer it was granted to';
comment on column landing.pause.contract_id is 'contract it holds for; null: all contracts of the customer';
comment on column landing.pause.agreed_date is 'day it was agreed (it counts from then, also for days before)';
comment on column landing.pause.start_date is 'first day';
comment on column landing.pause.end_date is 'last day; null: open';
comment on column landing.pause.kind_code is 'rent_free and hardship stop the count of days past due; technical excuses lateness caused by operations';

create table landing.pause_superseded (
    customer_id   text not null,
    pause_id      text not null,
    observed_at   timestamptz not null,
    content_hash  uuid not null,
    superseded_at timestamptz not null,
    primary key (customer_id, pause_id, observed_at, content_hash)
);
comment on table landing.pause_superseded is 'Grain: one version of landing.pause that a later one replaced.';
create index pause_file on landing.pause using brin (file_id);

grant select, insert on landing.pause to loudong_pipeline;
grant select, insert, update on landing.pause_superseded to loudong_pipeline;

-- One more day asks what became known since the day before. Rows land in the order in which they become known, nearly.
create index customer_observed on landing.customer using brin (observed_at timestamptz_minmax_multi_ops) with (autosummarize = on);
create index contract_observed on landing.contract using brin (observed_at timestamptz_minmax_multi_ops) with (autosummarize = on);
create index installment_observed on landing.installment using brin (observed_at timestamptz_minmax_multi_ops) with (autosummarize = on);
create index payment_observed on landing.payment using brin (observed_at timestamptz_minmax_multi_ops) with (autosummarize = on);
create index pause_observed on landing.pause using brin (observed_at timestamptz_minmax_multi_ops) with (autosummarize = on);
create index transaction_observed on landing.transaction using brin (observed_at timestamptz_minmax_multi_ops) with (autosummarize = on);
create index default_event_observed on landing.default_event using brin (observed_at timestamptz_minmax_multi_ops) with (autosummarize = on);

-- A BRIN index knows nothing of pages it has not summarized: a load that changes the statistics renews both.
create or replace function landing.refresh_statistics(entity text) returns void
language plpgsql security definer set search_path = landing, pg_temp as $$
declare
    range_index regclass;
begin
    execute format('analyze %I, %I', entity, entity || '_superseded');
    for range_index in
        select index.indexrelid::regclass
        from pg_catalog.pg_index as index
        inner join pg_catalog.pg_class as class on index.indexrelid = class.oid
        inner join pg_catalog.pg_am as method on class.relam = method.oid
        where index.indrelid = format('landing.%I', entity)::regclass and method.amname = 'brin'
    loop
        perform pg_catalog.brin_summarize_new_values(range_index);
    end loop;
end
$$;
