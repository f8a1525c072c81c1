-- 0362-due-notices.sql - every morning people are told what ends, what is due and
-- what is late: domains, certificates and hostings at 30, 15, 7 and 3 days, tasks
-- on their day and once they are late, leads on the day of their next contact.
-- Each once: a notice carries a key of its record, its day and its stage.

set local role konak_auth;

-- Who answers for the domains here: those who may add one.
create function konak.domain_keepers() returns uuid[]
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select array(select m.user_id from konak.memberships m
	    join konak.role_permissions r on r.company_id = m.company_id
		and r.role_id = m.role_id and r.code = 'domains.create'
	    where m.company_id = konak.company() and m.deleted_at is null)
$$;
revoke execute on function konak.domain_keepers() from public;
grant execute on function konak.domain_keepers() to konak_definer;

set local role konak_definer;

create function konak.due_notices() returns table (people uuid[], title text,
    message text, about text, about_id uuid, priority text, key text)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select case when e.kind = 'lead' or e.kind = 'task' then array[e.person]
	    else konak.domain_keepers() end, e.name, case
	    when e.kind = 'lead' then 'Bugün aranacak'
	    when e.kind = 'task' and e.days = 0 then 'Bugün bitiyor'
	    when e.kind = 'task' then 'Gecikti: son günü '
		|| to_char(e.day, 'DD.MM.YYYY') || ' idi'
	    else case e.kind when 'ssl' then 'SSL: ' when 'hosting'
		then 'Hosting: ' else '' end || case e.days
		when 0 then 'bugün bitiyor' else e.days || ' gün kaldı ('
		|| to_char(e.day, 'DD.MM.YYYY') || ')' end end,
	    e.about, e.id, case when e.kind in ('lead', 'task') then 'normal'
		else (array['urgent', 'high', 'normal', 'low'])[e.stage] end,
	    concat_ws('/', e.kind, e.day, e.stage)
	from (select d.*, case when d.kind = 'lead' then 0
		when d.kind = 'task' then (d.days < 0)::integer
		else width_bucket(d.days, array[4, 8, 16]) + 1 end as stage
	    from (select x.kind, x.about, x.id, x.name, x.person, x.day,
		    x.day - konak.today() as days
		from (select 'domain' as kind, 'domains' as about, t.id,
			t.domain_name as name, null::uuid as person,
			t.expire_date as day
		    from konak.domains t where t.company_id = konak.company()
			and t.deleted_at is null and t.expire_date
			between konak.today() and konak.today() + 30
		    union all
		    select 'ssl', 'domains', t.id, t.domain_name, null,
			t.ssl_expire_date
		    from konak.domains t where t.company_id = konak.company()
			and t.deleted_at is null and t.ssl_expire_date
			between konak.today() and konak.today() + 30
		    union all
		    select 'hosting', 'hostings', t.id, t.provider || ' '
			|| t.plan_name, null, t.expire_date
		    from konak.hostings t where t.company_id = konak.company()
			and t.deleted_at is null and t.expire_date
			between konak.today() and konak.today() + 30
		    union all
		    select 'task', 'tasks', t.id, t.title, t.assigned_to,
			t.due_date
		    from konak.tasks t where t.company_id = konak.company()
			and t.deleted_at is null and t.assigned_to is not null
			and t.status in ('pending', 'in_progress')
			and t.due_date between konak.today() - 7
			    and konak.today()
		    union all
		    select 'lead', 'leads', t.id, t.company_name, t.assigned_to,
			t.next_contact
		    from konak.leads t where t.company_id = konak.company()
			and t.deleted_at is null and t.assigned_to is not null
			and t.status not in ('won', 'lost')
			and t.next_contact = konak.today()) x) d) e
$$;

create function konak.due_daily(args jsonb) returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	d record;
begin
	for d in
		select x.* from konak.due_notices() x
		where not exists (select from konak.notifications n
		    where n.company_id = konak.company() and n.type = 'alert'
			and n.related_id = x.about_id
			and n.data ->> 'key' = x.key)
		order by x.about, x.about_id, x.key
	loop
		perform konak.notify(d.people, 'alert', d.title, d.message,
		    d.about, d.about_id, d.priority,
		    data => jsonb_build_object('key', d.key));
	end loop;
	return;
end $$;
revoke execute on function konak.due_notices() from public;
grant execute on function konak.due_daily(jsonb) to konak_app;

set local role konak_owner;

insert into konak.job_kinds (kind, run, rights, daily, name_tr, name_en)
values ('due.daily', 'due_daily', '', '08:05', 'Biteni ve vadesi geleni bildir',
    'Tell of what ends and what is due');
