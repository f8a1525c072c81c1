-- 0072-school-bell.sql - the bell schedule, kinds of exams, and what teachers
-- would rather; a new school starts with the usual.

do $$
declare
	op text[];
begin
	foreach op slice 1 in array array[
	    ['view', 'görüntüle', 'View'], ['create', 'ekle', 'Add'],
	    ['edit', 'düzenle', 'Edit'], ['delete', 'sil', 'Delete']] loop
		perform konak.grant_default('teacher_preferences.' || op[1],
		    'school', 'Öğretmen tercihi ' || op[2],
		    op[3] || ' teacher preferences',
		    '{"owner": "all", "admin": "all", "class_teacher": "own", "subject_teacher": "own"}',
		    '{all,own}');
	end loop;
end $$;

-- Whoever teaches need not name himself.
create function konak.teacher_filled() returns trigger
language plpgsql
as $$
begin
	new.teacher_id := konak.my_teacher();
	return new;
end $$;

create type konak.periods_shift as enum ('day', 'morning', 'afternoon');
create type konak.periods_day_of_week as enum (
    '1', '2', '3', '4', '5', '6', '0');
create type konak.periods_kind as enum ('lesson', 'break');
create table konak.periods (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	shift konak.periods_shift not null default 'day',
	day_of_week smallint not null,
	number integer not null,
	start_time time not null,
	end_time time not null,
	kind konak.periods_kind not null default 'lesson',
	is_active boolean not null default true,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint periods_pkey primary key (company_id, id),
	constraint periods_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint periods_number_range check (number between 1 and 10)
);
select konak.sort_index('konak.periods', 'start_time', '{shift}');
select konak.sort_index('konak.periods', 'start_time', '{day_of_week}');
select konak.sort_index('konak.periods', 'start_time');
create unique index periods_number_key on konak.periods
    (company_id, shift, day_of_week, kind, number) where deleted_at is null;
alter table konak.periods
    add constraint periods_day_of_week_range check (day_of_week between 0 and 6),
    add constraint periods_end_time_order check (end_time > start_time),
    -- Two of one shift never run at once.
    add constraint periods_start_time_overlap exclude using gist
	(company_id with =, shift with =, day_of_week with =,
	int4range(extract(epoch from start_time)::int,
	    extract(epoch from end_time)::int) with &&)
	where (deleted_at is null and is_active);

select konak.protect('konak.periods', '{"record": "periods", "module": "school", "audit": "PERIOD", "title": "number", "view": {"classes.view": "all"}, "create": {"classes.create": "all"}, "edit": {"classes.edit": "all"}, "delete": {"classes.delete": "all"}}'::jsonb);

create table konak.exam_types (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	name text not null,
	code text,
	is_active boolean not null default true,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint exam_types_pkey primary key (company_id, id),
	constraint exam_types_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint exam_types_name_length check (length(name) between 1 and 50),
	constraint exam_types_code_length check (length(code) <= 20)
);
select konak.sort_index('konak.exam_types', 'name');
create unique index exam_types_name_key on konak.exam_types
    (company_id, konak.fold(name)) where deleted_at is null;
create unique index exam_types_code_key on konak.exam_types
    (company_id, code) where deleted_at is null;

select konak.protect('konak.exam_types', '{"record": "exam_types", "module": "school", "audit": "EXAM_TYPE", "title": "name", "view": {"classes.view": "all"}, "create": {"classes.create": "all"}, "edit": {"classes.edit": "all"}, "delete": {"classes.delete": "all"}}'::jsonb);

create type konak.teacher_preferences_day_of_week as enum (
    '1', '2', '3', '4', '5', '6', '0');
create type konak.teacher_preferences_preference_type as enum (
    'preferred', 'not_preferred', 'unavailable');
