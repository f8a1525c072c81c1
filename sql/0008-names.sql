-- 0008-names.sql - what every member of a company may know of its people and
-- of the company itself: names. They stand apart from the rows they belong to,
-- which only those see who manage people or settings. Titles are read here, as
-- well: without a policy that has to look up memberships first.

-- The registers that this transaction may read names from, the one that titles
-- come from first: its company's; for whoever may look at the group the group's
-- and its company's; for a person who has entered no company, none. Set by
-- konak.enter(), as the text of an array.
create function konak.registers() returns uuid[]
language sql stable parallel safe
as $$
	select coalesce(nullif(pg_catalog.current_setting('konak.registers', true), ''),
	    '{' || nullif(pg_catalog.current_setting('konak.company', true), '')
	    || '}')::uuid[]
$$;
create function konak.register() returns uuid
language sql stable parallel safe
as $$ select (konak.registers())[1] $$;

-- A row for everybody who is or was a member of a company, and one in the
-- group's register for everybody there is.
create table konak.people (
	company_id uuid not null,
	id uuid not null,
	name text not null,
	-- belongs to the company still
	member boolean not null,
	-- may be chosen: a member who can sign in
	offered boolean not null,
	constraint people_pkey primary key (company_id, id),
	constraint people_company_id_fkey foreign key (company_id)
	    references konak.companies (id)
);
create index people_name_idx on konak.people
    (company_id, name collate "tr-x-icu", id) where offered;

alter table konak.people enable row level security;
alter table konak.people force row level security;
create policy owner_all on konak.people to konak_owner
    using (true) with check (true);
create policy auth_all on konak.people to konak_auth
    using (true) with check (true);
create policy app_select on konak.people for select to konak_app
    using (company_id = any ((select konak.registers())::uuid[]));
grant select, insert, update, delete on konak.people to konak_auth;
grant select on konak.people to konak_app;
grant execute on function konak.registers(), konak.register() to konak_auth, konak_definer,
    konak_app, konak_group, konak_backup;

-- What a member knows of the company (of every one, who sees the group).
set local role konak_definer;
create view konak.company_names with (security_barrier = true) as
select c.company_id, c.id, c.name, c.city, c.currency, c.timezone,
    c.company_type <> 'group' and c.is_active as offered
from konak.companies c
where c.id = (select konak.company()) or (select konak.may('group.view'))
    or (select konak.may('group.manage'));
grant select on konak.company_names to konak_app, konak_auth, konak_group,
    konak_owner;

set local role konak_auth;

create function auth.people_keep() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	if tg_table_name = 'memberships' then
		insert into konak.people as p (company_id, id, name, member, offered)
		select new.company_id, u.id, u.name, new.deleted_at is null,
		    new.deleted_at is null and u.is_active
		from konak.users u where u.id = new.user_id
		on conflict on constraint people_pkey do update
		    set member = excluded.member, offered = excluded.offered;
	elsif tg_op = 'INSERT' then
		insert into konak.people (company_id, id, name, member, offered)
		values (new.company_id, new.id, new.name, true, new.is_active);
	elsif tg_op = 'UPDATE' then
		update konak.people p
		   set name = new.name, offered = p.member and new.is_active
		 where p.id = new.id;
	else
		delete from konak.people p where p.id = old.id;
	end if;
	return null;
end $$;

-- The names that no trigger has seen: those there were, and those that were
-- loaded without triggers.
create function konak.people_fill() returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
	insert into konak.people (company_id, id, name, member, offered)
	select u.company_id, u.id, u.name, true, u.is_active from konak.users u
	union all
	select m.company_id, m.user_id, u.name, m.deleted_at is null,
	    m.deleted_at is null and u.is_active
	from konak.memberships m join konak.users u on u.id = m.user_id
	on conflict on constraint people_pkey do nothing
$$;
grant execute on function auth.people_keep(), konak.people_fill()
    to konak_owner;

set local role konak_owner;

create trigger memberships_65_people after insert on konak.memberships
    for each row execute function auth.people_keep();
create trigger memberships_66_people after update on konak.memberships
    for each row when ((old.deleted_at is null) <> (new.deleted_at is null))
    execute function auth.people_keep();
create trigger users_65_people after insert or delete on konak.users
    for each row execute function auth.people_keep();
