-- Windows end with the date they describe: what is older than the longest of them is not read.
create index transaction_effective on landing.transaction
    using brin (transaction_at timestamptz_minmax_multi_ops) with (autosummarize = on);
create index payment_effective on landing.payment using brin (payment_date date_minmax_multi_ops) with (autosummarize = on);
create index credit_score_effective on landing.credit_score
    using brin (score_date date_minmax_multi_ops) with (autosummarize = on);
create index account_balance_effective on landing.account_balance
    using brin (balance_date date_minmax_multi_ops) with (autosummarize = on);
create index repayment_status_effective on landing.repayment_status
    using brin (status_date date_minmax_multi_ops) with (autosummarize = on);
create index interaction_effective on landing.interaction
    using brin (interaction_at timestamptz_minmax_multi_ops) with (autosummarize = on);
