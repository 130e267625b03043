{{ state_config('int_repayment__scope', key=['customer_id', 'contract_id', 'is_material', 'start_date']) }}

-- Spells of arrears, as known at the newest date rolled to. Grain: contract x is_material x spell.
select {{ columns_but_date(ref('int_delinquency__spell_scope')) }}
from {{ ref('int_delinquency__spell_scope') }}
