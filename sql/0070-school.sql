-- 0070-school.sql - the people, classes and lessons of a school, and what
-- "own class", "classes taught", "own child" and "self" mean.

-- The fields of a type that the caller may not see; null: not even one row
-- of it may be seen. A field seen in some rows only stays hidden here, where
-- the row is not at hand.
set local role konak_definer;
create or replace function konak.audit_hidden(record_type text) returns text[]
language plpgsql stable security definer set search_path = pg_catalog, konak, pg_temp
as $$
declare
	p konak.protected;
	out text[];
begin
	select x.* into p from konak.protected x where x.record = record_type;
	if not found then
		return '{}';
	end if;
	if p.spec -> 'view' is not null and p.spec -> 'view' <> '"*"'
	    and not exists (
		select from jsonb_array_elements_text(
		    case jsonb_typeof(p.spec -> 'view')
		    when 'string' then jsonb_build_array(p.spec -> 'view')
		    when 'array' then p.spec -> 'view'
		    else (select jsonb_agg(k)
			from jsonb_object_keys(p.spec -> 'view') k) end) c
		where konak.may(c)) then
		return null;
	end if;
	select coalesce(array_agg(s.key), '{}') into out
	from jsonb_each_text(coalesce(p.spec -> 'see', '{}')) s
	where not konak.may(s.value)
	    or p.spec ? 'scopes' and konak.scope(s.value) <> 'all';
	return out;
end $$;
set local role konak_owner;

-- One place of a function that stands, written anew; an error when the place
-- is no longer there. For migrations.
create function konak.rewrite(fn regprocedure, old text, new text) returns void
language plpgsql
as $$
declare
	body text := pg_get_functiondef(fn);
begin
	if strpos(body, old) = 0 then
		raise exception 'rewrite(%): there is no "%"', fn, old;
	end if;
	execute replace(body, old, new);
end $$;

-- What the database works out by itself needs no guard; and the defaults
-- that a guard compares with name their types in full.
alter function konak.protect_guard(text, jsonb)
    set search_path = pg_catalog, pg_temp;
