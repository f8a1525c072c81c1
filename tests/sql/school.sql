-- Scopes of a school at 100,000 rows: whoever sees the own class, own child or
-- self finds those rows by an index, under the policies, as the server asks.

begin;
select plan(28);
\ir setup.psql

set local role none;
set local session_replication_role = replica;
insert into konak.teachers (company_id, id, user_id, name, employee_id, joining_date)
select :school, md5('t' || g)::uuid, case g when 1 then pg_temp.uid('owner') when 2 then pg_temp.uid('admin')
    else md5('tu' || g)::uuid end, 'Öğretmen ' || g, g, '2020-09-01' from generate_series(1, 2500) g;
insert into konak.classes (company_id, id, name, academic_year, class_teacher_id)
select :school, md5('c' || g)::uuid, 'S' || g, '2026-27', md5('t' || g)::uuid from generate_series(1, 2500) g;
insert into konak.subjects (company_id, id, name) values (:school, md5('s')::uuid, 'Matematik');
-- The second teacher teaches the first three classes.
insert into konak.lesson_requirements (company_id, class_id, subject_id, teacher_id)
select :school, md5('c' || g)::uuid, md5('s')::uuid, md5(case when g < 4 then 't2' else 't' || g % 2500 + 1 end)::uuid
from generate_series(1, 2500) g;
insert into konak.students (company_id, id, user_id, name, class_id, roll_number, admission_date, parent_id)
select :school, md5('p' || g)::uuid, case g when 1 then pg_temp.uid('employee') else md5('pu' || g)::uuid end,
    'Öğrenci ' || g, md5('c' || 1 + g % 2500)::uuid, g, '2026-09-01',
    case g when 2500 then pg_temp.uid('manager') else md5('v' || g / 2)::uuid end
from generate_series(1, 100000) g;
insert into konak.attendance (company_id, student_id, class_id, date, status, marked_by)
select :school, md5('p' || g)::uuid, md5('c' || 1 + g % 100)::uuid, date '2026-10-01' - g / 100 % 200, 'present', pg_temp.uid('owner')
from generate_series(1, 100000) g;
insert into konak.grades (company_id, student_id, subject_id, exam_type_id, exam_name, exam_date, marks_obtained, teacher_id, academic_year)
select :school, md5('p' || g)::uuid, md5('s')::uuid, md5('e')::uuid, 'Sınav', date '2026-10-01' - g % 30, 80,
    md5('t' || 1 + g % 2500)::uuid, '2026-27' from generate_series(1, 100000) g;
insert into konak.homework (company_id, title, class_id, subject_id, teacher_id, due_date, is_published)
select :school, 'Ödev ' || g, md5('c' || 1 + g % 2500)::uuid, md5('s')::uuid, md5('t' || 1 + g % 2500)::uuid,
    '2026-10-01'::timestamptz + g * interval '1 minute', g % 5 > 0 from generate_series(1, 100000) g;
insert into konak.people (company_id, id, name, member, offered)
select :school, pg_temp.uid(who), who, true, who <> 'intern'
from unnest(array['owner', 'admin', 'manager', 'employee', 'intern']) who;
insert into konak.memberships (company_id, user_id, role_id, accepted_at)
select r.company_id, pg_temp.uid(w.who), r.id, now()
from (values ('intern', 'class_teacher'), ('admin', 'parent')) w(who, template)
join konak.roles r on r.company_id = :school and r.template = w.template;
set local session_replication_role = origin;
analyze konak.teachers, konak.classes, konak.lesson_requirements, konak.students, konak.attendance, konak.grades, konak.homework;

-- As somebody with these rights.
create function pg_temp.as(who text, rights text, stmt text) returns text language plpgsql as $$
declare
	out text := '';
	l text;
begin
	perform set_config('konak.company', '7e570000-0000-7000-8000-00000000000c', true),
	    set_config('konak.user', pg_temp.uid(who)::text, true),
	    set_config('konak.rights', rights, true);
	set local role konak_app;
	for l in execute stmt loop
		out := out || l || E'\n';
	end loop;
	set local role none;
	perform set_config(s, '', true) from unnest(array['konak.company',
	    'konak.user', 'konak.rights']) s;
	return out;
end $$;
-- What is read besides the first page: a table never, of an index that gives the
-- order at most a tenth of the rows.
create function pg_temp.list(who text, code text, scope text, tab text, cond text, key text)
    returns text language plpgsql as $$
