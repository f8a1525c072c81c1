-- 0380-timesheets.sql - a week is sent for approval, approved or returned (M19).
-- From being sent until it is returned its entries are as locked as those before
-- a lock's date: corrected only with the permission and a reason.

do $$ begin
	perform konak.grant_default('time.approve', 'time',
	    'Hafta çizelgelerini onayla', 'Approve timesheets',
	    '{"owner": "all", "admin": "all", "manager": "team"}', '{all,team}');
end $$;

create type konak.timesheets_state as enum
    ('submitted', 'approved', 'returned');

create table konak.timesheets (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	user_id uuid not null,
	monday date not null,
	seconds integer not null,
	state konak.timesheets_state not null default 'submitted',
	submitted_at timestamptz not null default konak.now(),
	decided_by uuid,
	decided_at timestamptz,
	note text,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	constraint timesheets_pkey primary key (company_id, id),
	constraint timesheets_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint timesheets_user_id_fkey foreign key (company_id, user_id)
	    references konak.memberships (company_id, user_id),
	constraint timesheets_decided_by_fkey foreign key (company_id, decided_by)
	    references konak.memberships (company_id, user_id),
	constraint timesheets_user_id_key unique (company_id, user_id, monday),
	constraint timesheets_monday_form check (extract(isodow from monday) = 1),
	constraint timesheets_seconds_range check (seconds >= 0),
	constraint timesheets_note_length check (length(note) between 1 and 500),
	constraint timesheets_decided_at_state check
	    ((decided_at is null) = (state = 'submitted'))
);

select konak.sort_index('konak.timesheets', 'monday');
select konak.sort_index('konak.timesheets', 'monday', '{user_id}');
select konak.sort_index('konak.timesheets', 'monday', '{decided_by}');
select konak.sort_index('konak.timesheets', 'monday', '{state}');

select konak.protect('konak.timesheets', '{"record": "timesheets", "module": "time", "audit": "TIMESHEET", "title": "user_id", "view": {"time.view_all": ["all", "team"], "time.view_own": "own"}, "scopes": {"team": "user_id = any ((select konak.my_team())::uuid[])", "own": "user_id = konak.me()"}, "readonly": ["user_id", "monday", "seconds", "state", "submitted_at", "decided_by", "decided_at", "note"]}'::jsonb);

-- As before, and what lies in a week that was sent is locked as well. Who
-- sends a week waits for whoever is writing into it, and the other way round.
select konak.protect_define('time_entries_check', $f$
declare
	locked date;
	zone text;
	first timestamptz := new.started_at;
	may boolean;
begin
	if new.project_id is null and new.task_id is not null then
		select t.project_id into new.project_id from konak.tasks t
		where t.company_id = new.company_id and t.id = new.task_id;
	end if;
	if tg_op = 'UPDATE' then
		first := least(first, old.started_at);
		if new.correction_reason is not distinct from
		    old.correction_reason and (new.started_at, new.ended_at,
			new.user_id, new.task_id, new.project_id,
			new.is_billable, new.deleted_at)
		    is not distinct from (old.started_at, old.ended_at,
			old.user_id, old.task_id, old.project_id,
			old.is_billable, old.deleted_at) then
			return new;
		end if;
	end if;
	may := konak.may('time.edit_locked')
	    and new.correction_reason is not null
	    and (tg_op = 'INSERT' or new.correction_reason
		is distinct from old.correction_reason);
	if may then
		return new;
	end if;
	select c.timezone into zone from konak.companies c
	where c.id = new.company_id;
	select max(l.locked_until) into locked from konak.timesheet_locks l
	where l.company_id = new.company_id and l.deleted_at is null;
	if (first at time zone zone)::date <= locked then
		perform konak.fail('time.locked', field => 'started_at');
	end if;
	perform pg_advisory_xact_lock_shared(hashtextextended('sheet '
	    || new.user_id, 0));
	if konak.time_sheet_holds(new.company_id, new.user_id, zone,
	    new.started_at, new.ended_at) or (tg_op = 'UPDATE'
	    and konak.time_sheet_holds(old.company_id, old.user_id, zone,
		old.started_at, old.ended_at)) then
		perform konak.fail('time.sheet', field => 'started_at');
	end if;
	return new;
end $f$);

set local role konak_auth;

-- Whose role in a company has a right, and how far it goes.
create function konak.right_held(company uuid, code text)
    returns table (user_id uuid, scope text)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select m.user_id, p.scope from konak.memberships m
	join konak.role_permissions p on p.company_id = m.company_id
	    and p.role_id = m.role_id and p.code = right_held.code
	where m.company_id = right_held.company and m.deleted_at is null
$$;
revoke execute on function konak.right_held(uuid, text) from public;
grant execute on function konak.right_held(uuid, text) to konak_definer;

set local role konak_definer;

-- Does such an entry reach into a week that was sent, or approved?
create function konak.time_sheet_holds(company uuid, person uuid, zone text,
    started timestamptz, ended timestamptz) returns boolean
language sql stable set search_path = pg_catalog, pg_temp
as $$
	select exists (select from konak.timesheets s
	    where s.company_id = company and s.user_id = person
		and s.state <> 'returned'
		and s.monday >= date_trunc('week', started at time zone zone)
		and s.monday <= coalesce(ended - interval '1 microsecond',
		    started) at time zone zone)
