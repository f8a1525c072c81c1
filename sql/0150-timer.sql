-- 0150-timer.sql - the timer: started, paused and finished by one call each;
-- what was forgotten; what was worked in a week, and a week typed as a sheet.

-- ------------------------------------------------------------------- rules

create table konak.time_rules (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	valid_from date not null default konak.today(),
	timer_hours integer not null default 10,
	week_hours integer not null default 40,
	note text not null,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint time_rules_pkey primary key (company_id, id),
	constraint time_rules_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint time_rules_note_length check (length(note) between 1 and 255),
	constraint time_rules_timer_hours_range check (timer_hours between 1 and 24),
	constraint time_rules_week_hours_range check (week_hours between 1 and 168)
);
select konak.sort_index('konak.time_rules', 'valid_from');

select konak.protect('konak.time_rules', '{"record": "time_rules", "module": "time", "audit": "TIME_RULE", "title": "note", "view": {"time.view_all": "all", "time.view_own": "all"}, "create": {"settings.edit": "all"}, "edit": {"settings.edit": "all"}, "delete": {"settings.edit": "all"}}'::jsonb);

-- paused: the timer stands here and goes on from here. kept_at: whoever it
-- runs for said that it is right, however long it runs.
alter table konak.time_entries
    add column paused boolean not null default false,
    add column kept_at timestamptz;
create index time_entries_paused on konak.time_entries (company_id, user_id)
    where paused and deleted_at is null;

-- As before, and what says whose time it was is locked as well.
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
			new.user_id, new.task_id, new.project_id,
			new.is_billable, new.deleted_at)
		    is not distinct from (old.started_at, old.ended_at,
			old.user_id, old.task_id, old.project_id,
			old.is_billable, old.deleted_at) then
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

select konak.protect('konak.time_entries', '{"record": "time_entries", "module": "time", "audit": "TIME_ENTRY", "title": ["task_id", "description"], "view": {"time.view_all": ["all", "team"], "time.view_own": "own"}, "create": {"time.create": ["all", "team", "own"]}, "edit": {"time.edit": ["all", "team", "own"]}, "delete": {"time.delete": ["all", "team", "own"]}, "scopes": {"team": "user_id = any ((select konak.my_team())::uuid[])", "own": "user_id = konak.me()"}, "write": {"correction_reason": "time.edit_locked"}, "readonly": ["duration"], "internal": ["search", "paused", "kept_at"], "quiet": ["paused", "kept_at"]}'::jsonb);

-- ------------------------------------------------------------------- days

-- The company's clock.
create function konak.zone() returns text
language sql stable parallel safe
as $$
	select coalesce((select c.timezone from konak.company_names c
	    where c.id = konak.company()), 'Europe/Istanbul')
$$;

create function konak.day_start(day date) returns timestamptz
language sql stable parallel safe
as $$ select day::timestamp at time zone konak.zone() $$;

create function konak.timer_hours() returns integer
language sql stable
as $$
	select coalesce((select r.timer_hours from konak.time_rules r
	    where r.company_id = konak.company() and r.deleted_at is null
		and r.valid_from <= konak.today()
	    order by r.valid_from desc, r.id desc limit 1), 10)
$$;

-- A person's entries that touch a span. No two are at once, so of those that
-- began before it only the last can reach into it.
create function konak.time_within(person uuid, since timestamptz,
    until timestamptz) returns setof konak.time_entries
language sql stable
as $$
	select e.* from konak.time_entries e
	where e.company_id = konak.company() and e.user_id = person
	    and e.started_at >= since and e.started_at < until
	    and e.deleted_at is null
	union all
	select b.* from (select e.* from konak.time_entries e
	    where e.company_id = konak.company() and e.user_id = person
		and e.started_at < since and e.deleted_at is null
	    order by e.started_at desc, e.id desc limit 1) b
	where coalesce(b.ended_at, 'infinity') > since
$$;

-- Seconds of an entry that lie in a span; one that runs ends now.
create function konak.time_part(started timestamptz, ended timestamptz,
    since timestamptz, until timestamptz) returns integer
language sql stable
as $$
	select greatest(0, extract(epoch from
	    least(coalesce(ended, konak.now()), until)
	    - greatest(started, since)))::integer
$$;

create function konak.time_total(person uuid, since timestamptz,
    until timestamptz) returns integer
language sql stable
as $$
	select coalesce(sum(konak.time_part(e.started_at, e.ended_at, since,
	    until)), 0)::integer
	from konak.time_within(person, since, until) e
$$;

