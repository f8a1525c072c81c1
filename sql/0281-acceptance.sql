-- 0281-acceptance.sql - what begins when a proposal is accepted (M8): the
-- customer, a project with its tasks, a draft line for the deposit's invoice;
-- once, whoever asks how often. And the templates that projects are made from.

create table konak.project_templates (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	name text not null,
	description text,
	is_billable boolean not null default true,
	is_active boolean not null default true,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(name)) stored,
	constraint project_templates_pkey primary key (company_id, id),
	constraint project_templates_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint project_templates_name_length check (length(name) between 1 and 255),
	constraint project_templates_description_length check (length(description) <= 20000)
);

select konak.sort_index('konak.project_templates', 'name');
select konak.sort_index('konak.project_templates', 'name', '{is_active}');
create index project_templates_search on konak.project_templates
    using gin (company_id, search gin_trgm_ops);
create unique index project_templates_name_key on konak.project_templates
    (company_id, konak.fold(name)) where deleted_at is null;

select konak.protect('konak.project_templates', '{"record": "project_templates", "module": "projects", "audit": "PROJECT_TEMPLATE", "title": "name", "view": {"projects.view": "all"}, "create": {"projects.create": "all"}, "edit": {"projects.edit": "all"}, "delete": {"projects.delete": "all"}, "internal": ["search"]}'::jsonb);

create type konak.project_template_task_priority as enum
    ('low', 'medium', 'high', 'urgent');

-- Days count from the day the project begins.
create table konak.project_template_tasks (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	template_id uuid not null,
	sort_order integer not null default 0,
	title text not null,
	description text,
	priority konak.project_template_task_priority not null default 'medium',
	start_after integer,
	due_after integer,
	estimated_hours numeric(8,2),
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint project_template_tasks_pkey primary key (company_id, id),
	constraint project_template_tasks_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint project_template_tasks_template_id_fkey foreign key (company_id, template_id)
	    references konak.project_templates,
	constraint project_template_tasks_sort_order_range check (sort_order between 0 and 9999),
	constraint project_template_tasks_title_length check (length(title) between 1 and 255),
	constraint project_template_tasks_description_length check (length(description) <= 20000),
	constraint project_template_tasks_start_after_range check (start_after between 0 and 3650),
	constraint project_template_tasks_due_after_range check (due_after between 0 and 3650),
	constraint project_template_tasks_due_after_order check (due_after >= start_after),
	constraint project_template_tasks_estimated_hours_range check (estimated_hours >= 0)
);

select konak.sort_index('konak.project_template_tasks', 'sort_order',
    '{template_id}');
select konak.sort_index('konak.project_template_tasks', 'sort_order');

select konak.protect('konak.project_template_tasks', '{"record": "project_template_tasks", "module": "projects", "audit": "PROJECT_TEMPLATE_TASK", "title": "title", "view": {"projects.view": "all"}, "create": {"projects.edit": "all"}, "edit": {"projects.edit": "all"}, "delete": {"projects.edit": "all"}, "once": ["template_id"], "parent": {"table": "project_templates", "column": "template_id"}}'::jsonb);

-- ------------------------------------------------------------- acceptances

-- A proposal's row here says that it was carried out, and makes it once.
create table konak.proposal_acceptances (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	title text not null,
	proposal_id uuid not null,
	customer_id uuid not null,
	project_id uuid not null,
	template_id uuid,
	deposit numeric(14,2) not null default 0,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint proposal_acceptances_pkey primary key (company_id, id),
	constraint proposal_acceptances_proposal_id_key
	    unique (company_id, proposal_id),
	constraint proposal_acceptances_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint proposal_acceptances_proposal_id_fkey
	    foreign key (company_id, proposal_id) references konak.proposals,
	constraint proposal_acceptances_customer_id_fkey
	    foreign key (company_id, customer_id) references konak.customers,
	constraint proposal_acceptances_project_id_fkey
	    foreign key (company_id, project_id) references konak.projects,
	constraint proposal_acceptances_template_id_fkey
	    foreign key (company_id, template_id) references konak.project_templates,
	constraint proposal_acceptances_title_length check (length(title) between 1 and 300),
	constraint proposal_acceptances_deposit_range check (deposit between 0 and 100)
);

select konak.sort_index('konak.proposal_acceptances', 'created_at');
select konak.sort_index('konak.proposal_acceptances', 'created_at',
    '{proposal_id}');
select konak.sort_index('konak.proposal_acceptances', 'created_at',
    '{customer_id}');
select konak.sort_index('konak.proposal_acceptances', 'created_at',
    '{project_id}');
select konak.sort_index('konak.proposal_acceptances', 'created_at',
    '{template_id}');

select konak.protect('konak.proposal_acceptances', '{"record": "proposal_acceptances", "module": "proposals", "audit": "PROPOSAL_ACCEPTANCE", "title": "title", "view": {"proposals.view": "all"}, "readonly": ["title", "proposal_id", "customer_id", "project_id", "template_id", "deposit"]}'::jsonb);

