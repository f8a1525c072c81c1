-- 0046-time.sql - who worked when: one entry running a person, no two at once.

do $$ begin
	perform konak.grant_default('time.view_all', 'time',
	    'Tüm zaman kayıtlarını gör', 'View all time entries',
	    '{"owner": "all", "admin": "all", "manager": "team"}', '{all,team}');
	perform konak.grant_default('time.view_own', 'time',
	    'Kendi zaman kayıtlarını gör', 'View own time entries',
	    '{"employee": "own", "intern": "own"}', '{own}');
	perform konak.grant_default('time.create', 'time',
	    'Zaman kaydı ekle', 'Add time entries',
	    '{"owner": "all", "admin": "all", "manager": "team", "employee": "own"}',
	    '{all,team,own}');
	perform konak.grant_default('time.edit', 'time',
	    'Zaman kaydı düzenle', 'Edit time entries',
	    '{"owner": "all", "admin": "all", "manager": "team", "employee": "own", "intern": "own"}',
	    '{all,team,own}');
	perform konak.grant_default('time.delete', 'time',
	    'Zaman kaydı sil', 'Delete time entries',
	    '{"owner": "all", "admin": "all", "manager": "team", "employee": "own"}',
	    '{all,team,own}');
	perform konak.grant_default('time.edit_locked', 'time',
	    'Kilitli zamanları düzelt', 'Correct locked times',
	    '["owner", "admin"]');
end $$;

create table konak.timesheet_locks (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	locked_until date not null,
	reason text not null,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint timesheet_locks_pkey primary key (company_id, id),
	constraint timesheet_locks_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint timesheet_locks_reason_length check (length(reason) between 1 and 255)
);

select konak.sort_index('konak.timesheet_locks', 'locked_until');

select konak.protect('konak.timesheet_locks', '{"record": "timesheet_locks", "module": "time", "audit": "TIMESHEET_LOCK", "title": "reason", "view": {"time.view_all": "all", "time.view_own": "all"}, "create": {"time.edit_locked": "all"}, "edit": {"time.edit_locked": "all"}, "delete": {"time.edit_locked": "all"}}'::jsonb);

create table konak.time_entries (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	task_id uuid,
	project_id uuid,
	user_id uuid not null default konak.me(),
	started_at timestamptz not null default konak.now(),
	ended_at timestamptz,
	duration integer generated always as
	    (extract(epoch from ended_at - started_at)::integer) stored,
	description text,
	is_billable boolean not null default true,
	correction_reason text,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(coalesce(description, ''))) stored,
	constraint time_entries_pkey primary key (company_id, id),
	constraint time_entries_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint time_entries_task_id_fkey foreign key (company_id, task_id)
	    references konak.tasks,
	constraint time_entries_project_id_fkey foreign key (company_id, project_id)
	    references konak.projects,
	constraint time_entries_user_id_fkey foreign key (company_id, user_id)
	    references konak.memberships (company_id, user_id),
	constraint time_entries_description_length check (length(description) <= 500),
	constraint time_entries_correction_reason_length check (length(correction_reason) <= 255),
	constraint time_entries_ended_at_order check (ended_at > started_at),
	-- [start, end): one may begin when the other ends.
	constraint time_entries_started_at_overlap exclude using gist (user_id with =,
	    tstzrange(started_at, ended_at) with &&)
	    where (deleted_at is null)
);

select konak.sort_index('konak.time_entries', 'started_at', '{task_id}');
select konak.sort_index('konak.time_entries', 'started_at', '{project_id}');
select konak.sort_index('konak.time_entries', 'started_at', '{user_id}');
select konak.sort_index('konak.time_entries', 'started_at');
select konak.sort_index('konak.time_entries', 'started_at', '{is_billable}');
create index time_entries_search on konak.time_entries
    using gin (company_id, search gin_trgm_ops);
-- One runs a person; in other companies, the constraint above forbids it.
create unique index time_entries_user_id_running on konak.time_entries
    (company_id, user_id) where ended_at is null and deleted_at is null;

-- The project is the task's unless another is named; what is locked is
-- corrected only with a reason of this correction.
select konak.protect_define('time_entries_check', $f$
declare
	locked date;
	first timestamptz := new.started_at;
begin
	if new.project_id is null and new.task_id is not null then
		select t.project_id into new.project_id from konak.tasks t
		where t.company_id = new.company_id and t.id = new.task_id;
	end if;
	if tg_op = 'UPDATE' then
		first := least(first, old.started_at);
		if new.correction_reason is not distinct from
		    old.correction_reason and (new.started_at, new.ended_at,
			new.user_id, new.task_id, new.deleted_at)
		    is not distinct from (old.started_at, old.ended_at,
			old.user_id, old.task_id, old.deleted_at) then
			return new;
		end if;
	end if;
	select max(l.locked_until) into locked from konak.timesheet_locks l
	where l.company_id = new.company_id and l.deleted_at is null;
	if (first at time zone (select c.timezone from konak.companies c
	    where c.id = new.company_id))::date <= locked
	    and not (konak.may('time.edit_locked')
		and new.correction_reason is not null
		and (tg_op = 'INSERT' or new.correction_reason
		    is distinct from old.correction_reason)) then
		perform konak.fail('time.locked', field => 'started_at');
	end if;
	return new;
end $f$);
create trigger time_entries_10_check before insert or update
    on konak.time_entries for each row
    execute function konak.time_entries_check();

select konak.protect('konak.time_entries', '{"record": "time_entries", "module": "time", "audit": "TIME_ENTRY", "title": ["task_id", "description"], "view": {"time.view_all": ["all", "team"], "time.view_own": "own"}, "create": {"time.create": ["all", "team", "own"]}, "edit": {"time.edit": ["all", "team", "own"]}, "delete": {"time.delete": ["all", "team", "own"]}, "scopes": {"team": "user_id = any ((select konak.my_team())::uuid[])", "own": "user_id = konak.me()"}, "write": {"correction_reason": "time.edit_locked"}, "readonly": ["duration"], "internal": ["search"]}'::jsonb);
