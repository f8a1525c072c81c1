-- 0173-timetable-exchange.sql - plans from files and from the engine.

set local role konak_definer;

-- A draft from a .fet file as server/timetable/read.c gives it. Names that the
-- school's records know become those records; the others are the plan's own.
create function konak.tt_import(a jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	t konak.timetables;
	small boolean := jsonb_array_length(a -> 'days') <= 7
	    and jsonb_array_length(a -> 'hours') <= 10;
	clash text;
begin
	perform konak.tt_need('timetable.edit');
	insert into konak.timetables as x (company_id, name, academic_year_id,
	    source, days, hours, not_mapped)
	select konak.company(), left(coalesce(nullif(trim(a ->> 'name'), ''),
		'FET'), 120), y.id, 'file',
	    array(select jsonb_array_elements_text(a -> 'days')),
	    array(select jsonb_array_elements_text(a -> 'hours')),
	    a -> 'not_mapped'
	from konak.academic_years y
	where y.company_id = konak.company() and y.deleted_at is null
	order by y.is_current desc, y.start_date desc limit 1
	returning x.* into t;
	if t.id is null then
		perform konak.fail('timetable.no_year');
	end if;
	insert into konak.timetable_files (company_id, timetable_id, body)
	values (t.company_id, t.id, a ->> 'body');
	-- A record is one resource of the plan, whoever names it first.
	insert into konak.timetable_resources (company_id, timetable_id, id, kind,
	    name, size)
	select t.company_id, t.id, case when k.id is not null and row_number()
		over (partition by k.id order by r.name) = 1 then k.id
		else konak.uuid7() end, r.kind, r.name, greatest(r.size, 0)
	from (select distinct on (x.kind, x.name) x.kind::"char" as kind, x.name,
		coalesce(x.size, 0) as size
	    from jsonb_to_recordset(a -> 'resources')
		x(kind text, name text, size integer)
	    where x.name <> '' order by x.kind, x.name) r
	left join lateral (
	    select k.id from konak.teachers k
	    where r.kind = 'T' and k.company_id = t.company_id and k.is_active
		and k.deleted_at is null and konak.fold(k.name) = konak.fold(r.name)
	    union all select c.id from konak.classes c
	    join konak.academic_years y on y.company_id = c.company_id
		and y.id = t.academic_year_id and y.name = c.academic_year
	    where r.kind = 'C' and small and c.company_id = t.company_id
		and c.is_active and c.deleted_at is null
		and konak.fold(c.full_name) = konak.fold(r.name)
	    union all select m.id from konak.classrooms m
	    where r.kind = 'R' and m.company_id = t.company_id and m.is_active
		and m.deleted_at is null and m.code = r.name
	    limit 1) k on true;
	update konak.timetable_resources r set atoms = s.atoms
	from (select x.name, array_agg(distinct k.id) as atoms
	    from jsonb_to_recordset(a -> 'resources')
		x(kind text, name text, atoms jsonb)
	    cross join jsonb_array_elements_text(x.atoms) m
	    join konak.timetable_resources k on k.company_id = t.company_id
		and k.timetable_id = t.id and k.kind = 'C' and k.name = m
	    where x.kind = 'C' group by x.name) s
	where r.company_id = t.company_id and r.timetable_id = t.id
	    and r.kind = 'C' and r.name = s.name;
	insert into konak.timetable_lessons (company_id, timetable_id, number,
	    split, class_id, subject_id, subject, teachers, sets, atoms, room_id,
	    duration, is_active)
	select t.company_id, t.id, l.n, greatest(l.split, 0),
	    case when small and cardinality(s.ids) = 1 then (select c.id
		from konak.classes c where c.company_id = t.company_id
		    and c.id = s.ids[1]) end,
	    (select k.id from konak.subjects k where k.company_id = t.company_id
		and k.deleted_at is null
		and konak.fold(k.name) = konak.fold(l.subject) limit 1),
	    l.subject, coalesce(m.ids, '{}'), coalesce(s.ids, '{}'),
	    coalesce(s.atoms, '{}'),
	    (select k.id from konak.timetable_resources k
		where k.company_id = t.company_id and k.timetable_id = t.id
		    and k.kind = 'R'
		    and k.name = a -> 'places' -> l.n::text ->> 'room'),
	    l.duration, l.active
	from jsonb_to_recordset(a -> 'lessons') l(n integer, split integer,
	    subject text, teachers jsonb, sets jsonb, duration integer,
	    active boolean)
	left join lateral (select array_agg(distinct k.id) as ids
	    from jsonb_array_elements_text(l.teachers) x
	    join konak.timetable_resources k on k.company_id = t.company_id
		and k.timetable_id = t.id and k.kind = 'T' and k.name = x) m
	    on true
	left join lateral (select array_agg(distinct k.id) as ids,
		array_agg(distinct q) filter (where q is not null) as atoms
	    from jsonb_array_elements_text(l.sets) x
	    join konak.timetable_resources k on k.company_id = t.company_id
		and k.timetable_id = t.id and k.kind = 'C' and k.name = x
	    left join lateral unnest(k.atoms) q on true) s on true;
	insert into konak.timetable_blocks (company_id, timetable_id, res, day,
	    period)
	select distinct t.company_id, t.id, q, konak.tt_day(t,
	    (b ->> 1)::int), (b ->> 2)::int
	from jsonb_array_elements(a -> 'blocks') b
	join konak.timetable_resources k on k.company_id = t.company_id
	    and k.timetable_id = t.id and k.name = b ->> 0
	cross join lateral unnest(case k.kind when 'C' then k.atoms
	    else array[k.id] end) q;
	-- Places that the author has fixed; a file may fix what cannot be.
	begin
		perform konak.tt_apply(t.id, (select coalesce(jsonb_agg(
		    jsonb_build_object('lesson', l.id, 'day', konak.tt_day(t,
		    (p.value ->> 'day')::int), 'period', p.value -> 'period',
		    'room', l.room_id, 'locked', true)), '[]')
		    from jsonb_each(a -> 'places') p
		    join konak.timetable_lessons l
			on l.company_id = t.company_id
			and l.timetable_id = t.id and l.number = p.key::int
			and l.is_active
		    where p.value ? 'day'));
	exception when sqlstate 'KN010' or check_violation then
		get stacked diagnostics clash = pg_exception_detail;
	end;
	return jsonb_build_object('reply', jsonb_build_object('id', t.id,
	    'name', t.name, 'lessons', jsonb_array_length(a -> 'lessons'),
	    'not_mapped', t.not_mapped, 'clash', clash),
	    'changed', jsonb_build_array(jsonb_build_array('timetables', t.id, 1,
	    'create')));
end $$;

-- The parts of a file that was sent, in order; they are gone then.
create or replace function konak.tt_uploaded(upload uuid)
    returns setof bytea
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return query with d as (delete from konak.timetable_uploads u
	    where u.company_id = konak.company() and u.id = upload
		and u.user_id = konak.me()
	    returning u.part, u.data)
	select d.data from d order by d.part;
end $$;

-- What the engine and files are written from: the plan as a grid has it, and
-- the text of the file that it came from.
create function konak.tt_world(a jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	t konak.timetables := konak.tt_plan(a);
begin
	return (konak.tt_load(a) -> 'reply') || jsonb_build_object('body',
	    (select f.body from konak.timetable_files f
		where f.company_id = t.company_id and f.timetable_id = t.id
		    and konak.may('timetable.edit')));
end $$;

-- A draft by its name, newest first, or by its id.
create function konak.tt_find(a jsonb) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
	plan uuid;
begin
	perform konak.tt_need('timetable.edit');
	select t.id into plan from konak.timetables t
	where t.company_id = konak.company() and t.deleted_at is null
	    and (t.name = a ->> 'name' or t.id::text = a ->> 'name')
	order by t.created_at desc, t.id desc limit 1;
	if plan is null then
		raise exception using errcode = 'KN001', message = 'no row';
	end if;
	return jsonb_build_object('reply', jsonb_build_object('id', plan));
end $$;

create function konak.tt_generate(a jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	t konak.timetables := konak.tt_plan(a, false, 'timetable.generate');
	job uuid;
begin
	if t.status <> 'draft' then
		perform konak.fail('timetable.not_draft');
	elsif exists (select from konak.jobs j
	    where j.company_id = t.company_id and j.kind = 'timetable.generate'
		and j.key = t.id::text and j.state in ('waiting', 'running')) then
		perform konak.fail('timetable.generating');
	end if;
	job := konak.job_order('timetable.generate', jsonb_build_object(
	    'timetable', t.id, 'limit', greatest(5, least(3600,
		coalesce((a ->> 'limit')::int, 300))),
	    'stay', coalesce((a ->> 'stay')::boolean, false),
	    '_lang', a -> '_lang'), null, t.id::text);
	return jsonb_build_object('reply', jsonb_build_object('job', job),
	    'changed', jsonb_build_array(jsonb_build_array('jobs', job, 1,
	    'create')));
end $$;

-- How far it is; wrong: what the engine said in words.
create function konak.tt_job(a jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	j konak.jobs;
begin
	perform konak.tt_need('timetable.generate');
	select x.* into j from konak.jobs x
	where x.company_id = konak.company() and x.id = (a ->> 'job')::uuid
	    and x.kind = 'timetable.generate';
	if not found then
		raise exception using errcode = 'KN001', message = 'no row';
	end if;
	return jsonb_build_object('reply', jsonb_build_object('state', j.state,
	    'done', j.done, 'total', j.total, 'error', j.error,
	    'result', j.result));
end $$;

-- The engine's places and warnings, in one transaction with the job's end.
create function konak.tt_generated(plan uuid, places jsonb, warnings jsonb)
    returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	t konak.timetables;
begin
	perform konak.tt_need('timetable.generate');
	select x.* into t from konak.timetables x
	where x.company_id = konak.company() and x.id = plan
	    and x.deleted_at is null for update;
	if not found or t.status <> 'draft' then
		perform konak.fail('timetable.not_draft');
	end if;
	update konak.schedule_conflicts c set resolved_at = konak.now()
	where c.company_id = t.company_id and c.timetable_id = plan
	    and c.type = 'engine' and c.resolved_at is null;
	insert into konak.schedule_conflicts (company_id, timetable_id, type,
	    severity, description, description_en, place)
	select t.company_id, plan, 'engine', 'info', left(w, 500), left(w, 500),
	    md5(w)
	from (select distinct jsonb_array_elements_text(warnings) as w) x
	where w <> '';
	return konak.tt_apply(plan, places);
end $$;

grant execute on function konak.tt_import(jsonb), konak.tt_world(jsonb),
    konak.tt_find(jsonb), konak.tt_generate(jsonb), konak.tt_job(jsonb),
    konak.tt_generated(uuid, jsonb, jsonb), konak.tt_uploaded(uuid)
    to konak_app;
set local role konak_owner;
create policy definer_look on konak.jobs for select to konak_definer
    using (company_id = (select konak.company()));
grant select on konak.jobs to konak_definer;
do $$ begin
	execute 'set local role konak_auth';
	execute 'grant execute on function konak.job_order(text, jsonb, timestamptz, '
	    'text) to konak_definer';
	execute 'set local role konak_owner';
end $$;
