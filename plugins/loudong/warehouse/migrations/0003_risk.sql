-- What the daily run decides. Score and tier rows belong to a run; alerts, actions and tasks live on.
create function risk.meets(value double precision, operator text, threshold double precision) returns boolean
language sql immutable parallel safe
return case operator
    when '>' then value > threshold
    when '>=' then value >= threshold
    when '<' then value < threshold
    when '<=' then value <= threshold
    when '=' then value = threshold
end;
comment on function risk.meets is 'Whether value stands in the policy operator to threshold; null where either is unknown.';

create table risk.customer_score (
    customer_id      text not null,
    as_of_date       date not null,
    run_id           text not null references ops.run,
    pd               double precision not null check (pd > 0 and pd < 1),
    score_points     integer not null,
    model_name       text not null,
    model_version    text not null,
    feature_version  text not null,
    is_hindsight     boolean not null,
    reasons          jsonb not null,
    scored_at        timestamptz not null default clock_timestamp(),
    primary key (customer_id, as_of_date, run_id)
);
comment on table risk.customer_score is 'Grain: customer x as_of_date x run.';
comment on column risk.customer_score.pd is 'Probability of default within the portfolio''s horizon, 0 to 1.';
comment on column risk.customer_score.score_points is 'Higher is better: 600 at odds good:bad of 30:1, 20 points double the odds.';
comment on column risk.customer_score.is_hindsight is 'The model saw outcomes after as_of_date: not to be used in any figure of merit.';
comment on column risk.customer_score.reasons is
    'What moved the score towards risk most, in order: [{feature, group, value, contribution, en, zh}], contribution in log odds.';
create index customer_score_run on risk.customer_score (run_id, as_of_date);

create table risk.customer_tier (
    customer_id     text not null,
    as_of_date      date not null,
    run_id          text not null references ops.run,
    tier            text not null check (tier in ('high', 'medium', 'low')),
    previous_tier   text check (previous_tier in ('high', 'medium', 'low')),
    pd_tier         text not null check (pd_tier in ('high', 'medium', 'low')),
    decided_by      text not null check (decided_by in ('pd', 'floor', 'cooldown', 'override')),
    floor_code      text,
    policy_version  text not null,
    trace           jsonb not null,
    decided_at      timestamptz not null default clock_timestamp(),
    primary key (customer_id, as_of_date, run_id),
    check ((decided_by = 'floor') = (floor_code is not null))
);
comment on table risk.customer_tier is 'Grain: customer x as_of_date x run.';
comment on column risk.customer_tier.previous_tier is 'Tier on the newest published date before; null when there is none.';
comment on column risk.customer_tier.decided_by is 'What set the tier: pd cut-off, floor, cooldown or override.';
comment on column risk.customer_tier.trace is 'Inputs and intermediate results at the time of the decision.';
create index customer_tier_run on risk.customer_tier (run_id, as_of_date);

create table risk.alert (
    alert_id        bigint generated always as identity,
    customer_id     text not null,
    rule_code       text not null,
    rule_version    text not null,
    severity        text not null check (severity in ('critical', 'major', 'minor')),
    indicator       text not null,
    value           double precision,
    threshold       double precision not null,
    status          text not null default 'open'
                    check (status in ('open', 'acknowledged', 'snoozed', 'resolved', 'withdrawn')),
    owner_role      text not null,
    owner_id        text,
    opened_date     date not null,
    due_date        date not null,
    last_hit_date   date not null,
    closed_date     date,
    evidence        jsonb not null,
    run_id          text not null references ops.run,
    primary key (customer_id, alert_id)
);
comment on table risk.alert is 'Grain: one alert; at most one that is not closed per rule and customer.';
comment on column risk.alert.severity is 'The gravest level reached since it was opened; it only rises.';
comment on column risk.alert.value is 'Value of the indicator on last_hit_date.';
comment on column risk.alert.threshold is 'Threshold of the level that gave the severity.';
comment on column risk.alert.run_id is 'The run that raised it; readers see it once that run is published.';
create unique index alert_one_open on risk.alert (customer_id, rule_code) where status in ('open', 'acknowledged', 'snoozed');

create table risk.alert_event (
    alert_event_id  bigint generated always as identity,
    customer_id     text not null,
    alert_id        bigint not null,
    as_of_date      date not null,
    happened_at     timestamptz not null default clock_timestamp(),
    actor           text not null,
    from_status     text,
    to_status       text not null,
    from_severity   text check (from_severity in ('critical', 'major', 'minor')),
    to_severity     text not null check (to_severity in ('critical', 'major', 'minor')),
    reason          text not null,
    run_id          text,
    primary key (customer_id, alert_event_id),
    foreign key (customer_id, alert_id) references risk.alert
);
comment on table risk.alert_event is 'Grain: one change of status or severity of one alert: who, when, from, to, why.';
create index alert_event_alert on risk.alert_event (customer_id, alert_id);

create table risk.customer_action (
    action_id       bigint generated always as identity,
    customer_id     text not null,
    action_code     text not null,
    period_start_date date not null,
    period_end_date date not null,
    tier            text not null check (tier in ('high', 'medium', 'low')),
    standard_code   text not null,
    intent          jsonb not null,
    state           text not null default 'proposed'
                    check (state in ('proposed', 'approved', 'sent', 'confirmed', 'lapsed')),
    policy_version  text not null,
    policy_row      text not null,
    run_id          text not null references ops.run,
    primary key (customer_id, action_id),
    unique (customer_id, action_code, period_start_date),
    check (period_end_date >= period_start_date)
);
comment on table risk.customer_action is
    'Grain: customer x action x period: credit-limit review standard, repayment monitoring, transaction restriction.';
comment on column risk.customer_action.policy_row is 'The policy row that demands it: <file>:<key>.';

create table risk.follow_up_task (
    task_id        bigint generated always as identity,
    customer_id    text not null,
    kind_code      text not null,
    owner_role     text not null,
    owner_id       text,
    created_date   date not null,
    due_date       date not null,
    state          text not null default 'open' check (state in ('open', 'done', 'cancelled', 'overdue')),
    reason_en      text not null,
    reason_zh      text not null,
    policy_version text not null,
    policy_row     text not null,
    run_id         text not null references ops.run,
    primary key (customer_id, task_id),
    check (due_date >= created_date)
);
comment on table risk.follow_up_task is 'Grain: one required contact.';
create index follow_up_task_customer on risk.follow_up_task (customer_id, created_date);
create unique index follow_up_task_one_open on risk.follow_up_task (customer_id, kind_code) where state in ('open', 'overdue');

-- The pipeline does not own these tables, yet reads them right after filling them: without statistics the planner
-- takes tens of thousands of new rows for a handful.
create function risk.refresh_statistics() returns void
language plpgsql security definer set search_path = risk, pg_temp as $$
begin
    analyze risk.customer_score, risk.customer_tier, risk.alert, risk.customer_action, risk.follow_up_task;
end
$$;
comment on function risk.refresh_statistics is 'Renew the planner''s statistics of what the daily run decides.';
