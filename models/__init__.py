"""The learned part: features, label and panel, training, calibration, evaluation, scoring and reasons."""
