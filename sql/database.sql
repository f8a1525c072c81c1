-- database.sql - what a tenant's database needs from a superuser before the
-- first migration, and again after a restore. Idempotent; run inside the
-- tenant's database.

create extension if not exists pg_trgm with schema public;
create extension if not exists btree_gin with schema public;
create extension if not exists btree_gist with schema public;
create extension if not exists pgcrypto with schema public;

create schema if not exists konak authorization konak_owner;
create schema if not exists auth authorization konak_auth;

-- Under row-level security an operator that is not leakproof gets no index;
-- like '%..%' on the column `search` is what every list searches with.
alter function pg_catalog.textlike(text, text) leakproof;
-- What filters compare with: numbers, enums, sets. None of them tells a value.
alter function pg_catalog.numeric_eq(numeric, numeric) leakproof;
alter function pg_catalog.numeric_lt(numeric, numeric) leakproof;
alter function pg_catalog.numeric_le(numeric, numeric) leakproof;
alter function pg_catalog.numeric_gt(numeric, numeric) leakproof;
alter function pg_catalog.numeric_ge(numeric, numeric) leakproof;
alter function pg_catalog.enum_eq(anyenum, anyenum) leakproof;
alter function pg_catalog.enum_lt(anyenum, anyenum) leakproof;
alter function pg_catalog.enum_le(anyenum, anyenum) leakproof;
alter function pg_catalog.enum_gt(anyenum, anyenum) leakproof;
alter function pg_catalog.enum_ge(anyenum, anyenum) leakproof;
alter function pg_catalog.arraycontains(anyarray, anyarray) leakproof;
alter function pg_catalog.arrayoverlap(anyarray, anyarray) leakproof;
alter function pg_catalog.jsonb_contains(jsonb, jsonb) leakproof;
-- Words of a text by their index.
alter function pg_catalog.ts_match_vq(tsvector, tsquery) leakproof;

do $$
begin
	execute format('revoke all on database %I from public',
	    current_database());
	execute format('grant connect on database %I to konak_owner, '
	    'konak_app, konak_backup', current_database());
	execute format('alter database %I set search_path = konak, public',
	    current_database());
end $$;

revoke all on schema public, konak, auth from public;
grant usage on schema public to konak_owner, konak_auth, konak_definer,
    konak_app, konak_group, konak_backup;
grant usage on schema konak to konak_auth, konak_definer, konak_app,
    konak_group, konak_backup;
-- These two own functions there (security definers), and nothing else.
grant create on schema konak to konak_auth, konak_definer;
grant usage on schema auth to konak_backup;

-- A function is closed until a migration opens it; a table is readable by
-- the backup from its first moment on.
alter default privileges for role konak_owner, konak_auth, konak_definer
    revoke execute on functions from public;
alter default privileges for role konak_owner, konak_auth
    grant select on tables to konak_backup;
alter default privileges for role konak_owner, konak_auth
    grant select on sequences to konak_backup;
