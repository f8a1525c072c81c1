-- 0047-requests.sql - what customers ask for, and what was said about it.

do $$ begin
	perform konak.grant_default('requests.view', 'requests',
	    'Müşteri taleplerini görüntüle', 'View customer requests',
	    '["owner","admin","manager","employee","intern"]');
	perform konak.grant_default('requests.create', 'requests',
	    'Müşteri talebi ekle', 'Add customer requests',
	    '["owner","admin","manager","employee"]');
	perform konak.grant_default('requests.edit', 'requests',
	    'Müşteri talebi düzenle', 'Edit customer requests',
	    '["owner","admin","manager","employee"]');
	perform konak.grant_default('requests.delete', 'requests',
	    'Müşteri talebi sil', 'Delete customer requests',
	    '["owner","admin","manager"]');
end $$;

create type konak.customer_request_channel as enum
    ('phone', 'email', 'whatsapp', 'visit', 'other');
create type konak.customer_request_category as enum
    ('site', 'hosting', 'email_account', 'seo', 'design', 'billing', 'other');
create type konak.customer_request_priority as enum
    ('low', 'medium', 'high', 'urgent');
create type konak.customer_request_status as enum
    ('new', 'in_progress', 'waiting_customer', 'resolved', 'closed');

create table konak.customer_requests (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	number text not null,
	customer_id uuid not null,
	contact_id uuid,
	channel konak.customer_request_channel not null default 'phone',
	subject text not null,
	description text,
	category konak.customer_request_category not null default 'other',
	priority konak.customer_request_priority not null default 'medium',
	status konak.customer_request_status not null default 'new',
	assigned_to uuid,
	due_at timestamptz,
	project_id uuid,
	task_id uuid,
	first_answered_at timestamptz,
	resolved_at timestamptz,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(number
	    || ' ' || subject)) stored,
	constraint customer_requests_pkey primary key (company_id, id),
	constraint customer_requests_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint customer_requests_number_length check (length(number) between 1 and 30),
	constraint customer_requests_customer_id_fkey foreign key (company_id, customer_id)
	    references konak.customers,
	constraint customer_requests_contact_id_fkey
	    foreign key (company_id, customer_id, contact_id)
	    references konak.customer_contacts (company_id, customer_id, id),
	constraint customer_requests_subject_length check (length(subject) between 1 and 255),
	constraint customer_requests_description_length check (length(description) <= 20000),
	constraint customer_requests_assigned_to_fkey foreign key (company_id, assigned_to)
	    references konak.memberships (company_id, user_id),
	constraint customer_requests_project_id_fkey foreign key (company_id, project_id)
	    references konak.projects,
	constraint customer_requests_task_id_fkey foreign key (company_id, task_id)
	    references konak.tasks
);

select konak.sort_index('konak.customer_requests', 'number', numbered => true);
select konak.sort_index('konak.customer_requests', 'created_at',
    '{customer_id}');
create index on konak.customer_requests (company_id, customer_id, contact_id);
select konak.sort_index('konak.customer_requests', 'created_at',
    '{contact_id}');
select konak.sort_index('konak.customer_requests', 'created_at', '{channel}');
select konak.sort_index('konak.customer_requests', 'subject');
select konak.sort_index('konak.customer_requests', 'created_at', '{category}');
select konak.sort_index('konak.customer_requests', 'priority');
select konak.sort_index('konak.customer_requests', 'status');
select konak.sort_index('konak.customer_requests', 'created_at',
    '{assigned_to}');
select konak.sort_index('konak.customer_requests', 'due_at');
select konak.sort_index('konak.customer_requests', 'created_at',
    '{project_id}');
select konak.sort_index('konak.customer_requests', 'created_at', '{task_id}');
select konak.sort_index('konak.customer_requests', 'created_at');
create index customer_requests_search on konak.customer_requests
    using gin (company_id, search gin_trgm_ops);
create unique index customer_requests_number_key on konak.customer_requests
    (company_id, number);
create index on konak.customer_requests (company_id, length(number), number);

-- Its number, and when it was resolved, are not typed.
create function konak.customer_requests_state() returns trigger
language plpgsql
as $$
begin
	if tg_op = 'INSERT' then
		new.number := coalesce(new.number, konak.next_number(
		    'customer_requests', new.company_id, format('TLP-%s-',
		    extract(year from konak.today()))));
	end if;
	if new.status not in ('resolved', 'closed') then
		new.resolved_at := null;
	elsif new.resolved_at is null then
		new.resolved_at := konak.now();
	end if;
	return new;
end $$;
create trigger customer_requests_10_state before insert or update
    on konak.customer_requests for each row
    execute function konak.customer_requests_state();

