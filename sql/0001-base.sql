-- 0001-base.sql - functions that every table leans on: ids, folding, checks
-- of Turkish numbers, the settings of a transaction, errors with a code.

create table konak.migrations (
	number integer not null,
	name text not null,
	checksum text not null,
	applied_at timestamptz not null default now(),
	applied_by text not null default session_user,
	constraint migrations_pkey primary key (number)
);
grant select on konak.migrations to konak_app;

-- ------------------------------------------------------------------- time

-- The only clock of rules and stamps. A test database replaces it
-- (tests/clock.sql), which the serving role cannot.
create function konak.now() returns timestamptz
language sql stable parallel safe
as $$ select pg_catalog.now() $$;

-- Version 7: 48 bits of milliseconds, 12 of their fraction (so that ids of
-- one millisecond keep their order), the rest random.
create function konak.uuid7() returns uuid
language plpgsql volatile parallel safe
as $$
declare
	t bigint := extract(epoch from pg_catalog.clock_timestamp()) * 1000000;
begin
	return pg_catalog.encode(pg_catalog.overlay(
	    pg_catalog.uuid_send(pg_catalog.gen_random_uuid()),
	    pg_catalog.int8send((t / 1000 << 16) | 28672
		| (t % 1000 * 4096 / 1000)), 1, 8), 'hex')::uuid;
end $$;

-- ---------------------------------------------------------------- folding

-- What search compares: the Turkish i's as one letter, no accents, lower
-- case. The same in lib/tr.c; tests/fold.tsv holds both to it. The
-- collation is glibc's own (letter by letter), so that no ICU version
-- decides what stands in an index.
create function konak.fold(t text) returns text
language plpgsql immutable strict parallel safe
as $$
begin
	return pg_catalog.lower(pg_catalog.regexp_replace(pg_catalog.normalize(
	    pg_catalog.translate(t, 'Iıİ', 'iii'), 'NFD'),
	    '[\u0300-\u036f]', '', 'g') collate "C.utf8");
end $$;

-- ----------------------------------------------------------------- checks

-- Null is no error: "required" is another rule. PL/pgSQL, because these stand
-- in constraints and generated columns: a function in SQL is parsed again by
-- every statement that meets one.
create function konak.vkn_ok(t text) returns boolean
language plpgsql immutable strict parallel safe
as $$
begin
	return case when t ~ '^[0-9]{10}$' then (
		select (10 - sum(case when v = 0 then 0
		    when v * (1 << (10 - i)) % 9 = 0 then 9
		    else v * (1 << (10 - i)) % 9 end) % 10) % 10
		    = substr(t, 10, 1)::int
		from (select i, (substr(t, i, 1)::int + 10 - i) % 10 as v
		    from generate_series(1, 9) i) d)
	else false end;
end $$;

create function konak.tckn_ok(t text) returns boolean
language plpgsql immutable strict parallel safe
as $$
begin
	return case when t ~ '^[1-9][0-9]{10}$' then (
		select d[10] = ((7 * (d[1] + d[3] + d[5] + d[7] + d[9])
		    - (d[2] + d[4] + d[6] + d[8])) % 10 + 10) % 10
		    and d[11] = (d[1] + d[2] + d[3] + d[4] + d[5] + d[6]
		    + d[7] + d[8] + d[9] + d[10]) % 10
		from (select string_to_array(t, null)::int[] as d) n)
	else false end;
end $$;

create function konak.tax_no_ok(t text) returns boolean
language plpgsql immutable strict parallel safe
as $$
begin
	return konak.vkn_ok(t) or konak.tckn_ok(t);
end $$;

-- Without blanks, upper case; the Turkish form is checked to the letter.
create function konak.iban_ok(t text) returns boolean
language plpgsql immutable strict parallel safe
as $$
begin
	return case
	when t !~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$' then false
	when t like 'TR%' and t !~ '^TR[0-9]{7}0[A-Z0-9]{16}$' then false
	else (
		select string_agg(case when c between '0' and '9' then c
		    else (ascii(c) - 55)::text end, '' order by n)::numeric
		    % 97 = 1
		from regexp_split_to_table(substr(t, 5) || substr(t, 1, 4), '')
		    with ordinality s(c, n))
	end;
end $$;

