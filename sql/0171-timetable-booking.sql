-- 0171-timetable-booking.sql - nobody is in two places at once. Whatever writes
-- timetable_entries, these triggers book its teachers, its smallest groups and
-- its room for each period, and refuse (KN010) what is taken, naming the holder.
-- Two sessions at once meet in the unique key of timetable_busy.
--
-- Lessons of part of a plan's dates are rare. They lock the plan's row against
-- everybody who books in it, and are then compared by their dates.

set local role konak_definer;

-- The smallest groups of a class: one for each choice of a group from every
-- division; the class itself where it has none.
create function konak.class_atoms(class uuid, part uuid default null)
    returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
	d record;
	sets text[] := array[''];
	hit boolean[] := array[part is null];
	next_sets text[];
	next_hit boolean[];
	i integer;
	g uuid;
	out uuid[] := '{}';
begin
	for d in select x.division, array_agg(x.id order by x.id) as groups
	    from konak.class_groups x
	    where x.company_id = konak.company() and x.class_id = class
		and x.deleted_at is null
	    group by x.division order by x.division loop
		next_sets := '{}';
		next_hit := '{}';
		for i in 1 .. cardinality(sets) loop
			foreach g in array d.groups loop
				next_sets := next_sets || (sets[i] || g::text);
				next_hit := next_hit || (hit[i] or g = part);
			end loop;
		end loop;
		sets := next_sets;
		hit := next_hit;
		exit when cardinality(sets) > 200;
	end loop;
	for i in 1 .. cardinality(sets) loop
		if hit[i] then
			out := out || case when sets[i] = '' then class
			    else md5(class || sets[i])::uuid end;
		end if;
	end loop;
	-- A group that is gone keeps its lessons apart from each other.
	return case when out = '{}' then array[part] else out end;
end $$;

-- A resource as people call it.
create function konak.tt_name(plan uuid, res uuid) returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
	out text;
begin
	select t.name into out from konak.teachers t
	where t.company_id = konak.company() and t.id = res;
	if found then
		return out;
	end if;
	select c.full_name into out from konak.classes c
	where c.company_id = konak.company() and c.id = res;
	if found then
		return out;
	end if;
	select r.code into out from konak.classrooms r
	where r.company_id = konak.company() and r.id = res;
	if found then
		return out;
	end if;
	select c.full_name || ' ' || g.name into out from konak.class_groups g
	join konak.classes c on c.company_id = g.company_id
	    and c.id = g.class_id
	where g.company_id = konak.company() and g.id = res;
	if found then
		return out;
	end if;
	return (select r.name from konak.timetable_resources r
	    where r.company_id = konak.company() and r.timetable_id = plan
		and r.id = res);
end $$;

