-- 0537-slots-in-parts.sql - what a lesson in the hand asks, in parts that can be
-- read: the slots of its week, who stands there, their names, the sentence. And
-- of two free places that is best which leaves its pupils no hole in their day.
set local role konak_definer;

-- Of each slot of the lesson's shift: how many of its periods the bell has there.
create function konak.tt_slots_of(t konak.timetables, l konak.timetable_lessons)
    returns table (day integer, n integer, slot integer, fits integer)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
	bell jsonb := konak.tt_periods(t);
	mine text := coalesce((select c.shift::text from konak.classes c
	    where c.company_id = t.company_id and c.id = l.class_id), 'day');
begin
	return query select (d ->> 'd')::int, (p ->> 'n')::int,
	    (p ->> 'slot')::int, (select count(*)::int
		from jsonb_array_elements(bell) q
		where q ->> 'kind' = 'lesson'
		    and (q ->> 'slot')::int between (p ->> 'slot')::int
			and (p ->> 'slot')::int + l.duration - 1
		    and (not q ? 'days' or (q -> 'days') @> (d -> 'd')))
	from jsonb_array_elements(konak.tt_days(t, 'tr')) d,
	    jsonb_array_elements(bell) p
	where p ->> 'kind' = 'lesson'
	    and (not p ? 'shift' or p ->> 'shift' = mine);
end $$;

-- The periods in which its teachers, pupils or room have another lesson.
create function konak.tt_taken(t konak.timetables, l konak.timetable_lessons,
    room uuid) returns table (day integer, period integer, kind "char",
    res uuid, lesson uuid, entry uuid)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return query select b.day::int, b.period::int, b.kind, b.res,
	    e.lesson_id, e.id
	from konak.timetable_busy b
	join konak.timetable_entries e on e.company_id = b.company_id
	    and e.id = b.entry_id and e.lesson_id <> l.id
	where b.company_id = t.company_id and b.timetable_id = t.id
	    and b.res = any (l.teachers || l.atoms || room);
end $$;

