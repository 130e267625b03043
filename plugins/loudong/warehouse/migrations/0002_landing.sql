-- Landing: append-only, one table per entity. Columns follow the landing contract; a later version of a row
-- has the same key and a later observed_at. Of versions observed at the same instant the greatest content_hash wins.

create table landing.building (
    building_id         text not null,
    valid_from_date     date not null,
    building_name       text,
    building_type_code  text,
    city_name           text,
    district_name       text,
    manager_id          text,
    manager_name        text,
    floor_area_sqm      numeric(18, 4),
    unit_count          integer,
    opened_date         date,
    observed_at         timestamptz not null,
    is_deleted          boolean not null default false,
    content_hash        uuid not null,
    file_id             bigint not null,
    file_line           bigint not null,
    landed_at           timestamptz not null default now(),
    unique (building_id, valid_from_date, observed_at, content_hash)
);
comment on table landing.building is 'Grain: one version of one building as described from valid_from_date on. Effective: valid_from_date.';
comment on column landing.building.building_id is 'identifier of the building at the source';
comment on column landing.building.valid_from_date is 'day from which this description holds';
comment on column landing.building.building_name is 'name people use for the building';
comment on column landing.building.building_type_code is 'kind of building';
comment on column landing.building.city_name is 'city';
comment on column landing.building.district_name is 'district of the city';
comment on column landing.building.manager_id is 'employee who manages the building';
comment on column landing.building.manager_name is 'name of that employee';
comment on column landing.building.floor_area_sqm is 'lettable floor area (square metre)';
comment on column landing.building.unit_count is 'number of lettable units (count)';
comment on column landing.building.opened_date is 'day the building opened';

create table landing.customer (
    customer_id         text not null,
    valid_from_date     date not null,
    customer_type_code  text,
    customer_name       text,
    id_number           text,
    phone_number        text,
    email_address       text,
    birth_year          integer,
    sex_code            text,
    marriage_code       text,
    education_code      text,
    employment_code     text,
    industry_code       text,
    city_name           text,
    manager_id          text,
    manager_name        text,
    registered_date     date,
    onboarded_date      date,
    observed_at         timestamptz not null,
    is_deleted          boolean not null default false,
    content_hash        uuid not null,
    file_id             bigint not null,
    file_line           bigint not null,
    landed_at           timestamptz not null default now(),
    unique (customer_id, valid_from_date, observed_at, content_hash)
);
comment on table landing.customer is 'Grain: one version of one customer as described from valid_from_date on. Effective: valid_from_date.';
comment on column landing.customer.customer_id is 'identifier of the customer at the source';
comment on column landing.customer.valid_from_date is 'day from which this description holds';
comment on column landing.customer.customer_type_code is 'person or enterprise';
comment on column landing.customer.customer_name is 'name of the customer';
comment on column landing.customer.id_number is 'identity card or unified social credit code';
comment on column landing.customer.phone_number is 'telephone number';
comment on column landing.customer.email_address is 'e-mail address';
comment on column landing.customer.birth_year is 'year of birth of a person (year)';
comment on column landing.customer.sex_code is 'sex as the source codes it; never a model feature';
comment on column landing.customer.marriage_code is 'marital status as the source codes it; never a model feature';
comment on column landing.customer.education_code is 'education as the source codes it';
comment on column landing.customer.employment_code is 'employment as the source codes it';
comment on column landing.customer.industry_code is 'industry of an enterprise or of a person''s employer';
comment on column landing.customer.city_name is 'city of the registered address';
comment on column landing.customer.manager_id is 'employee who looks after the customer';
comment on column landing.customer.manager_name is 'name of that employee';
comment on column landing.customer.registered_date is 'day the enterprise was founded';
comment on column landing.customer.onboarded_date is 'first day the customer did business with us';

