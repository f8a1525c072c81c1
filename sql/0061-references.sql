-- 0061-references.sql - work that may be shown to others.

do $$ begin
	perform konak.grant_default('references.view', 'references',
	    'Referansları görüntüle', 'View references',
	    '["owner","admin","manager","employee","intern"]');
	perform konak.grant_default('references.edit', 'references',
	    'Referans düzenle', 'Edit references',
	    '["owner","admin","manager"]');
	perform konak.grant_default('references.share', 'references',
	    'Referansı grupla paylaş', 'Share references with the group',
	    '["owner","admin"]');
end $$;

create table konak.client_references (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	project_name text not null,
	customer_name text not null,
	sector text,
	categories text[],
	technologies text[],
	website_url text,
	description text,
	finished_on date,
	is_shared boolean not null default false,
	is_active boolean not null default true,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(project_name
	    || ' ' || customer_name
	    || ' ' || coalesce(sector, '')
	    || ' ' || coalesce(description, ''))) stored,
	constraint client_references_pkey primary key (company_id, id),
	constraint client_references_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint client_references_project_name_length check (length(project_name) between 1 and 255),
	constraint client_references_customer_name_length check (length(customer_name) between 1 and 255),
	constraint client_references_sector_length check (length(sector) <= 100),
	constraint client_references_categories_form check (cardinality(categories) <= 30),
	constraint client_references_technologies_form check (cardinality(technologies) <= 30),
	constraint client_references_website_url_form check (konak.url_ok(website_url)),
	constraint client_references_description_length check (length(description) <= 5000)
);

select konak.sort_index('konak.client_references', 'project_name');
select konak.sort_index('konak.client_references', 'customer_name');
select konak.sort_index('konak.client_references', 'sector');
create index on konak.client_references using gin (company_id, categories);
select konak.sort_index('konak.client_references', 'finished_on');
select konak.sort_index('konak.client_references', 'project_name',
    '{is_shared}');
select konak.sort_index('konak.client_references', 'project_name',
    '{is_active}');
select konak.sort_index('konak.client_references', 'created_at');
create index client_references_search on konak.client_references
    using gin (company_id, search gin_trgm_ops);
create unique index client_references_project_name_key
    on konak.client_references (company_id, konak.fold(project_name),
    konak.fold(customer_name)) where deleted_at is null;

select konak.protect('konak.client_references', '{"record": "references", "module": "references", "audit": "REFERENCE", "title": "project_name", "view": {"references.view": "all"}, "create": {"references.edit": "all"}, "edit": {"references.edit": "all"}, "delete": {"references.edit": "all"}, "write": {"is_shared": "references.share"}, "internal": ["search"]}'::jsonb);
