{#
  What is summed over windows of transactions: name, value of a row, and the windows in days. Whatever is summed is an
  integer or numeric, so that sums rolled day by day equal those made at once.
#}
{% macro transaction_measures() -%}
    {{ return([
        ('transaction_count', '1', [7, 30, 90, 180, 365]),
        ('inflow_count', 'case when is_in then 1 end', [7, 30, 90, 180, 365]),
        ('night_count', 'case when is_night then 1 end', [30, 90, 365]),
        ('inflow_units', 'case when is_in then units end', [7, 30, 60, 90, 120, 150, 180, 365, 455]),
        ('outflow_units', 'case when not is_in then units end', [7, 30, 90, 180, 365]),
        ('inflow_square', 'case when is_in then units::numeric * units end', [180]),
        ('outflow_square', 'case when not is_in then units::numeric * units end', [180]),
    ]) }}
{%- endmacro %}

{# The names of all sums: a measure over a window. #}
{% macro transaction_sums() -%}
    {% set sums = [] %}
    {% for name, value, windows in transaction_measures() %}
        {% for days in windows %}{% do sums.append(name ~ '_' ~ days ~ 'd') %}{% endfor %}
    {% endfor %}
    {{ return(sums) }}
{%- endmacro %}

{# The distinct windows in days, shortest first. #}
{% macro transaction_windows() -%}
    {% set windows = [] %}
    {% for name, value, days in transaction_measures() %}
        {% for day in days if day not in windows %}{% do windows.append(day) %}{% endfor %}
    {% endfor %}
    {{ return(windows | sort) }}
{%- endmacro %}

{# Squares of units exceed what a bigint holds. #}
{% macro sum_type(sum) -%}
    {{ return('numeric' if '_square' in sum else 'bigint') }}
{%- endmacro %}

{# Did the day of the row leave the window of so many days between two dates? #}
{% macro left_window(version, days, there, here) -%}
    {{ version }}.transaction_at >= {{ instant_of(there ~ ' - ' ~ (days - 1)) }}
    and {{ version }}.transaction_at < {{ instant_of(here ~ ' - ' ~ (days - 1)) }}
{%- endmacro %}

{# Amounts have four decimals: a unit is a ten-thousandth of the currency. #}
{% macro units(amount) -%}
    ({{ amount }} * 10000)::bigint
{%- endmacro %}

{#
  Of outflows `rows` (day, units, and `keys` where they are of several customers) those that no later one reaches: each
  of them is the largest once all before it have left the window. Newest first, the last of them is the largest of all.
#}
{% macro outflow_peaks(rows, keys=[]) -%}
    select
        {% for key in keys -%}
            {{ key }},
        {% endfor -%}
        array_agg(day order by day desc) as outflow_peak_days,
        array_agg(units order by day desc) as outflow_peak_units
    from (
        select
            *,
            max(units) over (
                {{ 'partition by ' ~ keys | join(', ') if keys }}
                order by day desc, units desc
                rows between unbounded preceding and 1 preceding
            ) as later_units
        from {{ rows }}
    ) as followed
    where later_units is null or units > later_units
    {{ 'group by ' ~ keys | join(', ') if keys }}
{%- endmacro %}

{# What the sums need of a row of stg_landing__transaction. #}
{% macro transaction_row(version) -%}
    {{ version }}.effective_date as day,
    {{ version }}.direction_code = 'in' as is_in,
    {{ units(version ~ '.transaction_amount') }} as units,
    extract(hour from {{ version }}.transaction_at at time zone '{{ var("timezone") }}') < 6 as is_night
{%- endmacro %}

{% macro amount_of_units(units) -%}
    ({{ units }} * 0.0001)
{%- endmacro %}

{# Population standard deviation over the mean, from exact sums; null where the sum is not positive. #}
{% macro variation(square_sum, sum, count) -%}
    case when {{ sum }} > 0
        then sqrt(greatest({{ count }} * {{ square_sum }} - {{ sum }}::numeric * {{ sum }}, 0)::double precision)
            / {{ sum }}::double precision
    end
{%- endmacro %}
