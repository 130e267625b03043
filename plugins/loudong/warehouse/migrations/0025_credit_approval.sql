-- New credit that a person approved, though the policy stops it or asks for an approval.
create table risk.credit_approval (
    approval_id   bigint generated always as identity,
    customer_id   text not null,
    contract_id   text not null,
    limit_amount  numeric(18, 4) not null check (limit_amount > 0),
    made_by       text not null check (btrim(made_by) <> ''),
    because       text not null check (btrim(because) <> ''),
    created_at    timestamptz not null,
    ended_at      timestamptz,
    ended_by      text check (btrim(ended_by) <> ''),
    ended_because text check (btrim(ended_because) <> ''),
    primary key (customer_id, approval_id),
    check (num_nulls(ended_at, ended_by, ended_because) in (0, 3)),
    check (ended_at >= created_at)
);
comment on table risk.credit_approval is 'Grain: one approval of a contract up to a limit. At most one per contract has not ended.';
comment on column risk.credit_approval.limit_amount is 'Up to which limit the contract is approved (portfolio currency).';
comment on column risk.credit_approval.created_at is 'When it was given. A date knows only what was given before it ended.';
comment on column risk.credit_approval.ended_at is 'When a person took it back, or another took its place. Dates that had ended by then keep it.';
create unique index credit_approval_one_standing on risk.credit_approval (customer_id, contract_id) where ended_at is null;

create function risk.keep_credit_approval() returns trigger
language plpgsql as $$
begin
    raise exception 'approval % of customer % has ended: it stays as it is', old.approval_id, old.customer_id;
end
$$;
create trigger credit_approval_kept before update on risk.credit_approval
for each row when (old.ended_at is not null) execute function risk.keep_credit_approval();

grant select, insert on risk.credit_approval to loudong_pipeline;
grant update (ended_at, ended_by, ended_because) on risk.credit_approval to loudong_pipeline;
