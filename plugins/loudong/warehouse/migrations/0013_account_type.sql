alter table landing.customer add column account_type_code text;
comment on column landing.customer.account_type_code is 'kind of bank account the customer pays from, as the source codes it';
