-- Actions and tasks as people live with them: who decided what and why, what is in force, what the books contradict,
-- promises, spells of arrears, and the order in which the open work is worth doing.

-- Actions --------------------------------------------------------------------------------------------------------------
alter table risk.customer_action
    add column in_force_from_date date,
    add column approved_by text,
    add column lapsed_date date,
    add column lapsed_by text;
comment on column risk.customer_action.in_force_from_date is 'Date since which this standard is in force: the approval, at the earliest its first day; that of the action it renewed, where there was no break. Null while nobody approved it.';
comment on column risk.customer_action.approved_by is 'Who approved it.';
comment on column risk.customer_action.lapsed_date is 'Date from which it no longer holds.';
comment on column risk.customer_action.lapsed_by is 'Who ended it: loudong, or a person, whose word holds until the period is over.';

update risk.customer_action
set in_force_from_date = period_start_date, approved_by = 'unknown'
where state in ('approved', 'sent', 'confirmed');
update risk.customer_action as older
set state = 'lapsed'
from risk.customer_action as newer
where
    older.state <> 'lapsed' and newer.state <> 'lapsed' and newer.customer_id = older.customer_id
    and newer.action_code = older.action_code and newer.action_id > older.action_id;
update risk.customer_action set lapsed_date = period_end_date + 1, lapsed_by = 'loudong' where state = 'lapsed';

alter table risk.customer_action
    add check ((state = 'lapsed') = (lapsed_by is not null and lapsed_date is not null)),
    add check (state in ('proposed', 'lapsed') or (in_force_from_date is not null and approved_by is not null));
create unique index customer_action_one_in_force on risk.customer_action (customer_id, action_code)
    where state in ('approved', 'sent', 'confirmed');
create unique index customer_action_one_proposed on risk.customer_action (customer_id, action_code)
    where state = 'proposed';
create index customer_action_refused on risk.customer_action (customer_id, action_code)
    where state = 'lapsed' and lapsed_by <> 'loudong';
-- Ids grow with the rows: an index of ranges finds one, and costs those who write a hundred thousand nothing.
create index customer_action_id on risk.customer_action using brin (action_id) with (autosummarize = on);

create table risk.customer_action_event (
    customer_action_event_id  bigint generated always as identity,
    customer_id   text not null,
    action_id     bigint not null,
    as_of_date    date not null,
    happened_at   timestamptz not null default clock_timestamp(),
    actor         text not null,
    from_state    text check (from_state in ('proposed', 'approved', 'sent', 'confirmed', 'lapsed')),
    to_state      text not null check (to_state in ('proposed', 'approved', 'sent', 'confirmed', 'lapsed')),
    reason        text not null check (reason <> ''),
    run_id        text,
    primary key (customer_id, customer_action_event_id)
);
comment on table risk.customer_action_event is 'Grain: one change of one action: who, when, from, to, why.';
comment on column risk.customer_action_event.as_of_date is 'The run''s date; for a person the newest published date, which is what they saw.';
create index customer_action_event_action on risk.customer_action_event (customer_id, action_id);

create table risk.enforcement_gap (
    enforcement_gap_id bigint generated always as identity,
    customer_id       text not null,
    gap_code          text not null,
    subject_id        text not null,
    action_id         bigint not null,
    is_in_force       boolean not null,
    owner_role        text not null,
    first_found_date  date not null,
    last_found_date   date not null,
    ended_date        date,
    evidence          jsonb not null,
    policy_version    text not null,
    run_id            text not null references ops.run,
    primary key (customer_id, enforcement_gap_id),
    unique (customer_id, gap_code, subject_id),
    foreign key (customer_id, action_id) references risk.customer_action
);
comment on table risk.enforcement_gap is 'Grain: one contradiction between the books and an action: customer x gap x subject.';
comment on column risk.enforcement_gap.subject_id is 'The contract that contradicts; the action''s code where it is the customer as a whole.';
comment on column risk.enforcement_gap.is_in_force is 'The action was approved; else it was proposed only.';
comment on column risk.enforcement_gap.ended_date is 'First date on which it was no longer found; null while it stands.';

-- Follow-up ------------------------------------------------------------------------------------------------------------
alter table risk.follow_up_task
    add column trigger_code text,
    add column spell_id bigint,
    add column step integer,
    add column outcome_code text,
    add column closed_date date,
    add column closed_by text;
