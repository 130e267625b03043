"""What a customer could do to be in a better tier: found and checked by the date's SQL, model and decisions."""
