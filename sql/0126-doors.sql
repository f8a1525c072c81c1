-- 0126-doors.sql - functions that the serving role could call and that nothing
-- of it calls: they serve others of their kind, which have the right
-- themselves. (konak.holders() told of any company's people who asked.)

set local role konak_auth;
revoke execute on function konak.holders(uuid, text) from konak_app;
set local role konak_owner;
do $$
declare
	f regprocedure;
begin
	foreach f in array array['konak.audit_hidden(text)',
	    'konak.module_on(uuid, text)']::regprocedure[] loop
		execute format('set local role %I', (select p.proowner::regrole
		    from pg_proc p where p.oid = f));
		execute format('revoke execute on function %s from konak_app', f);
		set local role konak_owner;
	end loop;
end $$;