-- The timer of whoever asks: what runs, or what it stands at, and how much it
-- makes. The server's clock goes with it, so that no client's own counts.
-- forgotten: it runs for too long, or since another day (M21); suggest is when
-- it should have ended. The project's total is of the entries one may see.
create function konak.time_status() returns table (id uuid, version integer,
    running boolean, task_id uuid, task text, project_id uuid, project text,
    description text, started_at timestamptz, seconds integer, today integer,
    week integer, project_total bigint, forgotten boolean,
    suggest timestamptz)
language sql stable
as $$
	with d as (
		select konak.today() as day,
		    konak.today() - (extract(isodow from konak.today())::integer
			- 1) as monday
	), b as (
		select konak.day_start(d.day) as a, konak.day_start(d.day + 1) as z,
		    konak.day_start(d.monday) as wa,
		    konak.day_start(d.monday + 7) as wz from d
	), e as (
		(select x.* from konak.time_entries x
		where x.company_id = konak.company() and x.user_id = konak.me()
		    and x.ended_at is null and x.deleted_at is null
		limit 1)
		union all
		(select x.* from konak.time_entries x
		where x.company_id = konak.company() and x.user_id = konak.me()
		    and x.paused and x.deleted_at is null
		order by x.started_at desc limit 1)
		limit 1
	), f as (
		select e.*, e.ended_at is null as runs,
		    coalesce(e.duration, greatest(0, extract(epoch from
			konak.now() - e.started_at)::integer)) as seconds,
		    least(konak.day_start((e.started_at at time zone konak.zone())
			::date + 1), e.started_at
			+ make_interval(hours => konak.timer_hours())) as until
		from e
	)
	select f.id, f.version, coalesce(f.runs, false), f.task_id, t.title,
	    f.project_id, p.name, f.description, f.started_at,
	    f.seconds,
	    konak.time_total(konak.me(), b.a, b.z),
	    konak.time_total(konak.me(), b.wa, b.wz),
	    case when f.project_id is not null then (
		select coalesce(sum(x.duration), 0) from konak.time_entries x
		where x.company_id = konak.company()
		    and x.project_id = f.project_id and x.deleted_at is null)
		+ case when f.runs then f.seconds else 0 end end,
	    coalesce(f.runs and f.until <= konak.now()
		and (f.kept_at is null or f.kept_at <= konak.now()), false),
	    f.until
	from b left join f on true
	left join konak.tasks t on t.company_id = konak.company()
	    and t.id = f.task_id
	left join konak.projects p on p.company_id = konak.company()
	    and p.id = f.project_id
$$;

-- What a person works on in a week, seconds a day by the company's clock; and
-- what was worked on in the week before or is under way, to type into.
create function konak.time_week(monday date, person uuid default null)
    returns table (task_id uuid, task text, project_id uuid, project text,
	running boolean, d1 integer, d2 integer, d3 integer, d4 integer,
	d5 integer, d6 integer, d7 integer)
language sql stable
as $$
	with who as (
		select coalesce(person, konak.me()) as id
	), days as (
		select n, konak.day_start(monday + n) as a,
		    konak.day_start(monday + n + 1) as z
		from generate_series(0, 6) n
	), e as (
		select x.task_id, x.project_id, x.ended_at is null as runs, d.n,
		    konak.time_part(x.started_at, x.ended_at, d.a, d.z) as s
		from who, konak.time_within(who.id, konak.day_start(monday),
		    konak.day_start(monday + 7)) x
		join days d on x.started_at < d.z
		    and coalesce(x.ended_at, konak.now()) > d.a
	), lines as (
		select e.task_id, e.project_id from e
		union
		select x.task_id, x.project_id from who, konak.time_within(who.id,
		    konak.day_start(monday - 7), konak.day_start(monday)) x
		union
		(select t.id, t.project_id from who join konak.tasks t
		    on t.company_id = konak.company() and t.assigned_to = who.id
			and t.status = 'in_progress' and t.deleted_at is null
		order by t.due_date limit 20)
	)
	select l.task_id, t.title, l.project_id, p.name,
	    coalesce(bool_or(e.runs), false),
	    coalesce(sum(e.s) filter (where e.n = 0), 0)::integer,
	    coalesce(sum(e.s) filter (where e.n = 1), 0)::integer,
	    coalesce(sum(e.s) filter (where e.n = 2), 0)::integer,
	    coalesce(sum(e.s) filter (where e.n = 3), 0)::integer,
	    coalesce(sum(e.s) filter (where e.n = 4), 0)::integer,
	    coalesce(sum(e.s) filter (where e.n = 5), 0)::integer,
	    coalesce(sum(e.s) filter (where e.n = 6), 0)::integer
	from lines l
	left join e on e.task_id is not distinct from l.task_id
	    and e.project_id is not distinct from l.project_id
	left join konak.tasks t on t.company_id = konak.company()
	    and t.id = l.task_id
	left join konak.projects p on p.company_id = konak.company()
	    and p.id = l.project_id
	group by l.task_id, t.title, l.project_id, p.name
	order by p.name collate "tr-x-icu" nulls last,
	    t.title collate "tr-x-icu" nulls last, l.task_id, l.project_id