create table landing.contract (
    contract_id         text not null,
    customer_id         text not null,
    contract_type_code  text,
    building_id         text,
    signed_date         date not null,
    start_date          date,
    end_date            date,
    limit_amount        numeric(18, 4),
    deposit_amount      numeric(18, 4),
    interest_rate_pct   numeric(18, 4),
    grace_days          integer,
    is_restructured     boolean,
    closed_date         date,
    close_reason_code   text,
    observed_at         timestamptz not null,
    is_deleted          boolean not null default false,
    content_hash        uuid not null,
    file_id             bigint not null,
    file_line           bigint not null,
    landed_at           timestamptz not null default now(),
    unique (customer_id, contract_id, observed_at, content_hash)
);
comment on table landing.contract is 'Grain: one version of one lease, loan or credit line. Effective: signed_date.';
comment on column landing.contract.contract_id is 'identifier of the contract at the source';
comment on column landing.contract.customer_id is 'customer who owes';
comment on column landing.contract.contract_type_code is 'kind of contract';
comment on column landing.contract.building_id is 'building the contract belongs to';
comment on column landing.contract.signed_date is 'day the contract was agreed';
comment on column landing.contract.start_date is 'first day of the contract';
comment on column landing.contract.end_date is 'last agreed day of the contract';
comment on column landing.contract.limit_amount is 'credit limit, loan amount or yearly rent (portfolio currency)';
comment on column landing.contract.deposit_amount is 'deposit held against the contract (portfolio currency)';
comment on column landing.contract.interest_rate_pct is 'agreed yearly rate (percent a year)';
comment on column landing.contract.grace_days is 'days after the due date that the contract tolerates (day)';
comment on column landing.contract.is_restructured is 'terms were eased because of difficulties';
comment on column landing.contract.closed_date is 'day the contract ended in fact';
comment on column landing.contract.close_reason_code is 'why it ended; only with closed_date';

create table landing.occupancy (
    occupancy_id    text not null,
    customer_id     text not null,
    building_id     text,
    unit_code       text,
    floor_area_sqm  numeric(18, 4),
    start_date      date not null,
    end_date        date,
    is_anchor       boolean,
    observed_at     timestamptz not null,
    is_deleted      boolean not null default false,
    content_hash    uuid not null,
    file_id         bigint not null,
    file_line       bigint not null,
    landed_at       timestamptz not null default now(),
    unique (customer_id, occupancy_id, observed_at, content_hash)
);
comment on table landing.occupancy is 'Grain: one version of one customer in a unit of a building for a period. Effective: start_date.';
comment on column landing.occupancy.occupancy_id is 'identifier of the occupancy at the source';
comment on column landing.occupancy.customer_id is 'occupant';
comment on column landing.occupancy.building_id is 'building';
comment on column landing.occupancy.unit_code is 'unit within the building';
comment on column landing.occupancy.floor_area_sqm is 'area taken (square metre)';
comment on column landing.occupancy.start_date is 'first day';
comment on column landing.occupancy.end_date is 'last day, once known';
comment on column landing.occupancy.is_anchor is 'the building''s other occupants depend on this one';

create table landing.installment (
    installment_id  text not null,
    customer_id     text not null,
    contract_id     text,
    agreed_date     date not null,
    due_date        date,
    due_amount      numeric(18, 4),
    observed_at     timestamptz not null,
    is_deleted      boolean not null default false,
    content_hash    uuid not null,
    file_id         bigint not null,
    file_line       bigint not null,
    landed_at       timestamptz not null default now(),
    unique (customer_id, installment_id, observed_at, content_hash)
);
comment on table landing.installment is 'Grain: one version of one amount due on a date. Effective: agreed_date.';
comment on column landing.installment.installment_id is 'identifier of the installment at the source';
comment on column landing.installment.customer_id is 'customer who owes';
comment on column landing.installment.contract_id is 'contract the amount falls due under';
comment on column landing.installment.agreed_date is 'day the amount and its due date were agreed (known future terms count from then)';
comment on column landing.installment.due_date is 'last day on which paying it is on time';
comment on column landing.installment.due_amount is 'amount due (portfolio currency)';