do $$ begin
	perform konak.rewrite('konak.protect_guard(text, jsonb)',
	    'a.attname = f.name', 'a.attname = f.name and a.attgenerated = ''''');
end $$;

-- "2026-27"
create function konak.academic_year_ok(t text) returns boolean
language plpgsql immutable strict parallel safe
as $$
begin
	return t ~ '^[0-9]{4}-[0-9]{2}$' and
	    (substr(t, 3, 2)::int + 1) % 100 = substr(t, 6, 2)::int;
end $$;
grant execute on function konak.academic_year_ok(text)
    to konak_auth, konak_definer, konak_app;

do $$ begin
	perform konak.grant_default('classes.view', 'school',
	    'Sınıf ve dersleri görüntüle', 'View classes and lessons',
	    '{"owner": "all", "admin": "all", "class_teacher": "all", "subject_teacher": "all", "parent": "child", "student": "self"}',
	    '{all,child,self}');
	perform konak.grant_default('classes.create', 'school',
	    'Sınıf ve ders ekle', 'Add classes and lessons', '["owner","admin"]');
	perform konak.grant_default('classes.edit', 'school',
	    'Sınıf ve ders düzenle', 'Edit classes and lessons', '["owner","admin"]');
	perform konak.grant_default('classes.delete', 'school',
	    'Sınıf ve ders sil', 'Delete classes and lessons', '["owner","admin"]');
	perform konak.grant_default('teachers.view', 'school',
	    'Öğretmenleri görüntüle', 'View teachers',
	    '{"owner": "all", "admin": "all", "class_teacher": "all", "subject_teacher": "all", "parent": "child", "student": "self"}',
	    '{all,child,self}');
	perform konak.grant_default('teachers.create', 'school',
	    'Öğretmen ekle', 'Add teachers', '["owner","admin"]');
	perform konak.grant_default('teachers.edit', 'school',
	    'Öğretmen düzenle', 'Edit teachers', '["owner","admin"]');
	perform konak.grant_default('teachers.delete', 'school',
	    'Öğretmen sil', 'Delete teachers', '["owner","admin"]');
	perform konak.grant_default('teachers.salary', 'school',
	    'Öğretmen maaşlarını gör ve yönet', 'See and manage teachers'' salaries',
	    '["owner","admin"]');
	-- A class teacher names pupils of the other classes taught as well; what
	-- is changed, and health, stay with the own class.
	perform konak.grant_default('students.view', 'school',
	    'Öğrencileri görüntüle', 'View students',
	    '{"owner": "all", "admin": "all", "class_teacher": "taught", "subject_teacher": "taught", "parent": "child", "student": "self"}',
	    '{all,taught,class,child,self}');
	perform konak.grant_default('students.create', 'school',
	    'Öğrenci ekle', 'Add students', '["owner","admin"]');
	perform konak.grant_default('students.edit', 'school',
	    'Öğrenci düzenle', 'Edit students',
	    '{"owner": "all", "admin": "all", "class_teacher": "class"}',
	    '{all,class}');
	perform konak.grant_default('students.delete', 'school',
	    'Öğrenci sil', 'Delete students', '["owner","admin"]');
	perform konak.grant_default('students.medical', 'school',
	    'Sağlık durumunu gör', 'See medical conditions',
	    '{"owner": "all", "admin": "all", "class_teacher": "class", "parent": "child"}',
	    '{all,class,child}');
	perform konak.grant_default('students.medical_edit', 'school',
	    'Sağlık durumunu düzenle', 'Edit medical conditions',
	    '["owner","admin"]');
end $$;

-- Whom and what the person of this transaction is responsible for in the
-- present company. Scopes of school records name these functions; each is
-- worked out once a statement and reads an index of the person. They see the
-- whole company, whatever the caller may list.
set local role konak_definer;
create function konak.my_teacher() returns uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return (select t.id from konak.teachers t
	    where t.company_id = konak.company() and t.user_id = konak.me()
		and t.is_active and t.deleted_at is null);
end $$;

create function konak.my_class() returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return array(select c.id from konak.classes c
	    where c.company_id = konak.company()
		and c.class_teacher_id = konak.my_teacher()
		and c.is_active and c.deleted_at is null);
end $$;

-- The own classes, and those taught.
create function konak.my_taught() returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return array(select l.class_id from konak.lesson_requirements l
	    where l.company_id = konak.company()
		and l.teacher_id = konak.my_teacher()
		and l.is_active and l.deleted_at is null
	    union select unnest(konak.my_class()));
end $$;

-- Whether the person gives this lesson to that class.
create function konak.my_lesson(class uuid, subject uuid) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return exists (select from konak.lesson_requirements l
	    where l.company_id = konak.company() and l.class_id = class
		and l.subject_id = subject
		and l.teacher_id = konak.my_teacher()
		and l.is_active and l.deleted_at is null);
end $$;

create function konak.my_class_students() returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return array(select s.id from konak.students s
	    where s.company_id = konak.company()
		and s.class_id = any (konak.my_class())
		and s.deleted_at is null);
end $$;

create function konak.my_children() returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return array(select s.id from konak.students s
	    where s.company_id = konak.company() and s.parent_id = konak.me()
		and s.deleted_at is null);
end $$;

create function konak.my_self() returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return array(select s.id from konak.students s
	    where s.company_id = konak.company() and s.user_id = konak.me()
		and s.deleted_at is null);
end $$;

-- Children and oneself: for whom somebody may speak.
create function konak.my_students() returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return konak.my_children() || konak.my_self();
end $$;

create function konak.my_children_classes() returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return array(select s.class_id from konak.students s
	    where s.company_id = konak.company() and s.parent_id = konak.me()
		and s.deleted_at is null);
end $$;

create function konak.my_own_classes() returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return array(select s.class_id from konak.students s
	    where s.company_id = konak.company() and s.user_id = konak.me()
		and s.deleted_at is null);
end $$;

create function konak.my_children_teachers() returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return array(select l.teacher_id from konak.lesson_requirements l
	    where l.company_id = konak.company()
		and l.class_id = any (konak.my_children_classes())
		and l.is_active and l.deleted_at is null
	    union select c.class_teacher_id from konak.classes c
	    where c.company_id = konak.company()
		and c.id = any (konak.my_children_classes()));
end $$;

create function konak.my_own_teachers() returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return array(select l.teacher_id from konak.lesson_requirements l
	    where l.company_id = konak.company()
		and l.class_id = any (konak.my_own_classes())
		and l.is_active and l.deleted_at is null
	    union select c.class_teacher_id from konak.classes c
	    where c.company_id = konak.company()
		and c.id = any (konak.my_own_classes()));
end $$;

-- Teachers and students are called what the people's own rows say.
create function konak.person_named() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	select u.name into new.name from konak.users u where u.id = new.user_id;
	if not found then
		perform konak.bad_ref('user_id');
	end if;
	return new;
end $$;

grant execute on function konak.my_teacher(), konak.my_class(),
    konak.my_taught(), konak.my_lesson(uuid, uuid),
    konak.my_class_students(), konak.my_children(), konak.my_self(),
    konak.my_students(),
    konak.my_children_classes(), konak.my_own_classes(),
    konak.my_children_teachers(), konak.my_own_teachers() to konak_app, konak_owner;
grant execute on function konak.person_named() to konak_owner;
set local role konak_owner;

create table konak.academic_years (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	name text not null,
	start_date date not null,
	second_term_date date,
	end_date date not null,
	is_current boolean not null default false,
	is_active boolean not null default true,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint academic_years_pkey primary key (company_id, id),
	constraint academic_years_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint academic_years_name_length
	    check (length(name) between 1 and 7)
);
select konak.sort_index('konak.academic_years', 'name');
select konak.sort_index('konak.academic_years', 'start_date');
create unique index academic_years_name_key on konak.academic_years
    (company_id, name) where deleted_at is null;
create unique index academic_years_current_key on konak.academic_years
    (company_id) where is_current and deleted_at is null;
alter table konak.academic_years
    add constraint academic_years_name_form
	check (konak.academic_year_ok(name)),
    add constraint academic_years_end_date_order check (end_date > start_date),
    add constraint academic_years_second_term_date_order
	check (second_term_date > start_date and second_term_date < end_date);

select konak.protect('konak.academic_years', '{"record": "academic_years", "module": "school", "audit": "ACADEMIC_YEAR", "title": "name", "view": {"classes.view": "all"}, "create": {"classes.create": "all"}, "edit": {"classes.edit": "all"}, "delete": {"classes.delete": "all"}}'::jsonb);

create type konak.classrooms_type as enum (
    'classroom', 'lab', 'computer', 'gym', 'music', 'art', 'library', 'hall');
create table konak.classrooms (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	code text not null,
	name text,
	building text,
	floor integer,
	capacity integer not null default 40,
	type konak.classrooms_type not null default 'classroom',
	equipment text,
	is_active boolean not null default true,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(code || ' '
	    || coalesce(name, '') || ' '
	    || coalesce(building, ''))) stored,
	constraint classrooms_pkey primary key (company_id, id),
	constraint classrooms_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint classrooms_code_length check (length(code) between 1 and 20),
	constraint classrooms_name_length check (length(name) <= 255),
	constraint classrooms_building_length check (length(building) <= 100),
	constraint classrooms_floor_range check (floor between -9 and 99),
	constraint classrooms_capacity_range
	    check (capacity between 1 and 2000),
	constraint classrooms_equipment_length
	    check (length(equipment) <= 2000)
);
select konak.sort_index('konak.classrooms', 'code');
select konak.sort_index('konak.classrooms', 'building');
select konak.sort_index('konak.classrooms', 'capacity');
select konak.sort_index('konak.classrooms', 'code', '{type}');
create index classrooms_search on konak.classrooms
    using gin (company_id, search gin_trgm_ops);
create unique index classrooms_code_key on konak.classrooms
    (company_id, code) where deleted_at is null;

select konak.protect('konak.classrooms', '{"record": "classrooms", "module": "school", "audit": "CLASSROOM", "title": "code", "view": {"classes.view": "all"}, "create": {"classes.create": "all"}, "edit": {"classes.edit": "all"}, "delete": {"classes.delete": "all"}, "internal": ["search"]}'::jsonb);

create table konak.subjects (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	name text not null,
	code text,
	description text,
	is_core boolean not null default true,
	color text not null default '#3498db',
	is_active boolean not null default true,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(name || ' '
	    || coalesce(code, ''))) stored,
	constraint subjects_pkey primary key (company_id, id),
	constraint subjects_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint subjects_name_length check (length(name) between 1 and 100),
	constraint subjects_code_length check (length(code) <= 20),
	constraint subjects_description_length
	    check (length(description) <= 2000),
	constraint subjects_color_form check (konak.color_ok(color))
);
select konak.sort_index('konak.subjects', 'name');
select konak.sort_index('konak.subjects', 'name', '{is_core}');
create index subjects_search on konak.subjects
    using gin (company_id, search gin_trgm_ops);
create unique index subjects_name_key on konak.subjects
    (company_id, konak.fold(name)) where deleted_at is null;

select konak.protect('konak.subjects', '{"record": "subjects", "module": "school", "audit": "SUBJECT", "title": "name", "view": {"classes.view": "all"}, "create": {"classes.create": "all"}, "edit": {"classes.edit": "all"}, "delete": {"classes.delete": "all"}, "internal": ["search"]}'::jsonb);

create table konak.subject_hours (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	subject_id uuid not null,
	grade text not null,
	weekly_hours integer not null,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint subject_hours_pkey primary key (company_id, id),
	constraint subject_hours_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint subject_hours_subject_id_fkey
	    foreign key (company_id, subject_id)
	    references konak.subjects,
	constraint subject_hours_grade_length
	    check (length(grade) between 1 and 10),
	constraint subject_hours_weekly_hours_range
	    check (weekly_hours between 1 and 40)
);
select konak.sort_index('konak.subject_hours', 'grade', '{subject_id}');
select konak.sort_index('konak.subject_hours', 'grade');
create unique index subject_hours_grade_key on konak.subject_hours
    (company_id, subject_id, grade) where deleted_at is null;

select konak.protect('konak.subject_hours', '{"record": "subject_hours", "module": "school", "audit": "SUBJECT_HOURS", "title": "grade", "view": {"classes.view": "all"}, "create": {"classes.create": "all"}, "edit": {"classes.edit": "all"}, "delete": {"classes.delete": "all"}, "once": ["subject_id"], "parent": {"table": "subjects", "column": "subject_id"}}'::jsonb);

create table konak.teachers (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	user_id uuid not null,
	name text not null,
	employee_id text not null,
	department text,
	qualification text,
	joining_date date not null,
	experience_years integer,
	is_class_teacher boolean not null default false,
	max_weekly_hours integer not null default 30,
	max_daily_hours integer not null default 8,
	salary numeric(14,2),
	is_active boolean not null default true,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(name || ' '
	    || employee_id || ' '
	    || coalesce(department, ''))) stored,
	constraint teachers_pkey primary key (company_id, id),
	constraint teachers_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint teachers_user_id_fkey foreign key (company_id, user_id)
	    references konak.memberships (company_id, user_id),
	constraint teachers_name_length check (length(name) between 1 and 201),
	constraint teachers_employee_id_length
	    check (length(employee_id) between 1 and 50),
	constraint teachers_department_length check (length(department) <= 100),
	constraint teachers_qualification_length
	    check (length(qualification) <= 255),
	constraint teachers_experience_years_range
	    check (experience_years between 0 and 80),
	constraint teachers_max_weekly_hours_range
	    check (max_weekly_hours between 1 and 60),
	constraint teachers_max_daily_hours_range
	    check (max_daily_hours between 1 and 10)
);
select konak.sort_index('konak.teachers', 'name', '{user_id}');
select konak.sort_index('konak.teachers', 'name');
select konak.sort_index('konak.teachers', 'employee_id');
select konak.sort_index('konak.teachers', 'department');
select konak.sort_index('konak.teachers', 'joining_date');
select konak.sort_index('konak.teachers', 'name', '{is_active}');
create index teachers_search on konak.teachers
    using gin (company_id, search gin_trgm_ops);
create unique index teachers_employee_id_key on konak.teachers
    (company_id, employee_id) where deleted_at is null;
create unique index teachers_user_id_key on konak.teachers
    (company_id, user_id) where deleted_at is null;
alter table konak.teachers
    add constraint teachers_salary_range check (salary >= 0);
create trigger teachers_10_name before insert on konak.teachers
    for each row execute function konak.person_named();

select konak.protect('konak.teachers', '{"record": "teachers", "module": "school", "audit": "TEACHER", "title": "name", "view": {"teachers.view": ["all", "child", "self"]}, "create": {"teachers.create": "all"}, "edit": {"teachers.edit": "all"}, "delete": {"teachers.delete": "all"}, "scopes": {"child": "id = any ((select konak.my_children_teachers())::uuid[])", "self": "id = any ((select konak.my_own_teachers())::uuid[])"}, "see": {"salary": "teachers.salary"}, "write": {"salary": "teachers.salary"}, "once": ["user_id"], "readonly": ["name"], "internal": ["search"], "quiet": ["name"]}'::jsonb);

create table konak.teacher_subjects (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	teacher_id uuid not null,
	subject_id uuid not null,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint teacher_subjects_pkey primary key (company_id, id),
	constraint teacher_subjects_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint teacher_subjects_teacher_id_fkey
	    foreign key (company_id, teacher_id)
	    references konak.teachers,
	constraint teacher_subjects_subject_id_fkey
	    foreign key (company_id, subject_id)
	    references konak.subjects
);
select konak.sort_index('konak.teacher_subjects', 'created_at', '{teacher_id}');
select konak.sort_index('konak.teacher_subjects', 'created_at', '{subject_id}');
select konak.sort_index('konak.teacher_subjects', 'created_at');
create unique index teacher_subjects_subject_id_key on konak.teacher_subjects
    (company_id, teacher_id, subject_id) where deleted_at is null;

select konak.protect('konak.teacher_subjects', '{"record": "teacher_subjects", "module": "school", "audit": "TEACHER_SUBJECT", "title": "subject_id", "view": {"teachers.view": ["all", "child", "self"]}, "create": {"teachers.edit": "all"}, "edit": {"teachers.edit": "all"}, "delete": {"teachers.edit": "all"}, "scopes": {"child": "teacher_id = any ((select konak.my_children_teachers())::uuid[])", "self": "teacher_id = any ((select konak.my_own_teachers())::uuid[])"}, "once": ["teacher_id"], "parent": {"table": "teachers", "column": "teacher_id"}}'::jsonb);

create table konak.classes (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	full_name text not null generated always as (name || coalesce('-' || section, '')) stored,
	name text not null,
	section text,
	grade text,
	academic_year text not null,
	class_teacher_id uuid,
	capacity integer not null default 40,
	current_students integer not null default 0,
	room text,
	is_active boolean not null default true,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(name || coalesce('-' || section, '') || ' '
	    || coalesce(room, ''))) stored,
	constraint classes_pkey primary key (company_id, id),
	constraint classes_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint classes_name_length check (length(name) between 1 and 50),
	constraint classes_section_length check (length(section) <= 10),
	constraint classes_grade_length check (length(grade) <= 10),
	constraint classes_academic_year_length
	    check (length(academic_year) between 1 and 7),
	constraint classes_class_teacher_id_fkey
	    foreign key (company_id, class_teacher_id)
	    references konak.teachers,
	constraint classes_capacity_range check (capacity between 1 and 500),
	constraint classes_room_length check (length(room) <= 20)
);
select konak.sort_index('konak.classes', 'full_name', numbered => true);
select konak.sort_index('konak.classes', 'full_name', '{grade}', numbered => true);
select konak.sort_index('konak.classes', 'academic_year');
select konak.sort_index('konak.classes', 'full_name', '{class_teacher_id}', numbered => true);
select konak.sort_index('konak.classes', 'full_name', '{is_active}', numbered => true);
create index classes_search on konak.classes
    using gin (company_id, search gin_trgm_ops);
-- An empty section counts as a value.
create unique index classes_name_key on konak.classes
    (company_id, name, coalesce(section, ''), academic_year)
    where deleted_at is null;
alter table konak.classes
    add constraint classes_academic_year_form
	check (konak.academic_year_ok(academic_year)),
    add constraint classes_capacity_full check (current_students <= capacity);

select konak.protect('konak.classes', '{"record": "classes", "module": "school", "audit": "CLASS", "title": "full_name", "view": {"classes.view": ["all", "child", "self"]}, "create": {"classes.create": "all"}, "edit": {"classes.edit": "all"}, "delete": {"classes.delete": "all"}, "scopes": {"child": "id = any ((select konak.my_children_classes())::uuid[])", "self": "id = any ((select konak.my_own_classes())::uuid[])"}, "readonly": ["full_name", "current_students"], "internal": ["search"], "quiet": ["current_students"]}'::jsonb);

create type konak.students_blood_group as enum (
    'A+', 'A-', 'B+', 'B-', 'AB+', 'AB-', '0+', '0-');
create type konak.students_transport_mode as enum (
    'bus', 'private', 'walking');
create table konak.students (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	user_id uuid not null,
	name text not null,
	class_id uuid not null,
	roll_number text not null,
	admission_number text,
	admission_date date not null,
	parent_id uuid,
	father_name text,
	father_phone text,
	father_email text,
	mother_name text,
	mother_phone text,
	mother_email text,
	emergency_contact text,
	blood_group konak.students_blood_group,
	medical_conditions text,
	transport_mode konak.students_transport_mode,
	bus_route text,
	is_active boolean not null default true,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(name || ' '
	    || roll_number || ' '
	    || coalesce(admission_number, ''))) stored,
	constraint students_pkey primary key (company_id, id),
	constraint students_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint students_user_id_fkey foreign key (company_id, user_id)
	    references konak.memberships (company_id, user_id),
	constraint students_name_length check (length(name) between 1 and 201),
	constraint students_class_id_fkey foreign key (company_id, class_id)
	    references konak.classes,
	constraint students_roll_number_length
	    check (length(roll_number) between 1 and 20),
	constraint students_admission_number_length
	    check (length(admission_number) <= 50),
	constraint students_parent_id_fkey foreign key (company_id, parent_id)
	    references konak.memberships (company_id, user_id),
	constraint students_father_name_length
	    check (length(father_name) <= 100),
	constraint students_father_phone_form
	    check (konak.phone_ok(father_phone)),
	constraint students_father_email_form
	    check (konak.email_ok(father_email)),
	constraint students_mother_name_length
	    check (length(mother_name) <= 100),
	constraint students_mother_phone_form
	    check (konak.phone_ok(mother_phone)),
	constraint students_mother_email_form
	    check (konak.email_ok(mother_email)),
	constraint students_emergency_contact_length
	    check (length(emergency_contact) <= 255),
	constraint students_medical_conditions_length
	    check (length(medical_conditions) <= 5000),
	constraint students_bus_route_length check (length(bus_route) <= 50)
);
select konak.sort_index('konak.students', 'name', '{user_id}');
select konak.sort_index('konak.students', 'name');
select konak.sort_index('konak.students', 'name', '{class_id}');
select konak.sort_index('konak.students', 'roll_number', numbered => true);
select konak.sort_index('konak.students', 'admission_date');
select konak.sort_index('konak.students', 'name', '{parent_id}');
select konak.sort_index('konak.students', 'name', '{transport_mode}');
select konak.sort_index('konak.students', 'name', '{is_active}');
create index students_search on konak.students
    using gin (company_id, search gin_trgm_ops);
create unique index students_roll_number_key on konak.students
    (company_id, class_id, roll_number) where deleted_at is null;
create unique index students_admission_number_key on konak.students
    (company_id, admission_number) where deleted_at is null;
create unique index students_user_id_key on konak.students
    (company_id, user_id) where deleted_at is null;
create trigger students_10_name before insert on konak.students
    for each row execute function konak.person_named();

select konak.protect('konak.students', '{"record": "students", "module": "school", "audit": "STUDENT", "title": "name", "view": {"students.view": ["all", "taught", "class", "child", "self"]}, "create": {"students.create": "all"}, "edit": {"students.edit": ["all", "class"]}, "delete": {"students.delete": "all"}, "scopes": {"taught": "class_id = any ((select konak.my_taught())::uuid[])", "class": "class_id = any ((select konak.my_class())::uuid[])", "child": "parent_id = (select konak.me())", "self": "user_id = (select konak.me())"}, "see": {"medical_conditions": "students.medical"}, "write": {"medical_conditions": "students.medical_edit"}, "once": ["user_id"], "readonly": ["name"], "internal": ["search"], "quiet": ["name"]}'::jsonb);

create table konak.lesson_requirements (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	class_id uuid not null,
	subject_id uuid not null,
	teacher_id uuid not null,
	weekly_hours integer not null default 2,
	double_periods integer not null default 0,
	classroom_id uuid,
	is_active boolean not null default true,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint lesson_requirements_pkey primary key (company_id, id),
	constraint lesson_requirements_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint lesson_requirements_class_id_fkey
	    foreign key (company_id, class_id)
	    references konak.classes,
	constraint lesson_requirements_subject_id_fkey
	    foreign key (company_id, subject_id)
	    references konak.subjects,
	constraint lesson_requirements_teacher_id_fkey
	    foreign key (company_id, teacher_id)
	    references konak.teachers,
	constraint lesson_requirements_weekly_hours_range
	    check (weekly_hours between 1 and 40),
	constraint lesson_requirements_double_periods_range
	    check (double_periods between 0 and 20),
	constraint lesson_requirements_classroom_id_fkey
	    foreign key (company_id, classroom_id)
	    references konak.classrooms
);
select konak.sort_index('konak.lesson_requirements', 'weekly_hours', '{class_id}');
select konak.sort_index('konak.lesson_requirements', 'weekly_hours', '{subject_id}');
select konak.sort_index('konak.lesson_requirements', 'weekly_hours', '{teacher_id}');
select konak.sort_index('konak.lesson_requirements', 'weekly_hours');
select konak.sort_index('konak.lesson_requirements', 'weekly_hours', '{classroom_id}');
create unique index lesson_requirements_teacher_id_key
    on konak.lesson_requirements (company_id, class_id, subject_id, teacher_id)
    where deleted_at is null;
alter table konak.lesson_requirements
    add constraint lesson_requirements_double_periods_fit
	check (double_periods * 2 <= weekly_hours);

select konak.protect('konak.lesson_requirements', '{"record": "lesson_requirements", "module": "school", "audit": "LESSON_REQUIREMENT", "title": ["class_id", "subject_id"], "view": {"classes.view": ["all", "child", "self"]}, "create": {"classes.edit": "all"}, "edit": {"classes.edit": "all"}, "delete": {"classes.edit": "all"}, "scopes": {"child": "class_id = any ((select konak.my_children_classes())::uuid[])", "self": "class_id = any ((select konak.my_own_classes())::uuid[])"}, "once": ["class_id"], "parent": {"table": "classes", "column": "class_id"}}'::jsonb);

-- A new name reaches the rows of every company that the person is in.
create policy auth_names on konak.teachers to konak_auth using (true);
create policy auth_names on konak.students to konak_auth using (true);
grant select (company_id, id, user_id), update (name)
    on konak.teachers, konak.students to konak_auth;
set local role konak_auth;
create function konak.person_renamed() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	update konak.teachers t set name = new.name where t.user_id = new.id;
	update konak.students s set name = new.name where s.user_id = new.id;
	return null;
end $$;
grant execute on function konak.person_renamed() to konak_owner;
set local role konak_owner;
create trigger users_70_names after update on konak.users for each row
    when (old.name is distinct from new.name)
    execute function konak.person_renamed();