$$;

-- ------------------------------------------------------------------ the timer

set local role konak_definer;

create function konak.time_changed(e konak.time_entries, op text)
    returns konak.changed
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select row('time_entries', e.id, e.version, op, null)::konak.changed $$;

-- The person's own timer, one change at a time.
create function konak.time_running() returns konak.time_entries
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
	e konak.time_entries;
begin
	perform pg_advisory_xact_lock(hashtextextended('timer' || konak.me(), 0));
	select x.* into e from konak.time_entries x
	where x.company_id = konak.company() and x.user_id = konak.me()
	    and x.ended_at is null and x.deleted_at is null
	for update;
	return e;
end $$;

-- Ends it. What lasted less than a second is no work (also when the clock was
-- put back meanwhile): it goes to the bin.
create function konak.time_end(e konak.time_entries, at timestamptz,
    pause boolean) returns konak.changed
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
	if at < e.started_at + interval '1 second' then
		update konak.time_entries x set deleted_at = konak.now()
		where x.company_id = e.company_id and x.id = e.id
		returning x.* into e;
		return konak.time_changed(e, 'delete');
	end if;
	update konak.time_entries x set ended_at = at, paused = pause
	where x.company_id = e.company_id and x.id = e.id
	returning x.* into e;
	return konak.time_changed(e, 'edit');
end $$;

create function konak.time_unpause() returns setof konak.changed
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
	update konak.time_entries x set paused = false
	where x.company_id = konak.company() and x.user_id = konak.me()
	    and x.paused and x.deleted_at is null
	returning 'time_entries'::text, x.id, x.version, 'edit'::text, null::uuid
$$;

-- Starts on a task, a project or nothing yet. What runs ends at that moment;
-- the same once more changes nothing.
create function konak.time_start(task uuid, project uuid, note text)
    returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
	e konak.time_entries;
	at timestamptz := konak.now();
begin
	if not konak.may('time.create') then
		perform konak.denied('time.create');
	elsif task is not null and not (konak.visible('tasks', task)
	    and exists (select from konak.tasks t where t.id = task
		and t.company_id = konak.company() and t.deleted_at is null)) then
		perform konak.bad_ref('task_id');
	elsif project is not null and not (konak.visible('projects', project)
	    and exists (select from konak.projects p where p.id = project
		and p.company_id = konak.company()
		and p.deleted_at is null)) then
		perform konak.bad_ref('project_id');
	end if;
	e := konak.time_running();
	if e.id is not null and e.task_id is not distinct from task
	    and (task is not null or e.project_id is not distinct from project)
	    and (note is null or e.description is not distinct from note) then
		return next konak.time_changed(e, 'edit');
		return;
	elsif e.id is not null then
		if not konak.may('time.edit') then
			perform konak.denied('time.edit');
		end if;
		-- Who waited here for another start has an older clock.
		at := greatest(at, e.started_at);
		return next konak.time_end(e, at, false);
	end if;
	return query select * from konak.time_unpause();
	insert into konak.time_entries as x (company_id, user_id, task_id,
	    project_id, description, started_at)
	values (konak.company(), konak.me(), task, project,
	    nullif(trim(note), ''), at)
	returning x.* into e;
	return next konak.time_changed(e, 'create');
exception when exclusion_violation then
	select x.* into e from konak.time_entries x
	where x.company_id = konak.company() and x.user_id = konak.me()
	    and x.deleted_at is null and x.ended_at > at
	order by x.started_at limit 1;
	if e.id is null then
		perform konak.fail('time.elsewhere');
	end if;
	perform konak.fail('time.later', jsonb_build_object('until',
	    to_char(e.ended_at at time zone konak.zone(), 'DD.MM.YYYY HH24:MI')));
end $$;

