-- Defaults that followed a tried date within the horizon, as known now, and what either policy had said before them.
-- Grain: customer x default.
create temporary table trial_default as
select
    label.customer_id,
    label.default_date,
    bool_or(pair.baseline_tier = 'high') as baseline_high,
    bool_or(pair.candidate_tier = 'high') as candidate_high,
    bool_or(pair.baseline_tier <> 'low') as baseline_watched,
    bool_or(pair.candidate_tier <> 'low') as candidate_watched,
    bool_or(pair.baseline_alerted) as baseline_alerted,
    bool_or(pair.candidate_alerted) as candidate_alerted,
    label.default_date - min(pair.as_of_date) filter (where pair.baseline_alerted) as baseline_lead_days,
    label.default_date - min(pair.as_of_date) filter (where pair.candidate_alerted) as candidate_lead_days
from trial_run as run
inner join marts.fct_default_label as label
    on label.run_id = run.run_id and label.as_of_date = run.as_of_date and label.is_mature and label.is_default
inner join trial_pair as pair on pair.as_of_date = label.as_of_date and pair.customer_id = label.customer_id
group by label.customer_id, label.default_date;