-- A lesson's classes, subject and teachers in words.
create function konak.tt_lesson_words(lesson uuid, out classes text,
    out subject text, out teachers text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	select left((select string_agg(konak.tt_name(l.timetable_id, s), ', ')
		from unnest(l.sets) s), 80),
	    left(coalesce((select s.name from konak.subjects s
		where s.company_id = l.company_id and s.id = l.subject_id),
		l.subject, ''), 80),
	    left((select string_agg(konak.tt_name(l.timetable_id, t), ', ')
		from unnest(l.teachers) t), 80)
	into classes, subject, teachers
	from konak.timetable_lessons l
	where l.company_id = konak.company() and l.id = lesson;
end $$;

create function konak.tt_refuse(plan uuid, lesson uuid, holder uuid, res uuid,
    kind "char", day integer, period integer) returns void
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
	held record;
	other uuid;
begin
	select e.lesson_id into other from konak.timetable_entries e
	where e.company_id = konak.company() and e.id = holder;
	select w.* into held from konak.tt_lesson_words(other) w;
	raise exception using errcode = 'KN010',
	    message = case kind when 'T' then 'timetable.teacher_busy'
		when 'R' then 'timetable.room_busy'
		else 'timetable.class_busy' end,
	    detail = jsonb_build_object(
		'who', coalesce(case when kind = 'C' then held.classes
		    else konak.tt_name(plan, res) end, ''),
		'classes', coalesce(held.classes, ''),
		'subject', coalesce(held.subject, ''),
		'teachers', coalesce(held.teachers, ''),
		'day', day, 'period', period % 100,
		'entry', holder)::text;
end $$;

-- A card for a lesson that nobody has planned: a row typed or imported.
create function konak.tt_lesson_make(plan uuid, class uuid, part uuid,
    subject uuid, teachers uuid[], duration integer, room uuid default null,
    kind konak.classrooms_type default null, requirement uuid default null,
    split integer default 0) returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	lesson uuid;
begin
	insert into konak.timetable_lessons as l (company_id, timetable_id, number,
	    split, requirement_id, class_id, group_id, subject_id, teachers, sets,
	    atoms, room_id, room_type, duration)
	values (konak.company(), plan, coalesce((select max(x.number)
	    from konak.timetable_lessons x where x.company_id = konak.company()
		and x.timetable_id = plan), 0) + 1, split, requirement, class,
	    part, subject, teachers, array_remove(array[coalesce(part, class)],
	    null), case when class is null then '{}'
	    else konak.class_atoms(class, part) end, room, kind, duration)
	returning l.id into lesson;
	return lesson;
end $$;

-- The card of a lesson of this kind that has no place yet; null: none.
create function konak.tt_lesson_free(plan uuid, class uuid, part uuid,
    subject uuid, teacher uuid, duration integer) returns uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return (select l.id from konak.timetable_lessons l
	where l.company_id = konak.company() and l.timetable_id = plan
	    and l.is_active and l.class_id is not distinct from class
	    and l.group_id is not distinct from part
	    and l.subject_id is not distinct from tt_lesson_free.subject
	    and (teacher is null and l.teachers = '{}'
		or teacher = any (l.teachers))
	    and l.duration = tt_lesson_free.duration
	    and not exists (select from konak.timetable_entries e
		where e.company_id = l.company_id and e.lesson_id = l.id
		    and e.deleted_at is null)
	order by l.number limit 1);
end $$;

-- A card for each lesson that the school's requirements ask for and the plan
-- lacks: double periods first. A whole class without another room is taught in
-- its own.
create function konak.tt_fill(plan uuid) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	most integer := coalesce((select max(x.number)
	    from konak.timetable_lessons x where x.company_id = konak.company()
		and x.timetable_id = plan), 0);
	n integer;
begin
	insert into konak.timetable_lessons (company_id, timetable_id, number,
	    split, requirement_id, class_id, group_id, subject_id, teachers, sets,
	    atoms, room_id, room_type, duration)
	select r.company_id, plan, most + row_number() over w,
	    most + dense_rank() over (order by c.full_name collate
		konak.tr_natural, r.id),
	    r.id, r.class_id, r.group_id, r.subject_id,
	    array_remove(array[r.teacher_id, r.second_teacher_id], null),
	    array[coalesce(r.group_id, r.class_id)], a.atoms,
	    coalesce(r.classroom_id, case when r.room_type is null
		and r.group_id is null then (select k.id
		from konak.classrooms k where k.company_id = r.company_id
		    and k.code = c.room and k.is_active
		    and k.deleted_at is null) end),
	    case when r.classroom_id is null then r.room_type end,
	    case when g <= r.double_periods then 2 else 1 end
	from konak.lesson_requirements r
	join konak.timetables t on t.company_id = r.company_id and t.id = plan
	join konak.academic_years y on y.company_id = t.company_id
	    and y.id = t.academic_year_id
	join konak.classes c on c.company_id = r.company_id
	    and c.id = r.class_id and c.is_active and c.deleted_at is null
	    and c.academic_year = y.name
	cross join lateral (select konak.class_atoms(r.class_id, r.group_id)
	    as atoms) a
	cross join lateral generate_series(1, r.weekly_hours
	    - r.double_periods) g
	where r.company_id = konak.company() and r.is_active
	    and r.deleted_at is null
	    and not exists (select from konak.timetable_lessons l
		where l.company_id = r.company_id and l.timetable_id = plan
		    and l.requirement_id = r.id)
	window w as (order by c.full_name collate konak.tr_natural, r.id, g);
	get diagnostics n = row_count;
	return n;
end $$;

-- Before a row: its plan's lock, its card, its times.
create function konak.timetable_entry_filled() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	before constant text := current_setting('konak.company', true);
	plan konak.timetables;
	l konak.timetable_lessons;
	bell konak.periods_shift;
begin
	perform set_config('konak.company', new.company_id::text, true);
	if not new.recurring then
		new.end_date := new.start_date;
	end if;
	if new.start_date is not null or new.end_date is not null
	    or tg_op = 'UPDATE'
		and (old.start_date is not null or old.end_date is not null) then
		select t.* into plan from konak.timetables t
		where t.company_id = new.company_id and t.id = new.timetable_id
		for update;
	else
		select t.* into plan from konak.timetables t
		where t.company_id = new.company_id and t.id = new.timetable_id
		for key share;
	end if;
	if plan.id is null then
		perform konak.bad_ref('timetable_id');
	elsif plan.status = 'archived' and (tg_op = 'INSERT'
	    or old.deleted_at is not distinct from new.deleted_at) then
		perform konak.fail('timetable.archived');
	end if;
	if tg_op = 'INSERT' and new.lesson_id is null then
		new.lesson_id := coalesce(
		    konak.tt_lesson_free(plan.id, new.class_id, new.group_id,
			new.subject_id, new.teacher_id, new.duration),
		    konak.tt_lesson_make(plan.id, new.class_id, new.group_id,
			new.subject_id, array_remove(array[new.teacher_id], null),
			new.duration, new.classroom_id));
	end if;
	select x.* into l from konak.timetable_lessons x
	where x.company_id = new.company_id and x.id = new.lesson_id
	    and x.timetable_id = new.timetable_id;
	if not found then
		perform konak.bad_ref('timetable_id');
	end if;
	if tg_op = 'INSERT' then
		new.class_id := l.class_id;
		new.group_id := l.group_id;
		new.subject_id := l.subject_id;
		new.duration := l.duration;
		if new.teacher_id is null or new.teacher_id <> all (l.teachers) then
			new.teacher_id := (select t.id from konak.teachers t
			    where t.company_id = new.company_id
				and t.id = l.teachers[1]);
		end if;
		new.room_id := coalesce(new.classroom_id, new.room_id, l.room_id);
	elsif new.teacher_id is distinct from old.teacher_id then
		update konak.timetable_lessons x set teachers = case
		    when old.teacher_id is null
			then x.teachers || new.teacher_id
		    when new.teacher_id is null
			then array_remove(x.teachers, old.teacher_id)
		    else array_replace(x.teachers, old.teacher_id,
			new.teacher_id) end
		where x.company_id = new.company_id and x.id = new.lesson_id;
	end if;
	if tg_op = 'UPDATE' and new.classroom_id is distinct from old.classroom_id
	then
		new.room_id := new.classroom_id;
	elsif tg_op = 'INSERT' or new.room_id is distinct from old.room_id then
		new.classroom_id := (select r.id from konak.classrooms r
		    where r.company_id = new.company_id and r.id = new.room_id);
	end if;
	select c.shift into bell from konak.classes c
	where c.company_id = new.company_id and c.id = new.class_id;
	new.slot := new.period_number
	    + case bell when 'afternoon' then 100 else 0 end;
	select min(p.start_time), max(p.end_time)
	into new.start_time, new.end_time
	from konak.periods p
	where p.company_id = new.company_id and p.shift = coalesce(bell, 'day')
	    and p.day_of_week = new.day_of_week and p.kind = 'lesson'
	    and p.number between new.period_number
		and new.period_number + new.duration - 1
	    and p.is_active and p.deleted_at is null and plan.source = 'school';
	select y.name into new.academic_year from konak.academic_years y
	where y.company_id = new.company_id and y.id = plan.academic_year_id;
	perform set_config('konak.company', coalesce(before, ''), true);
	return new;
end $$;

-- One lesson's bookings as they would be.
create type konak.tt_booking as (entry_id uuid, timetable_id uuid, res uuid,
    kind "char", day smallint, period smallint, from_date date, to_date date);
create function konak.tt_bookings(e konak.timetable_entries)
    returns setof konak.tt_booking
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return query
	select distinct e.id, e.timetable_id, r.res, r.kind,
	    e.day_of_week, (e.slot + g)::smallint,
	    coalesce(e.start_date, '-infinity'),
	    coalesce(e.end_date, 'infinity')
	from konak.timetable_lessons l,
	lateral (select unnest(l.teachers) as res, 'T'::"char" as kind
	    union all select unnest(l.atoms), 'C'
	    union all select e.room_id, 'R' where e.room_id is not null) r,
	generate_series(0, e.duration - 1) g
	where l.company_id = e.company_id and l.id = e.lesson_id
	    and e.is_active and e.deleted_at is null;
end $$;

-- Books what these entries need; what they had before is gone already. Their
-- company is set.
create function konak.tt_book(entries uuid[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	want konak.tt_booking[];
	c record;
begin
	select array_agg(b) into want
	from konak.timetable_entries e, lateral konak.tt_bookings(e) b
	where e.company_id = konak.company() and e.id = any (entries);
	if want is null then
		return;
	end if;
	for attempt in 1 .. 5 loop
		select w.*, b.entry_id as holder into c
		from unnest(want) w
		join konak.timetable_busy b on b.company_id = konak.company()
		    and b.timetable_id = w.timetable_id and b.res = w.res
		    and b.day = w.day and b.period = w.period
		    and b.from_date <= w.to_date and w.from_date <= b.to_date
		limit 1;
		if not found then
			select w.*, o.entry_id as holder into c
			from unnest(want) w
			join unnest(want) o on o.timetable_id = w.timetable_id
			    and o.res = w.res and o.day = w.day
			    and o.period = w.period and o.entry_id < w.entry_id
			    and o.from_date <= w.to_date
			    and w.from_date <= o.to_date
			limit 1;
		end if;
		if found then
			perform konak.tt_refuse(c.timetable_id, null, c.holder,
			    c.res, c.kind, c.day, c.period);
		end if;
		begin
			insert into konak.timetable_busy (company_id, timetable_id,
			    res, day, period, from_date, to_date, kind, entry_id)
			select konak.company(), w.timetable_id, w.res, w.day,
			    w.period, w.from_date, w.to_date, w.kind, w.entry_id
			from unnest(want) w
			order by w.day, w.period, w.res;
			return;
		exception when unique_violation then
			-- Somebody else was faster: who, stands there now.
			null;
		end;
	end loop;
	raise exception using errcode = '40001', message = 'timetable_busy';
end $$;

-- What a change of an entry is in the log, and what undo compares.
create function konak.tt_state(e konak.timetable_entries) returns jsonb
language sql immutable parallel safe
as $$
	select jsonb_build_object('day', e.day_of_week, 'period', e.period_number,
	    'room', e.room_id, 'teacher', e.teacher_id, 'locked', e.locked,
	    'from', e.start_date, 'to', e.end_date, 'recurring', e.recurring,
	    'active', e.is_active, 'color', e.color,
	    'placed', e.deleted_at is null)
$$;

create function konak.tt_day_name(plan uuid, day integer, lang text)
    returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return (select coalesce((select t.days[case when cardinality(t.days) <= 7
		then (day + 6) % 7 + 1 else day + 1 end]
	    from konak.timetables t where t.company_id = konak.company()
		and t.id = plan and t.days is not null),
	    (case lang when 'en' then array['Sun', 'Mon', 'Tue', 'Wed', 'Thu',
		'Fri', 'Sat'] else array['Paz', 'Pzt', 'Sal', 'Çar', 'Per', 'Cum',
		'Cmt'] end)[day + 1], day::text));
end $$;

create function konak.tt_log(olds konak.timetable_entries[],
    news konak.timetable_entries[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
	insert into konak.schedule_change_logs (company_id, timetable_id, entry_id,
	    user_id, action, summary, reason, ip_address, old_data, new_data, act,
	    undo_of)
	select c.company_id, c.timetable_id, c.id, konak.me(), c.action,
	    left(concat_ws(' ', w.classes, w.subject, c.path), 255),
	    nullif(current_setting('konak.reason', true), ''),
	    nullif(current_setting('konak.ip', true), ''), c.old_data, c.new_data,
	    coalesce(konak.request(), pg_catalog.gen_random_uuid()),
	    nullif(current_setting('konak.undo_of', true), '')::uuid
	from (select n.company_id, n.timetable_id, n.id, n.lesson_id,
		case when o.id is null then 'created'
		    when o.deleted_at is null and n.deleted_at is not null
			then 'deleted'
		    when o.deleted_at is not null and n.deleted_at is null
			then 'restored'
		    else 'updated' end::konak.schedule_change_logs_action
		    as action,
		case when o.id is not null then konak.tt_state(o) end
		    as old_data,
		konak.tt_state(n) as new_data,
		concat_ws(' ', case when o.deleted_at is null and o.id is not null
		    then konak.tt_day_name(n.timetable_id, o.day_of_week, 'tr')
			|| '-' || o.period_number end,
		    case when n.deleted_at is null and (o.id is null
			or o.deleted_at is not null or (o.day_of_week,
			    o.period_number) <> (n.day_of_week,
			    n.period_number)) then '→ ' || konak.tt_day_name(
			n.timetable_id, n.day_of_week, 'tr')
			|| '-' || n.period_number end) as path
	    from unnest(news) n
	    left join unnest(olds) o on o.id = n.id
	    where o.id is null or konak.tt_state(o) <> konak.tt_state(n)) c,
	lateral konak.tt_lesson_words(c.lesson_id) w
$$;

-- After each statement on timetable_entries, for each company in it.
create function konak.timetable_booked() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	before constant text := current_setting('konak.company', true);
	olds konak.timetable_entries[];
	news konak.timetable_entries[];
	company uuid;
	moved uuid[];
begin
	if tg_op <> 'INSERT' then
		select array_agg(r) into olds from removed r;
	end if;
	if tg_op <> 'DELETE' then
		select array_agg(a) into news from added a;
	end if;
	for company in select distinct x.company_id
	    from unnest(coalesce(news, olds)) x loop
		perform set_config('konak.company', company::text, true);
		select array_agg(coalesce(n.id, o.id)) into moved
		from (select * from unnest(news) x
		    where x.company_id = company) n
		full join (select * from unnest(olds) x
		    where x.company_id = company) o on o.id = n.id
		where row(n.day_of_week, n.slot, n.duration, n.room_id,
		    n.teacher_id, n.start_date, n.end_date, n.is_active,
		    n.deleted_at is null) is distinct from row(o.day_of_week,
		    o.slot, o.duration, o.room_id, o.teacher_id, o.start_date,
		    o.end_date, o.is_active, o.deleted_at is null);
		if olds is not null then
			delete from konak.timetable_busy b
			where b.company_id = company and b.entry_id = any (moved);
		end if;
		if tg_op <> 'DELETE' then
			perform konak.tt_book(moved);
		end if;
		if tg_op <> 'DELETE' and coalesce(current_setting(
		    'konak.timetable_quiet', true), '') <> 'on' then
			perform konak.tt_log(olds, news),
			    konak.tt_changed(moved);
		end if;
		if exists (select from konak.timetables t
		    where t.company_id = company and t.status = 'published'
			and t.id in (select x.timetable_id
			    from unnest(coalesce(news, olds)) x)) then
			perform konak.tt_counted(company);
		end if;
	end loop;
	perform set_config('konak.company', coalesce(before, ''), true);
	return null;
end $$;

-- Groups of a class have changed: its lessons need other groups now.
create function konak.class_groups_atoms() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	before constant text := current_setting('konak.company', true);
	entries uuid[];
begin
	perform set_config('konak.company', new.company_id::text, true);
	update konak.timetable_lessons l set
	    atoms = konak.class_atoms(l.class_id, l.group_id)
	from konak.timetables t
	where l.company_id = new.company_id and l.class_id = new.class_id
	    and t.company_id = l.company_id and t.id = l.timetable_id
	    and t.source = 'school' and t.status <> 'archived';
	select array_agg(e.id) into entries
	from konak.timetable_entries e
	where e.company_id = new.company_id and e.class_id = new.class_id
	    and e.deleted_at is null;
	delete from konak.timetable_busy b
	where b.company_id = new.company_id and b.entry_id = any (entries);
	perform konak.tt_book(entries),
	    set_config('konak.company', coalesce(before, ''), true);
	return null;
end $$;

-- ------------------------------------------------- what could be better

-- All that is wrong or poor about these lessons, in both languages. The
-- database has refused what is impossible; these stand and are told.
create function konak.tt_filled(words text, lesson text, day text,
    period integer) returns text
language sql immutable parallel safe
as $$
	select replace(replace(replace(words, '{l}', coalesce(lesson, '')), '{at}',
	    day || '-' || period), '{day}', day)
$$;
create type konak.tt_fault as (entry_id uuid, other_entry_id uuid, type text,
    severity konak.schedule_conflicts_severity, place text, tr text, en text);
create function konak.tt_faults(plan uuid, entries uuid[])
    returns setof konak.tt_fault
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return query
	with e as (select x.*, x.day_of_week || '.' || x.period_number as place
	    from konak.timetable_entries x
	    where x.company_id = konak.company() and x.timetable_id = plan
		and x.id = any (entries) and x.is_active
		and x.deleted_at is null),
	school as (select from konak.timetables t
	    where t.company_id = konak.company() and t.id = plan
		and t.source = 'school'),
	t as (select e.*, k.id as t_id, k.name as t_name, k.is_active as t_active,
		k.deleted_at as t_deleted, k.max_daily_hours, k.max_weekly_hours
	    from e join konak.timetable_lessons l
		on l.company_id = e.company_id and l.id = e.lesson_id
	    join konak.teachers k on k.company_id = e.company_id
		and k.id = any (l.teachers)),
	days as (select distinct on (t.t_id, t.day_of_week) t.* from t
	    order by t.t_id, t.day_of_week, t.id),
	weeks as (select distinct on (t.t_id) t.* from t order by t.t_id, t.id),
	-- {l} is the lesson, {at} its day and period, {day} its day
	f as (
	-- A lesson in a break, or outside of the bell schedule
	select e.id, 'invalid_time' as type, 'error' as severity, e.place,
	    '{l}: {at} zil çizelgesinde ders saati değil' as tr,
	    '{l}: {at} is no lesson of the bell schedule' as en
	from e, school
	where e.class_id is not null
	    and e.duration <> (select count(*) from konak.periods p
	    join konak.classes c on c.company_id = p.company_id
		and c.id = e.class_id and c.shift = p.shift
	    where p.company_id = e.company_id and p.day_of_week = e.day_of_week
		and p.kind = 'lesson' and p.is_active and p.deleted_at is null
		and p.number between e.period_number
		    and e.period_number + e.duration - 1)
	union all
	select t.id, 'teacher_left', 'error', t.t_id::text,
	    t.t_name || ' ayrıldı: {l} öğretmensiz',
	    t.t_name || ' has left: {l} has no teacher'
	from t where not t.t_active or t.t_deleted is not null
	union all
	select e.id, 'room_closed', 'error', r.id::text,
	    r.code || ' dersliği kapalı: {l}', 'Room ' || r.code || ' is closed: {l}'
	from e join konak.classrooms r on r.company_id = e.company_id
	    and r.id = e.classroom_id
	where not r.is_active or r.deleted_at is not null
	union all
	select t.id, case p.preference_type when 'unavailable'
		then 'teacher_away' else 'not_preferred' end,
	    case p.preference_type when 'unavailable' then 'error'
		else 'warning' end, t.place || '.' || t.t_id,
	    t.t_name || ' {at} saatinde ' || case p.preference_type
		when 'unavailable' then 'gelemez' else 'ders istemiyor' end
		|| ': {l}' || coalesce(' (' || p.reason || ')', ''),
	    t.t_name || case p.preference_type when 'unavailable'
		then ' cannot come' else ' would rather not teach' end
		|| ' at {at}: {l}' || coalesce(' (' || p.reason || ')', '')
	from t join lateral (select p.* from konak.teacher_preferences p
	    where p.company_id = t.company_id and p.teacher_id = t.t_id
		and p.day_of_week = t.day_of_week and p.is_active
		and p.deleted_at is null and p.preference_type <> 'preferred'
		and p.start_time < t.end_time and t.start_time < p.end_time
	    order by p.preference_type desc, p.priority desc limit 1) p on true
	union all
	-- Of a file's own times
	select e.id, 'teacher_away', 'error', e.place || '.' || b.res,
	    konak.tt_name(plan, b.res) || ' {at} saatinde kapalı: {l}',
	    konak.tt_name(plan, b.res) || ' is not available at {at}: {l}'
	from e join konak.timetable_busy u on u.company_id = e.company_id
	    and u.entry_id = e.id
	join konak.timetable_blocks b on b.company_id = e.company_id
	    and b.timetable_id = plan and b.res = u.res and b.day = u.day
	    and b.period = u.period
	union all
	select t.id, 'hours_a_day', 'warning', t.t_id || '.' || t.day_of_week,
	    format('%s {day} günü %s saat: en çok %s', t.t_name, h.n,
		t.max_daily_hours),
	    format('%s has %s hours on {day}: at most %s', t.t_name, h.n,
		t.max_daily_hours)
	from days t, lateral (select count(*) as n from konak.timetable_busy b
	    where b.company_id = t.company_id and b.timetable_id = plan
		and b.res = t.t_id and b.day = t.day_of_week) h
	where h.n > t.max_daily_hours
	union all
	select t.id, 'hours_a_week', 'warning', t.t_id::text,
	    format('%s haftada %s saat: en çok %s', t.t_name, h.n,
		t.max_weekly_hours),
	    format('%s has %s hours a week: at most %s', t.t_name, h.n,
		t.max_weekly_hours)
	from weeks t, lateral (select count(*) as n from konak.timetable_busy b
	    where b.company_id = t.company_id and b.timetable_id = plan
		and b.res = t.t_id) h
	where h.n > t.max_weekly_hours
	union all
	select t.id, 'gap', 'info', t.t_id || '.' || t.day_of_week,
	    format('%s {day} günü %s boş saat', t.t_name, h.n),
	    format('%s has %s free periods between lessons on {day}', t.t_name,
		h.n)
	from days t, lateral (select max(b.period) - min(b.period) + 1
		- count(*) as n
	    from konak.timetable_busy b
	    where b.company_id = t.company_id and b.timetable_id = plan
		and b.res = t.t_id and b.day = t.day_of_week) h
	where h.n > 2
	union all
	select e.id, 'room_small', 'warning', r.id::text,
	    format('%s dersliği %s kişilik, {l} %s kişi', r.code, r.capacity,
		s.n),
	    format('Room %s holds %s, {l} has %s pupils', r.code, r.capacity,
		s.n)
	from e join konak.classrooms r on r.company_id = e.company_id
	    and r.id = e.classroom_id,
	lateral (select coalesce((select g.size from konak.class_groups g
		where g.company_id = e.company_id and g.id = e.group_id),
	    (select c.current_students from konak.classes c
		where c.company_id = e.company_id and c.id = e.class_id)) as n) s
	where s.n > r.capacity
	union all
	select e.id, 'room_type', 'warning', coalesce(r.code, ''),
	    '{l} için uygun türde derslik yok',
	    '{l} is not in a room of the right kind'
	from e join konak.timetable_lessons l on l.company_id = e.company_id
	    and l.id = e.lesson_id
	left join konak.classrooms r on r.company_id = e.company_id
	    and r.id = e.classroom_id
	where l.room_type is not null and l.room_type is distinct from r.type)
	select f.id, null::uuid, f.type,
	    f.severity::konak.schedule_conflicts_severity, f.place,
	    konak.tt_filled(f.tr, w.words, o.day_tr, o.period_number),
	    konak.tt_filled(f.en, w.words, o.day_en, o.period_number)
	from f
	join lateral (select x.lesson_id, x.period_number,
		konak.tt_day_name(plan, x.day_of_week, 'tr') as day_tr,
		konak.tt_day_name(plan, x.day_of_week, 'en') as day_en
	    from konak.timetable_entries x
	    where x.company_id = konak.company() and x.id = f.id) o on true
	join lateral (select concat_ws(' ', x.classes, x.subject) as words
	    from konak.tt_lesson_words(o.lesson_id) x) w on true;
end $$;

-- Looks at these lessons of a plan again: what is new is recorded, what is gone
-- is resolved by itself. Whatever a person has resolved stays so.
create function konak.tt_check(plan uuid, entries uuid[]) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	faults konak.tt_fault[];
begin
	select array_agg(f) into faults from konak.tt_faults(plan, entries) f;
	update konak.schedule_conflicts c set resolved_at = konak.now()
	where c.company_id = konak.company() and c.timetable_id = plan
	    and c.resolved_at is null and c.type <> 'engine'
	    and c.entry_id = any (entries)
	    and not exists (select from unnest(faults) f
		where f.type = c.type and f.place = c.place
		    and f.entry_id = c.entry_id);
	insert into konak.schedule_conflicts (company_id, timetable_id, entry_id,
	    other_entry_id, type, severity, place, description, description_en)
	select distinct on (f.type, f.entry_id, f.place) konak.company(), plan,
	    f.entry_id, f.other_entry_id, f.type, f.severity, f.place,
	    left(f.tr, 500), left(f.en, 500)
	from unnest(faults) f
	where not exists (select from konak.schedule_conflicts c
	    where c.company_id = konak.company() and c.timetable_id = plan
		and c.type = f.type and c.entry_id = f.entry_id
		and c.place = f.place
		and (c.resolved_at is null or c.resolved_by is not null));
	return cardinality(faults);
end $$;

create function konak.tt_check_all(plan uuid) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	update konak.schedule_conflicts c set resolved_at = konak.now()
	where c.company_id = konak.company() and c.timetable_id = plan
	    and c.resolved_at is null
	    and exists (select from konak.timetable_entries e
		where e.company_id = c.company_id and e.id = c.entry_id
		    and e.deleted_at is not null);
	return konak.tt_check(plan, array(select e.id
	    from konak.timetable_entries e
	    where e.company_id = konak.company() and e.timetable_id = plan
		and e.deleted_at is null));
end $$;

-- After a change: the lessons moved, and those of the same teachers, whose
-- day may have become better or worse.
create function konak.tt_changed(moved uuid[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	plan uuid;
begin
	for plan in select distinct e.timetable_id from konak.timetable_entries e
	    where e.company_id = konak.company() and e.id = any (moved) loop
		if cardinality(moved) > 50 then
			perform konak.tt_check_all(plan);
			continue;
		end if;
		update konak.schedule_conflicts c set resolved_at = konak.now()
		where c.company_id = konak.company() and c.resolved_at is null
		    and c.entry_id = any (moved)
		    and exists (select from konak.timetable_entries e
			where e.company_id = c.company_id and e.id = c.entry_id
			    and e.deleted_at is not null);
		perform konak.tt_check(plan, array(select distinct o.entry_id
		    from konak.timetable_entries e
		    join konak.timetable_lessons l on l.company_id = e.company_id
			and l.id = e.lesson_id
		    join konak.timetable_busy o on o.company_id = e.company_id
			and o.timetable_id = e.timetable_id
			and o.res = any (l.teachers)
		    where e.company_id = konak.company() and e.id = any (moved)
			and e.timetable_id = plan));
	end loop;
end $$;

-- What else makes a lesson wrong: the bell, a room that closes, a teacher who
-- leaves, a wish. All plans that are not past are looked at again.
create function konak.timetable_cause() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	before constant text := current_setting('konak.company', true);
	o jsonb := to_jsonb(new);
	p record;
begin
	perform set_config('konak.company', new.company_id::text, true);
	for p in select e.timetable_id as plan, array_agg(e.id) as entries
	    from konak.timetable_entries e
	    join konak.timetables t on t.company_id = e.company_id
		and t.id = e.timetable_id and t.status <> 'archived'
		and t.deleted_at is null
	    join konak.timetable_lessons l on l.company_id = e.company_id
		and l.id = e.lesson_id
	    where e.company_id = new.company_id and e.deleted_at is null
		and case tg_table_name
		when 'periods' then t.source = 'school'
		    and e.day_of_week = (o ->> 'day_of_week')::int
		    and (o ->> 'number')::int between e.period_number
			and e.period_number + e.duration - 1
		    and exists (select from konak.classes c
			where c.company_id = e.company_id
			    and c.id = e.class_id
			    and c.shift::text = o ->> 'shift')
		when 'classrooms' then e.room_id = new.id
		when 'teachers' then new.id = any (l.teachers)
		else (o ->> 'teacher_id')::uuid = any (l.teachers) end
	    group by 1 loop
		if tg_table_name = 'periods' then
			update konak.timetable_entries e set slot = e.slot
			where e.company_id = new.company_id
			    and e.id = any (p.entries);
		end if;
		perform konak.tt_check(p.plan, p.entries);
	end loop;
	perform set_config('konak.company', coalesce(before, ''), true);
	return null;
end $$;

-- Whoever resolves a conflict is named.
create function konak.schedule_conflict_resolved() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	if new.resolved_at is null then
		new.resolved_by := null;
	elsif old.resolved_at is null then
		new.resolved_by := konak.me();
		new.resolved_at := konak.now();
	end if;
	return new;
end $$;

-- --------------------------------------------------------- substitutions

create function konak.substitution_filled() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	before constant text := current_setting('konak.company', true);
	e konak.timetable_entries;
	plan konak.timetables;
	held uuid;
begin
	if new.deleted_at is not null then
		return new;
	end if;
	perform set_config('konak.company', new.company_id::text, true);
	select x.* into e from konak.timetable_entries x
	where x.company_id = new.company_id and x.id = new.entry_id
	    and x.is_active and x.deleted_at is null;
	if not found then
		perform konak.bad_ref('entry_id');
	end if;
	-- Everybody who books in this plan waits.
	select t.* into plan from konak.timetables t
	where t.company_id = new.company_id and t.id = e.timetable_id for update;
	if plan.status <> 'published' or not new.date between plan.start_date
	    and plan.end_date or extract(dow from new.date) <> e.day_of_week
	    or not new.date between coalesce(e.start_date, '-infinity')
		and coalesce(e.end_date, 'infinity') then
		perform konak.fail('timetable.no_lesson_then', '{}', 'date');
	end if;
	new.class_id := e.class_id;
	new.period_number := e.period_number;
	new.absent_teacher_id := e.teacher_id;
	new.slot := e.slot;
	new.duration := e.duration;
	select b.entry_id into held from konak.timetable_busy b
	where b.company_id = new.company_id and b.timetable_id = plan.id
	    and b.res in (new.teacher_id, nullif(new.classroom_id,
		e.classroom_id))
	    and b.day = e.day_of_week
	    and b.period between e.slot and e.slot + e.duration - 1
	    and new.date between b.from_date and b.to_date
	    and b.entry_id <> e.id
	    and not exists (select from konak.substitutions s
		where s.company_id = b.company_id and s.entry_id = b.entry_id
		    and s.date = new.date and s.deleted_at is null)
	limit 1;
	if held is not null then
		perform konak.tt_refuse(plan.id, e.lesson_id, held,
		    new.teacher_id, 'T', e.day_of_week, e.slot);
	end if;
	select s.entry_id into held from konak.substitutions s
	where s.company_id = new.company_id and s.date = new.date
	    and s.id <> new.id and s.deleted_at is null
	    and (s.teacher_id = new.teacher_id
		or s.classroom_id = new.classroom_id)
	    and s.slot < e.slot + e.duration and e.slot < s.slot + s.duration
	limit 1;
	if held is not null then
		perform konak.tt_refuse(plan.id, e.lesson_id, held,
		    new.teacher_id, 'T', e.day_of_week, e.slot);
	end if;
	perform set_config('konak.company', coalesce(before, ''), true);
	return new;
end $$;

create function konak.substitution_told() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	w record;
	people uuid[];
begin
	if konak.company() is distinct from new.company_id then
		return null;
	end if;
	select x.* into w from konak.timetable_entries e,
	    lateral konak.tt_lesson_words(e.lesson_id) x
	where e.company_id = new.company_id and e.id = new.entry_id;
	select array_agg(t.user_id) into people from konak.teachers t
	where t.company_id = new.company_id
	    and t.id in (new.teacher_id, new.absent_teacher_id);
	perform konak.notify(people, 'schedule_change', concat_ws(' ',
	    to_char(new.date, 'DD.MM.YYYY'), new.period_number || '.',
	    w.classes, w.subject), new.reason, 'substitutions', new.id, 'high',
	    konak.me());
	return null;
end $$;

-- --------------------------------------------------------------- counts

-- Lessons held and the share of the week that they fill, as a school's figures
-- show them: of the plan that is published for today or for the next day.
create function konak.school_schedules(school uuid, out total bigint,
    out rate numeric)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	with plan as (select t.id from konak.timetables t
	    where t.company_id = school and t.status = 'published'
		and t.deleted_at is null
	    order by t.end_date < konak.today(), t.start_date limit 1),
	e as (select x.class_id, x.duration from konak.timetable_entries x
	    join plan on plan.id = x.timetable_id
	    where x.company_id = school and x.is_active
		and x.deleted_at is null)
	select (select count(*) from e),
	    least(100, konak.share((select coalesce(sum(e.duration), 0) from e),
		(select count(*) from konak.classes c
		    join konak.periods p on p.company_id = c.company_id
			and p.shift = c.shift and p.kind = 'lesson'
			and p.is_active and p.deleted_at is null
		    where c.company_id = school and c.is_active
			and c.deleted_at is null)))
	into total, rate;
end $$;

create function konak.tt_counted(school uuid) returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
	update konak.school_stats s set total_schedules = c.total,
	    completion_rate = c.rate, last_updated = konak.now()
	from konak.school_schedules(school) c
	where s.company_id = school
	    and (s.total_schedules, s.completion_rate)
		is distinct from (c.total::int, c.rate)
$$;

create function konak.timetable_counted() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	before constant text := current_setting('konak.company', true);
begin
	perform set_config('konak.company', new.company_id::text, true),
	    konak.tt_counted(new.company_id),
	    set_config('konak.company', coalesce(before, ''), true);
	return null;
end $$;

grant execute on function konak.tt_name(uuid, uuid),
    konak.tt_day_name(uuid, integer, text),
    konak.class_atoms(uuid, uuid), konak.tt_lesson_words(uuid),
    konak.school_schedules(uuid) to konak_owner, konak_app;
grant execute on function konak.tt_check_all(uuid), konak.tt_counted(uuid),
    konak.tt_fill(uuid), konak.tt_lesson_make(uuid, uuid, uuid, uuid, uuid[], integer, uuid,
	konak.classrooms_type, uuid, integer),
    konak.timetable_entry_filled(), konak.timetable_booked(),
    konak.class_groups_atoms(), konak.timetable_cause(),
    konak.schedule_conflict_resolved(), konak.substitution_filled(),
    konak.substitution_told(), konak.timetable_counted() to konak_owner;
set local role konak_owner;

-- What people go by is not thrown away.
create function konak.timetable_stays() returns trigger
language plpgsql
as $$
begin
	if old.status = 'published' then
		perform konak.fail('timetable.published_stays');
	end if;
	return new;
end $$;

create trigger timetable_entries_20_fill
    before insert or update on konak.timetable_entries
    for each row execute function konak.timetable_entry_filled();
create trigger timetable_entries_80_book_insert
    after insert on konak.timetable_entries
    referencing new table as added
    for each statement execute function konak.timetable_booked();
create trigger timetable_entries_80_book_update
    after update on konak.timetable_entries
    referencing old table as removed new table as added
    for each statement execute function konak.timetable_booked();
create trigger timetable_entries_80_book_delete
    after delete on konak.timetable_entries
    referencing old table as removed
    for each statement execute function konak.timetable_booked();
create trigger class_groups_80_atoms after insert or update
    on konak.class_groups for each row
    execute function konak.class_groups_atoms();
create trigger periods_80_timetable after insert or update on konak.periods
    for each row execute function konak.timetable_cause();
create trigger classrooms_80_timetable after update on konak.classrooms
    for each row when ((old.is_active, old.capacity, old.type,
	old.deleted_at is null) is distinct from (new.is_active, new.capacity,
	new.type, new.deleted_at is null)) execute function konak.timetable_cause();
create trigger teachers_80_timetable after update on konak.teachers
    for each row when ((old.is_active, old.max_daily_hours,
	old.max_weekly_hours, old.deleted_at is null) is distinct from
	(new.is_active, new.max_daily_hours, new.max_weekly_hours,
	new.deleted_at is null)) execute function konak.timetable_cause();
create trigger teacher_preferences_80_timetable after insert or update
    on konak.teacher_preferences
    for each row execute function konak.timetable_cause();
create trigger schedule_conflicts_20_resolved
    before update on konak.schedule_conflicts
    for each row when (old.resolved_at is distinct from new.resolved_at
	and current_user = 'konak_app')
    execute function konak.schedule_conflict_resolved();
create trigger substitutions_20_fill before insert or update
    on konak.substitutions for each row
    execute function konak.substitution_filled();
create trigger substitutions_75_told after insert on konak.substitutions
    for each row execute function konak.substitution_told();
create trigger timetables_85_counted after update on konak.timetables
    for each row when (old.status is distinct from new.status
	or old.start_date is distinct from new.start_date
	or old.deleted_at is distinct from new.deleted_at)
    execute function konak.timetable_counted();
create trigger timetables_20_stays before update on konak.timetables
    for each row when (old.deleted_at is null and new.deleted_at is not null)
    execute function konak.timetable_stays();
create trigger classes_85_counted after update on konak.classes
    for each row when ((old.is_active, old.shift, old.deleted_at is null)
	is distinct from (new.is_active, new.shift, new.deleted_at is null))
    execute function konak.timetable_counted();
create trigger classes_85_counted_new after insert on konak.classes
    for each row execute function konak.timetable_counted();
create trigger periods_85_counted after insert or update on konak.periods
    for each row execute function konak.timetable_counted();
