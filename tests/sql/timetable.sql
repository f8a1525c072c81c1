-- Nobody is in two places at once, whoever writes: teachers, rooms, classes
-- down to their smallest groups, dates, plans; and what is only poor is told.

begin;
select plan(44);
\ir setup.psql

set local role none;
select set_config('konak.company', :school, true) \g /dev/null
insert into konak.memberships (company_id, user_id, role_id)
select r.company_id, u.id, r.id from konak.users u, konak.roles r
where u.email in ('owner@deneme.example', 'admin@deneme.example',
    'manager@deneme.example') and r.company_id = :school
    and r.template = 'admin';
insert into konak.teachers (id, user_id, employee_id, joining_date, max_daily_hours)
select md5(t.k)::uuid, pg_temp.uid(t.who), t.k, '2020-09-01', 2
from (values ('ta', 'owner'), ('tb', 'admin'), ('tc', 'manager')) t(k, who);
insert into konak.subjects (id, name) values
    (md5('mat')::uuid, 'Matematik'), (md5('fen')::uuid, 'Fen');
insert into konak.classrooms (id, code, capacity, type) values
    (md5('r1')::uuid, 'D1', 10, 'classroom'), (md5('lab')::uuid, 'LAB', 40, 'lab');
insert into konak.classes (id, name, section, academic_year, capacity)
select md5('c' || n)::uuid, '9', n, y.name, 40
from (values ('A'), ('B'), ('C')) c(n), konak.academic_years y
where y.company_id = :school and y.is_current;
insert into konak.class_groups (id, class_id, division, name)
select md5('g' || d || n)::uuid, md5('cC')::uuid, d, d || n
from (values ('dil', 1), ('dil', 2), ('spor', 1), ('spor', 2)) g(d, n);
insert into konak.timetables (id, name, academic_year_id)
select md5('plan')::uuid, 'Taslak', y.id from konak.academic_years y
where y.company_id = :school and y.is_current;

-- A lesson of class, group, subject, teacher and room in a day and period.
create function pg_temp.put(k text, class text, part text, teacher text,
    room text, day integer, period integer, more text default '')
    returns text language plpgsql as $$
begin
	execute format('insert into konak.timetable_entries (id, timetable_id, '
	    'class_id, group_id, subject_id, teacher_id, classroom_id, '
	    'day_of_week, period_number%s) values (%L, %L, %L, %L, %L, %L, %L, '
	    '%s, %s%s)', split_part(more, '=', 1), md5(k)::uuid,
	    md5('plan')::uuid, md5(class)::uuid, md5(part)::uuid,
	    md5('mat')::uuid, md5(teacher)::uuid, md5(room)::uuid, day, period,
	    split_part(more, '=', 2));
	return 'placed';
exception when others then
	return sqlstate || ' ' || sqlerrm;
end $$;

select is(pg_temp.put('e1', 'cA', null, 'ta', 'r1', 1, 1), 'placed', 'a lesson is placed');
select is((select count(*)::int from konak.timetable_busy where company_id = :school), 3, 'its teacher, class and room are booked');
select is(pg_temp.put('e2', 'cB', null, 'ta', null, 1, 1), 'KN010 timetable.teacher_busy', 'the teacher is elsewhere');
select is(pg_temp.put('e2', 'cA', null, 'tb', null, 1, 1), 'KN010 timetable.class_busy', 'so is the class');
select is(pg_temp.put('e2', 'cB', null, 'tb', 'r1', 1, 1), 'KN010 timetable.room_busy', 'and the room');
select is(pg_temp.put('e2', 'cB', null, 'tb', null, 1, 1), 'placed', 'three others are free');
do $$
declare
	d text;
begin
	update konak.timetable_entries set teacher_id = md5('tb')::uuid
	where id = md5('e1')::uuid;
exception when sqlstate 'KN010' then
	get stacked diagnostics d = pg_exception_detail;
	perform set_config('test.detail', d, true);
end $$;
select is(current_setting('test.detail')::jsonb - 'entry', jsonb_build_object(
    'who', 'admin Deneme', 'classes', '9-B', 'subject', 'Matematik', 'teachers',
    'admin Deneme', 'day', 1, 'period', 1), 'a refusal names who holds the slot');

-- groups
select is(pg_temp.put('g1', 'cC', 'gdil1', 'ta', null, 2, 1), 'placed', 'a group has a lesson');
select is(pg_temp.put('g2', 'cC', 'gdil2', 'tb', null, 2, 1), 'placed', 'the other group of the division another');
select is(pg_temp.put('g3', 'cC', 'gspor1', 'tc', null, 2, 1), 'KN010 timetable.class_busy', 'a group of another division shares pupils');
select is(pg_temp.put('g3', 'cC', null, 'tc', null, 2, 1), 'KN010 timetable.class_busy', 'and the whole class has them all');
select is((select cardinality(konak.class_atoms(md5('cC')::uuid))), 4, 'two divisions of two are four smallest groups');