-- What is to be billed one day: invoices take their lines from here.
create table konak.invoice_drafts (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	customer_id uuid not null,
	project_id uuid,
	proposal_id uuid,
	description text not null,
	amount numeric(14,2) not null,
	tax_rate numeric(14,2) not null,
	currency char(3) not null,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint invoice_drafts_pkey primary key (company_id, id),
	constraint invoice_drafts_proposal_id_key
	    unique (company_id, proposal_id, tax_rate),
	constraint invoice_drafts_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint invoice_drafts_customer_id_fkey
	    foreign key (company_id, customer_id) references konak.customers,
	constraint invoice_drafts_project_id_fkey
	    foreign key (company_id, project_id) references konak.projects,
	constraint invoice_drafts_proposal_id_fkey
	    foreign key (company_id, proposal_id) references konak.proposals,
	constraint invoice_drafts_description_length check (length(description) between 1 and 500),
	constraint invoice_drafts_amount_range check (amount >= 0),
	constraint invoice_drafts_tax_rate_range check (tax_rate between 0 and 100),
	constraint invoice_drafts_currency_form check (currency ~ '^[A-Z]{3}$')
);

select konak.sort_index('konak.invoice_drafts', 'created_at');
select konak.sort_index('konak.invoice_drafts', 'created_at', '{customer_id}');
select konak.sort_index('konak.invoice_drafts', 'created_at', '{project_id}');
select konak.sort_index('konak.invoice_drafts', 'created_at', '{proposal_id}');

select konak.protect('konak.invoice_drafts', '{"record": "invoice_drafts", "module": "finance", "audit": "INVOICE_DRAFT", "title": "description", "view": {"finance.view": "all"}, "readonly": ["description", "customer_id", "project_id", "proposal_id", "amount", "tax_rate", "currency"]}'::jsonb);

set local role konak_definer;

-- A template's tasks in a project that begins on that day.
create function konak.template_tasks(template uuid, project uuid, begins date)
    returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
	if not konak.may('tasks.create') then
		perform konak.denied('tasks.create');
	end if;
	return query insert into konak.tasks as t (company_id, title,
	    description, project_id, priority, start_date, due_date,
	    estimated_hours)
	select x.company_id, x.title, x.description, project,
	    x.priority::text::konak.task_priority, begins + x.start_after,
	    begins + x.due_after, x.estimated_hours
	from konak.project_template_tasks x
	where x.company_id = konak.company() and x.template_id = template
	    and x.deleted_at is null
	order by x.sort_order, x.id
	returning 'tasks', t.id, 1, 'create', null::uuid;
end $$;

-- A living template of this company, or "not found" at its field.
create function konak.template_check(template uuid, field text) returns void
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	if not exists (select from konak.project_templates t
	    where t.company_id = konak.company() and t.id = template
		and t.deleted_at is null) then
		perform konak.bad_ref(field);
	end if;
end $$;

-- Its tasks for a project that is there.
create function konak.projects_fill(project uuid, template uuid, begins date)
    returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	p konak.projects;
begin
	if not konak.may('projects.edit') then
		perform konak.denied('projects.edit');
	end if;
	select x.* into p from konak.projects x
	where x.company_id = konak.company() and x.id = project
	    and x.deleted_at is null for update;
	if p.id is null then
		perform konak.no_row();
	elsif p.status in ('completed', 'cancelled') then
		perform konak.fail('projects.over');
	end if;
	perform konak.template_check(template, 'template');
	return query select * from konak.template_tasks(template, project,
	    coalesce(begins, p.start_date, konak.today()));
	return query select 'projects', x.id, x.version, 'edit', null::uuid
	from konak.projects x
	where x.company_id = p.company_id and x.id = project;
end $$;

-- A project made from a template.
create function konak.projects_from_template(template uuid, name text,
    customer uuid, begins date) returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
	t konak.project_templates;
	project uuid;
begin
	if not konak.may('projects.create') then
		perform konak.denied('projects.create');
	end if;
	perform konak.template_check(template, 'id');
	if customer is not null
	    and not konak.visible('customers', customer) then
		perform konak.bad_ref('customer_id');
	end if;
	begins := coalesce(begins, konak.today());
	select x.* into t from konak.project_templates x
	where x.company_id = konak.company() and x.id = template;
	insert into konak.projects as p (company_id, name, customer_id,
	    start_date, is_billable, description)
	values (t.company_id, name, customer, begins, t.is_billable,
	    t.description)
	returning p.id into project;
	return query select * from konak.template_tasks(template, project,
	    begins);
	return query select 'projects', project, 1, 'create', null::uuid;
end $$;

-- The customer of a proposal; a lead's is made by converting it.
create function konak.proposal_customer(p konak.proposals) returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	l konak.leads;
begin
	if p.customer_id is not null then
		return p.customer_id;
	end if;
	select x.* into l from konak.leads x
	where x.company_id = p.company_id and x.id = p.lead_id for update;
	if l.customer_id is not null then
		return l.customer_id;
	end if;
	return (select c.made from konak.leads_convert(l.id, l.version) c);