create trigger users_66_people after update on konak.users
    for each row when ((old.name, old.is_active)
	is distinct from (new.name, new.is_active))
    execute function auth.people_keep();
select konak.people_fill();

-- The rows themselves are for those who manage them, and everybody's own. The
-- group's row is no company that anybody works with.
select konak.protect('konak.users', '{"module": "users", "audit": "USER",
    "title": ["first_name", "last_name"], "auth": true,
    "internal": ["avatar", "search"], "quiet": ["last_login"],
    "readonly": ["last_login", "email_verified", "phone_verified", "two_fa_enabled"],
    "edit": ["users.manage"],
    "rows": {"view": "(id = (select konak.me()) or (select konak.may(''group.manage'')) or ((select konak.may(''users.manage'')) and id in (select m.user_id from konak.memberships m where m.company_id = (select konak.company()) and m.deleted_at is null)))",
	"edit": "(id = (select konak.me()) or (select konak.may(''group.manage'')) or ((select konak.may(''users.manage'')) and konak.may_act(id)))"}}');

select konak.protect('konak.memberships', '{"module": "users",
    "audit": "MEMBERSHIP", "title": [], "auth": true,
    "quiet": ["last_accessed_at", "is_default"],
    "create": ["users.manage"], "edit": ["users.manage"], "delete": ["users.manage"],
    "rows": {"view": "(company_id = (select konak.company()) and (user_id = (select konak.me()) or (select konak.may(''users.manage'')) or (select konak.may(''group.manage''))))",
	"create": "(company_id = (select konak.company()) and (select konak.may(''users.manage'')))",
	"edit": "(company_id = (select konak.company()) and (select konak.may(''users.manage'')))",
	"delete": "(company_id = (select konak.company()) and (select konak.may(''users.manage'')))"}}');

select konak.protect('konak.companies', '{"module": "settings",
    "audit": "COMPANY", "title": ["name"], "auth": true,
    "internal": ["logo", "search"],
    "quiet": ["current_teachers", "current_students", "current_classes",
	"invoice_next_number"],
    "readonly": ["current_teachers", "current_students", "current_classes",
	"invoice_next_number", "trial_ends_at", "subscription_status",
	"stripe_customer_id", "iyzico_customer_id"],
    "create": ["group.manage"], "edit": ["settings.edit", "group.manage"],
    "rows": {"view": "(company_type <> ''group'' and ((id = (select konak.company()) and (select konak.may(''settings.view''))) or (select konak.may(''group.view'')) or (select konak.may(''group.manage''))))",
	"create": "((select konak.may(''group.manage'')) and company_type <> ''group'')",
	"edit": "((id = (select konak.company()) and (select konak.may(''settings.edit''))) or (select konak.may(''group.manage'')))"}}');
create policy group_select on konak.companies for select to konak_group
    using ((select konak.may('group.view')));
grant select on konak.companies to konak_group;
grant references on konak.users, konak.companies to konak_auth;

-- Everybody's own date, whoever may see the company's settings.
create or replace function konak.today() returns date
language plpgsql stable parallel safe
as $$
begin
	return (konak.now() at time zone coalesce((select c.timezone
	    from konak.company_names c where c.id = konak.company()),
	    'Europe/Istanbul'))::date;
end $$;

-- The audit log names people by the register.
alter policy app_select on konak.audit_logs using (
    case when company_id = (select konak.company())
	then (select konak.may('audit.view'))
	    or ((select konak.may('group.view'))
		and company_id = (select konak.group_company()))
	else company_id = (select konak.group_company())
	    and ((select konak.may('group.view'))
		or ((select konak.may('audit.view'))
		    and action in ('LOGIN', 'LOGIN_FAILED', 'LOGOUT')
		    and user_id in (select p.id from konak.people p
			where p.company_id = (select konak.company())
			    and p.member))) end);

create or replace view konak.audit with (security_invoker = true) as
select l.company_id, l.at, l.id, l.request_id, l.user_id,
    (select p.name from konak.people p
	where p.company_id = (select konak.register()) and p.id = l.user_id)
	as user_name,
    l.action, l.module, l.record_type, l.record_id, l.version, l.op,
    l.description, l.ip, l.client,
    s.v ->> 'title' as title, s.v -> 'old' as old, s.v -> 'new' as new,
    s.v as values
from konak.audit_logs l
cross join lateral (
    select konak.audit_shown(l.company_id, l.at, l.id) as v offset 0) s;
