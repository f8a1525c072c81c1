-- 0170-timetable.sql - a school's timetables: terms, groups of a class, plans,
-- their lessons and where those lie in the week.

do $$ begin
	perform konak.grant_default('timetable.view', 'timetable',
	    'Ders programını görüntüle', 'View timetables',
	    '{"owner": "all", "admin": "all", "class_teacher": "published", "subject_teacher": "published", "parent": "child", "student": "self"}',
	    '{all,published,child,self}');
	perform konak.grant_default('timetable.edit', 'timetable',
	    'Ders programını düzenle', 'Edit timetables', '["owner","admin"]');
	perform konak.grant_default('timetable.generate', 'timetable',
	    'Ders programı ürettir', 'Have timetables generated',
	    '["owner","admin"]');
	perform konak.grant_default('timetable.publish', 'timetable',
	    'Ders programını yayınla', 'Publish timetables',
	    '["owner","admin"]');
end $$;

-- ------------------------------------------------ the school's own records

create table konak.terms (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	academic_year_id uuid not null,
	name text not null,
	start_date date not null,
	end_date date not null,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint terms_pkey primary key (company_id, id),
	constraint terms_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint terms_academic_year_id_fkey
	    foreign key (company_id, academic_year_id)
	    references konak.academic_years,
	constraint terms_name_length check (length(name) between 1 and 50),
	constraint terms_end_date_order check (end_date > start_date)
);
select konak.sort_index('konak.terms', 'start_date', '{academic_year_id}');
select konak.sort_index('konak.terms', 'start_date');
alter table konak.terms add constraint terms_start_date_overlap exclude
    using gist (company_id with =, academic_year_id with =,
    daterange(start_date, end_date, '[]') with &&) where (deleted_at is null);

select konak.protect('konak.terms', '{"record": "terms", "module": "school", "audit": "TERM", "title": "name", "view": {"classes.view": "all"}, "create": {"classes.create": "all"}, "edit": {"classes.edit": "all"}, "delete": {"classes.delete": "all"}, "once": ["academic_year_id"], "parent": {"table": "academic_years", "column": "academic_year_id"}}'::jsonb);

create table konak.class_groups (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	class_id uuid not null,
	division text not null,
	name text not null,
	size integer,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint class_groups_pkey primary key (company_id, id),
	constraint class_groups_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint class_groups_class_id_fkey
	    foreign key (company_id, class_id)
	    references konak.classes,
	constraint class_groups_division_length check (length(division) between 1 and 40),
	constraint class_groups_name_length check (length(name) between 1 and 40),
	constraint class_groups_size_range check (size between 0 and 500)
);
select konak.sort_index('konak.class_groups', 'name', '{class_id}');
select konak.sort_index('konak.class_groups', 'name');
select konak.sort_index('konak.class_groups', 'division');
create unique index class_groups_name_key on konak.class_groups
    (company_id, class_id, konak.fold(name)) where deleted_at is null;

select konak.protect('konak.class_groups', '{"record": "class_groups", "module": "school", "audit": "CLASS_GROUP", "title": "name", "view": {"classes.view": ["all", "child", "self"]}, "create": {"classes.edit": "all"}, "edit": {"classes.edit": "all"}, "delete": {"classes.edit": "all"}, "scopes": {"child": "class_id = any ((select konak.my_children_classes())::uuid[])", "self": "class_id = any ((select konak.my_own_classes())::uuid[])"}, "once": ["class_id"], "parent": {"table": "classes", "column": "class_id"}}'::jsonb);

alter table konak.classes
    add column shift konak.periods_shift not null default 'day';
select konak.protect('konak.classes', '{"record": "classes", "module": "school", "audit": "CLASS", "title": "full_name", "view": {"classes.view": ["all", "child", "self"]}, "create": {"classes.create": "all"}, "edit": {"classes.edit": "all"}, "delete": {"classes.delete": "all"}, "scopes": {"child": "id = any ((select konak.my_children_classes())::uuid[])", "self": "id = any ((select konak.my_own_classes())::uuid[])"}, "readonly": ["full_name", "current_students"], "internal": ["search"], "quiet": ["current_students"]}'::jsonb);

