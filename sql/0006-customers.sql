-- 0006-customers.sql - customers, the people at them, and what was talked.

do $$ begin
	perform konak.grant_default('interactions.view', 'customers',
	    'Görüşmeleri görüntüle', 'View interactions',
	    '["owner","admin","manager","employee","intern"]');
	perform konak.grant_default('interactions.create', 'customers',
	    'Görüşme ekle', 'Add interactions',
	    '["owner","admin","manager","employee"]');
	perform konak.grant_default('interactions.edit', 'customers',
	    'Görüşme düzenle', 'Edit interactions',
	    '["owner","admin","manager","employee"]');
	perform konak.grant_default('interactions.delete', 'customers',
	    'Görüşme sil', 'Delete interactions', '["owner","admin","manager"]');
end $$;

create type konak.customer_status as enum ('active', 'passive', 'potential');

create table konak.customers (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	company_name text not null,
	contact_person text,
	status konak.customer_status not null default 'active',
	sector text,
	phone text,
	email text,
	website text,
	address text,
	city text,
	tax_office text,
	tax_number text,
	notes text,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	-- It begins with a blank, so that '% se%' finds every word's start.
	search text not null generated always as (' ' || konak.fold(company_name
	    || ' ' || coalesce(contact_person, '') || ' ' || coalesce(phone, '')
	    || ' ' || coalesce(email, '') || ' ' || coalesce(city, '')
	    || ' ' || coalesce(sector, '') || ' ' || coalesce(tax_number, ''))) stored,
	constraint customers_pkey primary key (company_id, id),
	constraint customers_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint customers_company_name_length check (length(company_name) between 1 and 255),
	constraint customers_contact_person_length check (length(contact_person) <= 100),
	constraint customers_sector_length check (length(sector) <= 100),
	constraint customers_phone_form check (konak.phone_ok(phone)),
	constraint customers_email_form check (konak.email_ok(email)),
	constraint customers_website_form check (konak.url_ok(website)),
	constraint customers_address_length check (length(address) <= 500),
	constraint customers_city_length check (length(city) <= 100),
	constraint customers_tax_office_length check (length(tax_office) <= 100),
	constraint customers_tax_number_digits check (konak.tax_no_ok(tax_number)),
	constraint customers_notes_length check (length(notes) <= 20000)
);
create unique index customers_tax_number_key on konak.customers
    (company_id, tax_number) where deleted_at is null;
create index customers_company_name_idx on konak.customers
    (company_id, company_name collate "tr-x-icu", id) where deleted_at is null;
create index customers_contact_person_idx on konak.customers
    (company_id, (coalesce(contact_person, E'\uFFFF') collate "tr-x-icu"), id)
    where deleted_at is null;
create index customers_sector_idx on konak.customers
    (company_id, (coalesce(sector, E'\uFFFF') collate "tr-x-icu"), id)
    where deleted_at is null;
create index customers_city_idx on konak.customers
    (company_id, (coalesce(city, E'\uFFFF') collate "tr-x-icu"), id)
    where deleted_at is null;
create index customers_status_idx on konak.customers
    (company_id, status, id) where deleted_at is null;
create index customers_created_at_idx on konak.customers
    (company_id, created_at, id) where deleted_at is null;
create index customers_search on konak.customers
    using gin (company_id, search gin_trgm_ops);

select konak.protect('konak.customers', '{"record": "customers", "module": "customers", "audit": "CUSTOMER", "title": "company_name", "view": {"customers.view": "all"}, "create": {"customers.create": "all"}, "edit": {"customers.edit": "all"}, "delete": {"customers.delete": "all"}, "internal": ["search"]}'::jsonb);
-- The consolidated view counts them; it reads no other column.
create policy group_select on konak.customers for select to konak_group
    using ((select konak.may('group.view')));
grant select (company_id, status, deleted_at) on konak.customers to konak_group;

create table konak.customer_contacts (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	customer_id uuid not null,
	name text not null,
	title text,
	phone text,
	email text,
	is_primary boolean not null default false,
	notes text,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(name
	    || ' ' || coalesce(title, '') || ' ' || coalesce(phone, '')
	    || ' ' || coalesce(email, ''))) stored,
	constraint customer_contacts_pkey primary key (company_id, id),
	-- An interaction's person is one of its customer's.
	constraint customer_contacts_customer_id_key unique (company_id, customer_id, id),
	constraint customer_contacts_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint customer_contacts_customer_id_fkey
	    foreign key (company_id, customer_id) references konak.customers,
	constraint customer_contacts_name_length check (length(name) between 1 and 100),
	constraint customer_contacts_title_length check (length(title) <= 100),
	constraint customer_contacts_phone_form check (konak.phone_ok(phone)),
	constraint customer_contacts_email_form check (konak.email_ok(email)),
	constraint customer_contacts_notes_length check (length(notes) <= 5000)
);
create unique index customer_contacts_primary_key on konak.customer_contacts
    (company_id, customer_id) where is_primary and deleted_at is null;
