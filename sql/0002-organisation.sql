-- 0002-organisation.sql - the group, its companies, people, memberships,
-- roles and rights. Who may do what with these rows stands in 0004, once
-- konak.protect() exists.

create table konak.groups (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	name text not null,
	slug text not null,
	logo bytea,
	settings jsonb not null default '{}',
	is_active boolean not null default true,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	constraint groups_pkey primary key (company_id, id),
	-- companies.group_id refers to it; a tenant has one group.
	constraint groups_id_key unique (id),
	constraint groups_name_length check (length(name) between 1 and 255),
	constraint groups_slug_form check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$')
);
create unique index groups_one on konak.groups ((true));

create table konak.companies (
	-- A company's own row belongs to itself.
	company_id uuid not null generated always as (id) stored,
	id uuid not null default konak.uuid7(),
	group_id uuid not null,
	parent_id uuid,
	company_type text not null default 'main',
	kind text,
	name text not null,
	slug text not null,
	description text,
	tax_number text,
	tax_office text,
	address text,
	city text,
	state text,
	postal_code text,
	country text not null default 'Türkiye',
	phone text,
	email text,
	website text,
	logo bytea,
	color_primary text not null default '#2563eb',
	color_secondary text not null default '#64748b',
	settings jsonb not null default '{}',
	currency char(3) not null default 'TRY',
	timezone text not null default 'Europe/Istanbul',
	date_format text not null default 'DD.MM.YYYY',
	fiscal_year_start text not null default '01-01',
	invoice_prefix text not null default 'DJT',
	invoice_next_number integer not null default 1001,
	modules_enabled text[] not null default '{}',
	-- Networks people may enter from; null: anywhere.
	allowed_networks text[],
	domain text,
	academic_year_start date,
	academic_year_end date,
	trial_ends_at timestamptz,
	subscription_status text,
	stripe_customer_id text,
	iyzico_customer_id text,
	current_teachers integer not null default 0,
	current_students integer not null default 0,
	current_classes integer not null default 0,
	sort_order integer not null default 0,
	is_active boolean not null default true,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	search text not null generated always as (' ' || konak.fold(name || ' '
	    || coalesce(city, '') || ' ' || coalesce(description, ''))) stored,
	constraint companies_pkey primary key (company_id, id),
	-- What every company_id of the database refers to.
	constraint companies_id_key unique (id),
	constraint companies_slug_key unique (slug),
	constraint companies_email_key unique (email),
	constraint companies_domain_key unique (domain),
	constraint companies_group_id_fkey foreign key (group_id)
	    references konak.groups (id) deferrable initially deferred,
	constraint companies_parent_id_fkey foreign key (parent_id)
	    references konak.companies (id),
	constraint companies_company_type_value check
	    (company_type in ('main', 'subsidiary', 'group')),
	constraint companies_kind_value check (case company_type
	    when 'group' then kind is null
	    else kind is not null and kind in ('agency', 'school', 'studio') end),
	constraint companies_parent_id_required check
	    ((company_type = 'subsidiary') = (parent_id is not null)),
	constraint companies_name_length check (length(name) between 1 and 255),
	constraint companies_slug_form check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
	constraint companies_tax_number_digits check (konak.tax_no_ok(tax_number)),
	constraint companies_tax_office_length check (length(tax_office) <= 100),
	constraint companies_address_length check (length(address) <= 2000),
	constraint companies_city_length check (length(city) <= 100),
	constraint companies_state_length check (length(state) <= 100),
	constraint companies_postal_code_length check (length(postal_code) <= 10),
	constraint companies_country_length check (length(country) between 1 and 100),
	constraint companies_phone_form check (konak.phone_ok(phone)),
	constraint companies_email_form check (konak.email_ok(email)),
	constraint companies_email_required check
	    (email is not null or company_type = 'group'),
	constraint companies_website_form check (konak.url_ok(website)),
	constraint companies_domain_length check (length(domain) <= 255),
	constraint companies_description_length check (length(description) <= 2000),
	constraint companies_logo_length check (length(logo) <= 65536),
	constraint companies_color_primary_form check (konak.color_ok(color_primary)),
	constraint companies_color_secondary_form check (konak.color_ok(color_secondary)),
	constraint companies_settings_object check (jsonb_typeof(settings) = 'object'),
	constraint companies_currency_form check (currency ~ '^[A-Z]{3}$'),
	constraint companies_timezone_length check (length(timezone) <= 50),
	constraint companies_date_format_value check (date_format in
	    ('DD.MM.YYYY', 'YYYY-MM-DD', 'DD/MM/YYYY', 'MM/DD/YYYY')),
	constraint companies_fiscal_year_start_form check (fiscal_year_start ~
	    '^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'),
	constraint companies_invoice_prefix_form check (invoice_prefix ~ '^[A-Z0-9]{1,10}$'),
	constraint companies_invoice_next_number_range check (invoice_next_number > 0),
	constraint companies_allowed_networks_form check (konak.networks_ok(allowed_networks)),
	constraint companies_academic_year_end_order check
	    (academic_year_end > academic_year_start),
	constraint companies_subscription_status_value check (subscription_status in
	    ('trial', 'active', 'past_due', 'cancelled')),
	constraint companies_current_teachers_range check (current_teachers >= 0),
	constraint companies_current_students_range check (current_students >= 0),
	constraint companies_current_classes_range check (current_classes >= 0)
);
create unique index companies_group_one on konak.companies (company_type)
    where company_type = 'group';
