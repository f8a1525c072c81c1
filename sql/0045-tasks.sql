-- 0045-tasks.sql - projects, tasks, what waits for what, board columns, tags.

do $$ begin
	perform konak.grant_default('projects.view', 'projects',
	    'Projeleri görüntüle', 'View projects',
	    '["owner","admin","manager","employee","intern"]');
	perform konak.grant_default('projects.create', 'projects',
	    'Proje ekle', 'Add projects',
	    '["owner","admin","manager"]');
	perform konak.grant_default('projects.edit', 'projects',
	    'Proje düzenle', 'Edit projects',
	    '["owner","admin","manager","employee"]');
	perform konak.grant_default('projects.delete', 'projects',
	    'Proje sil', 'Delete projects',
	    '["owner","admin","manager"]');
	perform konak.grant_default('projects.view_budget', 'projects',
	    'Bütçe ve saat ücretini gör', 'See budgets and rates',
	    '["owner","admin","manager"]');
end $$;

create type konak.project_status as enum
    ('planned', 'active', 'on_hold', 'completed', 'cancelled');

create table konak.projects (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	name text not null,
	customer_id uuid,
	status konak.project_status not null default 'planned',
	manager_id uuid default konak.me(),
	start_date date,
	end_date date,
	budget numeric(14,2),
	hourly_rate numeric(14,2),
	currency char(3) not null default 'TRY',
	is_billable boolean not null default true,
	progress integer not null default 0,
	description text,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(name)) stored,
	constraint projects_pkey primary key (company_id, id),
	constraint projects_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint projects_name_length check (length(name) between 1 and 255),
	constraint projects_customer_id_fkey foreign key (company_id, customer_id)
	    references konak.customers,
	constraint projects_manager_id_fkey foreign key (company_id, manager_id)
	    references konak.memberships (company_id, user_id),
	constraint projects_budget_range check (budget >= 0),
	constraint projects_hourly_rate_range check (hourly_rate >= 0),
	constraint projects_currency_form check (currency ~ '^[A-Z]{3}$'),
	constraint projects_description_length check (length(description) <= 20000),
	constraint projects_end_date_order check (end_date >= start_date)
);

select konak.sort_index('konak.projects', 'name');
select konak.sort_index('konak.projects', 'name', '{customer_id}');
select konak.sort_index('konak.projects', 'status');
select konak.sort_index('konak.projects', 'name', '{manager_id}');
select konak.sort_index('konak.projects', 'start_date');
select konak.sort_index('konak.projects', 'end_date');
select konak.sort_index('konak.projects', 'name', '{is_billable}');
select konak.sort_index('konak.projects', 'created_at');
create index projects_search on konak.projects
    using gin (company_id, search gin_trgm_ops);

select konak.protect('konak.projects', '{"record": "projects", "module": "projects", "audit": "PROJECT", "title": "name", "view": {"projects.view": "all"}, "create": {"projects.create": "all"}, "edit": {"projects.edit": "all"}, "delete": {"projects.delete": "all"}, "see": {"budget": "projects.view_budget", "hourly_rate": "projects.view_budget"}, "readonly": ["progress"], "internal": ["search"], "quiet": ["progress"]}'::jsonb);

create table konak.board_columns (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	name text not null,
	color text,
	sort_order integer not null default 0,
	wip_limit integer,
	is_default boolean not null default false,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint board_columns_pkey primary key (company_id, id),
	constraint board_columns_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint board_columns_name_length check (length(name) between 1 and 100),
	constraint board_columns_color_form check (konak.color_ok(color)),
	constraint board_columns_sort_order_range check (sort_order between 0 and 9999),
	constraint board_columns_wip_limit_range check (wip_limit between 1 and 999)
);

select konak.sort_index('konak.board_columns', 'name');
select konak.sort_index('konak.board_columns', 'sort_order');
create unique index board_columns_name_key on konak.board_columns
    (company_id, konak.fold(name)) where deleted_at is null;
