{{ config(materialized='ephemeral') }}

-- A run has a result_hash from the moment it is published or found unchanged.
select alert.*
from {{ source('risk', 'alert') }} as alert
inner join {{ source('ledger', 'run') }} as run on alert.run_id = run.run_id
where run.result_hash is not null
