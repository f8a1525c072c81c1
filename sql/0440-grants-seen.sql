-- 0440-grants-seen.sql - who may open an entry of the vault is told to those
-- who see the entry, and given by them. The condition asked the entries with
-- the rights of whoever worked it out: behind the history and older values that
-- was the engine, which sees all of them, so whoever held vault.grant read there
-- for whom a restricted entry was opened. Adding a person asked nothing of the
-- entry at all.

do $$
declare
	g record;
	p konak.protected;
begin
	for g in select * from (values
	    ('credential_grants', 'credential_id', 'credentials'),
	    ('mail_account_grants', 'mail_account_id', 'mail_accounts'))
	    v(name, link, parent)
	loop
		update konak.protected x set spec = x.spec || jsonb_build_object(
		    'create', '{"vault.grant": "seen"}'::jsonb,
		    'scopes', jsonb_build_object('seen', format(
			'konak.seen(%L, %I)', g.parent, g.link)))
		where x.table_name = g.name returning x.* into strict p;
		execute format('alter policy app_select on konak.%I using '
		    '(company_id = (select konak.company()) and %s)', g.name,
		    konak.protect_condition(p.spec, 'view', true));
		execute format('alter policy app_insert on konak.%I with check '
		    '(company_id = (select konak.company()) and %s)', g.name,
		    konak.protect_condition(p.spec, 'create', true));
		perform konak.protect_again(format('konak.%I', g.name)::regclass);
	end loop;
end $$;
