{{ config(materialized='view', schema='bi', persist_docs={'relation': true, 'columns': true}) }}

with customer as (
    select * from {{ ref('rpt_published_customer') }}
),

scored as (
    select
        as_of_date,
        model_name,
        model_version,
        bool_or(is_hindsight) as is_hindsight,
        count(*) as customer_count,
        avg(pd::numeric)::double precision as mean_pd,
        percentile_cont(array[0.1, 0.5, 0.9, 0.99]) within group (order by pd) as pd_quantiles,
        avg(score_points) as mean_score_points
    from customer
    group by as_of_date, model_name, model_version
),

evaluation as (
    select distinct on (model_name, model_version, protocol)
        model_name,
        model_version,
        protocol,
        n,
        bads,
        auc,
        auc_low,
        auc_high,
        ks,
        brier,
        mean_pd,
        bad_rate,
        evaluated_at
    from {{ source('ledger', 'model_evaluation') }}
    where slice = 'all'
    order by model_name, model_version, protocol, evaluated_at desc
),

watched as (
    select
        watch.as_of_date,
        watch.model_name,
        watch.model_version,
        count(*) as watched_count,
        count(*) filter (where watch.state = 'crossed') as crossed_count,
        string_agg(
            trim(watch.watch_code || ' ' || watch.subject), ', ' order by watch.watch_code, watch.subject
        ) filter (where watch.state = 'crossed') as crossed
    from {{ source('ledger', 'publication') }} as publication
    inner join {{ source('ledger', 'model_watch') }} as watch
        on publication.run_id = watch.run_id
    where publication.superseded_at is null
    group by watch.as_of_date, watch.model_name, watch.model_version
)

select
    scored.as_of_date,
    scored.model_name,
    scored.model_version,
    evaluation.protocol,
    scored.is_hindsight,
    scored.customer_count,
    scored.mean_pd,
    scored.pd_quantiles[1] as pd_p10,
    scored.pd_quantiles[2] as pd_p50,
    scored.pd_quantiles[3] as pd_p90,
    scored.pd_quantiles[4] as pd_p99,
    scored.mean_score_points::double precision as mean_score_points,
    evaluation.n as evaluated_count,
    evaluation.bads as evaluated_bad_count,
    evaluation.auc,
    evaluation.auc_low,
    evaluation.auc_high,
    evaluation.ks,
    evaluation.brier,
    evaluation.mean_pd as evaluated_mean_pd,
    evaluation.bad_rate as evaluated_bad_rate,
    evaluation.evaluated_at,
    watched.watched_count,
    watched.crossed_count,
    watched.crossed
from scored
left join evaluation
    on scored.model_name = evaluation.model_name and scored.model_version = evaluation.model_version
left join watched
    on
        scored.as_of_date = watched.as_of_date
        and scored.model_name = watched.model_name and scored.model_version = watched.model_version