-- The names of these teachers, classes, groups and rooms; all at once, since one
-- by one they cost more than the judging.
create function konak.tt_names(t konak.timetables, ids uuid[])
    returns table (id uuid, name text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return query select r.id, coalesce(k.name, c.full_name, d.code,
	    gc.full_name || ' ' || g.name, o.name)
	from (select distinct x as id from unnest(ids) x) r
	left join konak.teachers k on k.company_id = t.company_id
	    and k.id = r.id
	left join konak.classes c on c.company_id = t.company_id and c.id = r.id
	left join konak.classrooms d on d.company_id = t.company_id
	    and d.id = r.id
	left join konak.class_groups g on g.company_id = t.company_id
	    and g.id = r.id
	left join konak.classes gc on gc.company_id = g.company_id
	    and gc.id = g.class_id
	left join konak.timetable_resources o on o.company_id = t.company_id
	    and o.timetable_id = t.id and o.id = r.id;
end $$;

-- What these lessons are called where they stand in the way.
create function konak.tt_holders(t konak.timetables, lessons uuid[])
    returns table (id uuid, classes text, subject text, teachers text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return query with holder as (select x.* from konak.timetable_lessons x
	    where x.company_id = t.company_id and x.id = any (lessons)),
	named as (select * from konak.tt_names(t, array(
	    select unnest(x.sets || x.teachers) from holder x)))
	select x.id, left((select string_agg(n.name, ', ' order by i)
		from unnest(x.sets) with ordinality s(id, i)
		join named n on n.id = s.id), 80),
	    left(coalesce(s.name, x.subject, ''), 80),
	    left((select string_agg(n.name, ', ' order by i)
		from unnest(x.teachers) with ordinality s(id, i)
		join named n on n.id = s.id), 80)
	from holder x
	left join konak.subjects s on s.company_id = t.company_id
	    and s.id = x.subject_id;
end $$;

-- Why a slot is not free, as a sentence.
create function konak.tt_reason(lang text, reason text, who text, classes text,
    subject text, teachers text, why text) returns text
language sql immutable parallel safe
as $$
select case when lang = 'en' then case reason
    when 'invalid_time' then 'The lesson does not fit in here.'
    when 'teacher_busy' then format('%s is with %s then (%s).', who, classes,
	subject)
    when 'room_busy' then format('Room %s is taken by %s then (%s).', who,
	classes, subject)
    when 'class_busy' then format('%s has a lesson then: %s (%s).', who,
	subject, teachers)
    when 'teacher_away' then concat(who, ' cannot come then',
	' (' || nullif(why, '') || ')', '.')
    when 'not_preferred' then concat(who, ' would rather not teach then',
	' (' || nullif(why, '') || ')', '.') end
else case reason
    when 'invalid_time' then 'Ders buraya sığmıyor.'
    when 'teacher_busy' then format('%s bu saatte %s sınıfında (%s).', who,
	classes, subject)
    when 'room_busy' then format('%s dersliğinde bu saatte %s var (%s).', who,
	classes, subject)
    when 'class_busy' then format('%s sınıfının bu saatte dersi var: %s (%s).',
	who, subject, teachers)
    when 'teacher_away' then concat(who, ' bu saatte gelemez',
	' (' || nullif(why, '') || ')', '.')
    when 'not_preferred' then concat(who, ' bu saatte ders istemiyor',
	' (' || nullif(why, '') || ')', '.') end end
$$;

-- For each slot what speaks against it: who stands there, the strongest wish;
-- and for it: that the pupils have a lesson before or after.
create function konak.tt_judged(t konak.timetables, l konak.timetable_lessons,
    room uuid) returns table (day integer, n integer, fits integer,
    kind "char", res uuid, lesson uuid, entry uuid, wisher uuid,
    grade integer, why text, beside integer)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return query with slot as (select * from konak.tt_slots_of(t, l)),
	taken as (select * from konak.tt_taken(t, l, room)),
	held as (select distinct on (s.day, s.n) s.day, s.n, b.kind, b.res,
		b.lesson, b.entry
	    from slot s join taken b on b.day = s.day
		and b.period between s.slot and s.slot + l.duration - 1
	    order by s.day, s.n, b.kind desc, b.period),
	next as (select s.day, s.n, count(distinct b.period)::int as beside
	    from slot s join taken b on b.day = s.day and b.kind = 'C'
		and b.period in (s.slot - 1, s.slot + l.duration)
	    group by s.day, s.n),
	wish as (select distinct on (s.day, s.n) s.day, s.n,
		(w ->> 0)::uuid as res, (w ->> 3)::int as grade, w ->> 4 as why
	    from jsonb_array_elements(konak.tt_wishes(t)) w
	    join slot s on s.day = (w ->> 1)::int
		and (w ->> 2)::int between s.slot and s.slot + l.duration - 1
	    where (w ->> 0)::uuid = any (l.teachers || l.atoms || room)
	    order by s.day, s.n, (w ->> 3)::int desc)
	select s.day, s.n, s.fits, h.kind, h.res, h.lesson, h.entry, w.res,
	    w.grade, w.why, coalesce(x.beside, 0)
	from slot s
	left join held h on h.day = s.day and h.n = s.n
	left join wish w on w.day = s.day and w.n = s.n
	left join next x on x.day = s.day and x.n = s.n;
end $$;

-- On which days other parts of the lesson are.
create function konak.tt_parts(t konak.timetables, l konak.timetable_lessons)
    returns table (day integer, parts integer)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return query select o.day_of_week::int, count(*)::int
	from konak.timetable_lessons k
	join konak.timetable_entries o on o.company_id = k.company_id
	    and o.lesson_id = k.id and o.deleted_at is null
	where k.company_id = t.company_id and k.timetable_id = t.id
	    and k.split = l.split and k.id <> l.id and l.split > 0
	group by 1;
end $$;

-- For a lesson in the hand: each slot of the week is free, poor, forbidden or its
-- present one (here), and why, in words; the best first.
create or replace function konak.tt_slots(a jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	t konak.timetables := konak.tt_plan(a, false, 'timetable.edit');
	lang text := coalesce(a ->> '_lang', 'tr');
	l konak.timetable_lessons;
	at konak.timetable_entries;
	out jsonb;
begin
	select x.* into l from konak.timetable_lessons x
	where x.company_id = t.company_id and x.id = (a ->> 'lesson')::uuid;
	select e.* into at from konak.timetable_entries e
	where e.company_id = t.company_id and e.lesson_id = l.id
	    and e.deleted_at is null;
	with j as materialized (select * from konak.tt_judged(t, l,
	    coalesce((a ->> 'room')::uuid, at.room_id, l.room_id))),
	words as (select * from konak.tt_holders(t, array(
	    select distinct j.lesson from j where j.lesson is not null))),
	named as (select * from konak.tt_names(t, array(
	    select j.res from j union select j.wisher from j))),
	said as (select j.*, x.classes, x.subject, x.teachers,
	    coalesce(p.parts, 0) as parts, case
		when j.day = at.day_of_week and j.n = at.period_number then 2
		when j.fits < l.duration or j.entry is not null
		    or j.grade = 3 then 3
		when j.grade > 0 then 1 else 0 end as state,
	    case when j.fits < l.duration then 'invalid_time'
		when j.kind = 'T' then 'teacher_busy'
		when j.kind = 'R' then 'room_busy'
		when j.entry is not null then 'class_busy'
		when j.grade = 3 then 'teacher_away'
		when j.grade > 0 then 'not_preferred' end as reason,
	    case when j.kind = 'C' then x.classes
		when j.entry is not null then hn.name
		when j.grade > 0 then wn.name end as who
	    from j
	    left join words x on x.id = j.lesson
	    left join named hn on hn.id = j.res
	    left join named wn on wn.id = j.wisher
	    left join konak.tt_parts(t, l) p on p.day = j.day)
	select jsonb_agg(jsonb_build_object('day', s.day, 'period', s.n,
	    'state', (array['free', 'poor', 'here', 'forbidden'])[s.state + 1],
	    'reason', s.reason, 'who', s.who, 'entry', s.entry,
	    'text', konak.tt_reason(lang, s.reason, s.who, s.classes,
		s.subject, s.teachers, s.why))
	    order by s.state, s.parts, coalesce(s.grade, 0),
		s.beside desc, s.n, s.day)
	into out from said s;
	return jsonb_build_object('reply', jsonb_build_object('slots',
	    coalesce(out, '[]'), 'best', case when out -> 0 ->> 'state'
	    in ('free', 'poor') then out -> 0 end));
end $$;

set local role konak_owner;
