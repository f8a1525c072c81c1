-- 0012-lists.sql - how people look at lists: saved views, columns, and the
-- order in which "9-A" stands before "10-A".

-- Definitions say `sort: natural` for it.
create collation konak.tr_natural (provider = icu, locale = 'tr-u-kn-true');

-- ------------------------------------------------------------- sort keys

-- What lists sort by: the column, or where it may be empty something that
-- comes last. A CASE, because PostgreSQL takes coalesce() for a function that
-- may tell what a policy hides, and reads the index without its bounds then.
create function konak.sort_key(tab regclass, col name, numbered boolean)
    returns text
language sql stable
as $$
	select case when a.attnotnull then quote_ident(col)
	else format('(case when %1$I is null then %2$s else %1$I end)', col,
	    case when t.typname in ('date', 'timestamptz', 'numeric')
		then quote_literal('infinity')
	    when t.typname in ('int2', 'int4') then '2147483647'
	    when t.typname = 'int8' then '9223372036854775807'
	    when t.typname = 'time' then quote_literal('24:00')
	    else quote_literal(E'\uFFFF') end) end
	    || case when t.typname not in ('text', 'varchar', 'bpchar') then ''
		when numbered then ' collate konak.tr_natural'
		else ' collate "tr-x-icu"' end
	from pg_attribute a join pg_type t on t.oid = a.atttypid
	where a.attrelid = tab and a.attname = col and not a.attisdropped
$$;

-- The index that a field with `sort:` needs; with `leads`, columns by which a
-- related list or a scope finds its rows.
create function konak.sort_index(tab regclass, col name,
    leads name[] default '{}', numbered boolean default false) returns void
language plpgsql
as $$
declare
	key text := konak.sort_key(tab, col, numbered);
begin
	if key is null then
		raise exception 'sort_index: % has no column %', tab, col;
	end if;
	execute format('create index on %s (company_id, %s%s, id)%s', tab,
	    (select string_agg(quote_ident(l) || ', ', '') from unnest(leads) l),
	    key, case when exists (select from pg_attribute a
		where a.attrelid = tab and a.attname = 'deleted_at'
		    and not a.attisdropped) then ' where deleted_at is null'
		else '' end);
end $$;

-- Indexes that say coalesce() until here are made anew, under their names.
create function konak.sort_keys_convert() returns void
language plpgsql
as $$
declare
	i record;
	part text[];
begin
	for i in select c.relname, pg_get_indexdef(c.oid) as def
	    from pg_class c
	    where c.relnamespace = 'konak'::regnamespace and c.relkind = 'i'
		and pg_get_indexdef(c.oid) like '%COALESCE(%'
	loop
		part := regexp_match(i.def, 'COALESCE\(\(?(\w+)(?:\)::[\w ]+)?, '
		    '(''[^'']*''|[0-9]+)(?:::[\w ]+)?\)');
		continue when part is null;
		execute format('drop index konak.%I', i.relname);
		execute replace(i.def, (regexp_match(i.def, 'COALESCE\(\(?\w+(?:\)'
		    '::[\w ]+)?, (?:''[^'']*''|[0-9]+)(?:::[\w ]+)?\)'))[1],
		    format('(case when %1$I is null then %2$s else %1$I end)',
			part[1], part[2]));
	end loop;
end $$;

select konak.sort_keys_convert();
drop function konak.sort_keys_convert();

-- Whoever looks for what was talked with one person.
create index interactions_contact_idx on konak.interactions
    (company_id, contact_id);

-- ------------------------------------------------------------------ views

-- PL/pgSQL, because it stands in constraints.
create function konak.json_list_ok(t text) returns boolean
language plpgsql immutable strict parallel safe
as $$
begin
	return pg_catalog.jsonb_typeof(t::jsonb) = 'array';
exception when others then
	return false;
end $$;
grant execute on function konak.json_list_ok(text) to konak_app, konak_definer,
    konak_auth;