-- Ends what runs; pause: it can go on from there. Nothing runs: what is
-- paused is over.
create function konak.time_stop(pause boolean) returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	e konak.time_entries;
begin
	if not konak.may('time.edit') then
		perform konak.denied('time.edit');
	end if;
	e := konak.time_running();
	if e.id is null and pause then
		return;
	end if;
	return query select * from konak.time_unpause();
	if e.id is not null then
		return next konak.time_end(e, konak.now(), pause);
	end if;
end $$;

-- A forgotten timer: trim it to a time, keep it running, or to the bin.
create function konak.time_resolve(how text, at timestamptz)
    returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
	e konak.time_entries;
begin
	if not konak.may('time.edit') then
		perform konak.denied('time.edit');
	elsif how not in ('trim', 'keep', 'discard') then
		perform konak.fail('time.how', field => 'how');
	end if;
	e := konak.time_running();
	if e.id is null then
		return;
	elsif how = 'keep' then
		update konak.time_entries x set kept_at = konak.now()
		    + make_interval(hours => konak.timer_hours())
		where x.company_id = e.company_id and x.id = e.id
		returning x.* into e;
		return next konak.time_changed(e, 'edit');
	elsif how = 'discard' then
		return next konak.time_end(e, e.started_at, false);
	elsif at is null or at <= e.started_at or at > konak.now() then
		perform konak.fail('time.trim', jsonb_build_object('from',
		    to_char(e.started_at at time zone konak.zone(),
			'DD.MM.YYYY HH24:MI')), field => 'at');
	else
		return next konak.time_end(e, at, false);
	end if;
end $$;

grant execute on function konak.time_start(uuid, uuid, text),
    konak.time_stop(boolean), konak.time_resolve(text, timestamptz),
    konak.time_changed(konak.time_entries, text) to konak_app;

-- ------------------------------------------------------------- a week typed

set local role konak_owner;
create policy auth_busy on konak.time_entries for select to konak_auth
    using (true);
grant select (user_id, started_at, ended_at, deleted_at)
    on konak.time_entries to konak_auth;

-- When a person is at work in a span, in whichever company.
set local role konak_auth;
create function konak.time_busy(person uuid, since timestamptz,
    until timestamptz) returns tstzmultirange
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select coalesce(range_agg(tstzrange(e.started_at, e.ended_at)
	    * tstzrange(since, until)), '{}')
	from konak.time_entries e
	where e.user_id = person and e.deleted_at is null
	    and tstzrange(e.started_at, e.ended_at) && tstzrange(since, until)
	    and (person = konak.me() or konak.may('time.view_all'))
$$;
grant execute on function konak.time_busy(uuid, timestamptz, timestamptz)
    to konak_app;
set local role konak_owner;

-- So much more on one day: into the hours that are free, from nine on, then
-- before nine.
create function konak.time_add(person uuid, task uuid, project uuid, day date,
    more integer, reason text) returns setof konak.changed
language plpgsql
as $$
#variable_conflict use_variable
declare
	since timestamptz := konak.day_start(day);
	until timestamptz := konak.day_start(day + 1);
	nine timestamptz := (day + time '09:00') at time zone konak.zone();
	free tstzmultirange;
	g tstzrange;
	stop timestamptz;
	e konak.time_entries;
begin
	free := tstzmultirange(tstzrange(since, until))
	    - konak.time_busy(person, since, until);
	for g in select r from (
	    select unnest(free * tstzmultirange(tstzrange(nine, until))) as r,
		1 as part
	    union all
	    select unnest(free * tstzmultirange(tstzrange(since, nine))), 2) f
	    order by part, lower(r)
	loop
		exit when more <= 0;
		stop := least(upper(g), lower(g) + make_interval(secs => more));
		continue when stop < lower(g) + interval '1 second';
		insert into konak.time_entries as x (company_id, user_id, task_id,
		    project_id, started_at, ended_at, correction_reason)
		values (konak.company(), person, task, project, lower(g), stop,
		    reason)
		returning x.* into e;
		more := more - extract(epoch from stop - lower(g))::integer;
		return next konak.time_changed(e, 'create');
	end loop;
	if more > 0 then
		perform konak.fail('time.day_full', jsonb_build_object('day',
		    to_char(day, 'DD.MM.YYYY')), field => 'cells');
	end if;
end $$;

-- So much less: off the end of what is there, the latest first. What reaches
-- beyond the day keeps what lies in other days.
create function konak.time_take(person uuid, task uuid, project uuid, day date,
    less integer, reason text) returns setof konak.changed
