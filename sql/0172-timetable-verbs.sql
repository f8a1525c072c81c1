-- 0172-timetable-verbs.sql - what the verbs timetable.* of konakd do: each is one
-- function that takes its arguments as an object and gives what is answered,
-- {"reply": …, "changed": [[type, id, version, op], …]}. They see the whole
-- company and ask for rights themselves where the verb's own are not enough.

-- Open templates are read by every school of the tenant (school.md), through
-- tt_templates() alone.
create policy public_select on konak.schedule_templates for select
    to konak_definer using (is_public and deleted_at is null);

insert into konak.job_kinds (kind, run, rights, per, lease, name_tr, name_en)
values ('timetable.tell', 'timetable_tell', '', 'company', '1 minute',
	'Ders programını duyur', 'Tell of a timetable'),
    ('timetable.generate', null, null, 'company', '1 minute',
	'Ders programı üret', 'Generate a timetable');

set local role konak_definer;

create function konak.tt_need(code text) returns void
language plpgsql stable
as $$
begin
	if not konak.may(code) then
		perform konak.denied(code);
	end if;
end $$;

-- The plan that a verb is about, if the caller may see it; to be changed by
-- those who edit, and with a reason once it is published.
create function konak.tt_plan(a jsonb, change boolean default false,
    need text default 'timetable.view') returns konak.timetables
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	t konak.timetables;
begin
	perform konak.tt_need(case when change then 'timetable.edit'
	    else need end);
	select x.* into t from konak.timetables x
	where x.company_id = konak.company() and x.deleted_at is null
	    and case when a ? 'timetable'
		then x.id = (a ->> 'timetable')::uuid
		when a ? 'lesson' then x.id = (select l.timetable_id
		    from konak.timetable_lessons l
		    where l.company_id = konak.company()
			and l.id = (a ->> 'lesson')::uuid)
		else x.status = 'published' end
	order by x.end_date < konak.today(), x.start_date limit 1;
	if not found or (t.status = 'draft'
	    and not konak.may('timetable.edit')) then
		raise exception using errcode = 'KN001', message = 'no row';
	end if;
	if change then
		if t.status = 'archived' then
			perform konak.fail('timetable.archived');
		elsif t.status = 'published'
		    and coalesce(trim(a ->> 'reason'), '') = '' then
			perform konak.fail('timetable.reason_needed', '{}', 'reason');
		end if;
		perform set_config('konak.reason',
		    left(coalesce(a ->> 'reason', ''), 255), true),
		    set_config('konak.lang', coalesce(a ->> '_lang', ''), true);
	end if;
	return t;
end $$;

create function konak.tt_changes(entries uuid[]) returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select coalesce(jsonb_agg(jsonb_build_array('timetable_entries', e.id,
	    e.version, case when e.deleted_at is null then 'edit'
	    else 'delete' end)), '[]')
	from konak.timetable_entries e
	where e.company_id = konak.company() and e.id = any (entries)
$$;

-- Puts lessons into their places, all in one act: rows of {lesson, day, period,
-- room}; no day: taken out. What a teacher has said he cannot is refused, unless
-- forced.
create function konak.tt_put(t konak.timetables, moves jsonb, forced boolean)
    returns uuid[]
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	done uuid[];
	more uuid[];
	bad record;
begin
	select m.* into bad from jsonb_to_recordset(moves)
	    m(lesson uuid, day integer, period integer)
	left join konak.timetable_lessons l on l.company_id = konak.company()
	    and l.timetable_id = t.id and l.id = m.lesson
	where l.id is null or not l.is_active
	    or (m.day is null) <> (m.period is null) limit 1;
	if found then
		perform konak.bad_ref('lesson');
	end if;
	select e.* into bad from jsonb_to_recordset(moves)
	    m(lesson uuid, day integer, period integer)
	join konak.timetable_entries e on e.company_id = konak.company()
	    and e.lesson_id = m.lesson and e.deleted_at is null and e.locked
	where (e.day_of_week, e.period_number) is distinct from (m.day, m.period)
	limit 1;
	if found then
		perform konak.fail('timetable.locked', '{}', 'lesson');
	end if;
	select array_agg(e.id) into done from (
	    select distinct on (x.lesson_id) x.id
	    from konak.timetable_entries x
	    join jsonb_to_recordset(moves) m(lesson uuid)
		on m.lesson = x.lesson_id
	    where x.company_id = konak.company()
	    order by x.lesson_id, x.deleted_at is not null, x.updated_at desc) e;
	-- One statement, so that lessons may change places.
	update konak.timetable_entries e set
	    day_of_week = coalesce(m.day, e.day_of_week),
	    period_number = coalesce(m.period, e.period_number),
	    room_id = coalesce(m.room, e.room_id),
	    deleted_at = case when m.day is null then konak.now() end
	from jsonb_to_recordset(moves) m(lesson uuid, day integer,
	    period integer, room uuid)
	where e.company_id = konak.company() and e.lesson_id = m.lesson
	    and e.id = any (done)
	    and (m.day is not null or e.deleted_at is null);
	with put as (insert into konak.timetable_entries (company_id, timetable_id,
		lesson_id, day_of_week, period_number, room_id)
	    select konak.company(), t.id, m.lesson, m.day, m.period, m.room
	    from jsonb_to_recordset(moves) m(lesson uuid, day integer,
		period integer, room uuid)
	    where m.day is not null and not exists (
		select from konak.timetable_entries e
		where e.company_id = konak.company() and e.lesson_id = m.lesson)
	    returning id)
	select array_agg(put.id) into more from put;
	done := coalesce(done, '{}') || coalesce(more, '{}');
	if not forced then
		select c.* into bad from konak.schedule_conflicts c
		where c.company_id = konak.company() and c.resolved_at is null
		    and c.entry_id = any (done)
		    and c.type in ('teacher_away', 'invalid_time')
		limit 1;
		if found then
			perform konak.fail('timetable.forbidden', jsonb_build_object(
			    'why', case when current_setting('konak.lang', true)
				= 'en' then bad.description_en
			    else bad.description end));
		end if;
	end if;
	return done;
end $$;

