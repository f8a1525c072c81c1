-- 0042-domains.sql - domain names, their DNS records, hostings.

do $$ begin
	perform konak.grant_default('domains.view', 'domains',
	    'Alan adı ve hostingleri görüntüle', 'View domains and hostings',
	    '["owner","admin","manager","employee","intern"]');
	perform konak.grant_default('domains.create', 'domains',
	    'Alan adı ve hosting ekle', 'Add domains and hostings',
	    '["owner","admin","manager"]');
	perform konak.grant_default('domains.edit', 'domains',
	    'Alan adı ve hosting düzenle', 'Edit domains and hostings',
	    '["owner","admin","manager","employee"]');
	perform konak.grant_default('domains.delete', 'domains',
	    'Alan adı ve hosting sil', 'Delete domains and hostings',
	    '["owner","admin","manager"]');
	perform konak.grant_default('domains.view_cost', 'domains',
	    'Yenileme bedellerini gör', 'See costs of renewal',
	    '["owner","admin","manager"]');
end $$;

create type konak.domain_check_state as enum
    ('ok', 'unknown', 'failed');

create table konak.domains (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	domain_name text not null,
	customer_id uuid not null,
	registrar text,
	register_date date,
	expire_date date,
	auto_renew boolean not null default false,
	dns_provider text,
	ssl_issuer text,
	ssl_expire_date date,
	renewal_cost numeric(14,2),
	renewal_price numeric(14,2),
	currency char(3) not null default 'TRY',
	check_state konak.domain_check_state not null default 'unknown',
	last_checked_at timestamptz,
	notes text,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(domain_name
	    || ' ' || coalesce(registrar, '')
	    || ' ' || coalesce(dns_provider, ''))) stored,
	constraint domains_pkey primary key (company_id, id),
	constraint domains_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint domains_domain_name_length check (length(domain_name) between 1 and 253),
	constraint domains_customer_id_fkey foreign key (company_id, customer_id)
	    references konak.customers,
	constraint domains_registrar_length check (length(registrar) <= 100),
	constraint domains_dns_provider_length check (length(dns_provider) <= 100),
	constraint domains_ssl_issuer_length check (length(ssl_issuer) <= 100),
	constraint domains_renewal_cost_range check (renewal_cost >= 0),
	constraint domains_renewal_price_range check (renewal_price >= 0),
	constraint domains_currency_form check (currency ~ '^[A-Z]{3}$'),
	constraint domains_notes_length check (length(notes) <= 20000),
	constraint domains_domain_name_form check (domain_name
	    ~ '^([[:alnum:]]([[:alnum:]-]{0,61}[[:alnum:]])?\.)+[[:alnum:]-]{2,63}$'),
	constraint domains_expire_date_order check (expire_date >= register_date)
);

select konak.sort_index('konak.domains', 'domain_name');
select konak.sort_index('konak.domains', 'expire_date', '{customer_id}');
select konak.sort_index('konak.domains', 'expire_date');
select konak.sort_index('konak.domains', 'expire_date', '{auto_renew}');
select konak.sort_index('konak.domains', 'ssl_expire_date');
select konak.sort_index('konak.domains', 'expire_date', '{check_state}');
create index domains_search on konak.domains
    using gin (company_id, search gin_trgm_ops);
create unique index domains_domain_name_key on konak.domains
    (company_id, domain_name) where deleted_at is null;

-- As people paste it: https://www.ABC.com/ is abc.com.
create function konak.domains_name() returns trigger
language plpgsql
as $$
begin
	new.domain_name := lower(translate(trim(new.domain_name), 'Iİ', 'ii'));
	new.domain_name := regexp_replace(new.domain_name, '^[a-z]+://', '');
	new.domain_name := regexp_replace(new.domain_name, '[/:?#].*$', '');
	new.domain_name := regexp_replace(new.domain_name, '^www\.|\.$', '', 'g');
	return new;
end $$;
create trigger domains_10_name before insert or update on konak.domains
    for each row execute function konak.domains_name();