create table konak.teacher_preferences (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	teacher_id uuid,
	day_of_week smallint not null,
	start_time time not null,
	end_time time not null,
	preference_type konak.teacher_preferences_preference_type not null default 'preferred',
	priority integer not null default 5,
	reason text,
	is_active boolean not null default true,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint teacher_preferences_pkey primary key (company_id, id),
	constraint teacher_preferences_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint teacher_preferences_teacher_id_fkey
	    foreign key (company_id, teacher_id)
	    references konak.teachers,
	constraint teacher_preferences_priority_range
	    check (priority between 1 and 10),
	constraint teacher_preferences_reason_length
	    check (length(reason) <= 255)
);
select konak.sort_index('konak.teacher_preferences', 'start_time', '{teacher_id}');
select konak.sort_index('konak.teacher_preferences', 'start_time');
select konak.sort_index('konak.teacher_preferences', 'start_time', '{preference_type}');
alter table konak.teacher_preferences
    add constraint teacher_preferences_day_of_week_range
	check (day_of_week between 0 and 6),
    add constraint teacher_preferences_end_time_order
	check (end_time > start_time),
    add constraint teacher_preferences_teacher_id_required
	check (teacher_id is not null);
create trigger teacher_preferences_10_teacher
    before insert on konak.teacher_preferences
    for each row when (new.teacher_id is null)
    execute function konak.teacher_filled();

select konak.protect('konak.teacher_preferences', '{"record": "teacher_preferences", "module": "school", "audit": "TEACHER_PREFERENCE", "title": ["teacher_id", "reason"], "view": {"teacher_preferences.view": ["all", "own"]}, "create": {"teacher_preferences.create": ["all", "own"]}, "edit": {"teacher_preferences.edit": ["all", "own"]}, "delete": {"teacher_preferences.delete": ["all", "own"]}, "scopes": {"own": "teacher_id = (select konak.my_teacher())"}, "once": ["teacher_id"]}'::jsonb);

-- What a new school starts with: 5 days of 8 lessons with a break at noon, the
-- usual kinds of exams, and the school year that runs.
set local role konak_definer;
create function konak.school_start(school uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	before constant text := current_setting('konak.company', true);
	autumn integer;
begin
	perform set_config('konak.company', school::text, true);
	insert into konak.periods (company_id, day_of_week, number, start_time,
	    end_time, kind)
	select school, d, n, t, t + interval '40 minutes', 'lesson'::konak.periods_kind
	from generate_series(1, 5) d, generate_series(1, 8) n,
	    lateral (select time '08:30' + (n - 1) * interval '50 minutes'
		+ case when n > 4 then interval '35 minutes'
		else interval '0' end as t) s
	union all
	select school, d, 4, time '11:40', time '12:25', 'break'
	from generate_series(1, 5) d;
	insert into konak.exam_types (company_id, code, name)
	values (school, 'unit_test', 'Kısa Sınav'), (school, 'mid_term',
	    'Ara Sınav'), (school, 'final', 'Final'),
	    (school, 'assignment', 'Ödev');
	autumn := extract(year from konak.today() - interval '7 months');
	insert into konak.academic_years (company_id, name, start_date,
	    second_term_date, end_date, is_current)
	values (school, autumn || '-' || lpad(((autumn + 1) % 100)::text, 2, '0'),
	    make_date(autumn, 9, 8), make_date(autumn + 1, 2, 2),
	    make_date(autumn + 1, 6, 19), true);
	insert into konak.school_stats (company_id) values (school)
	on conflict do nothing;
	perform set_config('konak.company', coalesce(before, ''), true);
end $$;

create function konak.companies_school() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	perform konak.school_start(new.id);
	return null;
end $$;
grant execute on function konak.school_start(uuid), konak.companies_school()
    to konak_owner;
set local role konak_owner;
create trigger companies_91_school after insert on konak.companies
    for each row when (new.kind = 'school')
    execute function konak.companies_school();
do $$ begin
	perform konak.school_start(c.id) from konak.companies c
	where c.kind = 'school';
end $$;