create index companies_group_id_idx on konak.companies (group_id);
create index companies_parent_id_idx on konak.companies (parent_id);
create index companies_name_idx on konak.companies
    (company_id, name collate "tr-x-icu", id);
alter table konak.groups add constraint groups_company_id_fkey
    foreign key (company_id) references konak.companies (id)
    deferrable initially deferred;

-- The row that owns what belongs to no single company.
-- PL/pgSQL keeps its plan; in SQL every statement that asks parsed it again
-- (45 µs, half of what reading a row costs).
create function konak.group_company() returns uuid
language plpgsql stable parallel safe
as $$ begin return (select g.company_id from konak.groups g); end $$;

-- The company's own date, whatever the server's zone is.
create function konak.today() returns date
language plpgsql stable parallel safe
as $$
begin
	return (konak.now() at time zone coalesce((select c.timezone
	    from konak.companies c where c.id = konak.company()),
	    'Europe/Istanbul'))::date;
end $$;

create function konak.companies_tree() returns trigger
language plpgsql
as $$
declare
	up uuid;
	n integer := 0;
begin
	if tg_op = 'INSERT' then
		new.group_id := coalesce(new.group_id,
		    (select g.id from konak.groups g));
		if new.modules_enabled = '{}' then
			new.modules_enabled := case new.kind
			when 'agency' then '{customers,leads,requests,domains,vault,seo,projects,tasks,time,proposals,references,files,finance,whatsapp}'::text[]
			when 'school' then '{school,timetable,files}'::text[]
			when 'studio' then '{studio,credits,files}'::text[]
			else '{}'::text[] end;
		end if;
	end if;
	if not exists (select from pg_catalog.pg_timezone_names z
	    where z.name = new.timezone) then
		perform konak.fail('company.timezone', jsonb_build_object(
		    'name', new.timezone), 'timezone');
	end if;
	if new.parent_id is null then
		return new;
	end if;
	-- Two moves at once could close a circle that neither sees.
	perform pg_advisory_xact_lock(hashtextextended('konak company tree', 0));
	up := new.parent_id;
	while up is not null loop
		n := n + 1;
		if up = new.id or n > 1000 then
			perform konak.fail('company.cycle', '{}', 'parent_id');
		end if;
		select c.parent_id into up from konak.companies c
		    where c.id = up and c.company_type <> 'group';
		if not found then
			perform konak.bad_ref('parent_id');
		end if;
	end loop;
	return new;
end $$;
create trigger companies_10_tree
    before insert or update of parent_id, timezone on konak.companies
    for each row execute function konak.companies_tree();

-- ----------------------------------------------------------------- people