-- E.164
create function konak.phone_ok(t text) returns boolean
language plpgsql immutable strict parallel safe
as $$
begin
	return t ~ '^\+[1-9][0-9]{6,14}$';
end $$;

create function konak.email_ok(t text) returns boolean
language plpgsql immutable strict parallel safe
as $$
begin
	return length(t) <= 255
	    and t ~ '^[^[:space:][:cntrl:]@<>(),;:"\\]+@([[:alnum:]-]+\.)+[[:alnum:]-]{2,}$';
end $$;

create function konak.url_ok(t text) returns boolean
language plpgsql immutable strict parallel safe
as $$
begin
	return length(t) <= 255 and t ~ '^(https?://)?([[:alnum:]-]+\.)+[[:alnum:]-]{2,}(:[0-9]{1,5})?([/?#][^[:space:][:cntrl:]]*)?$';
end $$;

create function konak.color_ok(t text) returns boolean
language plpgsql immutable strict parallel safe
as $$
begin
	return t ~ '^#[0-9a-f]{6}$';
end $$;

-- Each is a network in CIDR form, an address, or 'local' (the Unix socket).
create function konak.networks_ok(n text[]) returns boolean
language plpgsql immutable strict parallel safe
as $$
declare
	t text;
begin
	foreach t in array n loop
		if t is null then
			return false;
		elsif t <> 'local' then
			perform t::inet::cidr;
		end if;
	end loop;
	return true;
exception when invalid_text_representation
    or invalid_parameter_value then
	return false;
end $$;

-- ---------------------------------------------- settings of a transaction

-- Set by konak.enter() for one transaction. No setting means no company, no
-- person, no right: policies compare with null and let nothing through.
-- Inlined, hence no search_path of their own: only pg_catalog is named.

create function konak.company() returns uuid
language sql stable parallel safe
as $$ select nullif(pg_catalog.current_setting('konak.company', true), '')::uuid $$;

create function konak.me() returns uuid
language sql stable parallel safe
as $$ select nullif(pg_catalog.current_setting('konak.user', true), '')::uuid $$;

create function konak.request() returns uuid
language sql stable parallel safe
as $$ select nullif(pg_catalog.current_setting('konak.request', true), '')::uuid $$;

-- konak.rights is '|code=scope|code=scope|'.
create function konak.may(code text) returns boolean
language sql stable parallel safe
as $$
	select coalesce(pg_catalog.strpos(
	    pg_catalog.current_setting('konak.rights', true),
	    '|' || code || '=') > 0, false)
$$;

create function konak.may(code text, scope text) returns boolean
language sql stable parallel safe
as $$
	select coalesce(pg_catalog.strpos(
	    pg_catalog.current_setting('konak.rights', true),
	    '|' || code || '=' || scope || '|') > 0, false)
$$;

-- Null when the right is not held.
create function konak.scope(code text) returns text
language sql stable parallel safe
as $$
	select nullif(pg_catalog.split_part(pg_catalog.split_part(
	    pg_catalog.current_setting('konak.rights', true),
	    '|' || code || '=', 2), '|', 1), '')
$$;

-- ----------------------------------------------------------------- errors

-- KN001 stale or missing row, KN002 a rule (message = key of a sentence,
-- detail = its parameters, column = the field), KN003 a reference that the
-- caller cannot read, KN004 a fresh second factor is needed. They return a
-- boolean so that a statement can say `where not exists (…) and no_row()`.

create function konak.no_row() returns boolean
language plpgsql volatile
as $$
begin
	raise exception using errcode = 'KN001', message = 'no row';
end $$;

create function konak.bad_ref(field text) returns boolean
language plpgsql volatile
as $$
begin
	raise exception using errcode = 'KN003', message = 'reference',
	    column = field;
end $$;

create function konak.fail(key text, params jsonb default '{}',
    field text default '') returns boolean
language plpgsql volatile
as $$
begin
	raise exception using errcode = 'KN002', message = key,
	    detail = coalesce(params, '{}')::text,
	    column = coalesce(field, '');
end $$;

create function konak.denied(code text) returns boolean
language plpgsql volatile
as $$
begin
	raise exception using errcode = '42501', message = code;
end $$;

grant execute on all functions in schema konak to konak_auth, konak_definer,
    konak_app, konak_group, konak_backup;
