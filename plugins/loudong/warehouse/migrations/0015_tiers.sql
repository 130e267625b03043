-- Tiers that are held on the way down, that people override for a time, and whose every change is told apart.
create function risk.tier_rank(tier text) returns integer
language sql immutable parallel safe
return array_position(array['low', 'medium', 'high'], tier);
comment on function risk.tier_rank is '1 low, 2 medium, 3 high.';

create table risk.tier_override (
    override_id   bigint generated always as identity,
    customer_id   text not null,
    tier          text not null check (tier in ('high', 'medium', 'low')),
    made_by       text not null check (btrim(made_by) <> ''),
    because       text not null check (btrim(because) <> ''),
    from_date     date not null,
    expires_date  date not null,
    created_at    timestamptz not null,
    ended_at      timestamptz,
    ended_by      text check (btrim(ended_by) <> ''),
    ended_because text check (btrim(ended_because) <> ''),
    primary key (customer_id, override_id),
    check (expires_date >= from_date),
    check (num_nulls(ended_at, ended_by, ended_because) in (0, 3)),
    check (ended_at >= created_at)
);
comment on table risk.tier_override is 'Grain: one override of a customer''s tier by a person. At most one per customer has not ended.';
comment on column risk.tier_override.from_date is 'The day it was made, in the portfolio''s time zone: it counts for no earlier date.';
comment on column risk.tier_override.expires_date is 'The last date it counts for.';
comment on column risk.tier_override.created_at is 'When it was made. A date knows only what was made before it ended.';
comment on column risk.tier_override.ended_at is 'When a person ended it, or another took its place after it had expired. Dates that had ended by then keep it.';
create unique index tier_override_one_standing on risk.tier_override (customer_id) where ended_at is null;

create table risk.tier_override_event (
    override_event_id bigint generated always as identity,
    customer_id       text not null,
    override_id       bigint not null,
    happened_at       timestamptz not null,
    actor             text not null,
    event_code        text not null check (event_code in ('made', 'ended', 'expired')),
    reason            text not null,
    primary key (customer_id, override_event_id),
    foreign key (customer_id, override_id) references risk.tier_override
);
comment on table risk.tier_override_event is 'Grain: one thing that was done to one override: who, when, what, why. Only ever added to.';
create index tier_override_event_override on risk.tier_override_event (customer_id, override_id);

-- What a person decided is never rewritten: it may be ended, once.
create function risk.keep_override() returns trigger
language plpgsql as $$
begin
    raise exception 'override % of customer % has ended: it stays as it is', old.override_id, old.customer_id;
end
$$;
create trigger tier_override_kept before update on risk.tier_override
for each row when (old.ended_at is not null) execute function risk.keep_override();

grant select, insert on risk.tier_override, risk.tier_override_event to loudong_pipeline;
grant update (ended_at, ended_by, ended_because) on risk.tier_override to loudong_pipeline;

-- Rows made before there was a cooldown were held by nothing: they qualify for lower tiers since their own date.
alter table risk.customer_tier
    add column qualified_tier text check (qualified_tier in ('high', 'medium', 'low')),
    add column rule_tier text check (rule_tier in ('high', 'medium', 'low')),
    add column below_medium_since_date date,
    add column below_high_since_date date,
    add column override_id bigint;
update risk.customer_tier
set
    qualified_tier = tier,
    rule_tier = tier,
    below_medium_since_date = case when tier = 'low' then as_of_date end,
    below_high_since_date = case when tier <> 'high' then as_of_date end;