alter table konak.lesson_requirements
    add column group_id uuid,
    add column second_teacher_id uuid,
    add column room_type konak.classrooms_type,
    add constraint lesson_requirements_group_id_fkey
	foreign key (company_id, group_id) references konak.class_groups,
    add constraint lesson_requirements_second_teacher_id_fkey
	foreign key (company_id, second_teacher_id)
	references konak.teachers,
    add constraint lesson_requirements_second_teacher_id_other
	check (second_teacher_id <> teacher_id);
select konak.sort_index('konak.lesson_requirements', 'weekly_hours', '{group_id}');
select konak.sort_index('konak.lesson_requirements', 'weekly_hours', '{second_teacher_id}');
drop index konak.lesson_requirements_teacher_id_key;
create unique index lesson_requirements_teacher_id_key
    on konak.lesson_requirements (company_id, class_id, subject_id, teacher_id,
    coalesce(group_id, class_id)) where deleted_at is null;

select konak.protect('konak.lesson_requirements', '{"record": "lesson_requirements", "module": "school", "audit": "LESSON_REQUIREMENT", "title": ["class_id", "subject_id"], "view": {"classes.view": ["all", "child", "self"]}, "create": {"classes.edit": "all"}, "edit": {"classes.edit": "all"}, "delete": {"classes.edit": "all"}, "scopes": {"child": "class_id = any ((select konak.my_children_classes())::uuid[])", "self": "class_id = any ((select konak.my_own_classes())::uuid[])"}, "once": ["class_id"], "parent": {"table": "classes", "column": "class_id"}}'::jsonb);

-- ------------------------------------------------------------- timetables

create type konak.timetables_status as enum ('draft', 'published', 'archived');
create type konak.timetables_source as enum ('school', 'file');
create table konak.timetables (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	name text not null,
	academic_year_id uuid not null,
	status konak.timetables_status not null default 'draft',
	start_date date,
	end_date date,
	source konak.timetables_source not null default 'school',
	based_on_id uuid,
	note text,
	reason text,
	published_at timestamptz,
	published_by uuid,
	-- Names of a file's days and hours; null: the bell schedule's.
	days text[],
	hours text[],
	-- Constraints of a file that Konak only hands through: {name: count}
	not_mapped jsonb not null default '{}',
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint timetables_pkey primary key (company_id, id),
	constraint timetables_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint timetables_academic_year_id_fkey
	    foreign key (company_id, academic_year_id)
	    references konak.academic_years,
	constraint timetables_based_on_id_fkey
	    foreign key (company_id, based_on_id)
	    references konak.timetables,
	constraint timetables_name_length check (length(name) between 1 and 120),
	constraint timetables_note_length check (length(note) <= 2000),
	constraint timetables_reason_length check (length(reason) <= 255),
	constraint timetables_start_date_published check (status <> 'published'
	    or start_date is not null and end_date is not null),
	constraint timetables_end_date_order check (end_date >= start_date)
);
select konak.sort_index('konak.timetables', 'name');
select konak.sort_index('konak.timetables', 'start_date');
select konak.sort_index('konak.timetables', 'created_at');
select konak.sort_index('konak.timetables', 'created_at', '{academic_year_id}');
select konak.sort_index('konak.timetables', 'created_at', '{status}');
select konak.sort_index('konak.timetables', 'created_at', '{based_on_id}');
select konak.sort_index('konak.timetables', 'created_at', '{published_by}');
alter table konak.timetables
    add constraint timetables_published_by_fkey
	foreign key (company_id, published_by)
	references konak.memberships (company_id, user_id),
    -- One plan is held on a day.
    add constraint timetables_dates_overlap exclude using gist
	(company_id with =, daterange(start_date, end_date, '[]') with &&)
	where (status = 'published' and deleted_at is null);