create unique index board_columns_is_default_key on konak.board_columns
    (company_id) where is_default and deleted_at is null;

select konak.protect('konak.board_columns', '{"record": "board_columns", "module": "tasks", "audit": "BOARD_COLUMN", "title": "name", "view": {"tasks.view_all": "all", "tasks.view_own": "all"}, "create": {"settings.edit": "all"}, "edit": {"settings.edit": "all"}, "delete": {"settings.edit": "all"}}'::jsonb);

create table konak.task_tags (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	name text not null,
	color text not null default '#64748b',
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint task_tags_pkey primary key (company_id, id),
	constraint task_tags_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint task_tags_name_length check (length(name) between 1 and 100),
	constraint task_tags_color_form check (konak.color_ok(color)),
	constraint task_tags_name_comma check (name not like '%,%')
);

select konak.sort_index('konak.task_tags', 'name');
create unique index task_tags_name_key on konak.task_tags
    (company_id, konak.fold(name)) where deleted_at is null;

select konak.protect('konak.task_tags', '{"record": "task_tags", "module": "tasks", "audit": "TASK_TAG", "title": "name", "view": {"tasks.view_all": "all", "tasks.view_own": "all"}, "create": {"tasks.assign": "all"}, "edit": {"tasks.assign": "all"}, "delete": {"tasks.assign": "all"}}'::jsonb);

create type konak.task_status as enum
    ('pending', 'in_progress', 'completed', 'cancelled');
create type konak.task_priority as enum
    ('low', 'medium', 'high', 'urgent');
create type konak.task_period_type as enum
    ('once', 'daily', 'weekly', 'monthly');

create table konak.tasks (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	title text not null,
	project_id uuid,
	parent_id uuid,
	assigned_to uuid,
	status konak.task_status not null default 'pending',
	priority konak.task_priority not null default 'medium',
	period_type konak.task_period_type not null default 'once',
	start_date date,
	due_date date,
	estimated_hours numeric(8,2),
	board_column_id uuid,
	sort_order integer not null default 0,
	tags text[],
	completed_at timestamptz,
	description text,
	notes text,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(title)) stored,
	constraint tasks_pkey primary key (company_id, id),
	constraint tasks_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint tasks_title_length check (length(title) between 1 and 255),
	constraint tasks_project_id_fkey foreign key (company_id, project_id)
	    references konak.projects,
	constraint tasks_parent_id_fkey foreign key (company_id, parent_id)
	    references konak.tasks,
	constraint tasks_assigned_to_fkey foreign key (company_id, assigned_to)
	    references konak.memberships (company_id, user_id),
	constraint tasks_estimated_hours_range check (estimated_hours >= 0),
	constraint tasks_board_column_id_fkey foreign key (company_id, board_column_id)
	    references konak.board_columns,
	constraint tasks_tags_form check (cardinality(tags) <= 30),
	constraint tasks_description_length check (length(description) <= 20000),
	constraint tasks_notes_length check (length(notes) <= 20000),
	constraint tasks_due_date_order check (due_date >= start_date),
	constraint tasks_parent_id_self check (parent_id <> id)
);

select konak.sort_index('konak.tasks', 'title');
select konak.sort_index('konak.tasks', 'due_date', '{project_id}');
select konak.sort_index('konak.tasks', 'due_date', '{parent_id}');
select konak.sort_index('konak.tasks', 'due_date', '{assigned_to}');
select konak.sort_index('konak.tasks', 'status');
select konak.sort_index('konak.tasks', 'priority');
select konak.sort_index('konak.tasks', 'due_date', '{period_type}');
select konak.sort_index('konak.tasks', 'start_date');
select konak.sort_index('konak.tasks', 'due_date');
select konak.sort_index('konak.tasks', 'due_date', '{board_column_id}');
create index on konak.tasks using gin (company_id, tags);
select konak.sort_index('konak.tasks', 'created_at');
create index tasks_search on konak.tasks
    using gin (company_id, search gin_trgm_ops);
