-- What an alert is about, how it lives, and what every rule said of everybody.
-- Rules have more columns: the next run seeds them anew.
drop table if exists staging.policy_alert_rule;

alter table risk.alert
    add column subject_level text not null default 'customer'
        check (subject_level in ('customer', 'building', 'industry', 'portfolio')),
    add column subject_id text,
    add column outcome_code text check (outcome_code in ('confirmed', 'valuable', 'false_alarm')),
    add column snoozed_until date,
    add column breached_date date,
    add column owner_set_by text not null default 'loudong',
    add column closed_by text,
    add column opened_building_id text,
    add column opened_in_default boolean,
    add column subject_state jsonb not null default '{}';
update risk.alert set
    subject_id = customer_id,
    subject_state = jsonb_strip_nulls(
        jsonb_build_object(
            'tier', evidence -> 'tier', 'pd', evidence -> 'pd', 'exposure_amount', evidence -> 'exposure_amount'
        )
    );
-- Nobody could close an alert but in SQL; who did was not kept.
update risk.alert set closed_by = 'unknown' where closed_date is not null;
update risk.alert set snoozed_until = due_date where status = 'snoozed';

alter table risk.alert
    alter column subject_id set not null,
    drop constraint alert_status_check,
    add constraint alert_status_check
        check (status in ('open', 'acknowledged', 'snoozed', 'resolved', 'withdrawn', 'lapsed')),
    add constraint alert_subject_check check (
        customer_id = case
            when subject_level = 'customer' then subject_id else '~' || subject_level || ':' || subject_id
        end
    ),
    add constraint alert_snoozed_check check ((status = 'snoozed') = (snoozed_until is not null)),
    add constraint alert_closed_check check (
        (status in ('resolved', 'withdrawn', 'lapsed')) = (closed_date is not null)
        and (closed_date is null) = (closed_by is null)
    ) not valid,
    add constraint alert_outcome_check check ((status = 'resolved') = (outcome_code is not null)) not valid;
comment on table risk.alert is
    'Grain: one alert; at most one that is not closed per rule and subject. It changes together with a row of risk.alert_event.';
comment on column risk.alert.customer_id is
    'The customer; for an alert about a building, an industry or the portfolio ~level:subject_id, so that every alert has one key.';
comment on column risk.alert.outcome_code is 'How it was resolved: confirmed, valuable or false_alarm.';
comment on column risk.alert.snoozed_until is 'Last date on which it is silent; null where it is not snoozed.';
comment on column risk.alert.due_date is 'Day by which it is to be acknowledged; once it is, day by which it is to be closed.';
comment on column risk.alert.breached_date is 'Date that found due_date passed, the last time; null where none did.';
comment on column risk.alert.owner_set_by is 'Who chose the owner: loudong, or the person who assigned or escalated it.';
comment on column risk.alert.closed_by is 'Who closed it: loudong, or a person; null while it is not closed.';
comment on column risk.alert.opened_building_id is 'Main building of the customer, or the building it is about, when it was opened.';
comment on column risk.alert.opened_in_default is
    'The customer was in default when it was opened, so that it cannot foretell one; null where it is not about a customer.';
comment on column risk.alert.last_hit_date is 'Newest date for which a run found the rule to hit.';
comment on column risk.alert.subject_state is
    'building_id, tier, pd and exposure_amount of the subject on the newest date on which the alert stood.';
do $$
begin
    if to_regclass('marts.fct_customer_features') is not null then
        update risk.alert set opened_building_id = feature.building_id, opened_in_default = feature.is_in_default
        from marts.fct_customer_features as feature
        where
            feature.run_id = alert.run_id and feature.as_of_date = alert.opened_date
            and feature.customer_id = alert.customer_id;
    end if;
end
$$;
create index alert_id on risk.alert (alert_id);
create index alert_rule_closed on risk.alert (customer_id, rule_code, closed_date) where closed_date is not null;

alter table risk.alert_event
    add column kind_code text not null default 'changed' check (kind_code in (
        'changed', 'opened', 'reopened', 'risen', 'woken', 'lapsed', 'breached', 'assigned', 'acknowledged', 'noted',
        'snoozed', 'escalated', 'resolved', 'withdrawn'
    )),
    add column changes jsonb not null default '{}';
update risk.alert_event set kind_code = case when from_status is null then 'opened' else 'risen' end;
alter table risk.alert_event alter column kind_code drop default;
comment on table risk.alert_event is 'Grain: one change of one alert: what happened, who, when, from, to, why.';
comment on column risk.alert_event.as_of_date is 'Date that was decided; for what a person did, the newest published date then.';
comment on column risk.alert_event.actor is 'loudong, or the name of the person.';
comment on column risk.alert_event.changes is 'Columns of the alert that changed: {column: {from, to}}.';

create table risk.rule_outcome (
    run_id        text not null references ops.run,
    as_of_date    date not null,
    rule_code     text not null,
    rule_version  text not null,
    level_code    text not null,
    rule_position integer not null,
    uses_hindsight boolean not null,
    outcome_code  text not null check (outcome_code in
        ('hit', 'no_hit', 'snoozed', 'below_exposure', 'error', 'not_enough_data')),
    subject_count bigint not null,
    primary key (run_id, as_of_date, rule_code, outcome_code)
);
comment on table risk.rule_outcome is
    'Grain: run x rule x outcome. How many subjects of the rule''s level the rule said what of. Every rule of the policy has every outcome.';
comment on column risk.rule_outcome.rule_position is 'Where the rule stands in subject_rule_outcome.outcomes of its level, from 1 on.';
comment on column risk.rule_outcome.uses_hindsight is
    'The rule looks at what the model says, and the model had learned from outcomes after as_of_date: not to be used in any figure of merit.';
create index rule_outcome_date on risk.rule_outcome (as_of_date);

create table risk.subject_rule_outcome (
    customer_id    text not null,
    as_of_date     date not null,
    run_id         text not null references ops.run,
    subject_level  text not null,
    outcomes       text not null,
    primary key (customer_id, as_of_date, run_id)
);
comment on table risk.subject_rule_outcome is
    'Grain: customer (or ~level:subject_id) x as_of_date x run. What every rule said, one letter per rule; bi.rule_outcome spells it out.';
comment on column risk.subject_rule_outcome.outcomes is
    'One letter per rule at its rule_position: 1, 2, 3 hit as minor, major, critical; s snoozed; - no hit; b below the least exposure; n not enough data; e error.';
create index subject_rule_outcome_run on risk.subject_rule_outcome (run_id, as_of_date);

grant select, insert on risk.rule_outcome to loudong_pipeline;
grant select, insert, delete on risk.subject_rule_outcome to loudong_pipeline;
