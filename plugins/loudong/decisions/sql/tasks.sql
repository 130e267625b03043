-- What is asked for on the date, before it is known what is open already.
create temporary table decision_task (
    customer_id text not null,
    trigger_code text not null,
    kind_code text not null,
    owner_role text not null,
    due_days integer not null,
    -- Not asked for again within so many days; null: only not twice for one date.
    every_days integer,
    spell_id bigint,
    step integer,
    reason_en text not null,
    reason_zh text not null,
    policy_row text not null
) on commit drop;