create table konak.users (
	company_id uuid not null default konak.group_company(),
	id uuid not null default konak.uuid7(),
	email text not null,
	first_name text not null,
	last_name text not null,
	phone text,
	avatar bytea,
	timezone text not null default 'Europe/Istanbul',
	language text not null default 'tr',
	date_of_birth date,
	gender text,
	address text,
	notification_preferences jsonb not null default '{}',
	email_verified boolean not null default false,
	phone_verified boolean not null default false,
	two_fa_enabled boolean not null default false,
	last_login timestamptz,
	is_active boolean not null default true,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	name text not null generated always as (first_name || ' ' || last_name) stored,
	search text not null generated always as (' ' || konak.fold(first_name || ' '
	    || last_name || ' ' || email || ' ' || coalesce(phone, ''))) stored,
	constraint users_pkey primary key (company_id, id),
	-- Memberships in any company refer to a person of the group.
	constraint users_id_key unique (id),
	constraint users_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint users_email_form check (konak.email_ok(email)),
	constraint users_first_name_length check (length(first_name) between 1 and 100),
	constraint users_last_name_length check (length(last_name) between 1 and 100),
	constraint users_phone_form check (konak.phone_ok(phone)),
	constraint users_avatar_length check (length(avatar) <= 65536),
	constraint users_timezone_length check (length(timezone) <= 50),
	constraint users_language_value check (language in ('tr', 'en')),
	constraint users_gender_value check (gender in ('male', 'female', 'other')),
	constraint users_address_length check (length(address) <= 2000),
	constraint users_date_of_birth_range check (date_of_birth >= '1900-01-01'),
	constraint users_notification_preferences_object check
	    (jsonb_typeof(notification_preferences) = 'object')
);
-- One person, one address, in the whole tenant, whatever the case.
create unique index users_email_key on konak.users (lower(email collate "C"));
create index users_name_idx on konak.users
    (company_id, name collate "tr-x-icu", id);
create index users_search on konak.users
    using gin (company_id, search gin_trgm_ops);

-- A new address is a new claim.
create function konak.users_verified() returns trigger
language plpgsql
as $$
begin
	if new.email is distinct from old.email then
		new.email_verified := false;
	end if;
	if new.phone is distinct from old.phone then
		new.phone_verified := false;
	end if;
	return new;
end $$;
create trigger users_10_verified before update of email, phone on konak.users
    for each row execute function konak.users_verified();

-- ----------------------------------------------------------------- rights

-- The codes of the whole program, the same in every company; filled by
-- konak.grant_default() in the migration of the module they belong to.
create table konak.permissions (
	code text not null,
	module text not null,
	name_tr text not null,
	name_en text not null,
	description text,
	-- What a role may hold it with: all, team, own, or a module's own.
	scopes text[] not null default '{all}',
	sort serial not null,
	constraint permissions_pkey primary key (code),
	constraint permissions_code_form check (code ~ '^[a-z_]+\.[a-z_]+$'),
	constraint permissions_scopes_form check (scopes <> '{}')
);

create table konak.role_templates (
	kind text not null,
	template text not null,
	name text not null,
	description text not null,
	sort integer not null,
	constraint role_templates_pkey primary key (kind, template)
);

create table konak.role_template_permissions (
	kind text not null,
	template text not null,
	code text not null,
	scope text not null,
	constraint role_template_permissions_pkey primary key (kind, template, code),
	constraint role_template_permissions_template_fkey
	    foreign key (kind, template) references konak.role_templates,
	constraint role_template_permissions_code_fkey
	    foreign key (code) references konak.permissions
);

create table konak.roles (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	name text not null,
	description text,
	is_system boolean not null default false,
	template text,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(name || ' '
	    || coalesce(description, ''))) stored,
	constraint roles_pkey primary key (company_id, id),
	constraint roles_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint roles_name_length check (length(name) between 1 and 100),
	constraint roles_description_length check (length(description) <= 2000),
	constraint roles_template_system check ((template is not null) = is_system)
);
create unique index roles_name_key on konak.roles
    (company_id, konak.fold(name)) where deleted_at is null;
create unique index roles_template_key on konak.roles (company_id, template);
create index roles_name_idx on konak.roles
    (company_id, name collate "tr-x-icu", id) where deleted_at is null;
create index roles_search on konak.roles
    using gin (company_id, search gin_trgm_ops);

