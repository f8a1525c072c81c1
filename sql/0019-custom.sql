-- 0019-custom.sql - fields that a company adds to its records by itself, and
-- what stands in a field when a record is made there.

-- The definitions. `key` names the field for ever: labels may change while
-- somebody is editing.
create table konak.custom_field_defs (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	record_type text not null,
	key text generated always as ('x_' || right(replace(id::text, '-', ''), 12)) stored,
	name text not null,
	name_en text,
	kind text not null,
	options text[],
	is_required boolean not null default false,
	position integer,
	version integer not null default 1,
	created_at timestamptz not null default konak.now(),
	created_by uuid,
	updated_at timestamptz not null default konak.now(),
	deleted_at timestamptz,
	deleted_request uuid,
	constraint custom_field_defs_pkey primary key (company_id, id),
	constraint custom_field_defs_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint custom_field_defs_name_length
	    check (length(name) between 1 and 60),
	constraint custom_field_defs_name_en_length
	    check (length(name_en) between 1 and 60),
	constraint custom_field_defs_kind_check check (kind in ('text', 'longtext',
	    'int', 'decimal', 'date', 'bool', 'choice', 'choices', 'phone',
	    'email', 'url')),
	constraint custom_field_defs_options_needed check
	    (kind not in ('choice', 'choices') or coalesce(cardinality(options), 0)
	    between 1 and 60),
	constraint custom_field_defs_position_check
	    check (position between 0 and 10000)
);
create unique index custom_field_defs_key on konak.custom_field_defs
    (company_id, key);
create unique index custom_field_defs_name_key on konak.custom_field_defs
    (company_id, record_type, konak.fold(name)) where deleted_at is null;
select konak.sort_index('konak.custom_field_defs', 'name');
create index on konak.custom_field_defs (company_id, record_type);

-- What a field holds without a value of its own, in one company.
create table konak.field_defaults (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	record_type text not null,
	field text not null,
	value text not null,
	version integer not null default 1,
	created_at timestamptz not null default konak.now(),
	created_by uuid,
	updated_at timestamptz not null default konak.now(),
	deleted_at timestamptz,
	deleted_request uuid,
	constraint field_defaults_pkey primary key (company_id, id),
	constraint field_defaults_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint field_defaults_record_type_length
	    check (length(record_type) between 1 and 60),
	constraint field_defaults_field_length
	    check (length(field) between 1 and 60),
	constraint field_defaults_value_length
	    check (length(value) between 1 and 4000)
);
create unique index field_defaults_field_key on konak.field_defaults
    (company_id, record_type, field) where deleted_at is null;
select konak.sort_index('konak.field_defaults', 'record_type');

-- At most so many a type: each one costs every statement of the type.
create function konak.custom_field_defs_few() returns trigger
language plpgsql
as $$
begin
	if (select count(*) from konak.custom_field_defs d
	    where d.company_id = new.company_id
		and d.record_type = new.record_type
		and d.deleted_at is null and d.id <> new.id) >= 40 then
		perform konak.fail('custom.too_many', '{"max": 40}', 'record_type');
	end if;
	return new;
end $$;
create trigger custom_field_defs_20_few before insert or update
    on konak.custom_field_defs
    for each row when (new.deleted_at is null)
    execute function konak.custom_field_defs_few();

select konak.protect('konak.custom_field_defs', '{"record": "custom_field_defs", "module": "core", "audit": "CUSTOM_FIELD", "title": "name", "view": "*", "create": {"settings.edit": "all"}, "edit": {"settings.edit": "all"}, "delete": {"settings.edit": "all"}, "once": ["record_type", "kind"], "readonly": ["key"]}'::jsonb);
select konak.protect('konak.field_defaults', '{"record": "field_defaults", "module": "core", "audit": "FIELD_DEFAULT", "title": ["record_type", "field"], "view": "*", "create": {"settings.edit": "all"}, "edit": {"settings.edit": "all"}, "delete": {"settings.edit": "all"}, "once": ["record_type", "field"]}'::jsonb);

-- ------------------------------------------------------------------ values

-- Is this a value of such a field? Canonical text, as the server sends it;
-- sets are arrays.
create function konak.custom_fits(kind text, options text[], v jsonb)
    returns boolean
language plpgsql stable
as $$
declare
	t text := v #>> '{}';
begin
	if kind = 'choices' then
		return jsonb_typeof(v) = 'array' and not exists (
		    select from jsonb_array_elements_text(v) o(o)
		    where o <> all (options));
	elsif jsonb_typeof(v) <> 'string' or t = '' then
		return false;
	end if;
	return case kind
	when 'text' then length(t) <= 255 and strpos(t, E'\n') = 0
	when 'longtext' then length(t) <= 20000
	when 'int' then t ~ '^-?[0-9]{1,15}$'
	when 'decimal' then t ~ '^-?[0-9]{1,14}(\.[0-9]{1,4})?$'
	when 'date' then t ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
	    and t::date is not null
	when 'bool' then t in ('true', 'false')
	when 'choice' then t = any (options)
	when 'phone' then t ~ '^\+[1-9][0-9]{6,14}$'
	when 'email' then length(t) <= 254 and t ~ '^[^@ ]+@[^@ ]+$'
	when 'url' then length(t) <= 255 and t ~ '^https?://' end;