drop index risk.follow_up_task_one_open;
update risk.follow_up_task
set
    trigger_code = case when kind_code = 'tier_rise_call' then 'tier_rise' else 'cadence' end,
    kind_code = 'call',
    closed_date = case when state in ('done', 'cancelled') then due_date end,
    closed_by = case when state in ('done', 'cancelled') then 'unknown' end;
alter table risk.follow_up_task
    alter column trigger_code set not null,
    add check ((state in ('done', 'cancelled')) = (closed_date is not null and closed_by is not null)),
    add check ((spell_id is null) = (step is null));
comment on table risk.follow_up_task is 'Grain: one required contact or piece of work.';
comment on column risk.follow_up_task.kind_code is 'What is to be done: visit, call, document_request, statement_update, reminder.';
comment on column risk.follow_up_task.trigger_code is 'What asked for it: cadence, tier_rise, new_customer, statement_stale, contact_stale, promise_broken, dunning.';
comment on column risk.follow_up_task.step is 'Step of dunning; each is asked for once per spell of arrears.';
comment on column risk.follow_up_task.outcome_code is 'What came of it (policy table task_outcome); null unless done.';
comment on column risk.follow_up_task.closed_date is 'Newest published date when it was done or cancelled.';
update risk.follow_up_task as older
set state = 'cancelled', closed_date = older.due_date, closed_by = 'loudong'
from risk.follow_up_task as newer
where
    older.state in ('open', 'overdue') and newer.state in ('open', 'overdue') and newer.customer_id = older.customer_id
    and newer.trigger_code = older.trigger_code and newer.task_id > older.task_id;
create unique index follow_up_task_one_open on risk.follow_up_task
    (customer_id, trigger_code, kind_code, coalesce(step, 0)) where state in ('open', 'overdue');
create unique index follow_up_task_one_step on risk.follow_up_task (customer_id, spell_id, step) where spell_id is not null;
create index follow_up_task_id on risk.follow_up_task using brin (task_id) with (autosummarize = on);
create index follow_up_task_done on risk.follow_up_task (customer_id, closed_date) where state = 'done';

create table risk.follow_up_task_event (
    follow_up_task_event_id  bigint generated always as identity,
    customer_id   text not null,
    task_id       bigint not null,
    as_of_date    date not null,
    happened_at   timestamptz not null default clock_timestamp(),
    actor         text not null,
    from_state    text check (from_state in ('open', 'done', 'cancelled', 'overdue')),
    to_state      text not null check (to_state in ('open', 'done', 'cancelled', 'overdue')),
    from_owner_id text,
    to_owner_id   text,
    outcome_code  text,
    reason        text not null check (reason <> ''),
    run_id        text,
    primary key (customer_id, follow_up_task_event_id)
);
comment on table risk.follow_up_task_event is 'Grain: one change of state or owner of one task, or one note on it: who, when, from, to, why.';
comment on column risk.follow_up_task_event.as_of_date is 'The run''s date; for a person the newest published date, which is what they saw.';
create index follow_up_task_event_task on risk.follow_up_task_event (customer_id, task_id);

create table risk.arrears_spell (
    spell_id      bigint generated always as identity,
    customer_id   text not null,
    started_date  date not null,
    ended_date    date,
    last_step     integer not null default 0,
    run_id        text not null references ops.run,
    primary key (customer_id, spell_id)
);
comment on table risk.arrears_spell is 'Grain: one unbroken run of published dates on which a customer was past due, as dunning sees it.';
comment on column risk.arrears_spell.last_step is 'The highest step of dunning asked for; none at or below it is asked for again.';
create unique index arrears_spell_one_open on risk.arrears_spell (customer_id) where ended_date is null;

create table risk.promise (
    promise_id       bigint generated always as identity,
    customer_id      text not null,
    task_id          bigint not null,
    made_date        date not null,
    promised_date    date not null,
    promised_amount  numeric(24, 4) not null check (promised_amount > 0),
    recorded_by      text not null,
    state            text not null default 'open' check (state in ('open', 'kept', 'broken')),
    paid_amount      numeric(24, 4),
    judged_date      date,
    primary key (customer_id, promise_id),
    foreign key (customer_id, task_id) references risk.follow_up_task,
    check (promised_date > made_date),
    check ((state = 'open') = (judged_date is null))
);
comment on table risk.promise is 'Grain: one promise to pay that a person recorded with a task.';
comment on column risk.promise.state is 'kept: payments after made_date until promised_date, net of reversals, reach promised_amount; judged once promised_date is past, and anew when more becomes known.';
comment on column risk.promise.judged_date is 'Newest date on which the judgement changed.';

