{{ config(materialized='ephemeral') }}

select action.*
from {{ source('risk', 'customer_action') }} as action
inner join {{ source('ledger', 'run') }} as run on action.run_id = run.run_id
where run.result_hash is not null