create table konak.role_permissions (
	company_id uuid not null,
	role_id uuid not null,
	code text not null,
	scope text not null default 'all',
	constraint role_permissions_pkey primary key (company_id, role_id, code),
	constraint role_permissions_role_id_fkey foreign key (company_id, role_id)
	    references konak.roles,
	constraint role_permissions_code_fkey foreign key (code)
	    references konak.permissions
);
create index role_permissions_code_idx on konak.role_permissions (company_id, code);

create table konak.memberships (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	user_id uuid not null,
	role_id uuid not null,
	is_owner boolean not null default false,
	is_default boolean not null default false,
	last_accessed_at timestamptz,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint memberships_pkey primary key (company_id, id),
	-- Every person in a business row refers to it: only people of that
	-- company can be put there. An ended membership keeps its row.
	constraint memberships_user_id_key unique (company_id, user_id),
	constraint memberships_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint memberships_user_id_fkey foreign key (user_id)
	    references konak.users (id),
	constraint memberships_role_id_fkey foreign key (company_id, role_id)
	    references konak.roles
);
create index memberships_user_id_idx on konak.memberships (user_id, company_id)
    where deleted_at is null;
create index memberships_role_id_idx on konak.memberships (company_id, role_id);
create index memberships_created_at_idx on konak.memberships
    (company_id, created_at, id) where deleted_at is null;

create table konak.group_members (
	company_id uuid not null default konak.group_company(),
	id uuid not null default konak.uuid7(),
	user_id uuid not null,
	can_view_consolidated boolean not null default false,
	can_manage boolean not null default false,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint group_members_pkey primary key (company_id, id),
	constraint group_members_user_id_key unique (company_id, user_id),
	constraint group_members_user_id_fkey foreign key (company_id, user_id)
	    references konak.users
);

-- ------------------------------------------------------ roles of a company

-- Whoever makes a company, its system roles come with it.
grant select on konak.role_templates, konak.role_template_permissions
    to konak_auth;
set local role konak_auth;
create function konak.companies_roles() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	if new.company_type = 'group' then
		return null;
	end if;
	insert into konak.roles (company_id, name, description, is_system, template)
	select new.id, t.name, t.description, true, t.template
	from konak.role_templates t where t.kind = new.kind order by t.sort;
	insert into konak.role_permissions (company_id, role_id, code, scope)
	select r.company_id, r.id, p.code, p.scope
	from konak.roles r
	join konak.role_template_permissions p
	    on p.kind = new.kind and p.template = r.template
	where r.company_id = new.id;
	return null;
end $$;
grant execute on function konak.companies_roles() to konak_owner;
set local role konak_owner;
create trigger companies_90_roles after insert on konak.companies
    for each row execute function konak.companies_roles();

-- Declares a right and gives it to the system roles: to the templates, so
-- that new companies have it, and to the companies that stand already. Run
-- again it changes labels, and adds what is new to the template only: what an
-- owner has taken away stays away. roles: '["owner"]' or '{"employee":
-- "own"}'; 'school:admin' means one kind of company.
create function konak.grant_default(code text, module text, name_tr text,
    name_en text, roles jsonb default '[]', scopes text[] default '{all}')
    returns void
language plpgsql
as $$
#variable_conflict use_variable
declare
	g record;
begin
	insert into konak.permissions as p (code, module, name_tr, name_en, scopes)
	values (code, module, name_tr, name_en, scopes)
	on conflict on constraint permissions_pkey do update set
	    module = excluded.module, name_tr = excluded.name_tr,
	    name_en = excluded.name_en, scopes = excluded.scopes;
	for g in
		select t.kind, t.template, w.scope
		from (select e.v #>> '{}' as who, 'all' as scope
		    from jsonb_array_elements(case jsonb_typeof(roles)
			when 'array' then roles else '[]' end) e(v)
		    union all
		    select e.k, e.v #>> '{}'
		    from jsonb_each(case jsonb_typeof(roles)
			when 'object' then roles else '{}' end) e(k, v)) w
		left join konak.role_templates t
		    on w.who in (t.template, t.kind || ':' || t.template)
	loop
		if g.template is null then
			raise exception 'grant_default(%): no such role template in %',
			    code, roles;
		elsif g.scope <> all (scopes) then
			raise exception 'grant_default(%): scope % is not among %',
			    code, g.scope, scopes;
		end if;
		insert into konak.role_template_permissions as tp
		    (kind, template, code, scope)
		values (g.kind, g.template, code, g.scope)
		on conflict on constraint role_template_permissions_pkey do nothing;
		if found then
			insert into konak.role_permissions
			    (company_id, role_id, code, scope)
			select r.company_id, r.id, code, g.scope
			from konak.roles r
			join konak.companies c on c.id = r.company_id
			where r.template = g.template and c.kind = g.kind
			on conflict on constraint role_permissions_pkey do nothing;
		end if;
	end loop;