create table risk.customer_screening (
    customer_id    text primary key,
    screened_date  date not null,
    result_code    text not null check (result_code in ('taken_over', 'high', 'medium', 'low', 'unknown')),
    known          text[] not null,
    missing        text[] not null,
    policy_version text not null,
    run_id         text not null references ops.run
);
comment on table risk.customer_screening is 'Grain: customer, on the first date decided: what was known on arrival and what followed.';
comment on column risk.customer_screening.result_code is 'taken_over: came with the portfolio and was not screened; unknown: too little is known for the tier to say much.';

grant select, insert, update on
    risk.customer_action_event, risk.enforcement_gap, risk.follow_up_task_event, risk.arrears_spell, risk.promise,
    risk.customer_screening
to loudong_pipeline;
grant usage on all sequences in schema risk to loudong_pipeline;

-- Work -----------------------------------------------------------------------------------------------------------------
create table risk.work_item (
    item_type             text not null check (item_type in ('follow_up_task', 'alert')),
    item_id               bigint not null,
    customer_id           text not null,
    as_of_date            date not null,
    run_id                text not null references ops.run,
    customer_name_masked  text,
    building_id           text,
    tier                  text check (tier in ('high', 'medium', 'low')),
    pd                    double precision,
    dpd_days              integer,
    exposure_amount       numeric,
    expected_loss_amount  numeric,
    recoverable_pct       numeric,
    effect_pct            numeric not null,
    effort_minutes        integer not null,
    avertable_loss_amount numeric,
    priority_amount       numeric,
    work_rank             bigint not null,
    primary key (customer_id, item_type, item_id)
);
comment on table risk.work_item is 'Grain: one task or alert that was not closed when the newest date was published: what it is worth and what it costs. Made anew by every run.';
comment on column risk.work_item.expected_loss_amount is 'pd (1 in default) x loss given default of the policy x exposure less deposit, over the model''s horizon (portfolio currency); null where the customer is no longer described.';
comment on column risk.work_item.priority_amount is 'avertable_loss_amount, times overdue_factor_pct of the policy when overdue on as_of_date (portfolio currency).';
comment on column risk.work_item.avertable_loss_amount is 'expected_loss_amount x recoverable_pct of the bucket x effect_pct of the kind (portfolio currency).';

create table risk.contact_month (
    employee_id           text not null,
    month_date            date not null,
    contact_count         bigint not null,
    answered_known_count  bigint not null,
    answered_count        bigint not null,
    complaint_count       bigint not null,
    satisfaction_count    bigint not null,
    satisfaction_sum      bigint not null,
    primary key (employee_id, month_date)
);
comment on table risk.contact_month is 'Grain: employee x month of the portfolio''s calendar: contacts landed, as known on the newest date that asked anything of anybody.';
comment on column risk.contact_month.answered_known_count is 'Contacts of which the source says whether the customer was reached.';

create table risk.contact_mark (
    known_before  timestamptz not null,
    file_id       bigint not null
);
comment on table risk.contact_mark is 'Grain: one row: up to which instant and landing file risk.contact_month is good.';
create index interaction_observed on landing.interaction
    using brin (observed_at timestamptz_minmax_multi_ops) with (autosummarize = on);
create index follow_up_task_month on risk.follow_up_task (closed_date) where state = 'done';

grant select, insert, update, delete on risk.work_item, risk.contact_month, risk.contact_mark to loudong_pipeline;

create function risk.refresh_work_statistics() returns void
language plpgsql security definer set search_path = risk, pg_temp as $$
begin
    analyze risk.customer_action_event, risk.enforcement_gap, risk.follow_up_task_event, risk.arrears_spell,
        risk.customer_screening, risk.work_item, risk.contact_month;
end
$$;
comment on function risk.refresh_work_statistics is 'Renew the planner''s statistics of what hangs on actions and tasks.';