-- A scope of one's own also takes what one gave.
create index on konak.tasks (company_id, created_by, id);

-- When it was completed is not typed.
create function konak.tasks_state() returns trigger
language plpgsql
as $$
begin
	if new.status <> 'completed' then
		new.completed_at := null;
	elsif tg_op = 'INSERT' or old.status <> 'completed' then
		new.completed_at := konak.now();
	end if;
	return new;
end $$;
create trigger tasks_10_state before insert or update on konak.tasks
    for each row execute function konak.tasks_state();

-- A task is not below itself, however long the way. Two who close a circle
-- from both ends at once: the lock lets one see what the other did.
select konak.protect_define('tasks_tree', $f$
begin
	perform pg_advisory_xact_lock(hashtextextended('tasks'
	    || new.company_id, 0));
	if exists (
	    with recursive up as (
		select t.id, t.parent_id from konak.tasks t
		where t.company_id = new.company_id and t.id = new.parent_id
		union
		select t.id, t.parent_id from up
		join konak.tasks t on t.company_id = new.company_id
		    and t.id = up.parent_id)
	    select from up where up.id = new.id) then
		perform konak.fail('tasks.cycle', field => 'parent_id');
	end if;
	return new;
end $f$);
create trigger tasks_20_tree before insert or update of parent_id
    on konak.tasks for each row when (new.parent_id is not null)
    execute function konak.tasks_tree();

-- No more cards than the column takes.
select konak.protect_define('tasks_column', $f$
declare
	most integer;
begin
	select c.wip_limit into most from konak.board_columns c
	where c.company_id = new.company_id and c.id = new.board_column_id
	for share;
	if most is not null and most <= (select count(*) from konak.tasks t
	    where t.company_id = new.company_id
		and t.board_column_id = new.board_column_id
		and t.id <> new.id and t.deleted_at is null) then
		perform konak.fail('tasks.column_full',
		    field => 'board_column_id');
	end if;
	return new;
end $f$);
create trigger tasks_30_column before insert on konak.tasks
    for each row when (new.board_column_id is not null)
    execute function konak.tasks_column();
create trigger tasks_31_column before update on konak.tasks
    for each row when (new.board_column_id is not null
	and new.board_column_id is distinct from old.board_column_id)
    execute function konak.tasks_column();

-- A project's progress is the share of its tasks that are done.
select konak.protect_define('tasks_progress', $f$
begin
	update konak.projects p set progress = s.done
	from (select p2.id, coalesce((100 * count(*) filter (
		where t.status = 'completed') / nullif(count(*), 0))::int, 0)
		as done
	    from konak.projects p2
	    left join konak.tasks t on t.company_id = p2.company_id
		and t.project_id = p2.id and t.status <> 'cancelled'
		and t.deleted_at is null
	    where p2.company_id = new.company_id and p2.id in (new.project_id,
		case when tg_op = 'UPDATE' then old.project_id end)
	    group by p2.id) s
	where p.company_id = new.company_id and p.id = s.id
	    and p.progress <> s.done;
	return null;
end $f$);
create trigger tasks_70_progress after insert on konak.tasks
    for each row when (new.project_id is not null)
    execute function konak.tasks_progress();
create trigger tasks_71_progress after update on konak.tasks
    for each row when ((old.project_id, old.status, old.deleted_at)
	is distinct from (new.project_id, new.status, new.deleted_at))
    execute function konak.tasks_progress();

-- A project with open tasks is not deleted under the hands of those who do
-- them.
create function konak.projects_open() returns trigger
language plpgsql
as $$
begin
	if exists (select from konak.tasks t
	    where t.company_id = old.company_id and t.project_id = old.id
		and t.status in ('pending', 'in_progress')
		and t.deleted_at is null) then
		perform konak.fail('projects.open_tasks');
	end if;
	return new;
