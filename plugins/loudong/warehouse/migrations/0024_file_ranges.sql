-- Rows that landed since a file are found by ranges of pages; those at the end get theirs as soon as they are full.

alter index landing.building_file set (autosummarize = on);
alter index landing.customer_file set (autosummarize = on);
alter index landing.contract_file set (autosummarize = on);
alter index landing.occupancy_file set (autosummarize = on);
alter index landing.installment_file set (autosummarize = on);
alter index landing.payment_file set (autosummarize = on);
alter index landing.transaction_file set (autosummarize = on);
alter index landing.credit_score_file set (autosummarize = on);
alter index landing.account_balance_file set (autosummarize = on);
alter index landing.repayment_status_file set (autosummarize = on);
alter index landing.financial_statement_file set (autosummarize = on);
alter index landing.interaction_file set (autosummarize = on);
alter index landing.industry_indicator_file set (autosummarize = on);
alter index landing.related_party_file set (autosummarize = on);
alter index landing.default_event_file set (autosummarize = on);
alter index landing.judged_customer_file set (autosummarize = on);
alter index landing.pause_file set (autosummarize = on);
