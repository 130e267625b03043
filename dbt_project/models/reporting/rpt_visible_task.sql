{{ config(materialized='ephemeral') }}

select task.*
from {{ source('risk', 'follow_up_task') }} as task
inner join {{ source('ledger', 'run') }} as run on task.run_id = run.run_id
where run.result_hash is not null
