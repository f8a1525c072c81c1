-- 0060-price-list.sql - what services cost.

do $$ begin
	perform konak.grant_default('price_list.view', 'proposals',
	    'Fiyat listesini görüntüle', 'View the price list',
	    '["owner","admin","manager","employee"]');
	perform konak.grant_default('price_list.edit', 'proposals',
	    'Fiyat listesini düzenle', 'Edit the price list',
	    '["owner","admin","manager"]');
end $$;

create type konak.price_unit as enum
    ('piece', 'hour', 'day', 'month', 'year');

create table konak.price_list (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	name text not null,
	category text,
	unit konak.price_unit not null default 'piece',
	price numeric(14,2) not null,
	currency char(3) not null default 'TRY',
	description text,
	is_active boolean not null default true,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(name
	    || ' ' || coalesce(description, ''))) stored,
	constraint price_list_pkey primary key (company_id, id),
	constraint price_list_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint price_list_name_length check (length(name) between 1 and 255),
	constraint price_list_category_length check (length(category) <= 100),
	constraint price_list_price_range check (price >= 0),
	constraint price_list_currency_form check (currency ~ '^[A-Z]{3}$'),
	constraint price_list_description_length check (length(description) <= 2000)
);

select konak.sort_index('konak.price_list', 'name');
select konak.sort_index('konak.price_list', 'category');
select konak.sort_index('konak.price_list', 'name', '{unit}');
select konak.sort_index('konak.price_list', 'price');
select konak.sort_index('konak.price_list', 'name', '{is_active}');
create index price_list_search on konak.price_list
    using gin (company_id, search gin_trgm_ops);
create unique index price_list_name_key on konak.price_list
    (company_id, konak.fold(name), unit) where deleted_at is null;

select konak.protect('konak.price_list', '{"record": "price_list", "module": "proposals", "audit": "PRICE", "title": "name", "view": {"price_list.view": "all"}, "create": {"price_list.edit": "all"}, "edit": {"price_list.edit": "all"}, "delete": {"price_list.edit": "all"}, "internal": ["search"]}'::jsonb);
