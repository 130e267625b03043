{{ config(materialized='view', schema='bi', persist_docs={'relation': true, 'columns': true}) }}

select
    subject.as_of_date,
    rule.rule_code,
    subject.subject_level,
    case
        when subject.subject_level = 'customer' then subject.customer_id
        else substr(subject.customer_id, length(subject.subject_level) + 3)
    end as subject_id,
    case letter.letter
        when 's' then 'snoozed'
        when '-' then 'no_hit'
        when 'b' then 'below_exposure'
        when 'n' then 'not_enough_data'
        when 'e' then 'error'
        else 'hit'
    end as outcome_code,
    (array['minor', 'major', 'critical'])[position(letter.letter in '123')] as severity,
    subject.run_id
from {{ source('ledger', 'publication') }} as publication
inner join {{ source('risk', 'subject_rule_outcome') }} as subject
    on publication.run_id = subject.run_id and publication.as_of_date = subject.as_of_date
inner join {{ source('risk', 'rule_outcome') }} as rule
    on
        subject.run_id = rule.run_id and subject.as_of_date = rule.as_of_date
        and subject.subject_level = rule.level_code and rule.outcome_code = 'hit'
cross join lateral (select substr(subject.outcomes, rule.rule_position, 1) as letter) as letter
where publication.superseded_at is null
