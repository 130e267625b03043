{{ config(materialized='ephemeral') }}

select
    outcome.rule_code,
    outcome.rule_version,
    outcome.level_code,
    publication.as_of_date,
    -- Since when the rule has been asked every published date without what a model knew only later.
    greatest(
        min(publication.as_of_date) over (partition by outcome.rule_code),
        max(publication.as_of_date) filter (where outcome.uses_hindsight)
            over (partition by outcome.rule_code order by publication.as_of_date)
        + 1
    ) as fair_since_date
from {{ ref('rpt_published_date') }} as publication
inner join {{ source('risk', 'rule_outcome') }} as outcome
    on publication.run_id = outcome.run_id and publication.as_of_date = outcome.as_of_date
where outcome.outcome_code = 'hit'
