-- 0151-task-work.sql - what tasks do by themselves: they repeat, push what
-- waits for them, tell people, and know when somebody's timer runs on them.

alter table konak.tasks
    add column running_since timestamptz,
    add column repeat_every integer,
    add column repeat_anchor text,
    add column repeat_missed text,
    add column repeat_until date,
    -- The first of its kind, and the day in its row of days.
    add column series_id uuid,
    add column occurrence_date date,
    add constraint tasks_repeat_every_range check (repeat_every between 1 and 365),
    add constraint tasks_repeat_anchor_value check
	(repeat_anchor in ('due', 'completed')),
    add constraint tasks_repeat_missed_value check
	(repeat_missed in ('skip', 'make_one'));
select konak.sort_index('konak.tasks', 'running_since');
-- Each day of a series makes one task, also where it went to the bin.
create unique index tasks_series_id_key on konak.tasks
    (company_id, series_id, occurrence_date);

-- Whatever the columns were told before, and these.
do $$
declare
	s jsonb := (select spec from konak.protected where table_name = 'tasks');
begin
	perform konak.protect('konak.tasks', s || jsonb_build_object(
	    'readonly', s -> 'readonly' || '["running_since"]',
	    'internal', s -> 'internal' || '["series_id", "occurrence_date"]',
	    'quiet', coalesce(s -> 'quiet', '[]')
		|| '["running_since", "series_id", "occurrence_date"]'));
end $$;

-- ------------------------------------------------------------ running timers

select konak.protect_define('time_entries_runs', $f$
begin
	update konak.tasks t set running_since = (
	    select min(e.started_at) from konak.time_entries e
	    where e.company_id = t.company_id and e.task_id = t.id
		and e.ended_at is null and e.deleted_at is null)
	where t.company_id = new.company_id and t.id in (new.task_id,
	    case when tg_op = 'UPDATE' then old.task_id end)
	    and t.running_since is distinct from (
	    select min(e.started_at) from konak.time_entries e
	    where e.company_id = t.company_id and e.task_id = t.id
		and e.ended_at is null and e.deleted_at is null);
	return null;
end $f$);
create trigger time_entries_70_runs after insert on konak.time_entries
    for each row when (new.task_id is not null and new.ended_at is null)
    execute function konak.time_entries_runs();
create trigger time_entries_71_runs after update on konak.time_entries
    for each row when ((old.ended_at is null or new.ended_at is null)
	and (old.task_id, old.ended_at, old.started_at, old.deleted_at)
	is distinct from (new.task_id, new.ended_at, new.started_at,
	    new.deleted_at))
    execute function konak.time_entries_runs();

-- -------------------------------------------------------------- repetition

-- The n-th step of a series from a day: months keep the day of the month they
-- began with, or take the month's last (31 January, 28 February, 31 March).
create function konak.repeat_step(first date, period text, every integer,
    n integer) returns date
language sql immutable
as $$
	select case period when 'daily' then first + every * n
	when 'weekly' then first + 7 * every * n
	when 'monthly' then (first + make_interval(months => every * n))::date
	end
$$;

set local role konak_definer;

-- The day after `since` on which the next of a series is due; null: none.
-- What was missed is left out, or stands for one task.
create function konak.tasks_next_day(t konak.tasks, first date, since date)
    returns date
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
	today date := konak.today();
	every integer := coalesce(t.repeat_every, 1);
	day date;
	later date;
	n integer := 0;
begin
	if t.repeat_anchor = 'completed' then
		day := konak.repeat_step(today, t.period_type::text, every,
		    1);
	else
		loop
			n := n + 1;
			day := konak.repeat_step(first, t.period_type::text,
			    every, n);
			exit when day > since;
			exit when n > 40000;
		end loop;
		loop
			exit when day >= today or n > 40000;
			later := konak.repeat_step(first, t.period_type::text,
			    every, n + 1);
			-- make_one: the last of those that were missed.
			exit when t.repeat_missed = 'make_one' and later > today;
			n := n + 1;
			day := later;
		end loop;
	end if;
	if day is null or day <= since or day > t.repeat_until then
		return null;
	end if;
	return day;
end $$;

-- Makes the next of a series, once; none that is due after `latest`.
create function konak.tasks_next(task uuid, latest date)
    returns konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	t konak.tasks;
	origin date;
	since date;
	next_day date;
	made konak.tasks;