set local role konak_definer;
create function konak.published_timetables() returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return array(select t.id from konak.timetables t
	    where t.company_id = konak.company() and t.status <> 'draft'
		and t.deleted_at is null);
end $$;
grant execute on function konak.published_timetables()
    to konak_app, konak_owner;
set local role konak_owner;

select konak.protect('konak.timetables', '{"record": "timetables", "module": "timetable", "audit": "TIMETABLE", "title": "name", "view": {"timetable.view": ["all", "published"]}, "create": {"timetable.edit": "all"}, "edit": {"timetable.edit": "all"}, "delete": {"timetable.edit": "all"}, "scopes": {"published": "status <> ''draft''"}, "once": ["academic_year_id"], "readonly": ["status", "start_date", "end_date", "source", "based_on_id", "reason", "published_at", "published_by"], "internal": ["days", "hours", "not_mapped"]}'::jsonb);

-- What a plan's lessons need. Names are those of a file; resources of the
-- school's own plans are its records.
create table konak.timetable_resources (
	company_id uuid not null,
	timetable_id uuid not null,
	id uuid not null default konak.uuid7(),
	kind "char" not null,
	name text not null,
	-- Of a students' set: the smallest groups that it consists of.
	atoms uuid[] not null default '{}',
	size integer not null default 0,
	constraint timetable_resources_pkey
	    primary key (company_id, timetable_id, id),
	constraint timetable_resources_timetable_id_fkey
	    foreign key (company_id, timetable_id)
	    references konak.timetables,
	constraint timetable_resources_kind_value
	    check (kind in ('T', 'C', 'R', 'S')),
	constraint timetable_resources_name_length
	    check (length(name) between 1 and 500)
);

-- A lesson to be placed: one card of the grid, one activity of the engine.
create table konak.timetable_lessons (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	timetable_id uuid not null,
	number integer not null,
	-- Lessons of one number are one requirement's, split over the week.
	split integer not null default 0,
	requirement_id uuid,
	class_id uuid,
	group_id uuid,
	subject_id uuid,
	subject text,
	teachers uuid[] not null default '{}',
	sets uuid[] not null default '{}',
	atoms uuid[] not null default '{}',
	room_id uuid,
	room_type konak.classrooms_type,
	duration smallint not null default 1,
	is_active boolean not null default true,
	constraint timetable_lessons_pkey primary key (company_id, id),
	constraint timetable_lessons_timetable_id_fkey
	    foreign key (company_id, timetable_id)
	    references konak.timetables,
	constraint timetable_lessons_number_key
	    unique (company_id, timetable_id, number),
	constraint timetable_lessons_duration_range
	    check (duration between 1 and 60)
);
create index timetable_lessons_requirement_id_idx
    on konak.timetable_lessons (company_id, requirement_id);

-- The file that a plan was read from, without what its lessons say already.
create table konak.timetable_files (
	company_id uuid not null,
	timetable_id uuid not null,
	body text not null,
	constraint timetable_files_pkey primary key (company_id, timetable_id),
	constraint timetable_files_timetable_id_fkey
	    foreign key (company_id, timetable_id)
	    references konak.timetables
);

-- Times that a file forbids to a teacher, set or room.
create table konak.timetable_blocks (
	company_id uuid not null,
	timetable_id uuid not null,
	res uuid not null,
	day smallint not null,
	period smallint not null,
	constraint timetable_blocks_pkey
	    primary key (company_id, timetable_id, res, day, period),
	constraint timetable_blocks_timetable_id_fkey
	    foreign key (company_id, timetable_id)
	    references konak.timetables
);

