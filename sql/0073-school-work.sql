-- 0073-school-work.sql - attendance, homework and what is handed in, grades.

do $$
declare
	p record;
begin
	for p in select * from (values
	('attendance.view', 'Yoklamayı görüntüle', 'View attendance', '{"class_teacher": "class", "subject_teacher": "taught", "parent": "child", "student": "self"}', '{all,taught,class,child,self}'),
	('attendance.mark', 'Yoklama al', 'Mark attendance', '{"class_teacher": "class", "subject_teacher": "taught"}', '{all,taught,class}'),
	('attendance.delete', 'Yoklama sil', 'Delete attendance', '{}', '{all}'),
	('homework.view', 'Ödevleri görüntüle', 'View homework', '{"class_teacher": "class", "subject_teacher": "lessons", "parent": "child", "student": "self"}', '{all,class,lessons,child,self}'),
	('homework.create', 'Ödev ver', 'Set homework', '{"class_teacher": "lessons", "subject_teacher": "lessons"}', '{all,lessons}'),
	('homework.edit', 'Ödev düzenle', 'Edit homework', '{"class_teacher": "lessons", "subject_teacher": "lessons"}', '{all,lessons}'),
	('homework.delete', 'Ödev sil', 'Delete homework', '{"class_teacher": "lessons", "subject_teacher": "lessons"}', '{all,lessons}'),
	('submissions.view', 'Ödev teslimlerini görüntüle', 'View submissions', '{"class_teacher": "class", "subject_teacher": "lessons", "parent": "child", "student": "self"}', '{all,class,lessons,child,self}'),
	('submissions.grade', 'Ödev değerlendir', 'Grade submissions', '{"class_teacher": "lessons", "subject_teacher": "lessons"}', '{lessons}'),
	('submissions.submit', 'Ödev teslim et', 'Hand in homework', '{"student": "self"}', '{self}'),
	('grades.view', 'Notları görüntüle', 'View grades', '{"class_teacher": "class", "subject_teacher": "lessons", "parent": "child", "student": "self"}', '{all,class,lessons,child,self}'),
	('grades.create', 'Not ver', 'Give grades', '{"class_teacher": "lessons", "subject_teacher": "lessons"}', '{all,lessons}'),
	('grades.edit', 'Not düzenle', 'Edit grades', '{"class_teacher": "lessons", "subject_teacher": "lessons"}', '{all,lessons}'),
	('grades.delete', 'Not sil', 'Delete grades', '{"class_teacher": "lessons", "subject_teacher": "lessons"}', '{all,lessons}')
	) v(code, tr, en, roles, scopes)
	loop
		perform konak.grant_default(p.code, 'school', p.tr, p.en,
		    case when p.scopes::text[] && '{all}' then
			'{"owner": "all", "admin": "all"}'::jsonb
			else '{}' end || p.roles::jsonb,
		    p.scopes::text[]);
	end loop;
end $$;

-- "Own lessons" of those who hold no more: the lesson itself, not only the
-- name under it.
create function konak.homework_lesson() returns trigger
language plpgsql
as $$
begin
	if konak.scope('homework.create') = 'lessons'
	    and not konak.my_lesson(new.class_id, new.subject_id) then
		perform konak.fail('lesson.not_yours', '{}', 'subject_id');
	end if;
	return new;
end $$;

create function konak.grades_lesson() returns trigger
language plpgsql
as $$
begin
	if konak.scope('grades.create') = 'lessons' and not konak.my_lesson(
	    (select s.class_id from konak.students s
		where s.company_id = new.company_id and s.id = new.student_id),
	    new.subject_id) then
		perform konak.fail('lesson.not_yours', '{}', 'subject_id');
	end if;
	return new;
end $$;

-- A partitioned table keeps no storage of its own.
do $$ begin
	perform konak.rewrite('konak.protect(regclass, jsonb)',
	    'execute format(''alter table %s set (fillfactor = 90)'', tab);',
	    'if (select c.relkind from pg_class c where c.oid = tab) <> ''p'' then '
	    'execute format(''alter table %s set (fillfactor = 90)'', tab); end if;');
end $$;

create type konak.attendance_status as enum (
    'present', 'absent', 'late', 'excused');
create table konak.attendance (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	student_id uuid not null,
	class_id uuid not null,
	date date not null default konak.today(),
	status konak.attendance_status not null,
	marked_by uuid not null,
	remarks text,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint attendance_pkey primary key (company_id, id, date),
	constraint attendance_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint attendance_student_id_fkey
	    foreign key (company_id, student_id)
	    references konak.students,
	constraint attendance_class_id_fkey foreign key (company_id, class_id)
	    references konak.classes,
	constraint attendance_marked_by_fkey
	    foreign key (company_id, marked_by)
	    references konak.memberships (company_id, user_id),
	constraint attendance_remarks_length check (length(remarks) <= 255)
) partition by range (date);
select konak.sort_index('konak.attendance', 'date', '{student_id}');
select konak.sort_index('konak.attendance', 'date', '{class_id}');
select konak.sort_index('konak.attendance', 'date');
select konak.sort_index('konak.attendance', 'date', '{status}');
select konak.sort_index('konak.attendance', 'date', '{marked_by}');
create unique index attendance_student_id_key on konak.attendance
    (company_id, student_id, date) where deleted_at is null;
