-- Late corrections are told after publication, by building the date once more without what came late.
grant update (
    new_data_steps, new_data_points, late_correction_steps, late_correction_points, is_late_correction_known
) on risk.tier_move to loudong_pipeline;
comment on column risk.tier_move.late_correction_steps is
    'What became known since about dates up to the previous one, on top of what is new; told by loudong late-corrections.';
comment on column risk.tier_move.is_late_correction_known is
    'False: rows about dates up to the previous one became known since of this customer, its building or its industry, and what they did is part of new_data until loudong late-corrections tells it.';