create table konak.timetable_entries (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	timetable_id uuid not null,
	class_id uuid,
	group_id uuid,
	subject_id uuid,
	teacher_id uuid,
	classroom_id uuid,
	day_of_week smallint not null,
	period_number smallint not null,
	duration smallint not null default 1,
	start_time time,
	end_time time,
	color text,
	recurring boolean not null default true,
	start_date date,
	end_date date,
	academic_year text,
	locked boolean not null default false,
	is_active boolean not null default true,
	lesson_id uuid not null,
	-- The room booked: the school's, or one of a file.
	room_id uuid,
	-- period_number, and 100 more in the afternoon's shift
	slot smallint not null,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint timetable_entries_pkey primary key (company_id, id),
	constraint timetable_entries_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint timetable_entries_timetable_id_fkey
	    foreign key (company_id, timetable_id)
	    references konak.timetables,
	constraint timetable_entries_class_id_fkey
	    foreign key (company_id, class_id)
	    references konak.classes,
	constraint timetable_entries_group_id_fkey
	    foreign key (company_id, group_id)
	    references konak.class_groups,
	constraint timetable_entries_subject_id_fkey
	    foreign key (company_id, subject_id)
	    references konak.subjects,
	constraint timetable_entries_teacher_id_fkey
	    foreign key (company_id, teacher_id)
	    references konak.teachers,
	constraint timetable_entries_classroom_id_fkey
	    foreign key (company_id, classroom_id)
	    references konak.classrooms,
	constraint timetable_entries_lesson_id_fkey
	    foreign key (company_id, lesson_id)
	    references konak.timetable_lessons,
	constraint timetable_entries_day_of_week_range check (day_of_week between 0
	    and case when class_id is null then 60 else 6 end),
	constraint timetable_entries_period_number_range check (period_number between 1
	    and case when class_id is null then 60 else 10 end),
	constraint timetable_entries_duration_range check (duration between 1 and 60),
	constraint timetable_entries_period_number_day check (period_number + duration - 1
	    <= case when class_id is null then 60 else 10 end),
	constraint timetable_entries_color_form check (konak.color_ok(color)),
	constraint timetable_entries_academic_year_length check (length(academic_year) <= 7),
	constraint timetable_entries_end_date_order check (end_date >= start_date),
	constraint timetable_entries_once_date check (recurring or start_date is not null),
	constraint timetable_entries_end_time_order check (end_time > start_time)
);
select konak.sort_index('konak.timetable_entries', 'day_of_week', '{timetable_id}');
select konak.sort_index('konak.timetable_entries', 'day_of_week', '{class_id}');
select konak.sort_index('konak.timetable_entries', 'day_of_week', '{group_id}');
select konak.sort_index('konak.timetable_entries', 'day_of_week', '{subject_id}');
select konak.sort_index('konak.timetable_entries', 'day_of_week', '{teacher_id}');
select konak.sort_index('konak.timetable_entries', 'day_of_week', '{classroom_id}');
select konak.sort_index('konak.timetable_entries', 'day_of_week', '{academic_year}');
select konak.sort_index('konak.timetable_entries', 'day_of_week', '{locked}');
select konak.sort_index('konak.timetable_entries', 'day_of_week', '{is_active}');
select konak.sort_index('konak.timetable_entries', 'day_of_week');
create unique index timetable_entries_lesson_id_key
    on konak.timetable_entries (company_id, lesson_id)
    where deleted_at is null;
create index timetable_entries_teacher_id_start_date_idx
    on konak.timetable_entries (company_id, teacher_id, day_of_week, start_time);
create index timetable_entries_day_of_week_period_number_idx
    on konak.timetable_entries (company_id, day_of_week, period_number);

select konak.protect('konak.timetable_entries', '{"record": "timetable_entries", "module": "timetable", "audit": "TIMETABLE_ENTRY", "title": ["class_id", "subject_id"], "view": {"timetable.view": ["all", "published", "child", "self"]}, "create": {"timetable.edit": "all"}, "edit": {"timetable.edit": "all"}, "delete": {"timetable.edit": "all"}, "scopes": {"published": "timetable_id = any ((select konak.published_timetables())::uuid[])", "child": "timetable_id = any ((select konak.published_timetables())::uuid[]) and class_id = any ((select konak.my_children_classes())::uuid[])", "self": "timetable_id = any ((select konak.published_timetables())::uuid[]) and class_id = any ((select konak.my_own_classes())::uuid[])"}, "once": ["timetable_id", "class_id", "group_id", "subject_id", "duration"], "readonly": ["start_time", "end_time", "academic_year"], "internal": ["lesson_id", "room_id", "slot"], "parent": {"table": "timetables", "column": "timetable_id"}}'::jsonb);