-- several periods
select is(pg_temp.put('d1', 'cA', null, 'ta', null, 3, 2, ', duration=, 2'), 'placed', 'a double lesson');
select is(pg_temp.put('d2', 'cB', null, 'ta', null, 3, 3), 'KN010 timetable.teacher_busy', 'takes its second period too');
select is(pg_temp.put('d2', 'cB', null, 'ta', null, 3, 10, ', duration=, 2'), '23514 new row for relation "timetable_entries" violates check constraint "timetable_entries_period_number_day"', 'nothing reaches beyond the day');

-- a swap is one statement
select lives_ok($$update konak.timetable_entries e set day_of_week = o.day_of_week, period_number = o.period_number
    from konak.timetable_entries o where e.id in (md5('e1')::uuid, md5('d1')::uuid) and o.id in (md5('e1')::uuid, md5('d1')::uuid)
	and o.id <> e.id$$, 'two lessons change places');
select is((select string_agg(day_of_week || '.' || period_number, ' ' order by id = md5('e1')::uuid) from konak.timetable_entries
    where id in (md5('e1')::uuid, md5('d1')::uuid)), '1.1 3.2', 'each has the other''s');
select throws_ok($$update konak.timetable_entries set day_of_week = 5, period_number = 1 where id in (md5('e1')::uuid, md5('d1')::uuid)$$,
    'KN010', null, 'two that collide with each other are refused');

-- taken away, put back
update konak.timetable_entries set deleted_at = now() where id = md5('e2')::uuid;
select is(pg_temp.put('e3', 'cB', null, 'tc', null, 1, 1), 'placed', 'what is deleted holds nothing');
select throws_ok($$update konak.timetable_entries set deleted_at = null where id = md5('e2')::uuid$$, 'KN010', null,
    'and does not come back into a place that is taken');
update konak.timetable_entries set is_active = false where id = md5('e3')::uuid;
select lives_ok($$update konak.timetable_entries set deleted_at = null where id = md5('e2')::uuid$$, 'nor does what is inactive hold anything');

-- dates
select is(pg_temp.put('o1', 'cA', null, 'ta', null, 4, 1, ', start_date, end_date=, ''2026-10-01'', ''2026-10-31'''), 'placed', 'a lesson of one month');
select is(pg_temp.put('o2', 'cB', null, 'ta', null, 4, 1, ', start_date, end_date=, ''2026-11-01'', ''2026-11-30'''), 'placed', 'another one of the next');
select is(pg_temp.put('o3', 'cC', null, 'ta', null, 4, 1, ', start_date, recurring=, ''2026-11-19'', false'), 'KN010 timetable.teacher_busy', 'one of a single day within');
select is(pg_temp.put('o3', 'cC', null, 'ta', null, 4, 1), 'KN010 timetable.teacher_busy', 'and one of all days');

-- what is poor
select set_eq($$select distinct type from konak.schedule_conflicts where resolved_at is null and entry_id = md5('e1')::uuid$$,
    array[]::text[], 'nothing is wrong with a lesson');
insert into konak.teacher_preferences (teacher_id, day_of_week, start_time, end_time, preference_type, reason)
select e.teacher_id, e.day_of_week, e.start_time, e.end_time, 'unavailable', 'Doktor' from konak.timetable_entries e where e.id = md5('e1')::uuid;
select is((select severity || ' ' || description from konak.schedule_conflicts where resolved_at is null and type = 'teacher_away'),
    'error owner Deneme Çar-2 saatinde gelemez: 9-A Matematik (Doktor)', 'until the teacher cannot come then');
update konak.teacher_preferences set is_active = false where reason = 'Doktor';
select is((select count(*)::int from konak.schedule_conflicts where resolved_at is null and type = 'teacher_away'), 0, 'it is gone with its cause');
-- The bell, a teacher, a room change under a lesson that has its place
create function pg_temp.trouble() returns text language sql as $$
	select string_agg(c.severity || ' ' || c.description, '; ' order by 1)
	from konak.schedule_conflicts c
	where c.resolved_at is null and c.entry_id = md5('e1')::uuid
$$;
create table pg_temp.stood as select id, day_of_week, period_number, teacher_id, classroom_id
    from konak.timetable_entries where company_id = :school and deleted_at is null;
update konak.periods set kind = 'break' where company_id = :school and day_of_week = 3 and number = 2 and shift = 'day';
select is(pg_temp.trouble(), 'error 9-A Matematik: Çar-2 zil çizelgesinde ders saati değil', 'the bell changes under a lesson');
update konak.periods set kind = 'lesson', deleted_at = now() where company_id = :school and day_of_week = 3 and number = 2 and shift = 'day';
select is(pg_temp.trouble(), 'error 9-A Matematik: Çar-2 zil çizelgesinde ders saati değil', 'or its period goes');
update konak.periods set deleted_at = null where company_id = :school and day_of_week = 3 and number = 2 and shift = 'day';
select is(pg_temp.trouble(), null, 'until it is back');
update konak.teachers set is_active = false where id = md5('ta')::uuid;
select is(pg_temp.trouble(), 'error owner Deneme ayrıldı: 9-A Matematik öğretmensiz', 'a teacher leaves');
select is(pg_temp.put('l1', 'cB', null, 'ta', null, 5, 5), 'placed', 'a lesson is given to who has left');
select is((select string_agg(c.severity || ' ' || c.description, '; ') from konak.schedule_conflicts c
    where c.resolved_at is null and c.entry_id = md5('l1')::uuid), 'error owner Deneme ayrıldı: 9-B Matematik öğretmensiz', 'and that is said');
