-- Promises whose day is past, judged by the payments known now; a payment that became known late mends a judgement.
with paid as (
    select
        promise.customer_id,
        promise.promise_id,
        coalesce(sum(payment.paid_amount), 0) as paid_amount
    from promise
    cross join decision_run as run
    left join (
        landing.payment as payment
        left join landing.payment_superseded as later
            on
                later.customer_id = payment.customer_id
                and later.payment_id = payment.payment_id
                and later.observed_at = payment.observed_at
                and later.content_hash = payment.content_hash
    )
        on
            payment.customer_id = promise.customer_id
            and payment.payment_date > promise.made_date
            and payment.payment_date <= promise.promised_date
            and payment.observed_at < run.cutoff_at
            and (later.superseded_at is null or later.superseded_at >= run.cutoff_at)
            and not payment.is_deleted
    where promise.promised_date < run.as_of_date and promise.promised_date >= run.as_of_date - 365
    group by promise.customer_id, promise.promise_id
)

update promise
set
    state = case when paid.paid_amount >= promise.promised_amount then 'kept' else 'broken' end,
    paid_amount = paid.paid_amount,
    judged_date = case
        when
            promise.state = case when paid.paid_amount >= promise.promised_amount then 'kept' else 'broken' end
            then promise.judged_date
        else run.as_of_date
    end
from paid, decision_run as run
where
    promise.customer_id = paid.customer_id
    and promise.promise_id = paid.promise_id
    and (promise.paid_amount is distinct from paid.paid_amount or promise.state = 'open');

insert into decision_task
with landed as (
    select feature.customer_id
    from decision_run as run
    inner join marts.fct_customer_features as feature
        on feature.run_id = run.run_id and feature.as_of_date = run.as_of_date
    inner join marts.fct_customer_features as before
        on
            before.run_id = run.previous_run_id and before.as_of_date = run.previous_date
            and before.customer_id = feature.customer_id
    where feature.broken_promise_365d_count > coalesce(before.broken_promise_365d_count, 0)
),

broken as (
    select promise.customer_id
    from promise
    cross join decision_run as run
    where promise.state = 'broken' and promise.judged_date = run.as_of_date
    union
    select landed.customer_id from landed
)

select
    customer.customer_id,
    cadence.trigger_code,
    cadence.kind_code,
    cadence.owner_role,
    cadence.due_days::integer,
    null,
    null,
    null,
    format('A promise to pay was broken%s; past due %s.', own.said_en, coalesce(round(customer.past_due_amount), 0)),
    format('还款承诺未兑现%s；逾期金额%s。', own.said_zh, coalesce(round(customer.past_due_amount), 0)),
    'follow_up_cadence.csv:' || cadence.trigger_code || ',' || cadence.tier
from broken
cross join decision_run as run
inner join decision_customer as customer on customer.customer_id = broken.customer_id
inner join policy_follow_up_cadence as cadence
    on cadence.tier = customer.tier and cadence.trigger_code = 'promise_broken'
left join lateral (
    select
        format(
            ': %s by %s, paid %s', round(promise.promised_amount), promise.promised_date, round(promise.paid_amount)
        ) as said_en,
        format(
            '：承诺%s于%s前还款，实付%s', round(promise.promised_amount), promise.promised_date, round(promise.paid_amount)
        ) as said_zh
    from promise
    where
        promise.customer_id = customer.customer_id
        and promise.state = 'broken'
        and promise.judged_date = run.as_of_date
    order by promise.promised_amount desc, promise.promise_id
    limit 1
) as own on true;
