-- 0043-seo.sql - checklists, keywords and positions of SEO customers.

do $$ begin
	perform konak.grant_default('seo.view', 'seo',
	    'SEO takibini görüntüle', 'View SEO',
	    '["owner","admin","manager","employee","intern"]');
	perform konak.grant_default('seo.create', 'seo',
	    'SEO görevi ekle', 'Add SEO tasks',
	    '["owner","admin","manager"]');
	perform konak.grant_default('seo.edit', 'seo',
	    'SEO görevi düzenle', 'Edit SEO tasks',
	    '["owner","admin","manager","employee"]');
	perform konak.grant_default('seo.delete', 'seo',
	    'SEO görevi sil', 'Delete SEO tasks',
	    '["owner","admin","manager"]');
end $$;

create type konak.seo_task_template_period_type as enum
    ('daily', 'weekly', 'monthly');

create table konak.seo_task_templates (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	title text not null,
	period_type konak.seo_task_template_period_type not null default 'weekly',
	description text,
	is_active boolean not null default true,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(title)) stored,
	constraint seo_task_templates_pkey primary key (company_id, id),
	constraint seo_task_templates_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint seo_task_templates_title_length check (length(title) between 1 and 255),
	constraint seo_task_templates_description_length check (length(description) <= 5000)
);

select konak.sort_index('konak.seo_task_templates', 'title');
select konak.sort_index('konak.seo_task_templates', 'period_type');
select konak.sort_index('konak.seo_task_templates', 'period_type',
    '{is_active}');
create index seo_task_templates_search on konak.seo_task_templates
    using gin (company_id, search gin_trgm_ops);

select konak.protect('konak.seo_task_templates', '{"record": "seo_task_templates", "module": "seo", "audit": "SEO_TASK_TEMPLATE", "title": "title", "view": {"seo.view": "all"}, "create": {"seo.create": "all"}, "edit": {"seo.edit": "all"}, "delete": {"seo.delete": "all"}, "internal": ["search"]}'::jsonb);

create type konak.seo_task_period_type as enum
    ('daily', 'weekly', 'monthly');

create table konak.seo_tasks (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	customer_id uuid not null,
	template_id uuid,
	period_type konak.seo_task_period_type not null default 'weekly',
	title text not null,
	description text,
	due_date date not null default konak.today(),
	assigned_to uuid,
	is_completed boolean not null default false,
	completed_date date,
	completed_by uuid,
	notes text,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(title)) stored,
	constraint seo_tasks_pkey primary key (company_id, id),
	constraint seo_tasks_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint seo_tasks_customer_id_fkey foreign key (company_id, customer_id)
	    references konak.customers,
	constraint seo_tasks_template_id_fkey foreign key (company_id, template_id)
	    references konak.seo_task_templates,
	constraint seo_tasks_title_length check (length(title) between 1 and 255),
	constraint seo_tasks_description_length check (length(description) <= 5000),
	constraint seo_tasks_assigned_to_fkey foreign key (company_id, assigned_to)
	    references konak.memberships (company_id, user_id),
	constraint seo_tasks_completed_by_fkey foreign key (company_id, completed_by)
	    references konak.memberships (company_id, user_id),
	constraint seo_tasks_notes_length check (length(notes) <= 20000)
);

select konak.sort_index('konak.seo_tasks', 'due_date', '{customer_id}');
select konak.sort_index('konak.seo_tasks', 'due_date', '{template_id}');
select konak.sort_index('konak.seo_tasks', 'due_date', '{period_type}');
select konak.sort_index('konak.seo_tasks', 'title');
select konak.sort_index('konak.seo_tasks', 'due_date');
select konak.sort_index('konak.seo_tasks', 'due_date', '{assigned_to}');
select konak.sort_index('konak.seo_tasks', 'due_date', '{is_completed}');
select konak.sort_index('konak.seo_tasks', 'due_date', '{completed_by}');
create index seo_tasks_search on konak.seo_tasks
    using gin (company_id, search gin_trgm_ops);
create unique index seo_tasks_template_id_key on konak.seo_tasks
    (company_id, customer_id, template_id, due_date)
    where template_id is not null and deleted_at is null;