$$;

-- Who is told of a week that waits: the leads of the person's teams who may
-- approve, else those who may for everybody.
create function konak.timesheet_judges(person uuid) returns uuid[]
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	with may as (
		select h.user_id, h.scope
		from konak.right_held(konak.company(), 'time.approve') h
		where h.user_id <> person
	), leads as (
		select may.user_id from may
		join konak.teams t on t.company_id = konak.company()
		    and t.lead_user_id = may.user_id and t.deleted_at is null
		join konak.team_members x on x.company_id = t.company_id
		    and x.team_id = t.id and x.user_id = person
		    and x.deleted_at is null
	)
	select coalesce((select array_agg(distinct l.user_id) from leads l),
	    (select array_agg(may.user_id) from may where may.scope = 'all'),
	    '{}')
$$;

-- One's own week goes to whoever approves it; again after it was returned.
create function konak.timesheets_submit(week date) returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	s konak.timesheets;
	a timestamptz := konak.day_start(week);
	z timestamptz := konak.day_start(week + 7);
	total integer;
begin
	if not konak.may('time.create') then
		perform konak.denied('time.create');
	elsif extract(isodow from week) <> 1 or week > konak.today() then
		perform konak.fail('timesheets.monday', field => 'monday');
	end if;
	perform pg_advisory_xact_lock(hashtextextended('sheet ' || konak.me(), 0));
	if exists (select from konak.time_entries e
	    where e.company_id = konak.company() and e.user_id = konak.me()
		and e.ended_at is null and e.started_at < z
		and e.deleted_at is null) then
		perform konak.fail('timesheets.running', field => 'monday');
	end if;
	total := konak.time_total(konak.me(), a, z);
	select x.* into s from konak.timesheets x
	where x.company_id = konak.company() and x.user_id = konak.me()
	    and x.monday = week for update;
	if s.id is null then
		insert into konak.timesheets as x (company_id, user_id, monday,
		    seconds)
		values (konak.company(), konak.me(), week, total)
		returning x.* into s;
	elsif s.state = 'returned' then
		update konak.timesheets x set state = 'submitted',
		    seconds = total, submitted_at = konak.now(),
		    decided_by = null, decided_at = null, note = null
		where x.company_id = s.company_id and x.id = s.id
		returning x.* into s;
	else
		perform konak.fail('timesheets.state', field => 'monday');
	end if;
	perform konak.notify(konak.timesheet_judges(konak.me()), 'timesheet',
	    to_char(week, 'DD.MM.YYYY'), null, 'timesheets', s.id, 'normal',
	    konak.me(), '{"action": "TIMESHEET_SUBMIT"}');
	return next row('timesheets', s.id, s.version, case when s.version = 1
	    then 'create' else 'edit' end, null)::konak.changed;
end $$;

-- Approved, or returned with a reason. Nobody approves the own week but who
-- does so for everybody; whoever sent it takes it back while it waits.
create function konak.timesheets_decide(sheet uuid, stand integer,
    approved boolean, why text) returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	s konak.timesheets;
	mine boolean;
	judge boolean;
begin
	if not konak.may('time.approve')
	    and (approved or not konak.may('time.create')) then
		perform konak.denied('time.approve');
	end if;
	select x.* into s from konak.timesheets x
	where x.company_id = konak.company() and x.id = sheet for update;
	if s.id is null or not konak.visible('timesheets', sheet) then
		perform konak.no_row();
	end if;
	mine := s.user_id = konak.me();
	judge := konak.may('time.approve') and (konak.scope('time.approve')
	    = 'all' or not mine and s.user_id = any (konak.my_team()));
	if s.version <> stand then
		raise exception using errcode = 'KN001', message = 'stale';
	elsif approved and mine and not judge then
		perform konak.fail('timesheets.own');
	elsif not judge and not (mine and not approved) then
		perform konak.denied('time.approve');
	elsif approved and s.state <> 'submitted' or s.state = 'returned'
	    or not judge and s.state <> 'submitted' then
		perform konak.fail('timesheets.state');
	elsif not approved and not mine and nullif(trim(why), '') is null then
		perform konak.fail('timesheets.reason', field => 'note');
	end if;
	update konak.timesheets x set decided_by = konak.me(),
	    decided_at = konak.now(), note = nullif(trim(why), ''),
	    state = case when approved then 'approved' else 'returned'
		end::konak.timesheets_state
	where x.company_id = s.company_id and x.id = s.id
	returning x.* into s;
	if not mine then
		perform konak.notify(array[s.user_id], 'timesheet',
		    to_char(s.monday, 'DD.MM.YYYY'), s.note, 'timesheets', s.id,
		    'normal', konak.me(), jsonb_build_object('action',
			case when approved then 'TIMESHEET_APPROVE'
			else 'TIMESHEET_RETURN' end));
	end if;
	return next row('timesheets', s.id, s.version, 'edit', null)
	    ::konak.changed;
end $$;

grant execute on function konak.timesheets_submit(date),
    konak.timesheets_decide(uuid, integer, boolean, text) to konak_app;

set local role konak_owner;
