-- Days on which days past due are not counted, as known. Grain: customer x contract (null: all of them) x as_of_date.
{{ pause_known(ref('int_spine__date')) }}
