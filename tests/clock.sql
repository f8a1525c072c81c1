-- clock.sql - gives a test database a clock that can be set:
--     alter database NAME set konak.test_now = '2025-12-19 14:40+03';
-- Run as konak_owner or a superuser. No program of Konak reads this file, and
-- the serving role may not replace the function.
create or replace function konak.now() returns timestamptz
language sql stable parallel safe
as $$
	select coalesce(nullif(pg_catalog.current_setting(
	    'konak.test_now', true), '')::timestamptz, pg_catalog.now())
$$;
