-- cluster.sql - the roles that every tenant's database shares, made once a
-- PostgreSQL cluster by its superuser. Idempotent. None of them can sign in:
-- konakctl makes three logins a tenant that are members of these.

do $$
declare
	r text;
begin
	-- Two tenants may be created at once.
	perform pg_advisory_xact_lock(hashtextextended('konak cluster', 0));
	foreach r in array array['konak_owner', 'konak_auth', 'konak_definer',
	    'konak_app', 'konak_group', 'konak_backup'] loop
		if not exists (select from pg_roles where rolname = r) then
			execute format('create role %I', r);
		end if;
		execute format('alter role %I nologin nosuperuser nocreatedb '
		    'nocreaterole noreplication nobypassrls', r);
	end loop;
	-- Forced row-level security would make pg_dump leave rows out.
	alter role konak_backup bypassrls;
end $$;