end $$;

insert into konak.role_templates (kind, template, name, description, sort)
select k, t.template, t.name, t.description, t.sort
from unnest(array['agency', 'school', 'studio']) k,
    (values ('owner', 'Patron', 'Şirketin sahibi: her şeyi görür ve yapar', 1),
	('admin', 'Yönetici', 'Şirketi yönetir; finansı yalnız görür', 2))
	t(template, name, description, sort)
union all values
    ('agency', 'manager', 'Müdür', 'Kendi ekibini ve müşterileri yönetir', 3),
    ('agency', 'employee', 'Çalışan', 'Kendi görevleri ve bütün müşteriler', 4),
    ('agency', 'intern', 'Stajyer', 'Kendi görevleri; para ve kasa görmez', 5),
    ('school', 'class_teacher', 'Sınıf Öğretmeni', 'Kendi sınıfından sorumlu öğretmen', 3),
    ('school', 'subject_teacher', 'Branş Öğretmeni', 'Girdiği derslerin öğretmeni', 4),
    ('school', 'parent', 'Veli', 'Kendi çocuğunun bilgilerini görür', 5),
    ('school', 'student', 'Öğrenci', 'Kendi bilgilerini görür', 6),
    ('studio', 'staff', 'Personel', 'Görsel ürettirir, kendi işlerini görür', 3);

-- The codes that platform.md names. A module that comes later adds its own.
do $$
declare
	p record;
	al constant text[] := '{all}';