select konak.protect('konak.customer_requests', '{"record": "customer_requests", "module": "requests", "audit": "CUSTOMER_REQUEST", "title": ["number", "subject"], "view": {"requests.view": "all"}, "create": {"requests.create": "all"}, "edit": {"requests.edit": "all"}, "delete": {"requests.delete": "all"}, "once": ["customer_id"], "readonly": ["number", "task_id", "first_answered_at", "resolved_at"], "internal": ["search"], "quiet": ["first_answered_at"], "parent": {"table": "customers", "column": "customer_id"}}'::jsonb);

create type konak.request_message_direction as enum
    ('sent', 'received', 'internal');

create table konak.request_messages (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	request_id uuid not null,
	direction konak.request_message_direction not null default 'sent',
	user_id uuid not null default konak.me(),
	sent_at timestamptz not null default konak.now(),
	text text not null,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(text)) stored,
	constraint request_messages_pkey primary key (company_id, id),
	constraint request_messages_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint request_messages_request_id_fkey foreign key (company_id, request_id)
	    references konak.customer_requests,
	constraint request_messages_user_id_fkey foreign key (company_id, user_id)
	    references konak.memberships (company_id, user_id),
	constraint request_messages_text_length check (length(text) between 1 and 20000)
);

select konak.sort_index('konak.request_messages', 'sent_at', '{request_id}');
select konak.sort_index('konak.request_messages', 'sent_at', '{direction}');
select konak.sort_index('konak.request_messages', 'sent_at', '{user_id}');
select konak.sort_index('konak.request_messages', 'sent_at');
create index request_messages_search on konak.request_messages
    using gin (company_id, search gin_trgm_ops);

-- The first word to the customer answers the request and begins the work;
-- what the customer says to a request that waits for it takes it up again.
select konak.protect_define('request_messages_answer', $f$
begin
	if new.direction = 'sent' then
		update konak.customer_requests r
		set first_answered_at = coalesce(r.first_answered_at,
			new.sent_at),
		    status = case r.status when 'new' then 'in_progress'
			else r.status end
		where r.company_id = new.company_id and r.id = new.request_id
		    and (r.first_answered_at is null or r.status = 'new');
	elsif new.direction = 'received' then
		update konak.customer_requests r set status = 'in_progress'
		where r.company_id = new.company_id and r.id = new.request_id
		    and r.status = 'waiting_customer';
	end if;
	return null;
end $f$);
create trigger request_messages_70_answer after insert
    on konak.request_messages for each row
    execute function konak.request_messages_answer();

select konak.protect('konak.request_messages', '{"record": "request_messages", "module": "requests", "audit": "REQUEST_MESSAGE", "title": "text", "view": {"requests.view": "all"}, "create": {"requests.edit": "all"}, "edit": {"requests.edit": "all"}, "delete": {"requests.delete": "all"}, "once": ["request_id", "user_id"], "internal": ["search"], "parent": {"table": "customer_requests", "column": "request_id"}}'::jsonb);

set local role konak_definer;

-- A request becomes a task, once; each knows the other.
create function konak.requests_to_task(request uuid, stand integer)
    returns table (version integer, made uuid)
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	r konak.customer_requests;
	task uuid;
begin
	if not konak.may('requests.edit') then
		perform konak.denied('requests.edit');
	elsif not konak.may('tasks.create') then
		perform konak.denied('tasks.create');
	end if;
	select x.* into r from konak.customer_requests x
	where x.company_id = konak.company() and x.id = request
	    and x.deleted_at is null for update;
	if r.id is null then
		perform konak.no_row();
	elsif r.task_id is not null then
		perform konak.fail('requests.has_task');
	elsif r.version <> stand then
		raise exception using errcode = 'KN001', message = 'stale';
	elsif r.status in ('resolved', 'closed') then
		perform konak.fail('requests.closed');
	end if;
	insert into konak.tasks as t (company_id, title, description,
	    project_id, assigned_to, priority, due_date)
	values (r.company_id, left(r.number || ' ' || r.subject, 255),
	    r.description, r.project_id, r.assigned_to,
	    r.priority::text::konak.task_priority,
	    (r.due_at at time zone (select c.timezone from konak.companies c
		where c.id = r.company_id))::date)
	returning t.id into task;
	return query update konak.customer_requests x set task_id = task,
	    status = case x.status when 'new' then 'in_progress'
		else x.status end
	where x.company_id = r.company_id and x.id = r.id
	returning x.version, task;
end $$;
grant execute on function konak.requests_to_task(uuid, integer) to konak_app;

set local role konak_owner;
