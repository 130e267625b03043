-- A BRIN range holds nearly every day where several connections landed at once, so that a window's day would be
-- searched in the whole history: the largest entity keeps its days and what became known in order instead.
drop index landing.transaction_observed, landing.transaction_effective;
create index transaction_observed on landing.transaction (observed_at);
create index transaction_effective on landing.transaction (transaction_at);