-- What is taken: a row for each resource and period of a lesson, written by the
-- triggers of timetable_entries alone. Lessons of part of a plan's dates begin
-- with another from_date: what the key does not tell of them, the lock on the
-- plan's row does (0171).
create table konak.timetable_busy (
	company_id uuid not null,
	timetable_id uuid not null,
	res uuid not null,
	day smallint not null,
	period smallint not null,
	from_date date not null,
	to_date date not null,
	kind "char" not null,
	entry_id uuid not null,
	constraint timetable_busy_free unique (company_id, timetable_id, res, day,
	    period, from_date) deferrable initially immediate
);
create index timetable_busy_entry_id_idx
    on konak.timetable_busy (company_id, entry_id);
create index timetable_busy_day_idx
    on konak.timetable_busy (company_id, timetable_id, day, period);

-- ------------------------------------------------------- what is told of it

create type konak.schedule_conflicts_severity as enum (
    'error', 'warning', 'info');
create table konak.schedule_conflicts (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	timetable_id uuid not null,
	entry_id uuid,
	other_entry_id uuid,
	type text not null,
	severity konak.schedule_conflicts_severity not null default 'warning',
	description text not null,
	description_en text not null,
	resolved_at timestamptz,
	resolved_by uuid,
	-- What tells one cause of an entry from another.
	place text not null default '',
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	constraint schedule_conflicts_pkey primary key (company_id, id),
	constraint schedule_conflicts_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint schedule_conflicts_timetable_id_fkey
	    foreign key (company_id, timetable_id)
	    references konak.timetables,
	constraint schedule_conflicts_entry_id_fkey
	    foreign key (company_id, entry_id)
	    references konak.timetable_entries,
	constraint schedule_conflicts_other_entry_id_fkey
	    foreign key (company_id, other_entry_id)
	    references konak.timetable_entries,
	constraint schedule_conflicts_description_length check (length(description) between 1 and 500),
	constraint schedule_conflicts_description_en_length check (length(description_en)
	    between 1 and 500),
	constraint schedule_conflicts_type_length check (length(type) between 1 and 20)
);
alter table konak.schedule_conflicts
    add constraint schedule_conflicts_resolved_by_fkey
	foreign key (company_id, resolved_by)
	references konak.memberships (company_id, user_id);
create unique index schedule_conflicts_open_key on konak.schedule_conflicts
    (company_id, timetable_id, type, coalesce(entry_id, timetable_id), place)
    where resolved_at is null;
create index schedule_conflicts_resolved_at_idx
    on konak.schedule_conflicts (company_id, resolved_at);
select konak.sort_index('konak.schedule_conflicts', 'created_at', '{timetable_id}');
select konak.sort_index('konak.schedule_conflicts', 'created_at', '{entry_id}');
select konak.sort_index('konak.schedule_conflicts', 'created_at', '{other_entry_id}');
select konak.sort_index('konak.schedule_conflicts', 'created_at', '{severity}');
select konak.sort_index('konak.schedule_conflicts', 'created_at', '{type}');
select konak.sort_index('konak.schedule_conflicts', 'created_at', '{resolved_by}');
select konak.sort_index('konak.schedule_conflicts', 'created_at');
select konak.sort_index('konak.schedule_conflicts', 'resolved_at');