create index attendance_class_date_idx on konak.attendance
    (company_id, class_id, date) where deleted_at is null;

create table konak.attendance_default partition of konak.attendance default;

-- This month's and the next months' partitions; what the default partition
-- has caught of them moves over. Run by every migration and by konakctl, as
-- konak.audit_partitions() is.
create function konak.attendance_partitions(ahead integer default 3,
    back integer default 0) returns integer
language plpgsql
as $$
declare
	part text;
	m date;
	made integer := 0;
begin
	perform pg_advisory_xact_lock(hashtextextended('konak attendance', 0));
	for i in -back .. ahead loop
		m := date_trunc('month', now()) + make_interval(months => i);
		part := 'attendance_' || to_char(m, 'YYYYMM');
		continue when to_regclass('konak.' || part) is not null;
		execute format('create table konak.%I (like konak.attendance '
		    'including defaults including constraints)', part);
		alter table konak.attendance_default disable trigger user;
		execute format('with gone as (delete from konak.attendance_default '
		    'where date >= %L and date < %L returning *) '
		    'insert into konak.%I select * from gone',
		    m, m + interval '1 month', part);
		alter table konak.attendance_default enable trigger user;
		execute format('alter table konak.attendance attach partition '
		    'konak.%I for values from (%L) to (%L)', part, m,
		    (m + interval '1 month')::date);
		perform konak.audit_partition_close(('konak.' || part)::regclass);
		made := made + 1;
	end loop;
	return made;
end $$;
do $$ begin
	perform konak.audit_partition_close('konak.attendance_default');
	perform konak.attendance_partitions(3, 12);
end $$;

-- The class is the one that the student is in on that day; who marks is who
-- asks.
create function konak.attendance_filled() returns trigger
language plpgsql
as $$
begin
	if tg_op = 'INSERT' and new.class_id is null then
		select s.class_id into new.class_id from konak.students s
		where s.company_id = new.company_id and s.id = new.student_id;
		if not found then
			perform konak.bad_ref('student_id');
		end if;
	end if;
	-- The index refuses it in any case, but by its partition's name.
	if tg_op = 'INSERT' and exists (select from konak.attendance a
	    where a.company_id = new.company_id
		and a.student_id = new.student_id and a.date = new.date
		and a.deleted_at is null) then
		raise exception using errcode = '23505',
		    message = 'marked already', table = 'attendance',
		    constraint = 'attendance_student_id_key';
	end if;
	new.marked_by := coalesce(konak.me(), new.marked_by);
	return new;
end $$;
create trigger attendance_10_filled before insert on konak.attendance
    for each row execute function konak.attendance_filled();
create trigger attendance_11_filled before update on konak.attendance
    for each row when (old.status is distinct from new.status)
    execute function konak.attendance_filled();

select konak.protect('konak.attendance', '{"record": "attendance", "module": "school", "audit": "ATTENDANCE", "title": "student_id", "view": {"attendance.view": ["all", "taught", "class", "child", "self"]}, "create": {"attendance.mark": ["all", "taught", "class"]}, "edit": {"attendance.mark": ["all", "taught", "class"]}, "delete": {"attendance.delete": "all"}, "scopes": {"taught": "class_id = any ((select konak.my_taught())::uuid[])", "class": "class_id = any ((select konak.my_class())::uuid[])", "child": "student_id = any ((select konak.my_children())::uuid[])", "self": "student_id = any ((select konak.my_self())::uuid[])"}, "once": ["student_id", "date"], "readonly": ["class_id", "marked_by"]}'::jsonb);

create table konak.homework (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	title text not null,
	class_id uuid not null,
	subject_id uuid not null,
	teacher_id uuid,
	description text,
	due_date timestamptz not null,
	is_published boolean not null default false,
	is_active boolean not null default true,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(title)) stored,
	constraint homework_pkey primary key (company_id, id),
	constraint homework_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint homework_title_length
	    check (length(title) between 1 and 255),
	constraint homework_class_id_fkey foreign key (company_id, class_id)
	    references konak.classes,
	constraint homework_subject_id_fkey
	    foreign key (company_id, subject_id)
	    references konak.subjects,
	constraint homework_teacher_id_fkey
	    foreign key (company_id, teacher_id)
	    references konak.teachers,
	constraint homework_description_length
	    check (length(description) <= 20000)
);
select konak.sort_index('konak.homework', 'title');
select konak.sort_index('konak.homework', 'due_date', '{class_id}');
select konak.sort_index('konak.homework', 'due_date', '{subject_id}');
select konak.sort_index('konak.homework', 'due_date', '{teacher_id}');
select konak.sort_index('konak.homework', 'due_date');
select konak.sort_index('konak.homework', 'due_date', '{is_published}');
create index homework_search on konak.homework
    using gin (company_id, search gin_trgm_ops);