begin
	select x.* into t from konak.tasks x
	where x.company_id = konak.company() and x.id = task for update;
	if t.period_type = 'once' or t.deleted_at is not null
	    or t.status = 'cancelled' then
		return null;
	end if;
	since := coalesce(t.occurrence_date, t.due_date, konak.today());
	if t.series_id is null then
		update konak.tasks x set series_id = t.id, occurrence_date = since
		where x.company_id = t.company_id and x.id = t.id;
		t.series_id := t.id;
	end if;
	-- The series keeps the day it began with.
	origin := coalesce((select x.occurrence_date from konak.tasks x
	    where x.company_id = t.company_id and x.id = t.series_id), since);
	next_day := konak.tasks_next_day(t, origin, since);
	if next_day is null or next_day > latest or exists (select from konak.tasks x
	    where x.company_id = t.company_id and x.series_id = t.series_id
		and x.occurrence_date > since) then
		return null;
	end if;
	insert into konak.tasks as x (company_id, title, project_id, parent_id,
	    assigned_to, priority, period_type, repeat_every, repeat_anchor,
	    repeat_missed, repeat_until, start_date, due_date, estimated_hours,
	    tags, description, series_id, occurrence_date, created_by)
	values (t.company_id, t.title, t.project_id, t.parent_id,
	    t.assigned_to, t.priority, t.period_type, t.repeat_every,
	    t.repeat_anchor, t.repeat_missed, t.repeat_until,
	    next_day - (t.due_date - t.start_date), next_day,
	    t.estimated_hours, t.tags, t.description, t.series_id, next_day,
	    t.created_by)
	on conflict (company_id, series_id, occurrence_date) do nothing
	returning x.* into made;
	if made.id is null then
		return null;
	end if;
	return row('tasks', made.id, made.version, 'create', null)::konak.changed;
end $$;
grant execute on function konak.tasks_next(uuid, date) to konak_owner;

-- Every night: of a series that goes by its days, the next one is there when
-- its day has come, done or not.
create function konak.tasks_repeat(args jsonb) returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	t record;
	c konak.changed;
begin
	for t in
		select distinct on (coalesce(x.series_id, x.id)) x.id
		from konak.tasks x
		where x.company_id = konak.company() and x.period_type <> 'once'
		    and x.repeat_anchor is distinct from 'completed' and x.deleted_at is null
		    and x.status <> 'cancelled'
		    and coalesce(x.occurrence_date, x.due_date) < konak.today()
		order by coalesce(x.series_id, x.id),
		    coalesce(x.occurrence_date, x.due_date) desc
	loop
		c := konak.tasks_next(t.id, konak.today());
		if c.record_id is not null then
			return next c;
		end if;
	end loop;
end $$;
grant execute on function konak.tasks_repeat(jsonb) to konak_owner, konak_app;

set local role konak_owner;

insert into konak.job_kinds (kind, run, rights, daily, name_tr, name_en)
values ('tasks.repeat', 'tasks_repeat', '', '00:10',
    'Tekrarlayan görevler', 'Recurring tasks');

-- Done: the next one of its series stands there.
select konak.protect_define('tasks_done', $f$
begin
	perform konak.tasks_next(new.id, 'infinity');
	return null;
end $f$);
create trigger tasks_75_done after update on konak.tasks
    for each row when (new.period_type <> 'once' and new.deleted_at is null
	and new.status = 'completed' and old.status <> 'completed')
    execute function konak.tasks_done();

-- ------------------------------------------------------------- who is told

select konak.protect_define('tasks_tell', $f$
begin
	if new.assigned_to is distinct from konak.me()
	    and new.assigned_to is not null
	    and (tg_op = 'INSERT' or new.assigned_to is distinct from
		old.assigned_to) then
		perform konak.notify(array[new.assigned_to], 'assigned',
		    new.title, null, 'tasks', new.id, 'normal', konak.me());
	end if;
	if tg_op = 'UPDATE' and new.status = 'completed'
	    and old.status <> 'completed'
	    and new.created_by is distinct from konak.me() then
		perform konak.notify(array[new.created_by], 'completed',
		    new.title, null, 'tasks', new.id, 'normal', konak.me());
	end if;
	return null;
end $f$);
create trigger tasks_80_tell after insert on konak.tasks
    for each row when (new.assigned_to is not null)
    execute function konak.tasks_tell();
create trigger tasks_81_tell after update on konak.tasks
    for each row when (new.deleted_at is null and
	(new.assigned_to is distinct from old.assigned_to
	or (new.status = 'completed' and old.status <> 'completed')))
    execute function konak.tasks_tell();

-- ---------------------------------------------------------- what follows

