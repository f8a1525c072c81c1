-- 0407-group-today.sql - the consolidated view also counts each company's tasks
-- of today, and names what ends within a month; of tasks it sees no more than
-- their day and state, of domains and hostings their names and days.

create policy group_select on konak.tasks for select to konak_group
    using ((select konak.may('group.view')));
grant select (company_id, status, due_date, deleted_at) on konak.tasks
    to konak_group;
create policy group_select on konak.domains for select to konak_group
    using ((select konak.may('group.view')));
grant select (company_id, domain_name, expire_date, ssl_expire_date, deleted_at)
    on konak.domains to konak_group;
create policy group_select on konak.hostings for select to konak_group
    using ((select konak.may('group.view')));
grant select (company_id, provider, plan_name, expire_date, deleted_at)
    on konak.hostings to konak_group;

-- As on a person's own day: what is late belongs to today.
create function konak.group_tasks() returns table (company_id uuid,
    tasks bigint)
language sql stable
as $$
	select t.company_id, count(*) from konak.tasks t
	where t.deleted_at is null and t.status in ('pending', 'in_progress')
	    and t.due_date <= konak.today()
	group by t.company_id
$$;

create function konak.group_expiries() returns table (company text, kind text,
    name text, expire_date date)
language sql stable
as $$
	select c.name, e.kind, e.name, e.day
	from (select d.company_id, 'domain' as kind, d.domain_name as name,
		d.expire_date as day
	    from konak.domains d where d.deleted_at is null
	    union all
	    select d.company_id, 'ssl', d.domain_name, d.ssl_expire_date
	    from konak.domains d where d.deleted_at is null
	    union all
	    select h.company_id, 'hosting', h.provider || ' ' || h.plan_name,
		h.expire_date
	    from konak.hostings h where h.deleted_at is null) e
	join konak.companies c on c.id = e.company_id and c.is_active
	where e.day between konak.today() and konak.today() + 30
	order by e.day, e.name, e.kind
	limit 100
$$;

alter function konak.group_tasks() set role = 'konak_group';
alter function konak.group_expiries() set role = 'konak_group';
grant execute on function konak.group_tasks(), konak.group_expiries()
    to konak_app, konak_group;