end $$;

-- The deposit: a line for each rate of tax, of what is due at that rate.
create function konak.proposal_deposit(p konak.proposals, customer uuid,
    project uuid, deposit numeric) returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return query insert into konak.invoice_drafts as d (company_id,
	    customer_id, project_id, proposal_id, description, amount,
	    tax_rate, currency)
	select p.company_id, customer, project, p.id,
	    left(format('%s %s: %%%s', p.number, p.title,
		trim_scale(deposit)), 500),
	    round(l.net * deposit / 100, 2), l.tax_rate, p.currency
	from (select x.tax_rate, sum(x.total) as net
	    from konak.proposal_lines x
	    where x.company_id = p.company_id and x.proposal_id = p.id
		and x.deleted_at is null group by x.tax_rate) l
	where round(l.net * deposit / 100, 2) > 0
	returning 'invoice_drafts', d.id, 1, 'create', null::uuid;
end $$;

-- Accepts what was sent, or carries out what is accepted: by the proposal's id
-- once, whoever asks again gets what was made the first time.
create function konak.proposals_accept(proposal uuid, stand integer,
    template uuid, deposit numeric) returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
	p konak.proposals;
	a konak.proposal_acceptances;
	need text;
	customer uuid;
	project uuid;
begin
	foreach need in array '{proposals.edit,proposals.view_prices,projects.create,tasks.create}'::text[] loop
		if not konak.may(need) then
			perform konak.denied(need);
		end if;
	end loop;
	select x.* into p from konak.proposals x
	where x.company_id = konak.company() and x.id = proposal
	    and x.deleted_at is null for update;
	if p.id is null then
		perform konak.no_row();
	end if;
	select x.* into a from konak.proposal_acceptances x
	where x.company_id = p.company_id and x.proposal_id = proposal;
	if a.id is not null then
		return query select 'projects', x.id, x.version, 'edit', null::uuid
		from konak.projects x
		where x.company_id = p.company_id and x.id = a.project_id;
		return;
	elsif p.version <> stand then
		raise exception using errcode = 'KN001', message = 'stale';
	elsif p.status not in ('sent', 'accepted') then
		perform konak.fail('proposals.accept_state');
	elsif deposit not between 0 and 100 then
		perform konak.fail('proposals.deposit', '{}', 'deposit');
	end if;
	if template is not null then
		perform konak.template_check(template, 'template');
	end if;
	customer := konak.proposal_customer(p);
	if p.customer_id is null then
		return query select 'customers', customer, 1, 'create', null::uuid;
		return query select 'leads', x.id, x.version, 'edit', null::uuid
		from konak.leads x
		where x.company_id = p.company_id and x.id = p.lead_id;
	end if;
	if p.status = 'sent' then
		update konak.proposals x set status = 'accepted',
		    customer_id = customer
		where x.company_id = p.company_id and x.id = p.id
		returning x.* into p;
		return query select 'proposals', p.id, p.version, 'edit', null::uuid;
	end if;
	insert into konak.projects as x (company_id, name, customer_id, status,
	    manager_id, start_date, budget, currency, is_billable, description)
	values (p.company_id, p.title, customer, 'active',
	    coalesce(p.assigned_to, konak.me()), konak.today(), p.subtotal,
	    p.currency, coalesce((select t.is_billable
		from konak.project_templates t where t.company_id = p.company_id
		    and t.id = template), true),
	    (select t.description from konak.project_templates t
		where t.company_id = p.company_id and t.id = template))
	returning x.id into project;
	if template is not null then
		return query select * from konak.template_tasks(template, project,
		    konak.today());
	else
		return query insert into konak.tasks as t (company_id, title,
		    project_id, estimated_hours)
		select l.company_id, left(l.description, 255), project,
		    case l.unit when 'hour' then l.quantity
			when 'day' then l.quantity * 8 end
		from konak.proposal_lines l
		where l.company_id = p.company_id and l.proposal_id = p.id
		    and l.deleted_at is null
		order by l.sort_order, l.id
		returning 'tasks', t.id, 1, 'create', null::uuid;
	end if;
	if deposit > 0 then
		return query select * from konak.proposal_deposit(p, customer,
		    project, deposit);
	end if;
	insert into konak.proposal_acceptances as x (company_id, title,
	    proposal_id, customer_id, project_id, template_id, deposit)
	values (p.company_id, p.number || ' ' || p.title, p.id, customer, project, template,
	    coalesce(deposit, 0)) returning x.* into a;
	return query select 'proposal_acceptances', a.id, 1, 'create', null::uuid;
	return query select 'projects', project, 1, 'create', null::uuid;
end $$;

grant execute on function
    konak.proposals_accept(uuid, integer, uuid, numeric),
    konak.projects_fill(uuid, uuid, date),
    konak.projects_from_template(uuid, text, uuid, date) to konak_app;

set local role konak_owner;
