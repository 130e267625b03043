-- Nodes run side by side: only with their beginnings can the time that passed in the warehouse be told from their sum.
alter table ops.dbt_result add column started_at timestamptz;
comment on column ops.dbt_result.started_at is
    'When the node began; it took `seconds`. Null where it was skipped, and for runs before this column.';