select konak.protect('konak.seo_tasks', '{"record": "seo_tasks", "module": "seo", "audit": "SEO_TASK", "title": "title", "view": {"seo.view": "all"}, "create": {"seo.create": "all"}, "edit": {"seo.edit": "all"}, "delete": {"seo.delete": "all"}, "once": ["customer_id", "template_id"], "readonly": ["completed_date", "completed_by"], "internal": ["search"], "parent": {"table": "customers", "column": "customer_id"}}'::jsonb);

create table konak.seo_assignments (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	customer_id uuid not null,
	template_id uuid not null,
	start_date date not null default konak.today(),
	end_date date,
	assigned_to uuid,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint seo_assignments_pkey primary key (company_id, id),
	constraint seo_assignments_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint seo_assignments_customer_id_fkey foreign key (company_id, customer_id)
	    references konak.customers,
	constraint seo_assignments_template_id_fkey foreign key (company_id, template_id)
	    references konak.seo_task_templates,
	constraint seo_assignments_assigned_to_fkey foreign key (company_id, assigned_to)
	    references konak.memberships (company_id, user_id),
	constraint seo_assignments_end_date_order check (end_date >= start_date)
);

select konak.sort_index('konak.seo_assignments', 'start_date',
    '{customer_id}');
select konak.sort_index('konak.seo_assignments', 'start_date',
    '{template_id}');
select konak.sort_index('konak.seo_assignments', 'start_date');
select konak.sort_index('konak.seo_assignments', 'start_date',
    '{assigned_to}');
create unique index seo_assignments_template_id_key on konak.seo_assignments
    (company_id, customer_id, template_id) where deleted_at is null;

-- When it was done and by whom is not typed.
create function konak.seo_tasks_done() returns trigger
language plpgsql
as $$
begin
	if not new.is_completed then
		new.completed_date := null;
		new.completed_by := null;
	elsif tg_op = 'INSERT' or not old.is_completed then
		new.completed_date := konak.today();
		new.completed_by := konak.me();
	end if;
	return new;
end $$;
create trigger seo_tasks_10_done before insert or update on konak.seo_tasks
    for each row execute function konak.seo_tasks_done();

-- The last day of the period that a day lies in.
create function konak.period_end(period text, day date) returns date
language sql immutable
as $$
	select case period when 'daily' then day
	when 'weekly' then (date_trunc('week', day) + interval '6 days')::date
	else (date_trunc('month', day) + interval '1 month - 1 day')::date end
$$;
grant execute on function konak.period_end(text, date)
    to konak_app, konak_definer;

set local role konak_definer;

-- The tasks of a day's periods, of one assignment or of all that go on; those
-- that are there are not made again.
create function konak.seo_make(assignment uuid, day date) returns setof uuid
language sql security definer set search_path = pg_catalog, pg_temp
as $$
	insert into konak.seo_tasks (company_id, customer_id, template_id,
	    period_type, title, description, due_date, assigned_to)
	select a.company_id, a.customer_id, t.id,
	    t.period_type::text::konak.seo_task_period_type, t.title,
	    t.description, konak.period_end(t.period_type::text,
		greatest(a.start_date, day)), a.assigned_to
	from konak.seo_assignments a
	join konak.seo_task_templates t on t.company_id = a.company_id
	    and t.id = a.template_id and t.is_active and t.deleted_at is null
	where a.company_id = konak.company() and a.deleted_at is null
	    and (a.id = assignment or assignment is null
		and day between a.start_date and coalesce(a.end_date, day))
	on conflict do nothing
	returning id
$$;

-- Every morning.
create function konak.seo_daily(args jsonb) returns setof konak.changed
language sql security definer set search_path = pg_catalog, pg_temp
as $$
	select ('seo_tasks', t, 1, 'create', null)::konak.changed
	from konak.seo_make(null, konak.today()) t
$$;
grant execute on function konak.seo_daily(jsonb) to konak_app;

set local role konak_owner;

insert into konak.job_kinds (kind, run, rights, daily, name_tr, name_en)
values ('seo.daily', 'seo_daily', '', '05:30', 'SEO görevlerini aç',
    'Make SEO tasks');

select konak.protect_define('seo_assignments_task', $f$
begin
	perform konak.seo_make(new.id, konak.today());
	return null;
end $f$);
create trigger seo_assignments_80_task after insert on konak.seo_assignments
    for each row execute function konak.seo_assignments_task();