declare
	p text := pg_temp.as(who, format('|%s=%s|', code, scope), format('explain (analyze, costs off, timing off, summary off) '
	    'select * from konak.%I t where t.company_id = (select konak.company()) and t.deleted_at is null '
	    'and ((%s)) order by %s, id limit 51', tab, cond, key));
begin
	-- (an empty partition is read whole, and is nothing)
	return coalesce((select 'reads ' || r[1] from regexp_matches(p,
		'Seq Scan on ' || tab || '[^\n]*actual rows=(\d+)', 'g') r
		where r[1]::int > 500 limit 1), '')
	    || coalesce((select 'throws ' || r[1] from regexp_matches(p, 'Rows Removed by Filter: (\d+)', 'g') r
		where r[1]::int > 10000 limit 1), '');
end $$;

select is(pg_temp.list(who, code, scope, tab, cond, key), '', tab || ' as ' || scope)
from (values
    ('owner', 'students.view', 'taught', 'students', 'class_id = any ((select konak.my_taught())::uuid[])', 'name collate "tr-x-icu"'),
    ('owner', 'students.view', 'class', 'students', 'class_id = any ((select konak.my_class())::uuid[])', 'name collate "tr-x-icu"'),
    ('manager', 'students.view', 'child', 'students', 'parent_id = (select konak.me())', 'name collate "tr-x-icu"'),
    ('employee', 'students.view', 'self', 'students', 'user_id = (select konak.me())', 'name collate "tr-x-icu"'),
    ('owner', 'attendance.view', 'class', 'attendance', 'class_id = any ((select konak.my_class())::uuid[])', 'date'),
    ('admin', 'attendance.view', 'taught', 'attendance', 'class_id = any ((select konak.my_taught())::uuid[])', 'date'),
    ('manager', 'attendance.view', 'child', 'attendance', 'student_id = any ((select konak.my_children())::uuid[])', 'date'),
    ('employee', 'attendance.view', 'self', 'attendance', 'student_id = any ((select konak.my_self())::uuid[])', 'date'),
    ('owner', 'grades.view', 'class', 'grades', 'student_id = any ((select konak.my_class_students())::uuid[]) or teacher_id = (select konak.my_teacher())', 'exam_date'),
    ('admin', 'grades.view', 'lessons', 'grades', 'teacher_id = (select konak.my_teacher())', 'exam_date'),
    ('employee', 'grades.view', 'self', 'grades', 'student_id = any ((select konak.my_self())::uuid[])', 'exam_date'),
    ('owner', 'homework.view', 'class', 'homework', 'class_id = any ((select konak.my_class())::uuid[]) or teacher_id = (select konak.my_teacher())', 'due_date'),
    ('manager', 'homework.view', 'child', 'homework', 'is_published and class_id = any ((select konak.my_children_classes())::uuid[])', 'due_date'),
    ('manager', 'classes.view', 'child', 'classes', 'id = any ((select konak.my_children_classes())::uuid[])', 'full_name collate konak.tr_natural')
    ) v(who, code, scope, tab, cond, key);

-- and they are the right rows, whatever the statement asks
select is(pg_temp.as(who, format('|%s|', rights), 'select count(*) from konak.' || tab), n || E'\n', format('%s: %s of %s', rights, n, tab))
from (values
    ('owner', 'students.view=taught', 'students', 80),
    ('admin', 'students.view=taught', 'students', 120),
    ('manager', 'students.view=child', 'students', 1),
    ('employee', 'students.view=self', 'students', 1),
    ('manager', 'classes.view=child', 'classes', 1),
    ('employee', 'grades.view=self', 'grades', 1),
    ('owner', 'attendance.view=class', 'attendance', 1000),
    ('owner', 'students.view=nobody knows', 'students', 0),
    -- whom one may choose: a family itself alone
    ('admin', 'students.view=taught', 'people_offered', 4),
    ('manager', 'students.view=child', 'people_offered', 1),
    ('employee', 'students.view=self', 'people_offered', 1),
    -- whom one knows: a family who works there, and itself
    ('owner', 'students.view=class', 'people', 5),
    ('manager', 'students.view=child', 'people', 2),
    ('employee', 'students.view=self', 'people', 2)
    ) v(who, rights, tab, n);

select * from finish();
rollback;
