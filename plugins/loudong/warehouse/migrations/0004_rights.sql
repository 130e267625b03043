-- Least rights. The pipeline writes what it makes and only appends to landing; the BI reader sees bi alone.
revoke all on schema public from public;

grant usage on schema landing, staging, intermediate, marts, risk, bi, ops to loudong_pipeline;
grant create on schema staging, intermediate, marts, bi to loudong_pipeline;
grant select, insert on all tables in schema landing to loudong_pipeline;
grant select, insert, update on all tables in schema ops, risk to loudong_pipeline;
-- Rows of a run that was not published are taken back when its results equal what already stands.
grant delete on risk.customer_score, risk.customer_tier to loudong_pipeline;
grant delete on ops.watermark, ops.delivery to loudong_pipeline;
grant usage on all sequences in schema landing, ops, risk to loudong_pipeline;

grant usage on schema bi to loudong_bi;
alter default privileges for role loudong_pipeline in schema bi grant select on tables to loudong_bi;