-- place, move, remove, and several at once.
create function konak.tt_place(a jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	t konak.timetables := konak.tt_plan(a, true);
	done uuid[];
begin
	done := konak.tt_put(t, case when a ? 'moves' then a -> 'moves'
	    else jsonb_build_array(a) end, coalesce((a ->> 'force')::boolean,
	    false));
	return jsonb_build_object('changed', konak.tt_changes(done),
	    'reply', jsonb_build_object('entries', to_jsonb(done)));
end $$;

create function konak.tt_swap(a jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	t konak.timetables := konak.tt_plan(a, true);
	done uuid[];
	moves jsonb;
begin
	select jsonb_agg(jsonb_build_object('lesson', e.lesson_id,
	    'day', o.day_of_week, 'period', o.period_number)) into moves
	from konak.timetable_entries e, konak.timetable_entries o
	where e.company_id = konak.company() and o.company_id = e.company_id
	    and e.timetable_id = t.id and o.timetable_id = t.id
	    and e.deleted_at is null and o.deleted_at is null
	    and (e.lesson_id::text, o.lesson_id::text) in (
		(a ->> 'lesson', a ->> 'other'), (a ->> 'other', a ->> 'lesson'));
	if coalesce(jsonb_array_length(moves), 0) <> 2 then
		perform konak.bad_ref('other');
	end if;
	done := konak.tt_put(t, moves, coalesce((a ->> 'force')::boolean, false));
	return jsonb_build_object('changed', konak.tt_changes(done),
	    'reply', jsonb_build_object('entries', to_jsonb(done)));
end $$;

-- Another hour of the same lesson.
create function konak.tt_copy(a jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	t konak.timetables := konak.tt_plan(a, true);
	card uuid;
	done uuid[];
begin
	insert into konak.timetable_lessons as n (company_id, timetable_id,
	    number, split, requirement_id, class_id, group_id, subject_id,
	    subject, teachers, sets, atoms, room_id, room_type, duration)
	select l.company_id, l.timetable_id, (select max(x.number) + 1
		from konak.timetable_lessons x where x.company_id = l.company_id
		    and x.timetable_id = l.timetable_id), l.split,
	    l.requirement_id, l.class_id, l.group_id, l.subject_id, l.subject,
	    l.teachers, l.sets, l.atoms, l.room_id, l.room_type, l.duration
	from konak.timetable_lessons l
	where l.company_id = konak.company() and l.id = (a ->> 'lesson')::uuid
	returning n.id into card;
	done := konak.tt_put(t, jsonb_build_array(a || jsonb_build_object(
	    'lesson', card)), coalesce((a ->> 'force')::boolean, false));
	return jsonb_build_object('changed', konak.tt_changes(done),
	    'reply', jsonb_build_object('lesson', card));
end $$;

create function konak.tt_lock(a jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	t konak.timetables := konak.tt_plan(a, true);
	done uuid[];
begin
	with u as (update konak.timetable_entries e
	    set locked = (a ->> 'locked')::boolean
	    where e.company_id = konak.company() and e.timetable_id = t.id
		and e.deleted_at is null and (e.lesson_id = (a ->> 'lesson')::uuid
		    or not a ? 'lesson')
		and e.locked <> (a ->> 'locked')::boolean
	    returning e.id)
	select array_agg(u.id) into done from u;
	return jsonb_build_object('changed', konak.tt_changes(done),
	    'reply', jsonb_build_object('locked',
		coalesce(cardinality(done), 0)));
end $$;

-- ------------------------------------------------------ undo and redo

-- Takes back the person's last act in this plan, or does it again. What
-- somebody else has changed since is left as it is, and refused with the name.
create function konak.tt_back(a jsonb, again boolean) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	t konak.timetables := konak.tt_plan(a || '{"reason": "↶"}', true);
	what uuid;
	r record;
	ids uuid[];
begin
	perform pg_advisory_xact_lock(hashtextextended(t.id::text
	    || konak.me(), 0));
	select l.act into what from konak.schedule_change_logs l
	where l.company_id = konak.company() and l.timetable_id = t.id
	    and l.user_id = konak.me() and l.undo_of is null
	    and case when again then l.undone_at is not null
		-- an act of its own ends what could be done again
		and not exists (select from konak.schedule_change_logs n
		    where n.company_id = l.company_id
			and n.timetable_id = l.timetable_id
			and n.user_id = l.user_id and n.undo_of is null
			and n.undone_at is null and n.created_at > l.undone_at)
	    else l.undone_at is null end
	order by case when again then l.undone_at end desc, l.id desc limit 1;
	if what is null then
		perform konak.fail(case when again then 'timetable.redo_nothing'
		    else 'timetable.undo_nothing' end);
	end if;
	-- The newest row of each entry in the act says how it stands.
	for r in select distinct on (l.entry_id) l.entry_id, l.summary,
		case when again then l.old_data else l.new_data end as want,
		e as now
	    from konak.schedule_change_logs l
	    join konak.timetable_entries e on e.company_id = l.company_id
		and e.id = l.entry_id
	    where l.company_id = konak.company() and l.act = what
	    order by l.entry_id, case when again then l.id end,
		l.id desc loop
		if konak.tt_state(r.now) is distinct from r.want
		    and not (again and r.want is null
			and (r.now).deleted_at is not null) then
			perform konak.fail('timetable.undo_changed',
			    jsonb_build_object('lesson', r.summary, 'by',
			    coalesce((select u.name
			    from konak.schedule_change_logs x
			    join konak.users u on u.id = x.user_id
			    where x.company_id = konak.company()
				and x.entry_id = r.entry_id
			    order by x.id desc limit 1), '?')));
		end if;
	end loop;
	perform set_config('konak.undo_of', what::text, true);
	with s as (select distinct on (l.entry_id) l.entry_id,
		case when again then l.new_data else l.old_data end as d
	    from konak.schedule_change_logs l
	    where l.company_id = konak.company() and l.act = what
	    order by l.entry_id, case when again then null else l.id end,
		l.id desc),
	u as (update konak.timetable_entries e set
	    day_of_week = coalesce((s.d ->> 'day')::int, e.day_of_week),
	    period_number = coalesce((s.d ->> 'period')::int, e.period_number),
	    room_id = case when s.d is null then e.room_id
		else (s.d ->> 'room')::uuid end,
	    teacher_id = case when s.d is null then e.teacher_id
		else (s.d ->> 'teacher')::uuid end,
	    locked = coalesce((s.d ->> 'locked')::boolean, e.locked),
	    start_date = (s.d ->> 'from')::date,
	    end_date = (s.d ->> 'to')::date,
	    recurring = coalesce((s.d ->> 'recurring')::boolean, e.recurring),
	    is_active = coalesce((s.d ->> 'active')::boolean, e.is_active),
	    color = s.d ->> 'color',
	    deleted_at = case when coalesce((s.d ->> 'placed')::boolean, false)
		then null else coalesce(e.deleted_at, konak.now()) end
	    from s
	    where e.company_id = konak.company() and e.id = s.entry_id
	    returning e.id)
	select array_agg(u.id) into ids from u;
	update konak.schedule_change_logs l set
	    undone_at = case when again then null else clock_timestamp() end
	where l.company_id = konak.company() and l.act = what;
	return jsonb_build_object('changed', konak.tt_changes(ids),
	    'reply', jsonb_build_object('act', what, 'entries', to_jsonb(ids),
		'what', (select min(l.summary) from konak.schedule_change_logs l
		    where l.company_id = konak.company() and l.act = what)));
end $$;

create function konak.tt_undo(a jsonb) returns jsonb
language sql security definer set search_path = pg_catalog, pg_temp
as $$ select konak.tt_back(a, false) $$;
create function konak.tt_redo(a jsonb) returns jsonb
language sql security definer set search_path = pg_catalog, pg_temp
as $$ select konak.tt_back(a, true) $$;

-- ---------------------------------------------------------- what is shown

create function konak.tt_slot(shift konak.periods_shift, number integer)
    returns integer
language sql immutable parallel safe
as $$ select number + case when shift = 'afternoon' then 100 else 0 end $$;

-- The plan's week: [{d, name}] and its periods. A file's own, or the bell's.
create function konak.tt_days(t konak.timetables, lang text) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	if t.days is not null then
		return (select jsonb_agg(jsonb_build_object('d', konak.tt_day(t, i),
		    'name', t.days[i]) order by i)
		    from generate_series(1, cardinality(t.days)) i);
	end if;
	return (select coalesce(jsonb_agg(jsonb_build_object('d', x.d, 'name',
	    konak.tt_day_name(t.id, x.d, lang)) order by (x.d + 6) % 7), '[]')
	    from (select distinct p.day_of_week as d from konak.periods p
		where p.company_id = t.company_id and p.kind = 'lesson'
		    and p.is_active and p.deleted_at is null) x);
end $$;

-- A file's i-th day as records count: weeks of up to seven begin on Monday.
create function konak.tt_day(t konak.timetables, i integer) returns integer
language sql immutable parallel safe
as $$ select case when cardinality(t.days) <= 7 then i % 7 else i - 1 end $$;

create function konak.tt_periods(t konak.timetables) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	if t.hours is not null then
		return (select jsonb_agg(jsonb_build_object('n', i, 'slot', i,
		    'name', t.hours[i], 'kind', 'lesson') order by i)
		    from generate_series(1, cardinality(t.hours)) i);
	end if;
	return (select coalesce(jsonb_agg(jsonb_build_object('n', x.number,
	    'slot', konak.tt_slot(x.shift, x.number), 'name', x.number::text,
	    'shift', x.shift, 'kind', x.kind,
	    'start', to_char(x.s, 'HH24:MI'), 'end', to_char(x.e, 'HH24:MI'),
	    'days', x.days) order by x.s), '[]')
	    from (select p.shift, p.number, p.kind, min(p.start_time) as s,
		    max(p.end_time) as e,
		    jsonb_agg(p.day_of_week order by p.day_of_week) as days
		from konak.periods p
		where p.company_id = t.company_id and p.is_active
		    and p.deleted_at is null
		group by 1, 2, 3) x);
end $$;

-- Times that a teacher does not like, [[resource, day, slot, grade, why]]:
-- 3 is "cannot", 2 and 1 "would rather not", -1 "likes".
create function konak.tt_wishes(t konak.timetables) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return coalesce((select jsonb_agg(jsonb_build_array(x.res, x.day, x.slot,
	    x.grade, x.why)) from (
	    select w.teacher_id as res, w.day_of_week as day,
		konak.tt_slot(p.shift, p.number) as slot,
		case w.preference_type when 'unavailable' then 3
		    when 'preferred' then -1
		    else case when w.priority > 5 then 2 else 1 end end as grade,
		coalesce(w.reason, '') as why
	    from konak.teacher_preferences w
	    join konak.periods p on p.company_id = w.company_id
		and p.day_of_week = w.day_of_week and p.kind = 'lesson'
		and p.is_active and p.deleted_at is null
		and w.start_time < p.end_time and p.start_time < w.end_time
	    where w.company_id = t.company_id and w.is_active
		and w.deleted_at is null and t.source = 'school'
	    union all
	    select b.res, b.day, b.period, 3, ''
	    from konak.timetable_blocks b
	    where b.company_id = t.company_id and b.timetable_id = t.id) x), '[]');
end $$;

-- Everything that a grid needs to judge and draw by itself, in one answer.
create function konak.tt_load(a jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	t konak.timetables := konak.tt_plan(a);
	lang text := coalesce(a ->> '_lang', 'tr');
	scope text := konak.scope('timetable.view');
	mine uuid[];
	out jsonb;
begin
	mine := case scope when 'child' then konak.my_children_classes()
	    when 'self' then konak.my_own_classes() end;
	with l as (select x.* from konak.timetable_lessons x
	    where x.company_id = t.company_id and x.timetable_id = t.id
		and x.is_active and (mine is null or x.class_id = any (mine))),
	e as (select x.* from konak.timetable_entries x
	    where x.company_id = t.company_id and x.timetable_id = t.id
		and x.deleted_at is null and x.is_active
		and (mine is null or x.class_id = any (mine))),
	sets as (select s as id, min(x.atoms::text)::uuid[] as atoms
	    from l x, unnest(x.sets) s
	    where cardinality(x.sets) = 1 group by s),
	allsets as (select s.id, coalesce(r.name, konak.tt_name(t.id, s.id))
		as name, coalesce(r.atoms, k.atoms, '{}') as atoms,
		coalesce(r.size, (select c.current_students
		    from konak.classes c where c.company_id = t.company_id
			and c.id = s.id), (select g.size
		    from konak.class_groups g
		    where g.company_id = t.company_id and g.id = s.id), 0)
		as size,
		(select g.class_id from konak.class_groups g
		    where g.company_id = t.company_id and g.id = s.id) as class
	    from (select distinct unnest(x.sets) as id from l x
		union select c.id from konak.classes c
		    join konak.academic_years y on y.company_id = c.company_id
			and y.id = t.academic_year_id and y.name = c.academic_year
		    where c.company_id = t.company_id and c.is_active
			and c.deleted_at is null and t.source = 'school'
			and (mine is null or c.id = any (mine))) s
	    left join sets k on k.id = s.id
	    left join konak.timetable_resources r on r.company_id = t.company_id
		and r.timetable_id = t.id and r.id = s.id)
	select jsonb_build_object(
	    'timetable', jsonb_build_object('id', t.id, 'name', t.name,
		'status', t.status, 'source', t.source, 'version', t.version,
		'start', t.start_date, 'end', t.end_date),
	    'days', konak.tt_days(t, lang), 'periods', konak.tt_periods(t),
	    'classes', (select coalesce(jsonb_agg(jsonb_build_object('id', s.id,
		'name', s.name, 'class', s.class, 'size', s.size, 'atoms',
		case when s.atoms = '{}' and t.source = 'school'
		    then to_jsonb(konak.class_atoms(coalesce(s.class, s.id),
			case when s.class is not null then s.id end))
		    else to_jsonb(s.atoms) end)
		order by s.name collate konak.tr_natural), '[]') from allsets s),
	    'teachers', (select coalesce(jsonb_agg(jsonb_build_object('id', x.id,
		'name', konak.tt_name(t.id, x.id), 'daily', k.max_daily_hours,
		'weekly', k.max_weekly_hours, 'me', k.user_id = konak.me())
		order by konak.tt_name(t.id, x.id) collate "tr-x-icu"), '[]')
		from (select distinct unnest(l.teachers) as id from l) x
		left join konak.teachers k on k.company_id = t.company_id
		    and k.id = x.id),
	    'rooms', (select coalesce(jsonb_agg(jsonb_build_object('id', x.id,
		'name', x.name, 'type', x.type, 'capacity', x.capacity)
		order by x.name), '[]')
		from (select r.id, r.code as name, r.type::text, r.capacity
		    from konak.classrooms r where r.company_id = t.company_id
			and r.is_active and r.deleted_at is null
			and t.source = 'school'
		    union all select r.id, r.name, null, r.size
		    from konak.timetable_resources r
		    where r.company_id = t.company_id
			and r.timetable_id = t.id and r.kind = 'R') x),
	    'subjects', (select coalesce(jsonb_agg(jsonb_build_object('id', s.id,
		'name', s.name, 'code', s.code, 'color', s.color)
		order by s.name), '[]') from konak.subjects s
		where s.company_id = t.company_id and s.deleted_at is null
		    and s.id in (select l.subject_id from l)),
	    -- rows and not maps: a school of 2,400 lessons is one answer
	    'lessons', (select coalesce(jsonb_agg(jsonb_build_array(l.number,
		l.id, coalesce(l.subject_id::text, l.subject), l.teachers, l.sets,
		l.room_id, l.room_type, l.duration, l.split, e.id,
		e.day_of_week, e.slot, e.room_id, e.locked, e.version)
		order by l.number), '[]')
		from l left join e on e.lesson_id = l.id),
	    'wishes', case when mine is null then konak.tt_wishes(t)
		else '[]' end,
	    'conflicts', case when konak.may('timetable.edit') then
		(select coalesce(jsonb_agg(jsonb_build_object('id', c.id,
		'entry', c.entry_id, 'type', c.type, 'severity', c.severity,
		'text', case lang when 'en' then c.description_en
		    else c.description end) order by c.severity, c.created_at),
		'[]') from konak.schedule_conflicts c
		where c.company_id = t.company_id and c.timetable_id = t.id
		    and c.resolved_at is null) else '[]' end,
	    'placed', (select coalesce(sum(e.duration), 0) from e),
	    'total', (select coalesce(sum(l.duration), 0) from l))
	into out;
	return jsonb_build_object('reply', out);
end $$;

-- For a lesson in the hand: each slot of the week is free, poor, forbidden or its
-- present one (here), and why, in words.
create function konak.tt_slots(a jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	t konak.timetables := konak.tt_plan(a, false,
	    'timetable.edit');
	lang text := coalesce(a ->> '_lang', 'tr');
	l konak.timetable_lessons;
	room uuid;
	bell jsonb := konak.tt_periods(t);
	out jsonb;
begin
	select x.* into l from konak.timetable_lessons x
	where x.company_id = t.company_id and x.id = (a ->> 'lesson')::uuid;
	room := coalesce((a ->> 'room')::uuid, (select e.room_id
	    from konak.timetable_entries e where e.company_id = t.company_id
		and e.lesson_id = l.id and e.deleted_at is null), l.room_id);
	with wish as (select (w ->> 0)::uuid as res, (w ->> 1)::int as day,
		(w ->> 2)::int as slot, (w ->> 3)::int as grade, w ->> 4 as why
	    from jsonb_array_elements(konak.tt_wishes(t)) w
	    where (w ->> 0)::uuid = any (l.teachers || l.atoms || room)),
	slot as (select (d ->> 'd')::int as day, (p ->> 'n')::int as n,
		(p ->> 'slot')::int as slot,
		(select count(*) from jsonb_array_elements(bell) q
		    where q ->> 'kind' = 'lesson'
			and (q ->> 'slot')::int between (p ->> 'slot')::int
			    and (p ->> 'slot')::int + l.duration - 1
			and (not q ? 'days' or (q -> 'days') @> (d -> 'd'))) as fits
	    from jsonb_array_elements(konak.tt_days(t, lang)) d,
		jsonb_array_elements(bell) p
	    where p ->> 'kind' = 'lesson'
		and (not p ? 'shift' or p ->> 'shift' = coalesce(
		    (select c.shift::text from konak.classes c
		    where c.company_id = t.company_id and c.id = l.class_id),
		    'day'))),
	held as (select distinct on (s.day, s.n) s.day, s.n, b.kind, b.res,
		e.lesson_id, e.id
	    from slot s
	    join konak.timetable_busy b on b.company_id = t.company_id
		and b.timetable_id = t.id and b.day = s.day
		and b.period between s.slot and s.slot + l.duration - 1
		and b.res = any (l.teachers || l.atoms || room)
	    join konak.timetable_entries e on e.company_id = b.company_id
		and e.id = b.entry_id and e.lesson_id <> l.id
	    order by s.day, s.n, b.kind desc),
	judged as (select s.day, s.n, h.id as entry, case
		when exists (select from konak.timetable_entries e
		    where e.company_id = t.company_id and e.lesson_id = l.id
			and e.deleted_at is null and e.day_of_week = s.day
			and e.period_number = s.n) then 'here'
		when s.fits < l.duration then 'forbidden'
		when h.id is not null then 'forbidden'
		when w.grade = 3 then 'forbidden'
		when w.grade > 0 then 'poor' else 'free' end as state,
	    case when s.fits < l.duration then 'invalid_time'
		when h.kind = 'T' then 'teacher_busy'
		when h.kind = 'R' then 'room_busy'
		when h.id is not null then 'class_busy'
		when w.grade = 3 then 'teacher_away'
		when w.grade > 0 then 'not_preferred' end as reason,
	    case when h.kind = 'C' then x.classes
		when h.id is not null then konak.tt_name(t.id, h.res)
		when w.grade > 0 then konak.tt_name(t.id, w.res) end as who,
	    x.classes, x.subject, x.teachers, w.why, w.grade,
	    (select count(*) from konak.timetable_entries o
		join konak.timetable_lessons k on k.company_id = o.company_id
		    and k.id = o.lesson_id and k.split = l.split
		where o.company_id = t.company_id and o.timetable_id = t.id
		    and o.day_of_week = s.day and o.deleted_at is null
		    and k.id <> l.id and l.split > 0) as same_day
	    from slot s
	    left join held h on h.day = s.day and h.n = s.n
	    left join lateral (select y.* from wish y where y.day = s.day
		and y.slot between s.slot and s.slot + l.duration - 1
		order by y.grade desc limit 1) w on true
	    left join lateral konak.tt_lesson_words(h.lesson_id) x
		on h.id is not null)
	select jsonb_agg(jsonb_build_object('day', j.day, 'period', j.n,
	    'state', j.state, 'reason', j.reason, 'who', j.who,
	    'entry', j.entry, 'text', case lang when 'en' then case j.reason
		when 'invalid_time' then 'The lesson does not fit in here.'
		when 'teacher_busy' then format('%s is with %s then (%s).',
		    j.who, j.classes, j.subject)
		when 'room_busy' then format('Room %s is taken by %s then (%s).',
		    j.who, j.classes, j.subject)
		when 'class_busy' then format('%s has a lesson then: %s (%s).',
		    j.who, j.subject, coalesce(j.teachers, ''))
		when 'teacher_away' then concat(j.who, ' cannot come then',
		    ' (' || nullif(j.why, '') || ')', '.')
		when 'not_preferred' then concat(j.who,
		    ' would rather not teach then',
		    ' (' || nullif(j.why, '') || ')', '.') end
	    else case j.reason
		when 'invalid_time' then 'Ders buraya sığmıyor.'
		when 'teacher_busy' then format('%s bu saatte %s sınıfında (%s).',
		    j.who, j.classes, j.subject)
		when 'room_busy' then format(
		    '%s dersliğinde bu saatte %s var (%s).', j.who, j.classes,
		    j.subject)
		when 'class_busy' then format(
		    '%s sınıfının bu saatte dersi var: %s (%s).', j.who,
		    j.subject, coalesce(j.teachers, ''))
		when 'teacher_away' then concat(j.who, ' bu saatte gelemez',
		    ' (' || nullif(j.why, '') || ')', '.')
		when 'not_preferred' then concat(j.who,
		    ' bu saatte ders istemiyor',
		    ' (' || nullif(j.why, '') || ')', '.') end end)
	    order by case j.state when 'free' then 0 when 'poor' then 1
		when 'here' then 2 else 3 end, j.same_day, coalesce(j.grade, 0), j.n, j.day)
	into out from judged j;
	return jsonb_build_object('reply', jsonb_build_object('slots',
	    coalesce(out, '[]'), 'best', case when out -> 0 ->> 'state'
	    in ('free', 'poor') then out -> 0 end));
end $$;

-- What stands in the way, and where it could go: moves that make a slot free,
-- of one other lesson, a change of places, or two others.
create function konak.tt_swaps(a jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	t konak.timetables := konak.tt_plan(a, false,
	    'timetable.edit');
	l konak.timetable_lessons;
	mine konak.timetable_entries;
	holders uuid[];
	h record;
	s jsonb;
	o record;
	out jsonb := '[]';
begin
	select x.* into l from konak.timetable_lessons x
	where x.company_id = t.company_id and x.id = (a ->> 'lesson')::uuid;
	select x.* into mine from konak.timetable_entries x
	where x.company_id = t.company_id and x.lesson_id = l.id
	    and x.deleted_at is null;
	select array_agg(distinct b.entry_id) into holders
	from konak.timetable_busy b
	where b.company_id = t.company_id and b.timetable_id = t.id
	    and b.day = (a ->> 'day')::int
	    and b.period % 100 between (a ->> 'period')::int
		and (a ->> 'period')::int + l.duration - 1
	    and b.res = any (l.teachers || l.atoms
		|| coalesce(mine.room_id, l.room_id))
	    and b.entry_id is distinct from mine.id;
	if cardinality(holders) > 2 or holders is null then
		return jsonb_build_object('reply', jsonb_build_object('swaps',
		    out));
	end if;
	-- Each holder's own free places: where all have one, that is the way.
	for h in select e.id, e.lesson_id, e.locked, w.*
	    from konak.timetable_entries e,
	    lateral konak.tt_lesson_words(e.lesson_id) w
	    where e.company_id = t.company_id and e.id = any (holders) loop
		if h.locked then
			return jsonb_build_object('reply',
			    jsonb_build_object('swaps', '[]'::jsonb));
		end if;
		for s in select x from jsonb_array_elements(konak.tt_slots(
			jsonb_build_object('lesson', h.lesson_id, '_lang',
			    a -> '_lang')) -> 'reply' -> 'slots')
			with ordinality v(x, i)
		    where (x -> 'day', x -> 'period')
			    <> (a -> 'day', a -> 'period')
			and (x ->> 'state' in ('free', 'poor')
			    or mine.id is not null
			    and x ->> 'entry' = mine.id::text)
		    order by i limit 3 loop
			out := out || jsonb_build_object('kind', case
			    when s ->> 'entry' = mine.id::text then 'swap'
			    else 'chain' end, 'lesson', h.lesson_id, 'words',
			    concat_ws(' ', h.classes, h.subject), 'day', s -> 'day',
			    'period', s -> 'period', 'state', s -> 'state');
		end loop;
	end loop;
	-- Three in a ring: ours to the holder's place, the holder's to that of a
	-- third, the third's to ours.
	if mine.id is not null and cardinality(holders) = 1 then
		for o in select e.lesson_id, e.day_of_week, e.period_number, w.*
		    from konak.timetable_entries g
		    join konak.timetable_entries e on e.company_id = g.company_id
			and e.timetable_id = t.id and e.deleted_at is null
			and e.duration = l.duration and not e.locked
			and e.id not in (mine.id, holders[1])
			and e.class_id is not distinct from g.class_id,
		    lateral konak.tt_lesson_words(e.lesson_id) w
		    where g.company_id = t.company_id and g.id = holders[1]
			and g.duration = l.duration
		    limit 12 loop
			begin
				perform konak.tt_put(t, jsonb_build_array(
				    jsonb_build_object('lesson', l.id, 'day',
					a -> 'day', 'period', a -> 'period'),
				    jsonb_build_object('lesson',
					(select e.lesson_id
					from konak.timetable_entries e
					where e.company_id = t.company_id
					    and e.id = holders[1]),
					'day', o.day_of_week, 'period',
					o.period_number),
				    jsonb_build_object('lesson', o.lesson_id,
					'day', mine.day_of_week, 'period',
					mine.period_number)), false);
				raise exception using errcode = 'KN0OK';
			exception when sqlstate 'KN0OK' then
				out := out || jsonb_build_object('kind', 'ring',
				    'lesson', o.lesson_id, 'words',
				    concat_ws(' ', o.classes, o.subject),
				    'day', o.day_of_week,
				    'period', o.period_number);
				exit when jsonb_array_length(out) > 8;
			when sqlstate 'KN010' or sqlstate 'KN002'
			    or sqlstate '23514' then
				null;
			end;
		end loop;
	end if;
	return jsonb_build_object('reply', jsonb_build_object('swaps', out));
end $$;

-- ------------------------------------------------------ plans themselves

-- A draft of the school's requirements, or of another plan with its places.
create function konak.tt_create(a jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	src konak.timetables;
	id uuid := konak.uuid7();
	year uuid;
	cards integer;
begin
	perform konak.tt_need('timetable.edit');
	if a ? 'from' then
		src := konak.tt_plan(jsonb_build_object('timetable', a -> 'from'));
		year := src.academic_year_id;
	else
		select y.id into year from konak.academic_years y
		where y.company_id = konak.company() and y.deleted_at is null
		order by y.is_current desc, y.start_date desc limit 1;
	end if;
	if year is null then
		perform konak.fail('timetable.no_year');
	end if;
	insert into konak.timetables (company_id, id, name, academic_year_id,
	    based_on_id, source, days, hours, not_mapped)
	values (konak.company(), id, left(coalesce(nullif(trim(a ->> 'name'), ''),
	    src.name || ' *', 'Taslak'), 120), year, src.id,
	    coalesce(src.source, 'school'), src.days, src.hours,
	    coalesce(src.not_mapped, '{}'));
	perform set_config('konak.timetable_quiet', 'on', true);
	if src.id is null then
		cards := konak.tt_fill(id);
	else
		cards := konak.tt_copied(src.id, id);
	end if;
	perform set_config('konak.timetable_quiet', '', true),
	    konak.tt_check_all(id);
	return jsonb_build_object('reply', jsonb_build_object('id', id,
	    'lessons', cards), 'changed', jsonb_build_array(
	    jsonb_build_array('timetables', id, 1, 'create')));
end $$;

create function konak.tt_copied(src uuid, into_plan uuid) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	n integer;
begin
	insert into konak.timetable_resources
	select r.company_id, into_plan, r.id, r.kind, r.name, r.atoms, r.size
	from konak.timetable_resources r
	where r.company_id = konak.company() and r.timetable_id = src;
	insert into konak.timetable_blocks
	select b.company_id, into_plan, b.res, b.day, b.period
	from konak.timetable_blocks b
	where b.company_id = konak.company() and b.timetable_id = src;
	insert into konak.timetable_files
	select f.company_id, into_plan, f.body from konak.timetable_files f
	where f.company_id = konak.company() and f.timetable_id = src;
	insert into konak.timetable_lessons (company_id, timetable_id, number,
	    split, requirement_id, class_id, group_id, subject_id, subject,
	    teachers, sets, atoms, room_id, room_type, duration, is_active)
	select l.company_id, into_plan, l.number, l.split, l.requirement_id,
	    l.class_id, l.group_id, l.subject_id, l.subject, l.teachers, l.sets,
	    l.atoms, l.room_id, l.room_type, l.duration, l.is_active
	from konak.timetable_lessons l
	where l.company_id = konak.company() and l.timetable_id = src;
	get diagnostics n = row_count;
	insert into konak.timetable_entries (company_id, timetable_id, lesson_id,
	    day_of_week, period_number, room_id, color, recurring, start_date,
	    end_date, locked, is_active)
	select e.company_id, into_plan, k.id, e.day_of_week, e.period_number,
	    e.room_id, e.color, e.recurring, e.start_date, e.end_date, e.locked,
	    e.is_active
	from konak.timetable_entries e
	join konak.timetable_lessons l on l.company_id = e.company_id
	    and l.id = e.lesson_id
	join konak.timetable_lessons k on k.company_id = e.company_id
	    and k.timetable_id = into_plan and k.number = l.number
	where e.company_id = konak.company() and e.timetable_id = src
	    and e.deleted_at is null;
	return n;
end $$;

-- A whole plan's places at once: what the engine or a file says. Locked lessons
-- and those not named stay; the others are taken out first. {lesson, day,
-- period, room, locked} in rows.
create function konak.tt_apply(plan uuid, places jsonb) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	n integer;
begin
	perform set_config('konak.timetable_quiet', 'on', true);
	update konak.timetable_entries e set deleted_at = konak.now()
	where e.company_id = konak.company() and e.timetable_id = plan
	    and e.deleted_at is null and not e.locked;
	with p as (select * from jsonb_to_recordset(places) x(lesson uuid,
	    day integer, period integer, room uuid, locked boolean)),
	old as (select distinct on (e.lesson_id) e.id, e.lesson_id, e.locked
	    from konak.timetable_entries e
	    where e.company_id = konak.company() and e.timetable_id = plan
	    order by e.lesson_id, e.deleted_at is not null, e.updated_at desc)
	update konak.timetable_entries e set day_of_week = p.day,
	    period_number = p.period, room_id = coalesce(p.room, e.room_id),
	    locked = coalesce(p.locked, false), deleted_at = null
	from p join old on old.lesson_id = p.lesson
	where e.company_id = konak.company() and e.id = old.id
	    and (e.deleted_at is not null or not e.locked);
	insert into konak.timetable_entries (company_id, timetable_id, lesson_id,
	    day_of_week, period_number, room_id, locked)
	select konak.company(), plan, p.lesson, p.day, p.period, p.room,
	    coalesce(p.locked, false)
	from jsonb_to_recordset(places) p(lesson uuid, day integer,
	    period integer, room uuid, locked boolean)
	where not exists (select from konak.timetable_entries e
	    where e.company_id = konak.company() and e.lesson_id = p.lesson);
	perform set_config('konak.timetable_quiet', '', true),
	    konak.tt_check_all(plan);
	select count(*) into n from konak.timetable_entries e
	where e.company_id = konak.company() and e.timetable_id = plan
	    and e.deleted_at is null;
	return n;
end $$;

-- What differs between two plans, for each teacher: what was where, and is.
create function konak.tt_diff(a jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	t konak.timetables := konak.tt_plan(a, false,
	    'timetable.edit');
	o konak.timetables := konak.tt_plan(jsonb_build_object('timetable',
	    coalesce(a -> 'other', to_jsonb(t.based_on_id))));
	lang text := coalesce(a ->> '_lang', 'tr');
	out jsonb;
	moved integer;
begin
	with side as (select e.timetable_id = t.id as is_new, l.id as lesson,
		l.teachers, l.number, case when t.source = o.source
		    and (t.based_on_id = o.id or o.based_on_id = t.id)
		    then l.number::text
		    else concat_ws('|', l.class_id, l.group_id, l.subject_id,
			l.duration, row_number() over (partition by
			e.timetable_id, l.class_id, l.group_id, l.subject_id,
			l.duration order by e.day_of_week, e.period_number))
		    end as key,
		e.day_of_week as d, e.period_number as p, e.room_id
	    from konak.timetable_entries e
	    join konak.timetable_lessons l on l.company_id = e.company_id
		and l.id = e.lesson_id
	    where e.company_id = t.company_id
		and e.timetable_id in (t.id, o.id) and e.deleted_at is null
		and e.is_active),
	d as (select coalesce(n.lesson, x.lesson) as lesson,
		coalesce(n.teachers, x.teachers) as teachers,
		case when x.key is not null then konak.tt_day_name(o.id, x.d,
		    lang) || '-' || x.p end as was,
		case when n.key is not null then konak.tt_day_name(t.id, n.d,
		    lang) || '-' || n.p end as now
	    from (select * from side where is_new) n
	    full join (select * from side where not is_new) x on x.key = n.key
	    where (n.d, n.p, n.teachers, n.room_id)
		is distinct from (x.d, x.p, x.teachers, x.room_id))
	select (select count(*) from d), (select coalesce(jsonb_agg(
	    jsonb_build_object('teacher', g.k, 'name', konak.tt_name(t.id, g.k),
		'changes', g.rows) order by konak.tt_name(t.id, g.k)
		collate "tr-x-icu"), '[]')
	    from (select k, jsonb_agg(jsonb_build_object('lesson', d.lesson,
		    'words', concat_ws(' ', w.classes, w.subject),
		    'was', d.was, 'now', d.now) order by w.classes) as rows
		from d cross join unnest(case when d.teachers = '{}'
		    then array[null::uuid] else d.teachers end) k,
		lateral konak.tt_lesson_words(d.lesson) w
		group by k) g)
	into moved, out;
	return jsonb_build_object('reply', jsonb_build_object('moved', moved,
	    'people', out));
end $$;

-- Makes a draft the plan that is held from a date on. What was held until then
-- stays as it was, with its attendance and marks; from that day it is past.
create function konak.tt_publish(a jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	t konak.timetables := konak.tt_plan(a, false,
	    'timetable.publish');
	y konak.academic_years;
	begins date := coalesce((a ->> 'from')::date, konak.today());
	n integer;
begin
	perform 1 from konak.timetables x
	where x.company_id = t.company_id order by x.id for update;
	if t.status <> 'draft' then
		perform konak.fail('timetable.not_draft');
	elsif coalesce(trim(a ->> 'reason'), '') = '' then
		perform konak.fail('timetable.reason_needed', '{}', 'reason');
	end if;
	select x.* into y from konak.academic_years x
	where x.company_id = t.company_id and x.id = t.academic_year_id;
	begins := greatest(begins, y.start_date);
	if begins > y.end_date then
		perform konak.fail('timetable.after_year', '{}', 'from');
	end if;
	select count(*) into n from konak.timetable_lessons l
	where l.company_id = t.company_id and l.timetable_id = t.id
	    and l.is_active and (l.class_id is null or exists (
		select from unnest(l.teachers) k where not exists (
		    select from konak.teachers x where x.company_id = t.company_id
			and x.id = k)));
	if n > 0 then
		perform konak.fail('timetable.not_mapped', jsonb_build_object(
		    'count', n));
	end if;
	perform konak.tt_check_all(t.id);
	select count(*) into n from konak.schedule_conflicts c
	where c.company_id = t.company_id and c.timetable_id = t.id
	    and c.resolved_at is null and c.severity = 'error';
	if n > 0 and not coalesce((a ->> 'force')::boolean, false) then
		perform konak.fail('timetable.has_errors', jsonb_build_object(
		    'count', n));
	end if;
	update konak.timetables x set status = 'archived'
	where x.company_id = t.company_id and x.status = 'published'
	    and x.start_date >= begins and x.end_date <= y.end_date
	    and x.deleted_at is null;
	update konak.timetables x set end_date = begins - 1
	where x.company_id = t.company_id and x.status = 'published'
	    and x.start_date < begins and x.end_date >= begins
	    and x.deleted_at is null;
	update konak.timetables x set status = 'published',
	    start_date = begins, end_date = y.end_date,
	    reason = left(a ->> 'reason', 255), published_at = konak.now(),
	    published_by = konak.me()
	where x.company_id = t.company_id and x.id = t.id;
	perform konak.job_put(t.company_id, 'timetable.tell',
	    jsonb_build_object('id', t.id, 'by', konak.me()), null, t.id::text);
	return jsonb_build_object('reply', jsonb_build_object('id', t.id,
	    'from', begins, 'to', y.end_date), 'changed', jsonb_build_array(
	    jsonb_build_array('timetables', t.id, t.version + 1, 'edit'),
	    jsonb_build_array('timetables', null, 0, 'all')));
end $$;

-- Teachers and families are told of a plan that begins.
create function konak.timetable_tell(args jsonb) returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	t konak.timetables;
	people uuid[];
begin
	select x.* into t from konak.timetables x
	where x.company_id = konak.company() and x.id = (args ->> 'id')::uuid
	    and x.status = 'published' and x.deleted_at is null;
	if not found then
		return;
	end if;
	select array_agg(distinct k.user_id) into people
	from konak.timetable_lessons l
	join konak.teachers k on k.company_id = l.company_id
	    and k.id = any (l.teachers) and k.is_active
	where l.company_id = t.company_id and l.timetable_id = t.id;
	people := people || konak.families(array(
	    select distinct l.class_id from konak.timetable_lessons l
	    where l.company_id = t.company_id and l.timetable_id = t.id
		and l.class_id is not null));
	perform konak.notify(array_remove(people, (args ->> 'by')::uuid),
	    'schedule_change', concat_ws(' ', t.name,
	    to_char(t.start_date, 'DD.MM.YYYY')), t.reason, 'timetables', t.id,
	    'normal', (args ->> 'by')::uuid);
end $$;

-- What is wrong, poor and missing.
create function konak.tt_examine(a jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	t konak.timetables := konak.tt_plan(a, false,
	    'timetable.edit');
	lang text := coalesce(a ->> '_lang', 'tr');
begin
	perform konak.tt_check_all(t.id);
	return jsonb_build_object('reply', jsonb_build_object(
	    'name', t.name, 'conflicts', (select coalesce(jsonb_agg(
		jsonb_build_object('type', c.type, 'severity', c.severity,
		'text', case lang when 'en' then c.description_en
		    else c.description end) order by c.severity, c.type), '[]')
		from konak.schedule_conflicts c
		where c.company_id = t.company_id and c.timetable_id = t.id
		    and c.resolved_at is null),
	    'unplaced', (select coalesce(jsonb_agg(concat_ws(' ', w.classes,
		w.subject, w.teachers) order by l.number), '[]')
		from konak.timetable_lessons l,
		lateral konak.tt_lesson_words(l.id) w
		where l.company_id = t.company_id and l.timetable_id = t.id
		    and l.is_active and not exists (
			select from konak.timetable_entries e
			where e.company_id = l.company_id
			    and e.lesson_id = l.id and e.deleted_at is null)),
	    'not_mapped', t.not_mapped));
end $$;

-- -------------------------------------------------------------- templates


-- The own ones, and the open ones of all schools.
create function konak.tt_templates(a jsonb) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	perform konak.tt_need('timetable.edit');
	return jsonb_build_object('reply', jsonb_build_object('templates',
	    (select coalesce(jsonb_agg(jsonb_build_object('id', p.id,
		'name', p.name, 'grade_level', p.grade_level, 'own',
		p.company_id = konak.company(), 'lessons',
		jsonb_array_length(coalesce(p.template_data -> 'lessons', '[]')),
		'used', p.usage_count) order by p.company_id
		<> konak.company(), p.name), '[]')
		from konak.schedule_templates p where p.deleted_at is null
		    and (p.company_id = konak.company() or p.is_public))));
end $$;

-- Where the lessons of each subject lie, of one class or of all; no names of
-- people.
create function konak.tt_template_save(a jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	t konak.timetables := konak.tt_plan(a, false,
	    'timetable.edit');
	made uuid := konak.uuid7();
begin
	insert into konak.schedule_templates (company_id, id, name, description,
	    grade_level, is_public, template_data)
	select konak.company(), made, a ->> 'name', a ->> 'description',
	    coalesce(a ->> 'grade_level', (select c.grade from konak.classes c
		where c.company_id = t.company_id
		    and c.id = (a ->> 'class')::uuid)),
	    coalesce((a ->> 'is_public')::boolean, false),
	    jsonb_build_object('lessons', coalesce(jsonb_agg(
		jsonb_build_object('subject', w.subject, 'day', e.day_of_week,
		'period', e.period_number, 'duration', e.duration,
		'class', case when a ? 'class' then null else w.classes end)
		order by e.day_of_week, e.period_number), '[]'))
	from konak.timetable_entries e,
	lateral konak.tt_lesson_words(e.lesson_id) w
	where e.company_id = t.company_id and e.timetable_id = t.id
	    and e.deleted_at is null and e.is_active
	    and (not a ? 'class' or e.class_id = (a ->> 'class')::uuid);
	return jsonb_build_object('reply', jsonb_build_object('id', made),
	    'changed', jsonb_build_array(jsonb_build_array('schedule_templates',
	    made, 1, 'create')));
end $$;

-- Puts the unplaced lessons where the template has their subject, as far as
-- those places are free; what is taken stays unplaced.
create function konak.tt_template_apply(a jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	t konak.timetables := konak.tt_plan(a, true);
	p konak.schedule_templates;
	s record;
	card uuid;
	placed uuid[] := '{}';
	missed integer := 0;
begin
	select x.* into p from konak.schedule_templates x
	where x.id = (a ->> 'template')::uuid and x.deleted_at is null
	    and (x.company_id = konak.company() or x.is_public);
	if not found then
		perform konak.bad_ref('template');
	end if;
	for s in select c.id as class, x.subject, x.day, x.period,
		coalesce(x.duration, 1) as duration
	    from jsonb_to_recordset(p.template_data -> 'lessons')
		x(subject text, day integer, period integer, duration integer,
		class text)
	    join konak.classes c on c.company_id = t.company_id and c.is_active
		and c.deleted_at is null
		and (c.id = (a ->> 'class')::uuid or not a ? 'class')
		and (x.class is null or x.class = c.full_name or a ? 'class')
		and (p.grade_level is null or a ? 'class'
		    or c.grade = p.grade_level)
	    order by c.id, x.day, x.period loop
		select l.id into card from konak.timetable_lessons l
		join konak.subjects k on k.company_id = l.company_id
		    and k.id = l.subject_id
		    and konak.fold(k.name) = konak.fold(s.subject)
		where l.company_id = t.company_id and l.timetable_id = t.id
		    and l.is_active and l.class_id = s.class
		    and l.duration = s.duration and not exists (
			select from konak.timetable_entries e
			where e.company_id = l.company_id
			    and e.lesson_id = l.id and e.deleted_at is null)
		order by l.number limit 1;
		continue when not found;
		begin
			placed := placed || konak.tt_put(t, jsonb_build_array(
			    jsonb_build_object('lesson', card, 'day', s.day,
			    'period', s.period)), false);
		exception when sqlstate 'KN010' or sqlstate 'KN002'
		    or sqlstate '23514' then
			missed := missed + 1;
		end;
	end loop;
	if p.company_id = konak.company() then
		update konak.schedule_templates x set
		    usage_count = x.usage_count + 1
		where x.company_id = p.company_id and x.id = p.id;
	end if;
	return jsonb_build_object('changed', konak.tt_changes(placed),
	    'reply', jsonb_build_object('placed', cardinality(placed),
		'taken', missed));
end $$;

-- ---------------------------------------------------------- of a moment

-- Who is free for a lesson on a date, and who fits best: those who teach the
-- subject first, then those of that class, then those with few lessons.
create function konak.tt_substitutes(a jsonb) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
	e konak.timetable_entries;
	on_date date := (a ->> 'date')::date;
	out jsonb;
begin
	perform konak.tt_need('timetable.edit');
	select x.* into e from konak.timetable_entries x
	where x.company_id = konak.company() and x.id = (a ->> 'entry')::uuid
	    and x.deleted_at is null;
	if not found then
		perform konak.bad_ref('entry');
	end if;
	select coalesce(jsonb_agg(jsonb_build_object('teacher', k.id,
	    'name', k.name, 'subject', k.fits, 'knows_class', k.knows,
	    'lessons', k.n, 'periods', k.periods) order by k.fits desc,
	    k.knows desc, k.n, k.name collate "tr-x-icu"), '[]') into out
	from (select t.id, t.name, exists (
		select from konak.teacher_subjects s
		where s.company_id = t.company_id and s.teacher_id = t.id
		    and s.subject_id = e.subject_id and s.deleted_at is null)
		as fits,
	    exists (select from konak.lesson_requirements r
		where r.company_id = t.company_id and r.teacher_id = t.id
		    and r.class_id = e.class_id and r.deleted_at is null)
		as knows,
	    (select count(*) from konak.timetable_busy b
		where b.company_id = t.company_id
		    and b.timetable_id = e.timetable_id and b.res = t.id
		    and b.day = e.day_of_week) as n,
	    (select coalesce(jsonb_agg(b.period % 100 order by b.period), '[]')
		from konak.timetable_busy b where b.company_id = t.company_id
		    and b.timetable_id = e.timetable_id and b.res = t.id
		    and b.day = e.day_of_week) as periods
	    from konak.teachers t
	    where t.company_id = e.company_id and t.is_active
		and t.deleted_at is null and t.id <> e.teacher_id
		and not exists (select from konak.timetable_busy b
		    where b.company_id = t.company_id
			and b.timetable_id = e.timetable_id and b.res = t.id
			and b.day = e.day_of_week
			and b.period between e.slot and e.slot + e.duration - 1
			and on_date between b.from_date and b.to_date
			and not exists (select from konak.substitutions u
			    where u.company_id = b.company_id
				and u.entry_id = b.entry_id and u.date = on_date
				and u.deleted_at is null))
		and not exists (select from konak.substitutions u
		    where u.company_id = t.company_id and u.date = on_date
			and (u.teacher_id = t.id
			    or u.absent_teacher_id = t.id)
			and u.deleted_at is null
			and u.slot < e.slot + e.duration
			and e.slot < u.slot + u.duration)
		and not exists (select from konak.teacher_preferences w
		    where w.company_id = t.company_id and w.teacher_id = t.id
			and w.day_of_week = e.day_of_week
			and w.preference_type = 'unavailable' and w.is_active
			and w.deleted_at is null and w.start_time < e.end_time
			and e.start_time < w.end_time)) k;
	return jsonb_build_object('reply', jsonb_build_object('teachers', out));
end $$;

-- Rooms and teachers that are free on a date in a period; now, if none is
-- named.
create function konak.tt_free(a jsonb) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
	on_date date := coalesce((a ->> 'date')::date, konak.today());
	at_slot integer := (a ->> 'period')::integer;
	t uuid;
begin
	perform konak.tt_need('timetable.view');
	select x.id into t from konak.timetables x
	where x.company_id = konak.company() and x.status = 'published'
	    and on_date between x.start_date and x.end_date
	    and x.deleted_at is null;
	if at_slot is null then
		select konak.tt_slot(p.shift, p.number) into at_slot
		from konak.periods p join konak.companies c on c.id = p.company_id
		where p.company_id = konak.company() and p.kind = 'lesson'
		    and p.day_of_week = extract(dow from on_date) and p.is_active
		    and p.deleted_at is null and (konak.now() at time zone
			c.timezone)::time between p.start_time and p.end_time
		limit 1;
	end if;
	return jsonb_build_object('reply', (
	    with busy as (select coalesce(case when b.kind = 'T'
		    then u.teacher_id when u.classroom_id is not null
		    then u.classroom_id end, case when b.kind = 'T'
		    and u.id is not null then null else b.res end) as res
		from konak.timetable_busy b
		left join konak.substitutions u on u.company_id = b.company_id
		    and u.entry_id = b.entry_id and u.date = on_date
		    and u.deleted_at is null
		where b.company_id = konak.company() and b.timetable_id = t
		    and b.day = extract(dow from on_date) and b.period = at_slot
		    and on_date between b.from_date and b.to_date)
	    select jsonb_build_object('date', on_date, 'period', at_slot, 'rooms',
		(select coalesce(jsonb_agg(jsonb_build_object('id', r.id,
		    'name', r.code, 'type', r.type, 'capacity', r.capacity)
		    order by r.code), '[]') from konak.classrooms r
		where r.company_id = konak.company() and r.is_active
		    and r.deleted_at is null and not exists (
			select from busy where busy.res = r.id)),
		'teachers', (select coalesce(jsonb_agg(jsonb_build_object(
		    'id', k.id, 'name', k.name) order by k.name
		    collate "tr-x-icu"), '[]') from konak.teachers k
		where k.company_id = konak.company() and k.is_active
		    and k.deleted_at is null and not exists (
			select from busy where busy.res = k.id)))));
end $$;

-- Where one is, and where the others are.
create function konak.tt_cursor(a jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	t konak.timetables := konak.tt_plan(a, false,
	    'timetable.edit');
begin
	delete from konak.timetable_cursors c
	where c.company_id = t.company_id and (c.at < konak.now()
	    - interval '1 minute' or (c.timetable_id = t.id
		and c.user_id = konak.me() and not a ? 'day'));
	insert into konak.timetable_cursors as c (company_id, timetable_id,
	    user_id, day, period, lesson_id, held)
	select t.company_id, t.id, konak.me(), (a ->> 'day')::int,
	    (a ->> 'period')::int, (a ->> 'lesson')::uuid,
	    coalesce((a ->> 'held')::boolean, false)
	where a ? 'day'
	on conflict on constraint timetable_cursors_pkey do update set
	    day = excluded.day, period = excluded.period,
	    lesson_id = excluded.lesson_id, held = excluded.held,
	    at = excluded.at;
	return jsonb_build_object('reply', jsonb_build_object('cursors',
	    (select coalesce(jsonb_agg(jsonb_build_object('user', c.user_id,
		'name', u.name, 'day', c.day, 'period', c.period,
		'lesson', c.lesson_id, 'held', c.held)), '[]')
		from konak.timetable_cursors c
		join konak.users u on u.id = c.user_id
		where c.company_id = t.company_id and c.timetable_id = t.id
		    and c.user_id <> konak.me())),
	    'changed', jsonb_build_array(jsonb_build_array('timetables', t.id,
	    t.version, 'edit')));
end $$;

-- A part of a file that is being sent.
create function konak.tt_upload(a jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	perform konak.tt_need('timetable.edit');
	if (a ->> 'part')::int not between 0 and 999 then
		perform konak.fail('timetable.file_large', '{}', 'part');
	end if;
	delete from konak.timetable_uploads u
	where u.company_id = konak.company()
	    and u.at < konak.now() - interval '1 hour';
	insert into konak.timetable_uploads (company_id, id, part, user_id, data)
	values (konak.company(), (a ->> 'upload')::uuid, (a ->> 'part')::int,
	    konak.me(), decode(translate(a ->> 'data', '-_', '+/')
		|| repeat('=', (4 - length(a ->> 'data') % 4) % 4), 'base64'))
	on conflict on constraint timetable_uploads_pkey do update set
	    data = excluded.data
	    where konak.timetable_uploads.user_id = konak.me();
	return jsonb_build_object('reply', '{}'::jsonb);
end $$;

create function konak.tt_uploaded(upload uuid) returns setof bytea
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return query delete from konak.timetable_uploads u
	where u.company_id = konak.company() and u.id = upload
	    and u.user_id = konak.me()
	returning u.data;
end $$;

grant execute on function konak.tt_place(jsonb), konak.tt_swap(jsonb),
    konak.tt_copy(jsonb), konak.tt_lock(jsonb), konak.tt_undo(jsonb),
    konak.tt_redo(jsonb), konak.tt_load(jsonb), konak.tt_slots(jsonb),
    konak.tt_swaps(jsonb), konak.tt_create(jsonb), konak.tt_diff(jsonb),
    konak.tt_publish(jsonb), konak.tt_examine(jsonb),
    konak.tt_templates(jsonb), konak.tt_template_save(jsonb),
    konak.tt_template_apply(jsonb), konak.tt_substitutes(jsonb),
    konak.tt_free(jsonb), konak.tt_cursor(jsonb), konak.tt_upload(jsonb),
    konak.timetable_tell(jsonb) to konak_app;
set local role konak_owner;
