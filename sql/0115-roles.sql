-- 0115-roles.sql - the matrix of a company's roles: what it shows, which rights
-- the caller could give, presets, and taking a change of rights back.

set local role konak_definer;

-- What a request of the caller changed in rights of roles, with who has
-- changed one of the same since. Nothing for a request that changed records,
-- too (a copied role): konak.undo() takes that back.
create function konak.role_done(request uuid)
    returns table (role uuid, old jsonb, title text, who text,
	since timestamptz)
language sql stable security definer set search_path = pg_catalog, konak, pg_temp
as $$
	select l.record_id, v.values -> 'old', v.values ->> 'title',
	    later.name, later.at
	from konak.audit_logs l
	join konak.audit_values v
	    on v.company_id = l.company_id and v.at = l.at and v.id = l.id
	left join lateral (
		select coalesce(u.name, '') as name, x.at
		from konak.audit_logs x
		join konak.audit_values y on y.company_id = x.company_id
		    and y.at = x.at and y.id = x.id
		left join konak.users u on u.id = x.user_id
		where x.company_id = l.company_id and x.record_id = l.record_id
		    and x.action = 'ROLE_RIGHTS' and (x.at, x.id) > (l.at, l.id)
		    and x.request_id is distinct from request
		    and (y.values -> 'new') ?| array(
			select jsonb_object_keys(v.values -> 'old'))
		order by x.at desc, x.id desc limit 1) later on true
	where l.company_id = konak.company() and l.request_id = request
	    and l.user_id = konak.me() and l.action = 'ROLE_RIGHTS'
	    and not exists (select from konak.audit_logs r
		where r.company_id = l.company_id and r.request_id = request
		    and r.op is not null)
	order by l.at desc, l.id desc
$$;
grant execute on function konak.role_done(uuid) to konak_auth;

set local role konak_auth;

-- The company's roles in the order of the spec's matrix, then its own by name.
create function konak.roles_shown() returns table (id uuid, name text,
    description text, is_system boolean, template text, version integer,
    members integer, within boolean, place integer)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
	if not (konak.may('roles.view') or konak.may('roles.manage')) then
		perform konak.denied('roles.view');
	end if;
	return query
	select r.id, r.name, r.description, r.is_system, r.template, r.version,
	    (select count(*)::int from konak.memberships m
		where m.company_id = r.company_id and m.role_id = r.id
		    and m.deleted_at is null),
	    konak.role_within(r.id),
	    row_number() over (order by t.sort nulls last, r.name
		collate "tr-x-icu", r.id)::int
	from konak.roles r
	join konak.companies c on c.id = r.company_id
	left join konak.role_templates t on t.kind = c.kind
	    and t.template = r.template
	where r.company_id = konak.company() and r.deleted_at is null;
end $$;

-- Each right with what every role holds it with ('' not at all), in the order
-- of roles_shown(), and the scopes with which the caller could give it.
create function konak.role_matrix() returns table (code text, module text,
    name_tr text, name_en text, scopes text, gives text, module_on boolean,
    cells text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	mine text := auth.rights_of(konak.me(), konak.company());
	chief boolean := konak.may('group.manage');
	changes boolean := konak.may('roles.manage');
	ids uuid[] := (select array_agg(r.id order by r.place)
	    from konak.roles_shown() r);
begin
	return query
	select p.code, p.module, p.name_tr, p.name_en,
	    array_to_string(p.scopes, ','),
	    coalesce((select string_agg(s.scope, ',' order by s.n)
		from unnest(p.scopes) with ordinality s(scope, n)
		where changes and (chief or auth.covers(mine,
		    '|' || p.code || '=' || s.scope || '|'))), ''),
	    konak.module_on(konak.company(), p.code),
	    (select string_agg(coalesce(g.scope, ''), ',' order by i.n)
		from unnest(ids) with ordinality i(id, n)
		left join konak.role_permissions g
		    on g.company_id = konak.company() and g.role_id = i.id
		    and g.code = p.code)
	from konak.permissions p
	where p.module <> 'group'
	order by min(p.sort) over (partition by p.module), p.sort;
end $$;

-- What counts of a role's rights in the company: what its people may see.
create function konak.role_sees(role uuid) returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	if not exists (select from konak.roles_shown() r
	    where r.id = role_sees.role) then
		perform konak.no_row();
	end if;
	return auth.rights_on(konak.company(),
	    auth.role_rights(konak.company(), role));
end $$;

-- Takes from a role what a preset leaves out, in one act. tasks_only: nothing
-- but tasks, their time, and what belongs to no module.
create function konak.role_preset(role uuid, preset text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	if preset is distinct from 'tasks_only' then
		perform konak.fail('role.preset', '{}', 'preset');
	end if;
	perform konak.role_set(role, coalesce((
	    select jsonb_object_agg(g.code, null::text)
	    from konak.role_permissions g
	    join konak.permissions p on p.code = g.code
	    where g.company_id = konak.company() and g.role_id = role
		and p.module not in ('tasks', 'time', 'core')), '{}'));
end $$;

-- Takes back what one request of the caller changed in rights; the roles it
-- changed.
create function konak.role_undo(request uuid) returns setof uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	r record;
	n integer := 0;
begin
	if not konak.may('roles.manage') then
		perform konak.denied('roles.manage');
	end if;
	for r in select d.* from konak.role_done(request) d loop
		if r.who is not null then
			perform konak.fail('record.undo_changed',
			    jsonb_build_object('name', coalesce(r.title, ''),
			    'by', r.who, 'at', r.since));
		end if;
		perform konak.role_set(r.role, r.old);
		n := n + 1;
		return next r.role;
	end loop;
	if n = 0 then
		perform konak.fail('record.undo_nothing');
	end if;
end $$;

grant execute on function konak.roles_shown(), konak.role_matrix(),
    konak.role_sees(uuid), konak.role_preset(uuid, text),
    konak.role_undo(uuid) to konak_app;

-- Nobody gives, changes or takes a right that he does not hold: konak.role_set()
-- says so in words, this says it of every row, whoever writes it. The operator
-- (no person set) may.
create function auth.role_rights_guard() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	x konak.role_permissions := coalesce(new, old);
	mine text;
	ends text[] := case tg_op when 'INSERT' then array[new.scope]
	    when 'DELETE' then array[old.scope]
	    else array[old.scope, new.scope] end;
begin
	if konak.me() is null or konak.may('group.manage') then
		return x;
	end if;
	mine := auth.rights_of(konak.me(), x.company_id);
	if strpos(mine, '|roles.manage=') = 0 or exists (
	    select from unnest(ends) e(scope) where not auth.covers(mine,
		'|' || x.code || '=' || e.scope || '|')) then
		perform konak.denied(x.code);
	end if;
	return x;
end $$;
grant execute on function auth.role_rights_guard() to konak_owner;

set local role konak_owner;

create trigger role_permissions_20_rights
    before insert or update or delete on konak.role_permissions
    for each row execute function auth.role_rights_guard();
