-- 0460-slots-at-once.sql - what a lesson in the hand costs: the names of whoever
-- stands in its way were looked up one by one, two fifths of the whole.
create index timetable_lessons_split_idx on konak.timetable_lessons
    (company_id, timetable_id, split);

set local role konak_definer;

create or replace function konak.tt_slots(a jsonb) returns jsonb
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
	-- All names at once: one by one they cost more than the judging.
	holder as (select x.id, x.subject, x.subject_id, x.sets, x.teachers
	    from konak.timetable_lessons x
	    where x.company_id = t.company_id
		and x.id in (select h.lesson_id from held h)),
	named as (select r.id, coalesce(k.name, c.full_name, d.code,
		gc.full_name || ' ' || g.name, o.name) as name
	    from (select unnest(x.sets || x.teachers) as id from holder x
		union select h.res from held h union select w.res from wish w) r
	    left join konak.teachers k on k.company_id = t.company_id
		and k.id = r.id
	    left join konak.classes c on c.company_id = t.company_id
		and c.id = r.id
	    left join konak.classrooms d on d.company_id = t.company_id
		and d.id = r.id
	    left join konak.class_groups g on g.company_id = t.company_id
		and g.id = r.id
	    left join konak.classes gc on gc.company_id = g.company_id
		and gc.id = g.class_id
	    left join konak.timetable_resources o
		on o.company_id = t.company_id and o.timetable_id = t.id
		and o.id = r.id),
	words as (select x.id, left((select string_agg(n.name, ', ' order by i)
		from unnest(x.sets) with ordinality s(id, i)
		join named n on n.id = s.id), 80) as classes,
	    left(coalesce(s.name, x.subject, ''), 80) as subject,
	    left((select string_agg(n.name, ', ' order by i)
		from unnest(x.teachers) with ordinality s(id, i)
		join named n on n.id = s.id), 80) as teachers
	    from holder x
	    left join konak.subjects s on s.company_id = t.company_id
		and s.id = x.subject_id),
	mine as (select e.day_of_week as day, e.period_number as n
	    from konak.timetable_entries e
	    where e.company_id = t.company_id and e.lesson_id = l.id
		and e.deleted_at is null),
	part as (select o.day_of_week as day, count(*) as same_day
	    from konak.timetable_lessons k
	    join konak.timetable_entries o on o.company_id = k.company_id
		and o.lesson_id = k.id and o.deleted_at is null
	    where k.company_id = t.company_id and k.timetable_id = t.id
		and k.split = l.split and k.id <> l.id and l.split > 0
	    group by 1),
	judged as (select s.day, s.n, h.id as entry, case
		when m.day is not null then 'here'
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
		when h.id is not null then hn.name
		when w.grade > 0 then wn.name end as who,
	    x.classes, x.subject, x.teachers, w.why, w.grade,
	    coalesce(p.same_day, 0) as same_day
	    from slot s
	    left join held h on h.day = s.day and h.n = s.n
	    left join lateral (select y.* from wish y where y.day = s.day
		and y.slot between s.slot and s.slot + l.duration - 1
		order by y.grade desc limit 1) w on true
	    left join words x on x.id = h.lesson_id
	    left join named hn on hn.id = h.res
	    left join named wn on wn.id = w.res
	    left join mine m on m.day = s.day and m.n = s.n
	    left join part p on p.day = s.day)
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

set local role konak_owner;