create table landing.payment (
    payment_id           text not null,
    customer_id          text not null,
    contract_id          text,
    payment_date         date not null,
    paid_amount          numeric(18, 4),
    reverses_payment_id  text,
    channel_code         text,
    observed_at          timestamptz not null,
    is_deleted           boolean not null default false,
    content_hash         uuid not null,
    file_id              bigint not null,
    file_line            bigint not null,
    landed_at            timestamptz not null default now(),
    unique (customer_id, payment_id, observed_at, content_hash)
);
comment on table landing.payment is 'Grain: one version of one payment or one reversal of a payment. Effective: payment_date.';
comment on column landing.payment.payment_id is 'identifier of the payment at the source';
comment on column landing.payment.customer_id is 'customer who paid';
comment on column landing.payment.contract_id is 'contract it was paid on; null is an unassigned payment';
comment on column landing.payment.payment_date is 'day the money counts for (value date); of a reversal, the day it was reversed';
comment on column landing.payment.paid_amount is 'amount; negative for a reversal (portfolio currency)';
comment on column landing.payment.reverses_payment_id is 'the payment that this reversal takes back';
comment on column landing.payment.channel_code is 'way the money came';

create table landing.transaction (
    transaction_id      text not null,
    customer_id         text not null,
    transaction_at      timestamptz not null,
    direction_code      text,
    transaction_amount  numeric(18, 4),
    category_code       text,
    channel_code        text,
    counterparty_id     text,
    observed_at         timestamptz not null,
    is_deleted          boolean not null default false,
    content_hash        uuid not null,
    file_id             bigint not null,
    file_line           bigint not null,
    landed_at           timestamptz not null default now(),
    unique (customer_id, transaction_id, observed_at, content_hash)
);
comment on table landing.transaction is 'Grain: one version of one movement on the customer''s operating account. Effective: transaction_at.';
comment on column landing.transaction.transaction_id is 'identifier of the transaction at the source';
comment on column landing.transaction.customer_id is 'account holder';
comment on column landing.transaction.transaction_at is 'moment of the transaction';
comment on column landing.transaction.direction_code is 'money in or out, seen from the customer';
comment on column landing.transaction.transaction_amount is 'amount, always positive (portfolio currency)';
comment on column landing.transaction.category_code is 'what it was for';
comment on column landing.transaction.channel_code is 'way it was made';
comment on column landing.transaction.counterparty_id is 'the other side';

create table landing.credit_score (
    customer_id   text not null,
    source_code   text not null,
    score_date    date not null,
    score_value   numeric(18, 4),
    observed_at   timestamptz not null,
    is_deleted    boolean not null default false,
    content_hash  uuid not null,
    file_id       bigint not null,
    file_line     bigint not null,
    landed_at     timestamptz not null default now(),
    unique (customer_id, source_code, score_date, observed_at, content_hash)
);
comment on table landing.credit_score is 'Grain: one version of one score of a customer from one outside source on a date. Effective: score_date.';
comment on column landing.credit_score.customer_id is 'customer scored';
comment on column landing.credit_score.source_code is 'who made the score';
comment on column landing.credit_score.score_date is 'day the score describes';
comment on column landing.credit_score.score_value is 'the score; higher is better (points of the source)';

create table landing.account_balance (
    customer_id     text not null,
    contract_id     text not null,
    balance_date    date not null,
    balance_amount  numeric(18, 4),
    limit_amount    numeric(18, 4),
    observed_at     timestamptz not null,
    is_deleted      boolean not null default false,
    content_hash    uuid not null,
    file_id         bigint not null,
    file_line       bigint not null,
    landed_at       timestamptz not null default now(),
    unique (customer_id, contract_id, balance_date, observed_at, content_hash)
);
comment on table landing.account_balance is 'Grain: one version of what stands on a contract on a date. Effective: balance_date.';
comment on column landing.account_balance.customer_id is 'customer who owes';
comment on column landing.account_balance.contract_id is 'contract';
comment on column landing.account_balance.balance_date is 'day of the balance';
comment on column landing.account_balance.balance_amount is 'amount owed; negative is a credit balance (portfolio currency)';
comment on column landing.account_balance.limit_amount is 'limit on that day (portfolio currency)';