select konak.protect('konak.schedule_conflicts', '{"record": "schedule_conflicts", "module": "timetable", "audit": "SCHEDULE_CONFLICT", "title": "description", "view": {"timetable.edit": "all"}, "edit": {"timetable.edit": "all"}, "readonly": ["timetable_id", "entry_id", "other_entry_id", "type", "severity", "description", "description_en", "resolved_by"], "internal": ["place"]}'::jsonb);

create type konak.schedule_change_logs_action as enum (
    'created', 'updated', 'deleted', 'restored');
create table konak.schedule_change_logs (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	timetable_id uuid not null,
	entry_id uuid not null,
	user_id uuid,
	action konak.schedule_change_logs_action not null,
	summary text not null,
	reason text,
	ip_address text,
	old_data jsonb,
	new_data jsonb,
	-- The request: all of it is undone together.
	act uuid not null,
	undo_of uuid,
	undone_at timestamptz,
	redone_at timestamptz,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	constraint schedule_change_logs_pkey primary key (company_id, id),
	constraint schedule_change_logs_timetable_id_fkey
	    foreign key (company_id, timetable_id)
	    references konak.timetables,
	constraint schedule_change_logs_entry_id_fkey
	    foreign key (company_id, entry_id)
	    references konak.timetable_entries,
	constraint schedule_change_logs_user_id_fkey
	    foreign key (company_id, user_id)
	    references konak.memberships (company_id, user_id),
	constraint schedule_change_logs_summary_length
	    check (length(summary) between 1 and 255),
	constraint schedule_change_logs_reason_length
	    check (length(reason) <= 255)
);
create index schedule_change_logs_user_id_act_idx
    on konak.schedule_change_logs (company_id, timetable_id, user_id, id);
create index schedule_change_logs_entry_id_action_idx
    on konak.schedule_change_logs (company_id, entry_id, action);
create index schedule_change_logs_act_idx
    on konak.schedule_change_logs (company_id, act);
select konak.sort_index('konak.schedule_change_logs', 'created_at');
select konak.sort_index('konak.schedule_change_logs', 'created_at', '{timetable_id}');
select konak.sort_index('konak.schedule_change_logs', 'created_at', '{entry_id}');
select konak.sort_index('konak.schedule_change_logs', 'created_at', '{user_id}');
select konak.sort_index('konak.schedule_change_logs', 'created_at', '{action}');

create table konak.schedule_templates (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	name text not null,
	description text,
	grade_level text,
	is_public boolean not null default false,
	usage_count integer not null default 0,
	template_data jsonb not null default '{}',
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint schedule_templates_pkey primary key (company_id, id),
	constraint schedule_templates_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint schedule_templates_name_length check (length(name) between 1 and 120),
	constraint schedule_templates_description_length check (length(description) <= 2000),
	constraint schedule_templates_grade_level_length check (length(grade_level) <= 10)
);
select konak.sort_index('konak.schedule_templates', 'name');
select konak.sort_index('konak.schedule_templates', 'name', '{grade_level}');
select konak.sort_index('konak.schedule_templates', 'name', '{is_public}');
select konak.sort_index('konak.schedule_templates', 'name', '{created_by}');
select konak.sort_index('konak.schedule_templates', 'usage_count');
create unique index schedule_templates_name_key on konak.schedule_templates
    (company_id, konak.fold(name)) where deleted_at is null;

select konak.protect('konak.schedule_templates', '{"record": "schedule_templates", "module": "timetable", "audit": "SCHEDULE_TEMPLATE", "title": "name", "view": {"classes.view": "all"}, "create": {"timetable.edit": "all"}, "edit": {"timetable.edit": "all"}, "delete": {"timetable.edit": "all"}, "readonly": ["usage_count", "template_data"], "quiet": ["usage_count"]}'::jsonb);

