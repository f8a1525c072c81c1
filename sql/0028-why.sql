-- 0028-why.sql - why somebody may not: the right in words, which roles of the
-- company hold it, and who can give it.

set local role konak_auth;

-- What a person holds is read as konak.enter() reads it. Answers for the
-- company that is named: the server names the one that was entered.
create function konak.why(company uuid, person uuid, code text) returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select jsonb_build_object('code', p.code, 'module', p.module,
	    'tr', p.name_tr, 'en', p.name_en,
	    'on', konak.module_on(why.company, p.code),
	    'scope', nullif(split_part(split_part(auth.rights_on(why.company,
		auth.rights_of(why.person, why.company)),
		'|' || p.code || '=', 2), '|', 1), ''),
	    'role', (select r.name from konak.memberships m
		join konak.roles r on r.company_id = m.company_id
		    and r.id = m.role_id
		where m.company_id = why.company and m.user_id = why.person
		    and m.deleted_at is null),
	    'roles', coalesce((select jsonb_agg(jsonb_build_object('name',
		    r.name, 'scope', g.scope) order by t.sort, r.name)
		from konak.role_permissions g
		join konak.roles r on r.company_id = g.company_id
		    and r.id = g.role_id and r.deleted_at is null
		join konak.companies c on c.id = r.company_id
		left join konak.role_templates t on t.kind = c.kind
		    and t.template = r.template
		where g.company_id = why.company and g.code = p.code), '[]'),
	    'holders', coalesce((select jsonb_agg(h) from
		konak.holders(why.company, p.code) h), '[]'))
	from konak.permissions p where p.code = why.code
$$;
revoke execute on function konak.why(uuid, uuid, text) from public;
grant execute on function konak.why(uuid, uuid, text) to konak_app;