select konak.protect('konak.seo_assignments', '{"record": "seo_assignments", "module": "seo", "audit": "SEO_ASSIGNMENT", "title": ["customer_id", "template_id"], "view": {"seo.view": "all"}, "create": {"seo.create": "all"}, "edit": {"seo.edit": "all"}, "delete": {"seo.delete": "all"}, "once": ["customer_id", "template_id"], "parent": {"table": "customers", "column": "customer_id"}}'::jsonb);

create table konak.seo_keywords (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	customer_id uuid not null,
	keyword text not null,
	target_url text,
	location text,
	is_priority boolean not null default false,
	last_position integer,
	last_change integer,
	last_checked date,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(keyword)) stored,
	constraint seo_keywords_pkey primary key (company_id, id),
	constraint seo_keywords_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint seo_keywords_customer_id_fkey foreign key (company_id, customer_id)
	    references konak.customers,
	constraint seo_keywords_keyword_length check (length(keyword) between 1 and 255),
	constraint seo_keywords_target_url_form check (konak.url_ok(target_url)),
	constraint seo_keywords_location_length check (length(location) <= 100)
);

select konak.sort_index('konak.seo_keywords', 'last_position',
    '{customer_id}');
select konak.sort_index('konak.seo_keywords', 'keyword');
select konak.sort_index('konak.seo_keywords', 'last_position',
    '{is_priority}');
select konak.sort_index('konak.seo_keywords', 'last_position');
create index seo_keywords_search on konak.seo_keywords
    using gin (company_id, search gin_trgm_ops);
create unique index seo_keywords_keyword_key on konak.seo_keywords
    (company_id, customer_id, konak.fold(keyword)) where deleted_at is null;

select konak.protect('konak.seo_keywords', '{"record": "seo_keywords", "module": "seo", "audit": "SEO_KEYWORD", "title": "keyword", "view": {"seo.view": "all"}, "create": {"seo.create": "all"}, "edit": {"seo.edit": "all"}, "delete": {"seo.delete": "all"}, "once": ["customer_id"], "readonly": ["last_position", "last_change", "last_checked"], "internal": ["search"], "quiet": ["last_position", "last_change", "last_checked"], "parent": {"table": "customers", "column": "customer_id"}}'::jsonb);

create table konak.seo_positions (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	keyword_id uuid not null,
	date date not null default konak.today(),
	position integer,
	url text,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint seo_positions_pkey primary key (company_id, id),
	constraint seo_positions_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint seo_positions_keyword_id_fkey foreign key (company_id, keyword_id)
	    references konak.seo_keywords,
	constraint seo_positions_position_range check (position between 1 and 1000),
	constraint seo_positions_url_form check (konak.url_ok(url))
);

select konak.sort_index('konak.seo_positions', 'date', '{keyword_id}');
select konak.sort_index('konak.seo_positions', 'date');
create unique index seo_positions_date_key on konak.seo_positions
    (company_id, keyword_id, date) where deleted_at is null;

-- A keyword shows its latest position, and by how much it rose.
select konak.protect_define('seo_positions_last', $f$
begin
	update konak.seo_keywords k set last_position = p.list[1],
	    last_change = p.list[2] - p.list[1], last_checked = p.day
	from (select array_agg(l.position order by l.date desc) as list,
		max(l.date) as day
	    from (select x.position, x.date from konak.seo_positions x
		where x.company_id = new.company_id
		    and x.keyword_id = new.keyword_id
		    and x.deleted_at is null
		order by x.date desc limit 2) l) p
	where k.company_id = new.company_id and k.id = new.keyword_id
	    and k.deleted_at is null;
	return null;
end $f$);
create trigger seo_positions_70_last
    after insert or update on konak.seo_positions
    for each row execute function konak.seo_positions_last();

select konak.protect('konak.seo_positions', '{"record": "seo_positions", "module": "seo", "audit": "SEO_POSITION", "title": "keyword_id", "view": {"seo.view": "all"}, "create": {"seo.create": "all"}, "edit": {"seo.edit": "all"}, "delete": {"seo.delete": "all"}, "once": ["keyword_id"], "parent": {"table": "seo_keywords", "column": "keyword_id"}}'::jsonb);
