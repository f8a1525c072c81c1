-- 0102-keys.sql - how a tenant's master key is known again: a word that it
-- once sealed. A key that does not open it is not used, so that nothing is
-- sealed which the right one would not open.

set local role konak_auth;

create table auth.key_check (
	one boolean not null default true,
	box bytea not null,
	at timestamptz not null default now(),
	constraint key_check_pkey primary key (one),
	constraint key_check_one check (one)
);

create function konak.key_check() returns bytea
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select k.box from auth.key_check k $$;

-- Once: rotation alone, which is the operator's, changes it.
create function konak.key_check_put(box bytea) returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
	insert into auth.key_check (box) values (box)
	on conflict on constraint key_check_pkey do nothing
$$;
revoke execute on function konak.key_check(), konak.key_check_put(bytea)
    from public;
grant execute on function konak.key_check(), konak.key_check_put(bytea)
    to konak_app;

set local role konak_owner;
