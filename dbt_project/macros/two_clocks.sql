{# The two clocks: a row counts for a date when it took effect by then and was known before the date ended. #}

{#
  Rows (as_of_date, cutoff_at): the dates of this run and the instant each of them ends. A comparison looks at them with
  what is known today: `known_before` takes the place of that instant. It is none in every other run.
#}
{% macro as_of_dates() -%}
    select
        as_of_date,
        {% if var('known_before', none) -%}
        '{{ var("known_before") }}'::timestamptz as cutoff_at
        {%- else -%}
        {{ instant_of('as_of_date + 1') }} as cutoff_at
        {%- endif %}
    from unnest({{ dates_of_run() }}) as dates (as_of_date)
{%- endmacro %}

{% macro dates_of_run() -%}
    array['{{ var("as_of_dates") | join("', '") }}']::date[]
{%- endmacro %}

{# The instant at which a date of the portfolio's calendar begins. #}
{% macro instant_of(day) -%}
    (({{ day }})::timestamp at time zone '{{ var("timezone") }}')
{%- endmacro %}

{# Is this the version that was current at the end of the date? #}
{% macro known_at(version, dates) -%}
    {{ version }}.known_from < {{ dates }}.cutoff_at
    and ({{ version }}.superseded_at is null or {{ version }}.superseded_at >= {{ dates }}.cutoff_at)
    and not {{ version }}.is_deleted
    and {{ version }}.effective_date <= {{ dates }}.as_of_date
{%- endmacro %}

{# Local calendar date of an instant. #}
{% macro local_date(instant) -%}
    (({{ instant }}) at time zone '{{ var("timezone") }}')::date
{%- endmacro %}

{# Did the date fall into the `days` days that end with the as_of_date? #}
{% macro within(date_column, days, as_of='as_of_date') -%}
    {{ date_column }} > {{ as_of }} - {{ days }} and {{ date_column }} <= {{ as_of }}
{%- endmacro %}

{# A ratio of two amounts as a double; null where the denominator is null or not positive. #}
{% macro ratio(numerator, denominator) -%}
    (({{ numerator }})::double precision / nullif(greatest({{ denominator }}, 0), 0)::double precision)
{%- endmacro %}

{# Calendar months between a date and the as_of_date: 0 is the month of the as_of_date. #}
{% macro months_back(date_column, as_of) -%}
    (
        (date_part('year', {{ as_of }}) - date_part('year', {{ date_column }})) * 12
        + date_part('month', {{ as_of }}) - date_part('month', {{ date_column }})
    )::integer
{%- endmacro %}

{# The first date of this run, as a constant that an index can be asked for. #}
{% macro first_date_of_run() -%}
    '{{ var("as_of_dates") | min }}'::date
{%- endmacro %}

{# The instant from which a row of the last `days` days of any date of this run may be, for an index on instants. #}
{% macro start_of_lookback(days) -%}
    (({{ first_date_of_run() }} - {{ days }} + 1)::timestamp at time zone '{{ var("timezone") }}')
{%- endmacro %}
