-- A type that no part of the suite knows of; see ../run.
select konak.grant_default('beehives.view', 'core', 'Kovanları görüntüle',
    'View beehives', '{"owner": "all", "admin": "all", "manager": "all",
    "employee": "own"}', '{all,own}');
select konak.grant_default('beehives.edit', 'core', 'Kovan düzenle',
    'Edit beehives', '["owner", "admin", "employee"]');
select konak.grant_default('beehives.worth', 'core', 'Kovan değerini gör',
    'See what beehives are worth', '["owner"]');

create table konak.beehives (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	code varchar(20) not null,
	place varchar(100),
	queen text not null default 'young'
	    check (queen in ('young', 'old', 'missing')),
	frames integer not null default 10 check (frames between 1 and 20),
	honey numeric(6,1) check (honey >= 0),
	worth numeric(14,2),
	seen_on date,
	customer_id uuid,
	keeper_id uuid not null,
	notes text check (length(notes) <= 5000),
	search text generated always as
	    (' ' || konak.fold(code || ' ' || coalesce(place, ''))) stored,
	version integer not null default 1,
	created_at timestamptz not null default konak.now(),
	created_by uuid,
	updated_at timestamptz not null default konak.now(),
	deleted_at timestamptz,
	deleted_request uuid,
	primary key (company_id, id),
	foreign key (company_id) references konak.companies (id),
	foreign key (company_id, customer_id) references konak.customers,
	foreign key (company_id, keeper_id)
	    references konak.memberships (company_id, user_id),
	constraint beehives_honey_frames check (honey <= frames * 4)
);
create unique index beehives_code_key on konak.beehives (company_id, code)
    where deleted_at is null;
select konak.sort_index('konak.beehives', 'code', numbered => true);
select konak.sort_index('konak.beehives', 'place');
select konak.sort_index('konak.beehives', 'seen_on');
create index on konak.beehives (company_id, queen);
create index on konak.beehives (company_id, customer_id);
create index on konak.beehives (company_id, keeper_id,
    code collate konak.tr_natural, id);
create index on konak.beehives
    using gin (company_id, search gin_trgm_ops);

select konak.protect(
