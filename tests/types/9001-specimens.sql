-- 9001-specimens.sql - tables of the test types.

do $$ begin
	perform konak.grant_default('specimens.view', 'customers',
	    'Örnekleri gör', 'View specimens', '{"owner": "all",
	    "admin": "all", "manager": "all", "employee": "own"}', '{all,own}');
	perform konak.grant_default('specimens.create', 'customers',
	    'Örnek ekle', 'Add specimens',
	    '["owner", "admin", "manager", "employee"]');
	perform konak.grant_default('specimens.edit', 'customers',
	    'Örnek düzenle', 'Edit specimens', '{"owner": "all",
	    "admin": "all", "manager": "all", "employee": "own"}', '{all,own}');
	perform konak.grant_default('specimens.delete', 'customers',
	    'Örnek sil', 'Delete specimens', '["owner", "admin"]');
	perform konak.grant_default('specimens.price', 'customers',
	    'Bedelleri gör', 'See prices', '["owner", "admin"]');
	perform konak.grant_default('specimens.approve', 'customers',
	    'Örnek onayla', 'Approve specimens', '["owner"]');
end $$;

create type konak.specimen_grade as enum ('low', 'mid', 'top');

create table konak.specimens (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	name varchar(60) not null,
	story text,
	mail text,
	phone text,
	site text,
	amount integer,
	big bigint,
	ratio numeric(14,4),
	price numeric(14,2),
	price_currency char(3),
	discount numeric(5,2),
	born date,
	rings_at time,
	met_at timestamptz,
	lasted integer,
	checked boolean not null default false,
	grade konak.specimen_grade not null default 'low',
	colours text[],
	tags text[],
	owner_id uuid,
	customer_id uuid,
	contact_id uuid,
	vkn text,
	tckn text,
	tax_no text,
	iban text,
	tint char(7),
	zone text,
	tongue text,
	network inet,
	city varchar(100),
	origin text,
	approved boolean not null default false,
	seen_at timestamptz,
	raw jsonb default '{"a": 1}',
	trace uuid default gen_random_uuid(),
	hidden text default 'never',
	search text not null generated always as
	    (' ' || konak.fold(name || ' ' || coalesce(story, ''))) stored,
	version integer not null default 1,
	created_at timestamptz not null default konak.now(),
	created_by uuid,
	updated_at timestamptz not null default konak.now(),
	deleted_at timestamptz,
	deleted_request uuid,
	constraint specimens_pkey primary key (company_id, id),
	constraint specimens_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint specimens_owner_id_fkey foreign key (company_id, owner_id)
	    references konak.memberships (company_id, user_id),
	constraint specimens_customer_id_fkey
	    foreign key (company_id, customer_id) references konak.customers,
	constraint specimens_contact_id_fkey
	    foreign key (company_id, contact_id)
	    references konak.customer_contacts (company_id, id),
	constraint specimens_city_check check (city <> 'Atlantis'),
	constraint specimens_born_early check (born < '2100-01-01')
);
create unique index specimens_vkn_key on konak.specimens (company_id, vkn)
    where deleted_at is null;
select konak.sort_index('konak.specimens', c)
from unnest(array['name', 'amount', 'big', 'ratio', 'born', 'rings_at',
    'met_at', 'lasted', 'checked', 'grade']::name[]) c;
create index on konak.specimens using gin (company_id, colours);
create index on konak.specimens using gin (company_id, tags);
create index on konak.specimens
    (company_id, owner_id, name collate "tr-x-icu", id);
create index on konak.specimens (company_id, customer_id);
create index on konak.specimens (company_id, contact_id);
create index on konak.specimens
    using gin (company_id, search gin_trgm_ops);

create function konak.specimens_many() returns trigger
language plpgsql
as $$
begin
	if new.amount = 99 then
		raise exception using errcode = 'KN002',
		    message = 'specimens.too_many', detail = '{}';
	end if;
	return new;
end $$;
create trigger specimens_10_many before insert or update on konak.specimens
    for each row execute function konak.specimens_many();

create table konak.specimen_parts (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	specimen_id uuid not null,
	position integer,
	quantity numeric(14,3),
	price numeric(14,2),
	total numeric(14,2) generated always as (round(quantity * price, 2)) stored,
	code varchar(20) not null,
	version integer not null default 1,
	created_at timestamptz not null default konak.now(),
	created_by uuid,
	updated_at timestamptz not null default konak.now(),
	deleted_at timestamptz,
	deleted_request uuid,
	constraint specimen_parts_pkey primary key (company_id, id),
	constraint specimen_parts_price_check check (price <> 13),
	constraint specimen_parts_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint specimen_parts_specimen_id_fkey
	    foreign key (company_id, specimen_id) references konak.specimens
);
create index on konak.specimen_parts (company_id, specimen_id);
select konak.sort_index('konak.specimen_parts', 'code', numbered => true);

select konak.protect('konak.specimens', '{"record": "specimens", "module": "customers", "audit": "SPECIMEN", "title": "name", "view": {"specimens.view": ["all", "own"]}, "create": {"specimens.create": "all"}, "edit": {"specimens.edit": ["all", "own"]}, "delete": {"specimens.delete": "all"}, "scopes": {"own": "owner_id = konak.me()"}, "see": {"price": "specimens.price"}, "write": {"approved": "specimens.approve"}, "once": ["origin"], "readonly": ["seen_at", "raw", "trace"], "internal": ["search", "hidden"], "quiet": ["seen_at"]}'::jsonb);
select konak.protect('konak.specimen_parts', '{"record": "specimen_parts", "module": "customers", "audit": "SPECIMEN_PART", "title": ["code", "specimen_id"], "view": {"specimens.view": "all"}, "create": {"specimens.create": "all"}, "edit": {"specimens.edit": "all"}, "delete": {"specimens.delete": "all"}, "once": ["specimen_id"], "readonly": ["total"], "parent": {"table": "specimens", "column": "specimen_id"}}'::jsonb);
