-- 0075-school-views.sql - what a school looks like from above: a day's
-- snapshot, a student's month, a teacher's load.

do $$ begin
	perform konak.grant_default('teachers.workload', 'school',
	    'Ders yüklerini gör', 'See the teachers'' workload',
	    '["owner","admin","class_teacher","subject_teacher"]');
end $$;

create table konak.school_analytics (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	date date not null,
	total_teachers integer not null default 0,
	active_teachers integer not null default 0,
	total_students integer not null default 0,
	active_students integer not null default 0,
	total_classes integer not null default 0,
	active_classes integer not null default 0,
	total_schedules integer not null default 0,
	completion_rate numeric(5,2) not null default 0,
	metrics jsonb not null default '{}',
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	constraint school_analytics_pkey primary key (company_id, id),
	constraint school_analytics_company_id_fkey foreign key (company_id)
	    references konak.companies (id)
);
select konak.sort_index('konak.school_analytics', 'date');
create unique index school_analytics_date_key on konak.school_analytics
    (company_id, date);

select konak.protect('konak.school_analytics', '{"record": "school_analytics", "module": "school", "title": "total_students", "view": {"school.stats": "all"}, "internal": ["metrics"]}'::jsonb);

-- Every school's snapshot of a day; taken again, it is the later one. For the
-- scheduler, and for whoever serves at night. Returns how many schools.
set local role konak_definer;
create function konak.school_analytics_take(day date default null)
    returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	before constant text := current_setting('konak.company', true);
	c record;
	n integer := 0;
begin
	for c in select x.id from konak.companies x
	    where x.kind = 'school' and x.is_active order by x.id loop
		perform set_config('konak.company', c.id::text, true);
		insert into konak.school_analytics as a (company_id, date,
		    total_teachers, active_teachers, total_students,
		    active_students, total_classes, active_classes,
		    total_schedules, completion_rate)
		select c.id, coalesce(day, konak.today()),
		    (select count(*) from konak.teachers t
			where t.company_id = c.id and t.deleted_at is null),
		    s.total_teachers,
		    (select count(*) from konak.students t
			where t.company_id = c.id and t.deleted_at is null),
		    s.total_students,
		    (select count(*) from konak.classes t
			where t.company_id = c.id and t.deleted_at is null),
		    s.total_classes, s.total_schedules, s.completion_rate
		from konak.school_stats s where s.company_id = c.id
		on conflict (company_id, date) do update set
		    total_teachers = excluded.total_teachers,
		    active_teachers = excluded.active_teachers,
		    total_students = excluded.total_students,
		    active_students = excluded.active_students,
		    total_classes = excluded.total_classes,
		    active_classes = excluded.active_classes,
		    total_schedules = excluded.total_schedules,
		    completion_rate = excluded.completion_rate;
		n := n + 1;
	end loop;
	perform set_config('konak.company', coalesce(before, ''), true);
	return n;
end $$;
grant execute on function konak.school_analytics_take(date) to konak_owner;
set local role konak_owner;

-- ----------------------------------------------------------------- views

create function konak.share(part bigint, whole bigint) returns numeric
language sql immutable parallel safe
as $$ select coalesce(round(part * 100.0 / nullif(whole, 0), 2), 0) $$;

-- Of the days marked between two dates, those present in percent; late and
-- excused are not present. Under the caller's rights.
create function konak.student_attendance(student uuid, from_date date,
    to_date date) returns numeric
language sql stable
as $$
	select konak.share(count(*) filter (where a.status = 'present'),
	    count(*))
	from konak.attendance a
	where a.company_id = konak.company() and a.student_id = student
	    and a.date between from_date and to_date and a.deleted_at is null
$$;

create view konak.student_dashboard with (security_invoker = true) as
select s.company_id, s.id, s.name, s.roll_number, s.class_id,
    (select c.name from konak.classes c
	where c.company_id = s.company_id and c.id = s.class_id) as class_name,
    (select c.section from konak.classes c
	where c.company_id = s.company_id and c.id = s.class_id) as section,
    a.marked_days, a.present_days, a.absent_days,
    konak.share(a.present_days, a.marked_days) as percentage
from konak.students s
cross join lateral (select count(*) as marked_days,
	count(*) filter (where m.status = 'present') as present_days,
	count(*) filter (where m.status = 'absent') as absent_days
    from konak.attendance m
    where m.company_id = s.company_id and m.student_id = s.id
	and m.date > (select konak.today()) - 30
	and m.date <= (select konak.today()) and m.deleted_at is null) a
where s.is_active and s.deleted_at is null
    and (select konak.may('attendance.view'));

-- What is planned; the timetable will say when it is held.
create view konak.teacher_workload with (security_invoker = true) as
select t.company_id, t.id, t.name, t.department, l.lessons, l.classes,
    l.subjects, l.periods,
    (l.periods * (select coalesce(round(avg(extract(epoch
	from p.end_time - p.start_time) / 60)), 40)
	from konak.periods p
	where p.company_id = t.company_id and p.kind = 'lesson'
	    and p.is_active and p.deleted_at is null))::bigint as minutes,
    t.max_weekly_hours, konak.share(l.periods, t.max_weekly_hours) as load
from konak.teachers t
cross join lateral (select count(*) as lessons,
	count(distinct r.class_id) as classes,
	count(distinct r.subject_id) as subjects,
	coalesce(sum(r.weekly_hours), 0) as periods
    from konak.lesson_requirements r
    where r.company_id = t.company_id and r.teacher_id = t.id
	and r.is_active and r.deleted_at is null) l
where t.is_active and t.deleted_at is null
    and (select konak.may('teachers.workload'));

grant select on konak.student_dashboard, konak.teacher_workload to konak_app;
grant execute on function konak.share(bigint, bigint),
    konak.student_attendance(uuid, date, date) to konak_app, konak_definer;
