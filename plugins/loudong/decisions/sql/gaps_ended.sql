-- What an earlier run found and this one does not.
update enforcement_gap
set ended_date = run.as_of_date
from decision_run as run
where
    enforcement_gap.ended_date is null
    and not exists (
        select 1 from decision_gap as found
        where
            found.customer_id = enforcement_gap.customer_id
            and found.gap_code = enforcement_gap.gap_code
            and found.subject_id = enforcement_gap.subject_id
    );
