-- What the cooldown holds and what a person decided, beside what qualifies. Each tier above low is held until the
-- customer has qualified for less on published dates that reach over its hold_days; a date that nobody published counts
-- when those around it qualify. Overrides are those made, and not yet ended, before the date ended.
create temporary table decision_tier on commit drop as
with cooldown as (
    select
        max(hold_days::integer) filter (where tier = 'medium') as medium_days,
        max(hold_days::integer) filter (where tier = 'high') as high_days
    from policy_tier_cooldown
),

since as (
    select
        qualified.*,
        tier_rank(previous.rule_tier) as previous_rank,
        case when qualified.tier_rank < 2 then coalesce(previous.below_medium_since_date, run.as_of_date) end
            as below_medium_since_date,
        case when qualified.tier_rank < 3 then coalesce(previous.below_high_since_date, run.as_of_date) end
            as below_high_since_date
    from decision_qualified as qualified
    cross join decision_run as run
    left join decision_previous as previous on previous.customer_id = qualified.customer_id
    where qualified.case_code = 'now'
),

held as (
    select
        since.*,
        case
            when since.previous_rank >= 3 and run.as_of_date - since.below_high_since_date < cooldown.high_days then 3
            when since.previous_rank >= 2 and run.as_of_date - since.below_medium_since_date < cooldown.medium_days then 2
        end as held_rank,
        cooldown.medium_days,
        cooldown.high_days
    from since
    cross join decision_run as run
    cross join cooldown
)

select
    held.*,
    greatest(held.tier_rank, held.held_rank) as rule_rank,
    override.override_id,
    override.made_by,
    override.because,
    override.expires_date,
    tier_rank(override.tier) as asked_rank,
    case
        when override.override_id is null then greatest(held.tier_rank, held.held_rank)
        else greatest(tier_rank(override.tier), held.bound_rank)
    end as final_rank
from held
cross join decision_run as run
left join tier_override as override
    on
        override.customer_id = held.customer_id
        and override.created_at < run.cutoff_at
        and (override.ended_at is null or override.ended_at >= run.cutoff_at)
        and run.as_of_date between override.from_date and override.expires_date;

create unique index on decision_tier (customer_id);
analyze decision_tier (customer_id, final_rank);