update konak.teachers set is_active = true where id = md5('ta')::uuid;
update konak.classrooms set is_active = false where id = md5('r1')::uuid;
select is(pg_temp.trouble(), 'error D1 dersliği kapalı: 9-A Matematik', 'a room is closed');
update konak.classrooms set is_active = true where id = md5('r1')::uuid;
select is(pg_temp.trouble(), null, 'and none of it stays when its cause is gone');
select is((select count(*)::int from (table pg_temp.stood except select id, day_of_week, period_number, teacher_id, classroom_id
    from konak.timetable_entries where deleted_at is null) x), 0, 'no lesson has moved or gone meanwhile');

select throws_ok($$with y as (select id from konak.academic_years where company_id = konak.company() limit 1)
    insert into konak.timetables (name, academic_year_id, status, start_date, end_date)
    select n, y.id, 'published', '2026-10-01', '2026-12-01' from y, (values ('x'), ('y')) v(n)$$, '23P01', null, 'one plan is held on a day');

-- When the hours of a file's plan are.
create function pg_temp.clock(variadic names text[]) returns text
language sql as $$
	select coalesce(string_agg(concat_ws('-', c -> n::text ->> 0,
	    c -> n::text ->> 1), ' ' order by n) || case when (c ->> 'assumed')::boolean
	    then ' assumed' else '' end, '')
	from (select t from konak.timetables t limit 1) x,
	    lateral (select konak.tt_clock(jsonb_populate_record(x.t,
		jsonb_build_object('hours', names)))) y(c),
	    generate_series(1, cardinality(names)) n
	group by c
$$;
select is(pg_temp.clock('9.30 - 11.00', '11.15 - 12:45'),
    '09:30-11:00 11:15-12:45', 'as their names say');
select is(pg_temp.clock('1. 8:00', '2. 8:30', '3. 10:00'),
    '08:00-08:30 08:30-09:10 10:00-10:40', 'a beginning alone lasts a lesson');
select is(pg_temp.clock('A', '9:00'), '08:30-09:10 09:20-10:00 assumed',
    'names that tell half a day tell none');
insert into konak.periods (company_id, number, day_of_week, start_time, end_time)
select :school, n, 0, time '08:00' + (n - 1) * interval '1 hour',
    time '08:45' + (n - 1) * interval '1 hour'
from generate_series(1, 2) n
where not exists (select from konak.periods where company_id = :school);
select ok(pg_temp.clock('I', 'II') = (select string_agg(to_char(s, 'HH24:MI-') || to_char(e, 'HH24:MI'), ' '
	order by number) || ' assumed' from (select number, min(start_time) as s,
	min(end_time) as e from konak.periods where company_id = :school
	and kind = 'lesson' and shift = 'day' and number < 3 group by 1) p),
    'then the school''s bell rings');

-- a whole week at once
insert into konak.classes (id, name, section, academic_year, capacity)
select md5('w' || n)::uuid, '11', 'W' || n, y.name, 40
from generate_series(1, 14) n, konak.academic_years y
where y.company_id = :school and y.is_current;
insert into konak.timetables (id, name, academic_year_id)
select md5('week')::uuid, 'Hafta', y.id from konak.academic_years y
where y.company_id = :school and y.is_current;
insert into konak.timetable_entries (timetable_id, class_id, subject_id,
    day_of_week, period_number)
select md5('week')::uuid, md5('w' || n)::uuid, md5('mat')::uuid, d, p
from generate_series(1, 14) n, generate_series(1, 5) d, generate_series(1, 6) p;
select cmp_ok((select min(c.reltuples)::int from pg_class c where c.oid in
    ('konak.timetable_entries'::regclass, 'konak.timetable_lessons'::regclass,
    'konak.timetable_busy'::regclass)), '>=', 420,
    'the planner knows how many came before they are judged');

-- how full the school's week is
insert into konak.timetables (id, name, academic_year_id)
select md5('held')::uuid, 'Yürürlükte', y.id from konak.academic_years y
where y.company_id = :school and y.is_current;
insert into konak.timetable_entries (timetable_id, class_id, group_id,
    subject_id, day_of_week, period_number, duration)
select md5('held')::uuid, md5('cC')::uuid, md5('gdil' || n)::uuid,
    md5('mat')::uuid, 2, 1, 2 from generate_series(1, 2) n;
update konak.timetables set status = 'published',
    start_date = konak.today(), end_date = konak.today() + 30
where id = md5('held')::uuid;
select is((select (s.total_schedules, s.completion_rate) from konak.school_stats s where s.company_id = :school),
    (2, konak.share(2, (select 40 * count(*) from konak.classes c where c.company_id = :school and c.is_active and c.deleted_at is null))),
    'two groups of a class in one slot fill it once');

select * from finish();
rollback;