-- A view of one's own, or one that the whole company sees (is_shared). What
-- it says (conditions, columns) is the client's: texts of JSON.
create table konak.saved_views (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	-- the record type
	screen text not null,
	name text not null,
	is_shared boolean not null default false,
	query text,
	conditions text,
	sort_by text,
	group_by text,
	columns text,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint saved_views_pkey primary key (company_id, id),
	constraint saved_views_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint saved_views_screen_length check (length(screen) between 1 and 60),
	constraint saved_views_name_length check (length(name) between 1 and 100),
	constraint saved_views_query_length check (length(query) <= 200),
	constraint saved_views_sort_by_length check (length(sort_by) <= 80),
	constraint saved_views_group_by_length check (length(group_by) <= 80),
	constraint saved_views_conditions_form
	    check (length(conditions) <= 8000 and konak.json_list_ok(conditions)),
	constraint saved_views_columns_form
	    check (length(columns) <= 8000 and konak.json_list_ok(columns))
);
create index saved_views_name_idx on konak.saved_views
    (company_id, name collate "tr-x-icu", id) where deleted_at is null;
create index saved_views_screen_idx on konak.saved_views (company_id, screen);
-- Two of one's own with one name could not be told apart.
create unique index saved_views_name_key on konak.saved_views
    (company_id, screen, created_by, name) where deleted_at is null;

select konak.protect('konak.saved_views', '{"module": "core",
    "audit": "SAVED_VIEW", "title": ["name"], "once": ["screen"],
    "edit": ["settings.edit"], "delete": ["settings.edit"],
    "rows": {"view": "(company_id = (select konak.company()) and (is_shared or created_by = (select konak.me())))",
	"create": "(company_id = (select konak.company()))",
	"edit": "(company_id = (select konak.company()) and (created_by = (select konak.me()) or (is_shared and (select konak.may(''settings.edit'')))))",
	"delete": "(company_id = (select konak.company()) and (created_by = (select konak.me()) or (is_shared and (select konak.may(''settings.edit'')))))"}}');
alter policy definer_all on konak.saved_views
    using (company_id = (select konak.company()))
    with check (company_id = (select konak.company()));

-- How one person looks at one list: the columns chosen, and the view it opens
-- with. Nobody else reads it; it is written by konak.screen_set() alone.
create table konak.screens (
	company_id uuid not null default konak.company(),
	user_id uuid not null default konak.me(),
	screen text not null,
	columns text,
	view_id uuid,
	updated_at timestamptz not null default konak.now(),
	constraint screens_pkey primary key (company_id, user_id, screen),
	constraint screens_user_id_fkey foreign key (company_id, user_id)
	    references konak.memberships (company_id, user_id),
	constraint screens_view_id_fkey foreign key (company_id, view_id)
	    references konak.saved_views,
	constraint screens_screen_length check (length(screen) between 1 and 60),
	constraint screens_columns_form
	    check (length(columns) <= 8000 and konak.json_list_ok(columns))
);
create index screens_view_id_idx on konak.screens (company_id, view_id);
alter table konak.screens enable row level security;
alter table konak.screens force row level security;
create policy owner_all on konak.screens to konak_owner
    using (true) with check (true);
create policy app_all on konak.screens to konak_app
    using (company_id = (select konak.company())
	and user_id = (select konak.me()))
    with check (company_id = (select konak.company())
	and user_id = (select konak.me()));
grant select, insert on konak.screens to konak_app;
grant update (columns, view_id, updated_at) on konak.screens to konak_app;

-- What is not given stays; a view that one may not see is no view.
create function konak.screen_set(list text, with_columns boolean, cols text,
    with_view boolean, view uuid) returns void
language plpgsql
as $$
begin
	if view is not null and not exists (select from konak.saved_views v
	    where v.company_id = konak.company() and v.id = view
		and v.screen = list and v.deleted_at is null) then
		perform konak.fail('record.bad_reference', '{}', 'view');
	end if;
	insert into konak.screens as s (screen, columns, view_id)
	values (list, case when with_columns then cols end,
	    case when with_view then view end)
	on conflict on constraint screens_pkey do update set
	    columns = case when with_columns then cols else s.columns end,
	    view_id = case when with_view then view else s.view_id end,
	    updated_at = konak.now();
end $$;
grant execute on function konak.screen_set(text, boolean, text, boolean, uuid)
    to konak_app;