create table landing.repayment_status (
    customer_id      text not null,
    contract_id      text not null,
    status_date      date not null,
    status_code      text,
    months_past_due  integer,
    min_dpd_days     integer,
    observed_at      timestamptz not null,
    is_deleted       boolean not null default false,
    content_hash     uuid not null,
    file_id          bigint not null,
    file_line        bigint not null,
    landed_at        timestamptz not null default now(),
    unique (customer_id, contract_id, status_date, observed_at, content_hash)
);
comment on table landing.repayment_status is 'Grain: one version of the repayment status that a source itself reports for a contract and date. Effective: status_date.';
comment on column landing.repayment_status.customer_id is 'customer who owes';
comment on column landing.repayment_status.contract_id is 'contract';
comment on column landing.repayment_status.status_date is 'day the status describes';
comment on column landing.repayment_status.status_code is 'status as reported';
comment on column landing.repayment_status.months_past_due is 'months late as reported; 0 unless past_due (month)';
comment on column landing.repayment_status.min_dpd_days is 'least days past due that the status implies; reported, not measured (day)';

create table landing.financial_statement (
    customer_id                 text not null,
    period_end_date             date not null,
    period_months               integer,
    revenue_amount              numeric(18, 4),
    operating_profit_amount     numeric(18, 4),
    interest_expense_amount     numeric(18, 4),
    net_profit_amount           numeric(18, 4),
    operating_cash_flow_amount  numeric(18, 4),
    total_assets_amount         numeric(18, 4),
    current_assets_amount       numeric(18, 4),
    inventory_amount            numeric(18, 4),
    receivables_amount          numeric(18, 4),
    total_liabilities_amount    numeric(18, 4),
    current_liabilities_amount  numeric(18, 4),
    retained_earnings_amount    numeric(18, 4),
    equity_amount               numeric(18, 4),
    is_audited                  boolean,
    observed_at                 timestamptz not null,
    is_deleted                  boolean not null default false,
    content_hash                uuid not null,
    file_id                     bigint not null,
    file_line                   bigint not null,
    landed_at                   timestamptz not null default now(),
    unique (customer_id, period_end_date, observed_at, content_hash)
);
comment on table landing.financial_statement is 'Grain: one version of one statement of an enterprise for the period that ends on period_end_date. Effective: period_end_date.';
comment on column landing.financial_statement.customer_id is 'enterprise';
comment on column landing.financial_statement.period_end_date is 'last day of the period';
comment on column landing.financial_statement.period_months is 'length of the period (month)';
comment on column landing.financial_statement.revenue_amount is 'turnover of the period (portfolio currency)';
comment on column landing.financial_statement.operating_profit_amount is 'earnings before interest and tax of the period (portfolio currency)';
comment on column landing.financial_statement.interest_expense_amount is 'interest paid in the period (portfolio currency)';
comment on column landing.financial_statement.net_profit_amount is 'profit after tax of the period (portfolio currency)';
comment on column landing.financial_statement.operating_cash_flow_amount is 'cash flow from operations of the period (portfolio currency)';
comment on column landing.financial_statement.total_assets_amount is 'assets at the end (portfolio currency)';
comment on column landing.financial_statement.current_assets_amount is 'current assets at the end (portfolio currency)';
comment on column landing.financial_statement.inventory_amount is 'inventory at the end (portfolio currency)';
comment on column landing.financial_statement.receivables_amount is 'trade receivables at the end (portfolio currency)';
comment on column landing.financial_statement.total_liabilities_amount is 'liabilities at the end (portfolio currency)';
comment on column landing.financial_statement.current_liabilities_amount is 'current liabilities at the end (portfolio currency)';
comment on column landing.financial_statement.retained_earnings_amount is 'retained earnings at the end (portfolio currency)';
comment on column landing.financial_statement.equity_amount is 'book equity at the end (portfolio currency)';
comment on column landing.financial_statement.is_audited is 'an auditor signed it';

