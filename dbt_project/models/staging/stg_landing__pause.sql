-- One row per version of one period in which days past due are not counted, or are excused.
select
    pause_id,
    customer_id,
    contract_id,
    agreed_date,
    start_date,
    end_date,
    kind_code,
    is_deleted,
    agreed_date as effective_date,
    observed_at as known_from,
    superseded_at,
    file_id
from {{ versions('pause', ['customer_id', 'pause_id']) }} as version