language plpgsql
as $$
#variable_conflict use_variable
declare
	since timestamptz := konak.day_start(day);
	until timestamptz := konak.day_start(day + 1);
	e konak.time_entries;
	rest konak.time_entries;
	stop timestamptz;
	part integer;
begin
	for e in select x.* from konak.time_within(person, since, until) x
	    where x.task_id is not distinct from task
		and x.project_id is not distinct from project
		and x.ended_at is not null
	    order by x.started_at desc
	loop
		exit when less <= 0;
		part := konak.time_part(e.started_at, e.ended_at, since, until);
		stop := least(e.ended_at, until)
		    - make_interval(secs => least(less, part));
		less := less - least(less, part);
		if stop < e.started_at + interval '1 second'
		    and e.ended_at <= until then
			update konak.time_entries x set deleted_at = konak.now()
			where x.company_id = e.company_id and x.id = e.id
			returning x.* into rest;
			return next konak.time_changed(rest, 'delete');
			continue;
		end if;
		if e.ended_at > until and stop < e.started_at
		    + interval '1 second' then
			update konak.time_entries x set started_at = until,
			    correction_reason = reason
			where x.company_id = e.company_id and x.id = e.id
			returning x.* into rest;
			return next konak.time_changed(rest, 'edit');
			continue;
		end if;
		update konak.time_entries x set ended_at = stop,
		    correction_reason = coalesce(reason, x.correction_reason)
		where x.company_id = e.company_id and x.id = e.id
		returning x.* into rest;
		return next konak.time_changed(rest, 'edit');
		if e.ended_at > until then
			insert into konak.time_entries as x (company_id, user_id,
			    task_id, project_id, started_at, ended_at,
			    description, is_billable, correction_reason)
			values (e.company_id, e.user_id, e.task_id, e.project_id,
			    until, e.ended_at, e.description, e.is_billable,
			    reason)
			returning x.* into rest;
			return next konak.time_changed(rest, 'create');
		end if;
	end loop;
end $$;

-- Cells of a week sheet: [{"task_id", "project_id", "day", "seconds"}], each
-- what that day shall be in all. All of them, or none.
create function konak.time_save(cells jsonb, person uuid, reason text)
    returns setof konak.changed
language plpgsql
as $$
declare
	who uuid := coalesce(person, konak.me());
	c record;
	have integer;
begin
	if not konak.may('time.create') or who <> konak.me()
	    and konak.scope('time.create') = 'own' then
		perform konak.denied('time.create');
	end if;
	perform pg_advisory_xact_lock(hashtextextended('timer' || who, 0));
	-- What becomes less makes room for what becomes more.
	for c in
		select x.task_id, coalesce(x.project_id, t.project_id)
		    as project_id, x.day, x.seconds, coalesce(w.s, 0) as have
		from jsonb_to_recordset(coalesce(cells, '[]'))
		    as x(task_id uuid, project_id uuid, day date, seconds integer)
		left join konak.tasks t on t.company_id = konak.company()
		    and t.id = x.task_id
		left join lateral (select sum(konak.time_part(e.started_at,
			e.ended_at, konak.day_start(x.day),
			konak.day_start(x.day + 1)))::integer as s
		    from konak.time_within(who, konak.day_start(x.day),
			konak.day_start(x.day + 1)) e
		    where e.ended_at is not null
			and e.task_id is not distinct from x.task_id
			and e.project_id is not distinct from
			    coalesce(x.project_id, t.project_id)) w on true
		order by x.seconds - coalesce(w.s, 0), x.day
	loop
		if c.day is null or c.seconds is null or c.seconds < 0
		    or c.seconds > 90000 then
			perform konak.fail('time.cell', field => 'cells');
		end if;
		have := c.have;
		if c.seconds > have then
			return query select * from konak.time_add(who, c.task_id,
			    c.project_id, c.day, c.seconds - have, reason);
		elsif c.seconds < have then
			return query select * from konak.time_take(who, c.task_id,
			    c.project_id, c.day, have - c.seconds, reason);
		end if;
	end loop;
end $$;

grant execute on function konak.zone(), konak.day_start(date),
    konak.timer_hours(),
    konak.time_within(uuid, timestamptz, timestamptz),
    konak.time_part(timestamptz, timestamptz, timestamptz, timestamptz),
    konak.time_total(uuid, timestamptz, timestamptz), konak.time_status(),
    konak.time_week(date, uuid),
    konak.time_add(uuid, uuid, uuid, date, integer, text),
    konak.time_take(uuid, uuid, uuid, date, integer, text),
    konak.time_save(jsonb, uuid, text) to konak_app, konak_definer;
