{#
  Defaults from beginning to end. A default ends when `cure_months` have passed without material arrears and without a
  recorded event (CRR Art. 178, EBA/GL/2016/07); arrears before that make it go on. So intervals that follow each other
  within the months of cure make one island; the default of an island begins with the first one in it.

  `interval` names a relation (as_of_date, <key>, start_date, default_date, end_date, cure_months), `key` the columns of
  who defaults. Rows: as_of_date x key x default, with default_date and end_date (null: it holds on the as_of_date).
#}
{% macro default_spell(interval, key) -%}
{% set keys = key | join(', ') -%}
with extended as (
    select
        *,
        coalesce((end_date + cure_months * interval '1 month')::date, 'infinity') as cured_date
    from {{ interval }}
),

followed as (
    select
        *,
        max(cured_date) over (
            partition by as_of_date, {{ keys }} order by start_date, cured_date
            rows between unbounded preceding and 1 preceding
        ) as cured_before
    from extended
),

numbered as (
    select
        *,
        count(*) filter (where cured_before is null or start_date > cured_before) over (
            partition by as_of_date, {{ keys }} order by start_date, cured_date
            rows between unbounded preceding and current row
        ) as island
    from followed
)

select
    as_of_date,
    {{ keys }},
    min(default_date) as default_date,
    case when max(cured_date) <= as_of_date then max(cured_date) end as end_date
from numbered
group by as_of_date, {{ keys }}, island
having min(default_date) is not null
{%- endmacro %}
