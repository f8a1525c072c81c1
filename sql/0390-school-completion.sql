-- 0390-school-completion.sql - how full each class's week is, and what teachers
-- teach: both by the plan that is held, as a school's figures are.

set local role konak_definer;

-- The plan that is published for today, or for the next day that has one.
create function konak.school_plan() returns uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return (select t.id from konak.timetables t
	    where t.company_id = konak.company() and t.status = 'published'
		and t.deleted_at is null
	    order by t.end_date < konak.today(), t.start_date limit 1);
end $$;

-- Each class's lessons in that plan, and how many of its slots they fill: two
-- groups of a class in one slot fill it once.
create function konak.class_lessons() returns table (class_id uuid,
    lessons bigint, filled bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return query
	select e.class_id, count(distinct e.id),
	    count(distinct (e.day_of_week, e.slot + g))
	from konak.timetable_entries e,
	    generate_series(0, e.duration - 1) g
	where e.company_id = konak.company()
	    and e.timetable_id = (select konak.school_plan())
	    and e.class_id is not null and e.is_active and e.deleted_at is null
	group by e.class_id;
end $$;

-- Each teacher's, with those taught beside another.
create function konak.teacher_lessons() returns table (teacher_id uuid,
    lessons bigint, classes bigint, subjects bigint, periods bigint,
    days bigint, minutes bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return query
	select t, count(*), count(distinct e.class_id),
	    count(distinct e.subject_id), sum(e.duration),
	    count(distinct e.day_of_week),
	    coalesce(sum(b.minutes), 0)::bigint
	from konak.timetable_entries e
	join konak.timetable_lessons l on l.company_id = e.company_id
	    and l.id = e.lesson_id
	cross join unnest(l.teachers) t
	left join (select p.shift, p.day_of_week, p.number,
		p.number + d as after, sum(extract(epoch from q.end_time
		    - q.start_time) / 60)::integer as minutes
	    from konak.periods p
	    cross join generate_series(1, 10) d
	    join konak.periods q on q.company_id = p.company_id
		and q.shift = p.shift and q.day_of_week = p.day_of_week
		and q.kind = 'lesson' and q.is_active and q.deleted_at is null
		and q.number between p.number and p.number + d - 1
	    where p.company_id = konak.company() and p.kind = 'lesson'
		and p.is_active and p.deleted_at is null
	    group by p.shift, p.day_of_week, p.number, d) b
	    on b.shift = coalesce((select c.shift from konak.classes c
		where c.company_id = e.company_id and c.id = e.class_id), 'day')
	    and b.day_of_week = e.day_of_week and b.number = e.period_number
	    and b.after = e.period_number + e.duration
	where e.company_id = konak.company()
	    and e.timetable_id = (select konak.school_plan())
	    and e.is_active and e.deleted_at is null
	group by t;
end $$;

grant execute on function konak.school_plan(), konak.class_lessons(),
    konak.teacher_lessons() to konak_app, konak_owner;
set local role konak_owner;

-- A shift without a bell schedule of its own has the usual week of 40.
create view konak.class_schedule_completion with (security_invoker = true) as
select c.company_id, c.id, c.full_name, c.grade, c.academic_year,
    coalesce(l.lessons, 0) as scheduled_lessons,
    coalesce(l.filled, 0) as filled_slots, s.total_slots,
    least(100, konak.share(coalesce(l.filled, 0), s.total_slots))
	as completion
from konak.classes c
left join konak.class_lessons() l on l.class_id = c.id
cross join lateral (select coalesce(nullif(count(*), 0), 40) as total_slots
    from konak.periods p
    where p.company_id = c.company_id and p.shift = c.shift
	and p.kind = 'lesson' and p.is_active and p.deleted_at is null) s
where c.company_id = (select konak.company()) and c.is_active
    and c.deleted_at is null and (select konak.may('timetable.view'));

-- What is given to each, and what of that is held.
drop view konak.teacher_workload;
create view konak.teacher_workload with (security_invoker = true) as
select t.company_id, t.id, t.name, t.department,
    coalesce(l.lessons, 0) as lessons, coalesce(l.classes, 0) as classes,
    coalesce(l.subjects, 0) as subjects, coalesce(l.periods, 0) as periods,
    coalesce(l.days, 0) as working_days, coalesce(l.minutes, 0) as minutes,
    (select coalesce(sum(r.weekly_hours), 0) from konak.lesson_requirements r
	where r.company_id = t.company_id
	    and t.id in (r.teacher_id, r.second_teacher_id)
	    and r.is_active and r.deleted_at is null) as given_hours,
    t.max_weekly_hours,
    konak.share(coalesce(l.periods, 0), t.max_weekly_hours) as load
from konak.teachers t
left join konak.teacher_lessons() l on l.teacher_id = t.id
where t.company_id = (select konak.company()) and t.is_active
    and t.deleted_at is null and (select konak.may('teachers.workload'));

grant select on konak.class_schedule_completion, konak.teacher_workload
    to konak_app;
