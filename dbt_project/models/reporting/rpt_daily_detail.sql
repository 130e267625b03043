{{ config(materialized='ephemeral') }}

-- Before this date retention has left month-ends alone: nothing that needs every day can be said of it.
select max(removed.as_of_date) + 1 as since_date
from {{ source('ledger', 'removed_slice') }} as removed
inner join {{ source('ledger', 'publication') }} as publication
    on removed.run_id = publication.run_id and removed.as_of_date = publication.as_of_date
where publication.superseded_at is null