begin
	for p in select * from (values
	('customers.view', 'customers', 'Müşterileri görüntüle', 'View customers', '["owner","admin","manager","employee","intern"]', al),
	('customers.create', 'customers', 'Müşteri ekle', 'Add customers', '["owner","admin","manager"]', al),
	('customers.edit', 'customers', 'Müşteri düzenle', 'Edit customers', '["owner","admin","manager","employee"]', al),
	('customers.delete', 'customers', 'Müşteri sil', 'Delete customers', '["owner","admin","manager"]', al),
	('vault.view', 'vault', 'Şifreleri görüntüle', 'View vault entries', '["owner","admin","manager"]', al),
	('vault.view_password', 'vault', 'Şifre içeriğini göster', 'Reveal passwords', '["owner","admin"]', al),
	('vault.create', 'vault', 'Şifre ekle', 'Add vault entries', '["owner","admin"]', al),
	('vault.edit', 'vault', 'Şifre düzenle', 'Edit vault entries', '["owner","admin"]', al),
	('vault.delete', 'vault', 'Şifre sil', 'Delete vault entries', '["owner","admin"]', al),
	('finance.view', 'finance', 'Finansları görüntüle', 'View finances', '["owner","admin"]', al),
	('finance.manage_income', 'finance', 'Gelir yönet', 'Manage income', '["owner"]', al),
	('finance.manage_expense', 'finance', 'Gider yönet', 'Manage expenses', '["owner"]', al),
	('finance.manage_invoice', 'finance', 'Fatura yönet', 'Manage invoices', '["owner"]', al),
	('finance.view_reports', 'finance', 'Raporları gör', 'View finance reports', '["owner","admin"]', al),
	('tasks.view_all', 'tasks', 'Tüm görevleri gör', 'View all tasks', '{"owner":"all","admin":"all","manager":"team"}', '{all,team}'),
	('tasks.view_own', 'tasks', 'Kendi görevlerini gör', 'View own tasks', '{"employee":"own","intern":"own"}', '{own}'),
	('tasks.create', 'tasks', 'Görev oluştur', 'Create tasks', '{"owner":"all","admin":"all","manager":"team","employee":"own"}', '{all,team,own}'),
	('tasks.assign', 'tasks', 'Görev ata', 'Assign tasks', '["owner","admin","manager","employee"]', al),
	('tasks.edit', 'tasks', 'Görev düzenle', 'Edit tasks', '{"owner":"all","admin":"all","manager":"team","employee":"own","intern":"own"}', '{all,team,own}'),
	('tasks.delete', 'tasks', 'Görev sil', 'Delete tasks', '{"owner":"all","admin":"all","manager":"team","employee":"own"}', '{all,team,own}'),
	('files.view', 'files', 'Dosyaları görüntüle', 'View files', '["owner","admin","manager","employee","intern"]', al),
	('files.upload', 'files', 'Dosya yükle', 'Upload files', '["owner","admin","manager","employee"]', al),
	('files.download', 'files', 'Dosya indir', 'Download files', '["owner","admin","manager","employee","intern"]', al),
	('files.edit', 'files', 'Dosya düzenle', 'Edit files', '["owner","admin","manager","employee"]', al),
	('files.delete', 'files', 'Dosya sil', 'Delete files', '["owner","admin","manager","employee"]', al),
	('reports.view', 'reports', 'Raporları görüntüle', 'View reports', '["owner","admin","manager"]', al),
	('settings.view', 'settings', 'Ayarları gör', 'View settings', '["owner","admin"]', al),
	('settings.edit', 'settings', 'Ayarları düzenle', 'Edit settings', '["owner","admin"]', al),
	('companies.manage', 'settings', 'Şirketi yönet', 'Manage the company', '["owner"]', al),
	('users.manage', 'users', 'Kullanıcı yönet', 'Manage users', '["owner","admin"]', al),
	('roles.view', 'users', 'Rolleri gör', 'View roles', '["owner","admin"]', al),
	('roles.manage', 'users', 'Rol yönet', 'Manage roles', '["owner"]', al),
	('audit.view', 'audit', 'Denetim kayıtlarını gör', 'View the audit log', '["owner","admin"]', al),
	-- Held through group_members, never through a role.
	('group.view', 'group', 'Konsolide görünüm', 'Consolidated view', '[]', al),
	('group.manage', 'group', 'Holdingi yönet', 'Manage the group', '[]', al)
	) v(code, module, tr, en, roles, scopes)
	loop
		perform konak.grant_default(p.code, p.module, p.tr, p.en,
		    p.roles::jsonb, p.scopes::text[]);
	end loop;
end $$;

create function konak.role_permissions_check() returns trigger
language plpgsql
as $$
declare
	s text[];
begin
	if new.code like 'group.%' then
		perform konak.fail('role.group_right', jsonb_build_object(
		    'code', new.code), 'code');
	end if;
	select p.scopes into s from konak.permissions p where p.code = new.code;
	if new.scope <> all (s) then
		perform konak.fail('role.scope', jsonb_build_object(
		    'code', new.code, 'scope', new.scope), 'scope');
	end if;
	return new;
end $$;
create trigger role_permissions_10_check
    before insert or update on konak.role_permissions
    for each row execute function konak.role_permissions_check();

-- The group and the row that owns what no company owns. Returns that row.
create function konak.group_create(name text, slug text) returns uuid
language plpgsql
as $$
#variable_conflict use_variable
declare
	g uuid := konak.uuid7();
	c uuid := konak.uuid7();
begin
	perform pg_advisory_xact_lock(hashtextextended('konak group', 0));
	if exists (select from konak.groups) then
		return konak.group_company();
	end if;
	insert into konak.groups (company_id, id, name, slug)
	values (c, g, name, slug);
	insert into konak.companies (id, group_id, company_type, name, slug)
	values (c, g, 'group', name, slug || '-group');
	return c;
end $$;

grant execute on function konak.group_company(), konak.today()
    to konak_auth, konak_definer, konak_app, konak_group, konak_backup;
grant execute on function konak.group_create(text, text) to konak_auth;
grant references on konak.users, konak.companies to konak_auth;
grant select on konak.permissions to konak_app, konak_auth, konak_definer;