create table konak.substitutions (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	date date not null,
	entry_id uuid not null,
	class_id uuid,
	period_number smallint,
	absent_teacher_id uuid,
	teacher_id uuid,
	classroom_id uuid,
	reason text,
	slot smallint,
	duration smallint,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint substitutions_pkey primary key (company_id, id),
	constraint substitutions_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint substitutions_entry_id_fkey
	    foreign key (company_id, entry_id)
	    references konak.timetable_entries,
	constraint substitutions_class_id_fkey
	    foreign key (company_id, class_id)
	    references konak.classes,
	constraint substitutions_absent_teacher_id_fkey
	    foreign key (company_id, absent_teacher_id)
	    references konak.teachers,
	constraint substitutions_teacher_id_fkey
	    foreign key (company_id, teacher_id)
	    references konak.teachers,
	constraint substitutions_classroom_id_fkey
	    foreign key (company_id, classroom_id)
	    references konak.classrooms,
	constraint substitutions_reason_length check (length(reason) <= 255)
);
select konak.sort_index('konak.substitutions', 'date', '{entry_id}');
select konak.sort_index('konak.substitutions', 'date', '{class_id}');
select konak.sort_index('konak.substitutions', 'date', '{absent_teacher_id}');
select konak.sort_index('konak.substitutions', 'date', '{teacher_id}');
select konak.sort_index('konak.substitutions', 'date', '{classroom_id}');
select konak.sort_index('konak.substitutions', 'date');
create unique index substitutions_entry_id_key on konak.substitutions
    (company_id, entry_id, date) where deleted_at is null;

select konak.protect('konak.substitutions', '{"record": "substitutions", "module": "timetable", "audit": "SUBSTITUTION", "title": ["class_id", "reason"], "view": {"timetable.view": ["all", "published", "child", "self"]}, "create": {"timetable.edit": "all"}, "edit": {"timetable.edit": "all"}, "delete": {"timetable.edit": "all"}, "scopes": {"published": "id is not null", "child": "class_id = any ((select konak.my_children_classes())::uuid[])", "self": "class_id = any ((select konak.my_own_classes())::uuid[])"}, "once": ["date", "entry_id"], "readonly": ["class_id", "period_number", "absent_teacher_id"], "internal": ["slot", "duration"]}'::jsonb);

-- Who is where in which grid at this moment; nobody's history.
create unlogged table konak.timetable_cursors (
	company_id uuid not null,
	timetable_id uuid not null,
	user_id uuid not null,
	day smallint,
	period smallint,
	lesson_id uuid,
	held boolean not null default false,
	at timestamptz not null default konak.now(),
	constraint timetable_cursors_pkey
	    primary key (company_id, timetable_id, user_id)
);

-- A file on its way, part by part.
create table konak.timetable_uploads (
	company_id uuid not null,
	id uuid not null,
	part integer not null,
	user_id uuid not null,
	data bytea not null,
	at timestamptz not null default konak.now(),
	constraint timetable_uploads_pkey primary key (company_id, id, part)
);
create index timetable_uploads_at_idx on konak.timetable_uploads (at);

-- Tables that only functions write; what a plan consists of is seen by whoever
-- sees plans.
do $$
declare
	t text;
begin
	foreach t in array array['timetable_resources', 'timetable_lessons',
	    'timetable_files', 'timetable_blocks', 'timetable_busy',
	    'timetable_cursors', 'timetable_uploads', 'schedule_change_logs'] loop
		execute format('alter table konak.%I enable row level security', t);
		execute format('alter table konak.%I force row level security', t);
		execute format('create policy owner_all on konak.%I to konak_owner '
		    'using (true) with check (true)', t);
		execute format('create policy definer_all on konak.%I '
		    'to konak_definer using (company_id = (select konak.company())) '
		    'with check (company_id = (select konak.company()))', t);
		execute format('grant select, insert, update on konak.%I '
		    'to konak_definer', t);
	end loop;
end $$;
grant delete on konak.timetable_busy, konak.timetable_cursors,
    konak.timetable_uploads to konak_definer;
create policy app_select on konak.schedule_change_logs for select to konak_app
    using (company_id = (select konak.company())
	and (select konak.may('timetable.edit')));
grant select on konak.schedule_change_logs to konak_app;