create index customer_contacts_name_idx on konak.customer_contacts
    (company_id, name collate "tr-x-icu", id) where deleted_at is null;
create index customer_contacts_customer_id_idx on konak.customer_contacts
    (company_id, customer_id, name collate "tr-x-icu", id);
create index customer_contacts_search on konak.customer_contacts
    using gin (company_id, search gin_trgm_ops);

select konak.protect('konak.customer_contacts', '{"record": "customer_contacts", "module": "customers", "audit": "CUSTOMER_CONTACT", "title": "name", "view": {"customers.view": "all"}, "create": {"customers.create": "all"}, "edit": {"customers.edit": "all"}, "delete": {"customers.delete": "all"}, "once": ["customer_id"], "internal": ["search"], "parent": {"table": "customers", "column": "customer_id"}}'::jsonb);

create type konak.interaction_kind as enum
    ('call', 'meeting', 'email', 'whatsapp', 'note');

create table konak.interactions (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	customer_id uuid not null,
	contact_id uuid,
	kind konak.interaction_kind not null default 'call',
	happened_at timestamptz not null default konak.now(),
	user_id uuid not null default konak.me(),
	text text not null,
	remind_at timestamptz,
	-- set by the reminder's job
	reminded_at timestamptz,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(text)) stored,
	constraint interactions_pkey primary key (company_id, id),
	constraint interactions_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint interactions_customer_id_fkey
	    foreign key (company_id, customer_id) references konak.customers,
	constraint interactions_contact_id_fkey
	    foreign key (company_id, customer_id, contact_id)
	    references konak.customer_contacts (company_id, customer_id, id),
	constraint interactions_user_id_fkey foreign key (company_id, user_id)
	    references konak.memberships (company_id, user_id),
	constraint interactions_text_length check (length(text) between 1 and 20000)
);
create index interactions_happened_at_idx on konak.interactions
    (company_id, happened_at, id) where deleted_at is null;
create index interactions_kind_idx on konak.interactions
    (company_id, kind, happened_at, id) where deleted_at is null;
create index interactions_remind_at_idx on konak.interactions
    (company_id, coalesce(remind_at, 'infinity'), id) where deleted_at is null;
create index interactions_due_idx on konak.interactions (company_id, remind_at)
    where remind_at is not null and reminded_at is null and deleted_at is null;
create index interactions_customer_id_idx on konak.interactions
    (company_id, customer_id, happened_at, id);
create index interactions_contact_id_idx on konak.interactions
    (company_id, customer_id, contact_id);
create index interactions_user_id_idx on konak.interactions
    (company_id, user_id, happened_at);
create index interactions_search on konak.interactions
    using gin (company_id, search gin_trgm_ops);

-- Moving the reminder makes it due again.
create function konak.interactions_remind() returns trigger
language plpgsql
as $$
begin
	new.reminded_at := null;
	return new;
end $$;
create trigger interactions_10_remind before update on konak.interactions
    for each row when (old.remind_at is distinct from new.remind_at)
    execute function konak.interactions_remind();

select konak.protect('konak.interactions', '{"record": "interactions", "module": "customers", "audit": "INTERACTION", "title": "text", "view": {"interactions.view": "all"}, "create": {"interactions.create": "all"}, "edit": {"interactions.edit": "all"}, "delete": {"interactions.delete": "all"}, "once": ["customer_id"], "readonly": ["reminded_at"], "internal": ["search"], "quiet": ["reminded_at"], "parent": {"table": "customers", "column": "customer_id"}}'::jsonb);

-- What the consolidated view shows, a row a company, subsidiaries below their
-- parents; money comes with its module. It runs as konak_group, which sees
-- across companies and nothing but these counts.
create function konak.group_summary() returns table (company_id uuid,
    parent_id uuid, name text, company_type text, kind text,
    color_primary text, depth integer, customers bigint)
language sql stable
as $$
	with recursive tree as (
		select c.id, 0 as depth,
		    array[lpad(c.sort_order::text, 10, '0') || c.name] as path
		from konak.companies c
		where c.parent_id is null and c.company_type <> 'group'
		    and c.is_active
		union all
		select c.id, t.depth + 1,
		    t.path || (lpad(c.sort_order::text, 10, '0') || c.name)
		from konak.companies c join tree t on c.parent_id = t.id
		where c.is_active)
	select c.id, c.parent_id, c.name, c.company_type, c.kind,
	    c.color_primary, t.depth, (select count(*) from konak.customers k
		where k.company_id = c.id and k.deleted_at is null)
	from tree t join konak.companies c on c.id = t.id
	order by t.path
$$;
-- Not in CREATE: there it would have to be executable by that role already.
alter function konak.group_summary() set role = 'konak_group';
grant execute on function konak.group_summary() to konak_app, konak_group;
