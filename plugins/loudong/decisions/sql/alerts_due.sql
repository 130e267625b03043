-- Hits that raise an alert. One that the date raised before, or that was closed on or after the date, is not raised
-- again; nor is one that a person closed, or that lapsed, within the cooldown of the rule, unless it is graver now.
create temporary table decision_due on commit drop as
select hit.customer_id, hit.rule_code, hit.subject_level, hit.severity_rank
from decision_hit as hit
where
    not exists (
        select 1 from decision_standing_alert as standing
        where standing.customer_id = hit.customer_id and standing.rule_code = hit.rule_code
    )
    and not exists (
        select 1 from alert as closed
        where
            closed.customer_id = hit.customer_id
            and closed.rule_code = hit.rule_code
            and closed.opened_date <= hit.hit_date
            and (
                closed.closed_date >= hit.hit_date
                or closed.opened_date = hit.hit_date
                or (
                    (closed.closed_by <> 'loudong' or closed.status = 'lapsed')
                    and closed.closed_date + hit.cooldown_days >= hit.hit_date
                    and array_position(array['minor', 'major', 'critical'], closed.severity) >= hit.severity_rank
                )
            )
    );

create unique index on decision_due (customer_id, rule_code);
analyze decision_due;