-- What would have to move when this task ends on another day: whoever waits
-- for it starts after it, and so on. Of what the caller may see, and what is
-- still open.
create function konak.tasks_shift(task uuid, new_end date)
    returns table (id uuid, version integer, title text, start_date date,
	due_date date, new_start_date date, new_due_date date)
language plpgsql stable
as $$
#variable_conflict use_column
declare
	ends jsonb := jsonb_build_object(task, new_end);
	queue uuid[] := array[task];
	at uuid;
	d record;
	push integer;
	moved jsonb := '{}';
	rounds integer := 0;
begin
	while cardinality(queue) > 0 and rounds < 10000 loop
		rounds := rounds + 1;
		at := queue[1];
		queue := queue[2:];
		for d in
			select t.id, coalesce((moved -> t.id::text ->> 'by')::integer, 0)
			    as has, coalesce(t.start_date, t.due_date) as first,
			    coalesce(t.due_date, t.start_date) as last,
			    (ends ->> at::text)::date + 1 + x.lag_days as least_first
			from konak.task_dependencies x
			join konak.tasks t on t.company_id = x.company_id
			    and t.id = x.task_id and t.deleted_at is null
			    and t.status in ('pending', 'in_progress')
			where x.company_id = konak.company()
			    and x.depends_on_id = at and x.deleted_at is null
			    and t.id <> task
		loop
			push := d.least_first - (d.first + d.has);
			if push > 0 then
				moved := moved || jsonb_build_object(d.id,
				    jsonb_build_object('by', d.has + push));
				ends := ends || jsonb_build_object(d.id,
				    d.last + d.has + push);
				queue := queue || d.id;
			end if;
		end loop;
	end loop;
	return query
	select t.id, t.version, t.title, t.start_date, t.due_date,
	    t.start_date + (m.value ->> 'by')::integer,
	    t.due_date + (m.value ->> 'by')::integer
	from jsonb_each(moved) m
	join konak.tasks t on t.company_id = konak.company()
	    and t.id = m.key::uuid
	order by t.due_date, t.id;
end $$;

-- Moves a task, and with `follow` all that waits for it. Under the rights of
-- whoever does it: all of them, or none.
create function konak.tasks_move(task uuid, stand integer, new_start date,
    new_end date, follow boolean) returns setof konak.changed
language plpgsql
as $$
declare
	t konak.tasks;
	f record;
begin
	select x.* into t from konak.tasks x
	where x.company_id = konak.company() and x.id = task
	    and x.deleted_at is null;
	if t.id is null then
		perform konak.no_row();
	elsif t.version <> stand then
		raise exception using errcode = 'KN001', message = 'stale';
	end if;
	if follow then
		for f in select s.* from konak.tasks_shift(task, new_end) s loop
			update konak.tasks x set start_date = f.new_start_date,
			    due_date = f.new_due_date
			where x.company_id = konak.company() and x.id = f.id
			returning x.* into t;
			if not found then
				perform konak.denied('tasks.edit');
			end if;
			return next row('tasks', t.id, t.version, 'edit',
			    null)::konak.changed;
		end loop;
	end if;
	update konak.tasks x set start_date = new_start, due_date = new_end
	where x.company_id = konak.company() and x.id = task
	returning x.* into t;
	if not found then
		perform konak.denied('tasks.edit');
	end if;
	return next row('tasks', t.id, t.version, 'edit', null)::konak.changed;
end $$;

-- One key: done; or somebody else's.
create function konak.tasks_set(task uuid, stand integer, who uuid)
    returns setof konak.changed
language plpgsql
as $$
declare
	t konak.tasks;
begin
	select x.* into t from konak.tasks x
	where x.company_id = konak.company() and x.id = task
	    and x.deleted_at is null;
	if t.id is null then
		perform konak.no_row();
	elsif t.version <> stand then
		raise exception using errcode = 'KN001', message = 'stale';
	end if;
	update konak.tasks x set assigned_to = coalesce(who, x.assigned_to),
	    status = case when who is null then 'completed' else x.status end
	where x.company_id = konak.company() and x.id = task
	returning x.* into t;
	if not found then
		perform konak.denied('tasks.edit');
	end if;
	return next row('tasks', t.id, t.version, 'edit', null)::konak.changed;
end $$;

grant execute on function konak.repeat_step(date, text, integer, integer),
    konak.tasks_shift(uuid, date) to konak_app, konak_definer;
grant execute on function
    konak.tasks_move(uuid, integer, date, date, boolean),
    konak.tasks_set(uuid, integer, uuid) to konak_app;