alter table risk.customer_tier
    alter column qualified_tier set not null,
    alter column rule_tier set not null,
    add foreign key (customer_id, override_id) references risk.tier_override,
    add constraint customer_tier_rises check (
        risk.tier_rank(qualified_tier) >= risk.tier_rank(pd_tier)
        and risk.tier_rank(rule_tier) >= risk.tier_rank(qualified_tier)
    ),
    add constraint customer_tier_since check (
        (below_medium_since_date is null) = (qualified_tier <> 'low')
        and (below_high_since_date is null) = (qualified_tier = 'high')
        and below_medium_since_date >= below_high_since_date
        and below_medium_since_date <= as_of_date
        and below_high_since_date <= as_of_date
    ),
    add constraint customer_tier_reason check (
        case decided_by
            when 'pd' then tier = rule_tier and rule_tier = qualified_tier and qualified_tier = pd_tier
            when 'floor' then tier = rule_tier and rule_tier = qualified_tier and qualified_tier <> pd_tier
            when 'cooldown' then tier = rule_tier and rule_tier <> qualified_tier
            when 'override' then tier <> rule_tier and override_id is not null
        end
    );
comment on column risk.customer_tier.qualified_tier is 'What pd and floors alone ask for.';
comment on column risk.customer_tier.rule_tier is 'The higher of qualified_tier and the tier that the cooldown holds: the tier without an override.';
comment on column risk.customer_tier.below_medium_since_date is
    'First of the published dates in a row that qualify for a tier below medium; null where this one does not.';
comment on column risk.customer_tier.below_high_since_date is
    'First of the published dates in a row that qualify for a tier below high; null where this one does not.';
comment on column risk.customer_tier.override_id is 'The override in force on the date, also where it changed nothing.';
comment on column risk.customer_tier.trace is
    'All that the decision saw: pd, every floor met, cooldown, override, the tiers between, and the policy row that decided.';

create table risk.tier_move (
    customer_id               text not null,
    as_of_date                date not null,
    run_id                    text not null references ops.run,
    previous_date             date not null,
    previous_tier             text not null check (previous_tier in ('high', 'medium', 'low')),
    tier                      text not null check (tier in ('high', 'medium', 'low')),
    tier_steps                integer not null,
    score_points              integer not null,
    new_data_steps            integer not null,
    new_data_points           integer not null,
    late_correction_steps     integer not null,
    late_correction_points    integer not null,
    model_steps               integer not null,
    model_points              integer not null,
    policy_steps              integer not null,
    policy_points             integer not null default 0 check (policy_points = 0),
    cooldown_steps            integer not null,
    cooldown_points           integer not null default 0 check (cooldown_points = 0),
    override_steps            integer not null,
    override_points           integer not null default 0 check (override_points = 0),
    is_late_correction_known  boolean not null,
    is_model_known            boolean not null,
    primary key (customer_id, as_of_date, run_id),
    check (previous_tier <> tier and tier_steps = risk.tier_rank(tier) - risk.tier_rank(previous_tier)),
    constraint tier_move_steps_add_up check (
        new_data_steps + late_correction_steps + model_steps + policy_steps + cooldown_steps + override_steps = tier_steps
    ),
    constraint tier_move_points_add_up check (
        new_data_points + late_correction_points + model_points + policy_points + cooldown_points + override_points
        = score_points
    ),
    check (is_late_correction_known or (late_correction_steps = 0 and late_correction_points = 0)),
    check (is_model_known or (model_steps = 0 and model_points = 0))
);
comment on table risk.tier_move is
    'Grain: customer x as_of_date x run where the tier differs from that of the newest published date before. What came of it from what, swapped in one after the other in the order of the columns: the parts add up.';
comment on column risk.tier_move.tier_steps is 'Tiers up (risk grew) or down: high is two above low.';
comment on column risk.tier_move.score_points is 'Change of the score points: less points, more risk. Policy, cooldown and override move no score.';
comment on column risk.tier_move.new_data_steps is 'What became known since, under the model, the policy, the held tier and the override of the previous date.';
comment on column risk.tier_move.is_late_correction_known is
    'False: rows about dates up to the previous one became known since of this customer, its building or its industry; what they did is part of new_data (loudong then-vs-now tells it).';
comment on column risk.tier_move.is_model_known is
    'False: the model of the previous date cannot score these features any more; what its change did is part of new_data.';
create index tier_move_run on risk.tier_move (run_id, as_of_date);
grant select, insert, delete on risk.tier_move to loudong_pipeline;
