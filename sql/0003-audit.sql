-- 0003-audit.sql - what happened, for ever: audit_logs never changes;
-- audit_values holds what was written, and may be erased for a person's sake
-- (then the digest still proves what stood there). Rows are written by the
-- triggers of konak.protect() and by the functions of 0004, never by the
-- serving role itself.

create table konak.audit_logs (
	company_id uuid not null,
	at timestamptz not null default konak.now(),
	id uuid not null default konak.uuid7(),
	request_id uuid,
	user_id uuid,
	action text not null,
	module text not null,
	record_type text,
	record_id uuid,
	version integer,
	-- create, edit, delete, restore; null when no record changed
	op text,
	description text,
	ip text,
	client text,
	-- SHA-256(salt, values) of the row in audit_values
	digest bytea not null,
	constraint audit_logs_pkey primary key (company_id, at, id),
	constraint audit_logs_action_length check (length(action) between 1 and 100)
) partition by range (at);
create index audit_logs_record_idx on konak.audit_logs (company_id, record_id, at);
create index audit_logs_request_idx on konak.audit_logs (company_id, request_id);

-- values: {"title", "old": {field: value}, "new": {field: value}}, changed
-- fields only, or whatever an action without a record has to say.
create table konak.audit_values (
	company_id uuid not null,
	at timestamptz not null,
	id uuid not null,
	values jsonb not null,
	salt bytea not null,
	constraint audit_values_pkey primary key (company_id, at, id)
) partition by range (at);

create function konak.audit_frozen() returns trigger
language plpgsql
as $$
begin
	raise exception using errcode = '42501',
	    message = 'audit rows never change';
end $$;

create table konak.audit_logs_default partition of konak.audit_logs default;
create table konak.audit_values_default partition of konak.audit_values default;

create trigger audit_logs_frozen before update or delete on konak.audit_logs
    for each row execute function konak.audit_frozen();
create trigger audit_logs_no_truncate before truncate on konak.audit_logs
    for each statement execute function konak.audit_frozen();
-- Deleting a person's values is a function of its own (rule M4).
create trigger audit_values_frozen before update on konak.audit_values
    for each row execute function konak.audit_frozen();
create trigger audit_values_no_truncate before truncate on konak.audit_values
    for each statement execute function konak.audit_frozen();

-- A partition is reached through its parent alone.
create function konak.audit_partition_close(part regclass) returns void
language plpgsql
as $$
begin
	execute format('revoke all on %s from public, konak_app, konak_auth, '
	    'konak_definer, konak_group', part);
	execute format('alter table %s enable row level security', part);
	execute format('alter table %s force row level security', part);
	execute format('create policy owner_all on %s to konak_owner '
	    'using (true) with check (true)', part);
end $$;

-- Makes this month's and the next months' partitions; what the default
-- partition has caught of them moves over. Run by every migration and by
-- konakctl; returns how many it made.
create function konak.audit_partitions(ahead integer default 3) returns integer
language plpgsql
as $$
declare
	base text;
	part text;
	m timestamptz;
	made integer := 0;
begin
	perform pg_advisory_xact_lock(hashtextextended('konak audit', 0));
	for i in 0 .. ahead loop
		m := (date_trunc('month', now() at time zone 'UTC')
		    + make_interval(months => i)) at time zone 'UTC';
		foreach base in array array['audit_logs', 'audit_values'] loop
			part := base || '_' || to_char(m at time zone 'UTC', 'YYYYMM');
			continue when to_regclass('konak.' || part) is not null;
			execute format('create table konak.%I (like konak.%I '
			    'including defaults including constraints)', part, base);
			execute format('alter table konak.%I disable trigger user',
			    base || '_default');
			execute format('with gone as (delete from konak.%I '
			    'where at >= %L and at < %L returning *) '
			    'insert into konak.%I select * from gone',
			    base || '_default', m, m + interval '1 month', part);
			execute format('alter table konak.%I enable trigger user',
			    base || '_default');
			execute format('alter table konak.%I attach partition konak.%I '
			    'for values from (%L) to (%L)', base, part, m,
			    (date_trunc('month', m at time zone 'UTC')
			    + interval '1 month') at time zone 'UTC');
			perform konak.audit_partition_close(('konak.' || part)::regclass);
			made := made + 1;
		end loop;
	end loop;
	return made;
end $$;

do $$
declare
	t text;
begin
	foreach t in array array['audit_logs', 'audit_values'] loop
		execute format('alter table konak.%I enable row level security', t);
		execute format('alter table konak.%I force row level security', t);
		execute format('create policy owner_all on konak.%I to konak_owner '
		    'using (true) with check (true)', t);
		-- Writers are definer functions, which know the row's company.
		execute format('create policy write on konak.%I for insert '
		    'to konak_definer, konak_auth with check (true)', t);
		execute format('create policy read on konak.%I for select '
		    'to konak_definer, konak_auth using (true)', t);
		execute format('grant select, insert on konak.%I '
		    'to konak_definer, konak_auth', t);
		perform konak.audit_partition_close(
		    ('konak.' || t || '_default')::regclass);
	end loop;
end $$;
do $$ begin perform konak.audit_partitions(3); end $$;