select konak.protect('konak.domains', '{"record": "domains", "module": "domains", "audit": "DOMAIN", "title": "domain_name", "view": {"domains.view": "all"}, "create": {"domains.create": "all"}, "edit": {"domains.edit": "all"}, "delete": {"domains.delete": "all"}, "see": {"renewal_cost": "domains.view_cost", "renewal_price": "domains.view_cost"}, "readonly": ["check_state", "last_checked_at"], "internal": ["search"], "quiet": ["last_checked_at"], "parent": {"table": "customers", "column": "customer_id"}}'::jsonb);

create type konak.dns_record_type as enum
    ('A', 'AAAA', 'CNAME', 'MX', 'TXT', 'NS', 'SRV', 'CAA');

create table konak.dns_records (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	domain_id uuid not null,
	type konak.dns_record_type not null default 'A',
	name text not null default '@',
	value text not null,
	ttl integer not null default 3600,
	priority integer,
	note text,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint dns_records_pkey primary key (company_id, id),
	constraint dns_records_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint dns_records_domain_id_fkey foreign key (company_id, domain_id)
	    references konak.domains,
	constraint dns_records_name_length check (length(name) between 1 and 253),
	constraint dns_records_value_length check (length(value) between 1 and 2048),
	constraint dns_records_ttl_range check (ttl between 60 and 604800),
	constraint dns_records_priority_range check (priority between 0 and 65535),
	constraint dns_records_note_length check (length(note) <= 255),
	constraint dns_records_value_address check (case type
	    when 'A' then value ~ '^[0-9]{1,3}(\.[0-9]{1,3}){3}$'
	    when 'AAAA' then value ~ '^[0-9a-fA-F:.]+$' and value like '%:%'
	    else true end),
	constraint dns_records_priority_needed check
	    ((type in ('MX', 'SRV')) = (priority is not null))
);

select konak.sort_index('konak.dns_records', 'name', '{domain_id}');
select konak.sort_index('konak.dns_records', 'name', '{type}');
select konak.sort_index('konak.dns_records', 'name');

select konak.protect('konak.dns_records', '{"record": "dns_records", "module": "domains", "audit": "DNS_RECORD", "title": "value", "view": {"domains.view": "all"}, "create": {"domains.edit": "all"}, "edit": {"domains.edit": "all"}, "delete": {"domains.edit": "all"}, "once": ["domain_id"], "parent": {"table": "domains", "column": "domain_id"}}'::jsonb);

create table konak.hostings (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	customer_id uuid not null,
	provider text not null,
	plan_name text not null,
	server_ip inet,
	username text,
	expire_date date,
	renewal_cost numeric(14,2),
	renewal_price numeric(14,2),
	currency char(3) not null default 'TRY',
	notes text,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(provider
	    || ' ' || plan_name
	    || ' ' || coalesce(username, ''))) stored,
	constraint hostings_pkey primary key (company_id, id),
	constraint hostings_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint hostings_customer_id_fkey foreign key (company_id, customer_id)
	    references konak.customers,
	constraint hostings_provider_length check (length(provider) between 1 and 100),
	constraint hostings_plan_name_length check (length(plan_name) between 1 and 100),
	constraint hostings_username_length check (length(username) <= 100),
	constraint hostings_renewal_cost_range check (renewal_cost >= 0),
	constraint hostings_renewal_price_range check (renewal_price >= 0),
	constraint hostings_currency_form check (currency ~ '^[A-Z]{3}$'),
	constraint hostings_notes_length check (length(notes) <= 20000),
	constraint hostings_server_ip_host check
	    (masklen(server_ip) = case family(server_ip) when 4 then 32 else 128 end)
);

select konak.sort_index('konak.hostings', 'expire_date', '{customer_id}');
select konak.sort_index('konak.hostings', 'provider');
select konak.sort_index('konak.hostings', 'expire_date');
create index hostings_search on konak.hostings
    using gin (company_id, search gin_trgm_ops);

select konak.protect('konak.hostings', '{"record": "hostings", "module": "domains", "audit": "HOSTING", "title": ["provider", "plan_name"], "view": {"domains.view": "all"}, "create": {"domains.create": "all"}, "edit": {"domains.edit": "all"}, "delete": {"domains.delete": "all"}, "see": {"renewal_cost": "domains.view_cost", "renewal_price": "domains.view_cost"}, "internal": ["search"], "parent": {"table": "customers", "column": "customer_id"}}'::jsonb);