end $$;
create trigger projects_10_open before update on konak.projects
    for each row when (old.deleted_at is null and new.deleted_at is not null)
    execute function konak.projects_open();

select konak.protect('konak.tasks', '{"record": "tasks", "module": "tasks", "audit": "TASK", "title": "title", "view": {"tasks.view_all": ["all", "team"], "tasks.view_own": "own"}, "create": {"tasks.create": ["all", "team", "own"]}, "edit": {"tasks.edit": ["all", "team", "own"]}, "delete": {"tasks.delete": ["all", "team", "own"]}, "scopes": {"team": "(assigned_to = any ((select konak.my_team())::uuid[]) or assigned_to is null or created_by = konak.me())", "own": "(assigned_to = konak.me() or created_by = konak.me())"}, "write": {"assigned_to": "tasks.assign"}, "readonly": ["completed_at"], "internal": ["search"]}'::jsonb);

create table konak.task_dependencies (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	task_id uuid not null,
	depends_on_id uuid not null,
	lag_days integer not null default 0,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint task_dependencies_pkey primary key (company_id, id),
	constraint task_dependencies_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint task_dependencies_task_id_fkey foreign key (company_id, task_id)
	    references konak.tasks,
	constraint task_dependencies_depends_on_id_fkey foreign key (company_id, depends_on_id)
	    references konak.tasks,
	constraint task_dependencies_lag_days_range check (lag_days between 0 and 365)
);

select konak.sort_index('konak.task_dependencies', 'lag_days', '{task_id}');
select konak.sort_index('konak.task_dependencies', 'lag_days',
    '{depends_on_id}');
select konak.sort_index('konak.task_dependencies', 'lag_days');
create unique index task_dependencies_depends_on_id_key
    on konak.task_dependencies (company_id, task_id, depends_on_id)
    where deleted_at is null;

select konak.protect_define('task_dependencies_circle', $f$
begin
	perform pg_advisory_xact_lock(hashtextextended('tasks'
	    || new.company_id, 0));
	if exists (
	    with recursive before as (
		select new.depends_on_id as id
		union
		select d.depends_on_id from before b
		join konak.task_dependencies d
		    on d.company_id = new.company_id and d.task_id = b.id
			and d.id <> new.id and d.deleted_at is null)
	    select from before where before.id = new.task_id) then
		perform konak.fail('tasks.cycle', field => 'depends_on_id');
	end if;
	return new;
end $f$);
create trigger task_dependencies_10_circle
    before insert or update on konak.task_dependencies
    for each row when (new.deleted_at is null)
    execute function konak.task_dependencies_circle();

select konak.protect('konak.task_dependencies', '{"record": "task_dependencies", "module": "tasks", "audit": "TASK_DEPENDENCY", "title": ["task_id", "depends_on_id"], "view": {"tasks.view_all": "all", "tasks.view_own": "all"}, "create": {"tasks.edit": "all"}, "edit": {"tasks.edit": "all"}, "delete": {"tasks.edit": "all"}, "once": ["task_id"], "parent": {"table": "tasks", "column": "task_id"}}'::jsonb);

-- A new agency begins with the four columns that everybody knows.
select konak.protect_define('companies_columns', $f$
declare
	before text := coalesce(current_setting('konak.company', true), '');
begin
	perform set_config('konak.company', new.id::text, true);
	insert into konak.board_columns (company_id, name, color, sort_order,
	    is_default)
	values (new.id, 'BACKLOG', '#64748b', 10, true),
	    (new.id, 'YAPILACAK', '#2563eb', 20, false),
	    (new.id, 'DEVAM', '#d97706', 30, false),
	    (new.id, 'TAMAMLANDI', '#16a34a', 40, false);
	perform set_config('konak.company', before, true);
	return null;
end $f$);
create trigger companies_75_columns after insert on konak.companies
    for each row when (new.kind = 'agency' and new.company_type <> 'group')
    execute function konak.companies_columns();
