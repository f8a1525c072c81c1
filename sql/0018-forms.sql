-- 0018-forms.sql - what forms ask for besides saving: fields that are worked
-- out before anything is saved.

-- What the generated columns of a table would be for these values; or, for
-- what a trigger works out, what konak.TABLE_compute(row) says, which that
-- trigger calls as well. It reads no row of the table.
create function konak.compute(tab text, vals jsonb, cols text[]) returns jsonb
language plpgsql stable
as $$
declare
	rel regclass := to_regclass(format('konak.%I', tab));
	own regprocedure := to_regprocedure(format('konak.%I(konak.%I)',
	    tab || '_compute', tab));
	spec jsonb := (select x.spec from konak.protected x
	    where x.table_name = tab);
	exprs text;
	done jsonb := '{}';
begin
	-- For whoever may see such records, though none is read.
	if jsonb_typeof(spec -> 'view') = 'object' and not exists (
	    select from jsonb_object_keys(spec -> 'view') k
	    where konak.may(k)) then
		raise exception using errcode = '42501', message =
		    (select k from jsonb_object_keys(spec -> 'view') k limit 1);
	end if;
	if own is not null then
		execute format('select to_jsonb(konak.%I(t)) '
		    'from jsonb_populate_record(null::konak.%I, $1) t',
		    tab || '_compute', tab) into done using vals;
	end if;
	select string_agg(format('%L, (%s)', a.attname,
	    pg_get_expr(d.adbin, d.adrelid)), ', ') into exprs
	from pg_attribute a
	join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
	where a.attrelid = rel and a.attgenerated <> ''
	    and a.attname = any (cols);
	if exprs is not null then
		execute format('select $1 || jsonb_build_object(%s) '
		    'from jsonb_populate_record(null::konak.%I, $1) t',
		    exprs, tab) into done using vals || done;
	end if;
	return (select coalesce(jsonb_object_agg(k, done -> k), '{}')
	    from unnest(cols) k);
end $$;
grant execute on function konak.compute(text, jsonb, text[]) to konak_app;

-- ------------------------------------------------------------------ drafts

set local role konak_auth;

-- What somebody had typed when the client went away, sealed by the server:
-- one for each form (screen and record; the nil id for a new one). Only the
-- functions below reach it, each for the caller's own; no audit, no undo.
create table auth.drafts (
	company_id uuid not null,
	user_id uuid not null,
	screen text not null,
	record_id uuid not null,
	at timestamptz not null,
	body bytea not null,
	constraint drafts_pkey primary key (company_id, user_id, screen, record_id),
	constraint drafts_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint drafts_user_id_fkey foreign key (user_id)
	    references konak.users (id),
	constraint drafts_screen_length check (length(screen) between 1 and 60),
	constraint drafts_body_length check (length(body) <= 66000)
);

-- The last fifty of a person, none older than a month.
create function konak.draft_put(form text, record uuid, box bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	insert into auth.drafts as d (company_id, user_id, screen, record_id, at,
	    body)
	values (konak.company(), konak.me(), form, record, konak.now(), box)
	on conflict on constraint drafts_pkey do update set
	    body = excluded.body, at = excluded.at;
	delete from auth.drafts d
	where d.company_id = konak.company() and d.user_id = konak.me()
	    and (d.at < konak.now() - interval '1 month'
	    or d.at < (select x.at from auth.drafts x
		where x.company_id = konak.company() and x.user_id = konak.me()
		order by x.at desc offset 49 limit 1));
end $$;

create function konak.draft_drop(form text, record uuid) returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
	delete from auth.drafts d
	where d.company_id = konak.company() and d.user_id = konak.me()
	    and d.screen = form and d.record_id = record
$$;

create function konak.drafts()
    returns table (screen text, record_id uuid, at timestamptz, body bytea)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select d.screen, d.record_id, d.at, d.body from auth.drafts d
	where d.company_id = konak.company() and d.user_id = konak.me()
$$;
revoke execute on function konak.draft_put(text, uuid, bytea),
    konak.draft_drop(text, uuid), konak.drafts() from public;
grant execute on function konak.draft_put(text, uuid, bytea),
    konak.draft_drop(text, uuid), konak.drafts() to konak_app;

set local role konak_owner;