alter table konak.homework add constraint homework_teacher_id_required
	check (teacher_id is not null);
create trigger homework_10_teacher before insert on konak.homework
    for each row when (new.teacher_id is null)
    execute function konak.teacher_filled();
create trigger homework_20_lesson before insert or update of class_id,
    subject_id on konak.homework for each row
    execute function konak.homework_lesson();

select konak.protect('konak.homework', '{"record": "homework", "module": "school", "audit": "HOMEWORK", "title": "title", "view": {"homework.view": ["all", "class", "lessons", "child", "self"]}, "create": {"homework.create": ["all", "lessons"]}, "edit": {"homework.edit": ["all", "lessons"]}, "delete": {"homework.delete": ["all", "lessons"]}, "scopes": {"class": "class_id = any ((select konak.my_class())::uuid[]) or teacher_id = (select konak.my_teacher())", "lessons": "teacher_id = (select konak.my_teacher())", "child": "is_published and class_id = any ((select konak.my_children_classes())::uuid[])", "self": "is_published and class_id = any ((select konak.my_own_classes())::uuid[])"}, "internal": ["search"]}'::jsonb);

create table konak.homework_submissions (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	homework_id uuid not null,
	student_id uuid,
	text text,
	submitted_at timestamptz not null default konak.now(),
	is_late boolean not null default false,
	grade text,
	feedback text,
	graded_at timestamptz,
	class_id uuid,
	teacher_id uuid,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint homework_submissions_pkey primary key (company_id, id),
	constraint homework_submissions_company_id_fkey
	    foreign key (company_id)
	    references konak.companies (id),
	constraint homework_submissions_homework_id_fkey
	    foreign key (company_id, homework_id)
	    references konak.homework,
	constraint homework_submissions_student_id_fkey
	    foreign key (company_id, student_id)
	    references konak.students,
	constraint homework_submissions_text_length
	    check (length(text) <= 20000),
	constraint homework_submissions_grade_length
	    check (length(grade) <= 10),
	constraint homework_submissions_feedback_length
	    check (length(feedback) <= 5000)
);
select konak.sort_index('konak.homework_submissions', 'submitted_at', '{homework_id}');
select konak.sort_index('konak.homework_submissions', 'submitted_at', '{student_id}');
select konak.sort_index('konak.homework_submissions', 'submitted_at');
select konak.sort_index('konak.homework_submissions', 'submitted_at', '{is_late}');
create unique index homework_submissions_student_id_key
    on konak.homework_submissions (company_id, homework_id, student_id)
    where deleted_at is null;
create index homework_submissions_class_id_idx
    on konak.homework_submissions (company_id, class_id, submitted_at, id);
create index homework_submissions_teacher_id_idx
    on konak.homework_submissions (company_id, teacher_id, submitted_at, id);
alter table konak.homework_submissions
    add constraint homework_submissions_student_id_required
	check (student_id is not null),
    add constraint homework_submissions_class_id_fkey
	foreign key (company_id, class_id) references konak.classes,
    add constraint homework_submissions_teacher_id_fkey
	foreign key (company_id, teacher_id) references konak.teachers;

-- Handing in again counts from now; a grade takes the paper out of the
-- student's hands. Whose lesson it is stands beside it, for the scopes.
create function konak.homework_submissions_filled() returns trigger
language plpgsql
as $$
declare
	due timestamptz;
begin
	if tg_op = 'INSERT' then
		new.student_id := coalesce(new.student_id,
		    (konak.my_self())[1]);
	elsif new.text is distinct from old.text then
		new.submitted_at := konak.now();
	end if;
	select h.class_id, h.teacher_id, h.due_date
	into new.class_id, new.teacher_id, due
	from konak.homework h
	where h.company_id = new.company_id and h.id = new.homework_id;
	new.is_late := coalesce(new.submitted_at > due, false);
	if tg_op = 'UPDATE' and (new.grade, new.feedback)
	    is distinct from (old.grade, old.feedback) then
		new.graded_at := case when new.grade is not null
		    then konak.now() end;
	end if;
	return new;
end $$;
create trigger homework_submissions_10_filled
    before insert or update of text, grade, feedback
    on konak.homework_submissions
    for each row execute function konak.homework_submissions_filled();

