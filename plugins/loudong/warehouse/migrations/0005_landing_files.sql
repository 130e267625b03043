-- Settings may return to what they were, so two versions may have the same content. A file that was loaded is known by
-- path, size and time of change, without reading it again.
alter table landing.portfolio drop constraint portfolio_content_hash_key;

alter table ops.landing_file
    add column byte_count bigint,
    add column modified_ns bigint;
comment on column ops.landing_file.byte_count is 'Size of the file; null where it was loaded before this was kept.';
comment on column ops.landing_file.modified_ns is
    'Time of the file''s last change, in nanoseconds since 1970; null where it was loaded before this was kept.';