create table landing.interaction (
    interaction_id      text not null,
    customer_id         text not null,
    interaction_at      timestamptz not null,
    channel_code        text,
    purpose_code        text,
    employee_id         text,
    is_answered         boolean,
    is_complaint        boolean,
    satisfaction_score  integer,
    promised_amount     numeric(18, 4),
    promised_date       date,
    observed_at         timestamptz not null,
    is_deleted          boolean not null default false,
    content_hash        uuid not null,
    file_id             bigint not null,
    file_line           bigint not null,
    landed_at           timestamptz not null default now(),
    unique (customer_id, interaction_id, observed_at, content_hash)
);
comment on table landing.interaction is 'Grain: one version of one call, visit or message (回访). Effective: interaction_at.';
comment on column landing.interaction.interaction_id is 'identifier of the interaction at the source';
comment on column landing.interaction.customer_id is 'customer';
comment on column landing.interaction.interaction_at is 'moment of the contact';
comment on column landing.interaction.channel_code is 'way of contact';
comment on column landing.interaction.purpose_code is 'why: care, dunning, complaint, renewal, review ...';
comment on column landing.interaction.employee_id is 'who made or took it';
comment on column landing.interaction.is_answered is 'the customer was reached';
comment on column landing.interaction.is_complaint is 'the customer complained';
comment on column landing.interaction.satisfaction_score is 'satisfaction stated (1 (worst) to 5 (best))';
comment on column landing.interaction.promised_amount is 'amount the customer promised to pay (portfolio currency)';
comment on column landing.interaction.promised_date is 'day by which it was promised';

create table landing.industry_indicator (
    industry_code    text not null,
    indicator_code   text not null,
    period_end_date  date not null,
    indicator_value  numeric(18, 4),
    observed_at      timestamptz not null,
    is_deleted       boolean not null default false,
    content_hash     uuid not null,
    file_id          bigint not null,
    file_line        bigint not null,
    landed_at        timestamptz not null default now(),
    unique (industry_code, indicator_code, period_end_date, observed_at, content_hash)
);
comment on table landing.industry_indicator is 'Grain: one version of one indicator of an industry for the period that ends on period_end_date. Effective: period_end_date.';
comment on column landing.industry_indicator.industry_code is 'industry';
comment on column landing.industry_indicator.indicator_code is 'indicator, for example prosperity_index';
comment on column landing.industry_indicator.period_end_date is 'last day of the period';
comment on column landing.industry_indicator.indicator_value is 'its value';

create table landing.related_party (
    customer_id          text not null,
    related_customer_id  text not null,
    relation_code        text not null,
    start_date           date not null,
    end_date             date,
    observed_at          timestamptz not null,
    is_deleted           boolean not null default false,
    content_hash         uuid not null,
    file_id              bigint not null,
    file_line            bigint not null,
    landed_at            timestamptz not null default now(),
    unique (customer_id, related_customer_id, relation_code, observed_at, content_hash)
);
comment on table landing.related_party is 'Grain: one version of one relation between two customers. Effective: start_date.';
comment on column landing.related_party.customer_id is 'customer';
comment on column landing.related_party.related_customer_id is 'the other customer';
comment on column landing.related_party.relation_code is 'what related_customer_id is to customer_id';
comment on column landing.related_party.start_date is 'first day of the relation';
comment on column landing.related_party.end_date is 'last day, once known';

create table landing.default_event (
    default_event_id  text not null,
    customer_id       text not null,
    contract_id       text,
    event_date        date not null,
    reason_code       text,
    end_date          date,
    observed_at       timestamptz not null,
    is_deleted        boolean not null default false,
    content_hash      uuid not null,
    file_id           bigint not null,
    file_line         bigint not null,
    landed_at         timestamptz not null default now(),
    unique (customer_id, default_event_id, observed_at, content_hash)
);
comment on table landing.default_event is 'Grain: one version of one recorded default of a customer. Effective: event_date.';
comment on column landing.default_event.default_event_id is 'identifier of the event at the source';
comment on column landing.default_event.customer_id is 'customer in default';
comment on column landing.default_event.contract_id is 'contract concerned';
comment on column landing.default_event.event_date is 'day of the default';
comment on column landing.default_event.reason_code is 'what made it a default';
comment on column landing.default_event.end_date is 'day the default ended, once known';

create table landing.judged_customer (
    customer_id   text not null,
    judged_date   date not null,
    observed_at   timestamptz not null,
    is_deleted    boolean not null default false,
    content_hash  uuid not null,
    file_id       bigint not null,
    file_line     bigint not null,
    landed_at     timestamptz not null default now(),
    unique (customer_id, judged_date, observed_at, content_hash)
);
comment on table landing.judged_customer is 'Grain: one version of a customer and date that the portfolio asks to have judged; where any exist, only these are. Effective: judged_date.';
comment on column landing.judged_customer.customer_id is 'customer';
comment on column landing.judged_customer.judged_date is 'date to judge the customer on';