set local role konak_definer;
create function konak.homework_moved() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	update konak.homework_submissions s set class_id = new.class_id,
	    teacher_id = new.teacher_id, is_late = s.submitted_at > new.due_date
	where s.company_id = new.company_id and s.homework_id = new.id;
	return null;
end $$;
grant execute on function konak.homework_moved() to konak_owner;
set local role konak_owner;
create trigger homework_70_moved after update on konak.homework
    for each row when ((old.class_id, old.teacher_id, old.due_date)
	is distinct from (new.class_id, new.teacher_id, new.due_date))
    execute function konak.homework_moved();

select konak.protect('konak.homework_submissions', '{"record": "homework_submissions", "module": "school", "audit": "SUBMISSION", "title": ["student_id", "homework_id"], "view": {"submissions.view": ["all", "class", "lessons", "child", "self"]}, "create": {"submissions.submit": "self"}, "edit": {"submissions.submit": "open", "submissions.grade": "lessons"}, "scopes": {"class": "class_id = any ((select konak.my_class())::uuid[]) or teacher_id = (select konak.my_teacher())", "lessons": "teacher_id = (select konak.my_teacher())", "child": "student_id = any ((select konak.my_children())::uuid[])", "self": "student_id = any ((select konak.my_self())::uuid[])", "open": "student_id = any ((select konak.my_self())::uuid[]) and graded_at is null"}, "write": {"text": "submissions.submit", "grade": "submissions.grade", "feedback": "submissions.grade"}, "once": ["homework_id", "student_id"], "readonly": ["submitted_at", "is_late", "graded_at"], "internal": ["class_id", "teacher_id"], "parent": {"table": "homework", "column": "homework_id"}}'::jsonb);

create table konak.grades (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	student_id uuid not null,
	subject_id uuid not null,
	exam_type_id uuid not null,
	exam_name text not null,
	exam_date date not null default konak.today(),
	marks_obtained numeric(5,2) not null,
	total_marks numeric(5,2) not null default 100,
	percentage numeric(6,2) generated always as (round(marks_obtained / nullif(total_marks, 0) * 100, 2)) stored,
	grade text,
	teacher_id uuid,
	academic_year text not null,
	remarks text,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint grades_pkey primary key (company_id, id),
	constraint grades_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint grades_student_id_fkey foreign key (company_id, student_id)
	    references konak.students,
	constraint grades_subject_id_fkey foreign key (company_id, subject_id)
	    references konak.subjects,
	constraint grades_exam_type_id_fkey
	    foreign key (company_id, exam_type_id)
	    references konak.exam_types,
	constraint grades_exam_name_length
	    check (length(exam_name) between 1 and 255),
	constraint grades_grade_length check (length(grade) <= 10),
	constraint grades_teacher_id_fkey foreign key (company_id, teacher_id)
	    references konak.teachers,
	constraint grades_academic_year_length
	    check (length(academic_year) between 1 and 7),
	constraint grades_remarks_length check (length(remarks) <= 2000)
);
select konak.sort_index('konak.grades', 'exam_date', '{student_id}');
select konak.sort_index('konak.grades', 'exam_date', '{subject_id}');
select konak.sort_index('konak.grades', 'exam_date', '{exam_type_id}');
select konak.sort_index('konak.grades', 'exam_date');
select konak.sort_index('konak.grades', 'exam_date', '{teacher_id}');
select konak.sort_index('konak.grades', 'exam_date', '{academic_year}');
alter table konak.grades
    add constraint grades_marks_obtained_range
	check (marks_obtained between 0 and total_marks),
    add constraint grades_total_marks_range check (total_marks > 0),
    add constraint grades_academic_year_form
	check (konak.academic_year_ok(academic_year)),
    add constraint grades_teacher_id_required check (teacher_id is not null);
create trigger grades_10_teacher before insert on konak.grades
    for each row when (new.teacher_id is null)
    execute function konak.teacher_filled();
create trigger grades_20_lesson before insert or update of student_id,
    subject_id on konak.grades for each row
    execute function konak.grades_lesson();

select konak.protect('konak.grades', '{"record": "grades", "module": "school", "audit": "GRADE", "title": "exam_name", "view": {"grades.view": ["all", "class", "lessons", "child", "self"]}, "create": {"grades.create": ["all", "lessons"]}, "edit": {"grades.edit": ["all", "lessons"]}, "delete": {"grades.delete": ["all", "lessons"]}, "scopes": {"class": "student_id = any ((select konak.my_class_students())::uuid[]) or teacher_id = (select konak.my_teacher())", "lessons": "teacher_id = (select konak.my_teacher())", "child": "student_id = any ((select konak.my_children())::uuid[])", "self": "student_id = any ((select konak.my_self())::uuid[])"}, "once": ["student_id"], "readonly": ["percentage"]}'::jsonb);