exception when others then
	return false;
end $$;

-- What changes must be a value of a field that there is; what has stood there
-- since before the field went stays.
create function konak.custom_check() returns trigger
language plpgsql
as $$
declare
	c record;
	old_custom jsonb := '{}';
begin
	if tg_op = 'UPDATE' then
		old_custom := coalesce(old.custom, '{}');
	end if;
	for c in
		select coalesce(n.key, o.key) as key, n.value, d.kind, d.options,
		    d.is_required
		from jsonb_each(coalesce(new.custom, '{}')) n
		full join jsonb_each(old_custom) o on o.key = n.key
		left join konak.custom_field_defs d
		    on d.company_id = new.company_id and d.key = coalesce(n.key, o.key)
			and d.record_type = tg_argv[0] and d.deleted_at is null
		where n.value is distinct from o.value
	loop
		if c.value is null and not coalesce(c.is_required, false) then
			continue;
		elsif c.value is null or c.kind is null
		    or not konak.custom_fits(c.kind, c.options, c.value) then
			perform konak.fail(case when c.value is null
			    then 'custom.required' when c.kind is null
			    then 'custom.gone' else 'custom.bad' end, '{}', c.key);
		end if;
	end loop;
	return new;
end $$;

-- A protected table has got a column that may be written: its triggers and
-- grants take it in, and nothing else is touched.
create function konak.protect_again(tab regclass) returns void
language plpgsql
as $$
declare
	t text := (select c.relname from pg_class c where c.oid = tab);
	p konak.protected;
	live text[];
	fresh text;
begin
	select x.* into strict p from konak.protected x where x.table_name = t;
	select array_agg(a.attname::text order by a.attnum) into live
	from pg_attribute a
	where a.attrelid = tab and a.attnum > 0 and not a.attisdropped;
	foreach fresh in array live loop
		continue when fresh = any (p.columns);
		if p.spec ? 'create' then
			execute format('grant insert (%I) on %s to konak_app',
			    fresh, tab);
		end if;
		if p.spec ? 'edit' then
			execute format('grant update (%I) on %s to konak_app',
			    fresh, tab);
		end if;
	end loop;
	execute format('create or replace function konak.%I() returns trigger '
	    'language plpgsql as %L', t || '_guard',
	    konak.protect_guard(t, p.spec));
	perform konak.protect_define(t || '_audit', konak.protect_audit(t, p.spec));
	update konak.protected x set columns = live where x.table_name = t;
end $$;

-- Gives a protected table the column: `custom: true` in its definition.
create function konak.custom_add(tab regclass) returns void
language plpgsql
as $$
declare
	t text := (select c.relname from pg_class c where c.oid = tab);
	record text := (select x.record from konak.protected x
	    where x.table_name = t);
begin
	execute format('alter table %s add custom jsonb '
	    'constraint %I check (jsonb_typeof(custom) = ''object'')', tab,
	    t || '_custom_form');
	execute format('create index on %s using gin (company_id, '
	    'custom jsonb_path_ops)', tab);
	execute format('create trigger %I before insert on %s for each row '
	    'when (new.custom is not null) execute function '
	    'konak.custom_check(%L)', t || '_20_custom', tab, record);
	execute format('create trigger %I before update on %s for each row '
	    'when (new.custom is distinct from old.custom) execute function '
	    'konak.custom_check(%L)', t || '_21_custom', tab, record);
	perform konak.protect_again(tab);
end $$;

-- Free words on a record: `tags: { type: tags, filter: true }`.
create function konak.tags_add(tab regclass) returns void
language plpgsql
as $$
begin
	execute format('alter table %s add tags text[]', tab);
	execute format('create index on %s using gin (company_id, tags)', tab);
	perform konak.protect_again(tab);
end $$;

-- ---------------------------------------------------- for the server's copy

-- What a company has said of its own, for the server, which keeps it between
-- requests. No person's: the caller stands before konak.enter().
create function konak.company_fields(company uuid)
    returns table (what text, record_type text, key text, name text,
	name_en text, kind text, options text, is_required boolean)
language plpgsql
as $$
begin
	perform set_config('konak.company', company::text, true);
	return query
	select 'field'::text, d.record_type, d.key, d.name, d.name_en, d.kind,
	    array_to_string(d.options, ','), d.is_required
	from konak.custom_field_defs d
	where d.company_id = company and d.deleted_at is null
	order by d.record_type, d.position, d.name collate "tr-x-icu", d.id;
	return query
	select 'default'::text, f.record_type, f.field, f.value, null::text,
	    null::text, null::text, false
	from konak.field_defaults f
	where f.company_id = company and f.deleted_at is null;
end $$;
grant execute on function konak.company_fields(uuid),
    konak.custom_fits(text, text[], jsonb) to konak_app;

select konak.custom_add('konak.customers');
select konak.tags_add('konak.customers');
