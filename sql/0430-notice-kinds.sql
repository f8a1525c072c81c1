-- 0430-notice-kinds.sql - what ends, what is due and what customers ask for are
-- notices of kinds of their own, which people choose to get or not, and each is
-- in its reader's language.

set local role konak_auth;

-- Those of them who read this language.
create function konak.readers(people uuid[], lang text) returns uuid[]
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select array(select u.id from konak.users u
	    where u.id = any (people) and u.language = lang)
$$;
-- Those of the company whose role has this right.
create function konak.holders(code text) returns uuid[]
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select array(select m.user_id from konak.memberships m
	    join konak.role_permissions r on r.company_id = m.company_id
		and r.role_id = m.role_id and r.code = holders.code
	    where m.company_id = konak.company() and m.deleted_at is null)
$$;
revoke execute on function konak.readers(uuid[], text), konak.holders(text)
    from public;
grant execute on function konak.readers(uuid[], text), konak.holders(text)
    to konak_definer;

set local role konak_definer;

drop function konak.due_notices();
create function konak.due_notices() returns table (people uuid[], type text,
    title text, message_tr text, message_en text, about text, about_id uuid,
    priority text, key text)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select case when e.person is null then konak.holders('domains.create')
	    else array[e.person] end, case e.kind when 'lead' then 'lead_follow'
		when 'task' then 'task_due' else 'expiry' end, e.name, case
	    when e.kind = 'lead' then 'Bugün aranacak'
	    when e.kind = 'task' and e.days = 0 then 'Bugün bitiyor'
	    when e.kind = 'task' then 'Gecikti: son günü ' || e.shown || ' idi'
	    else e.word || case e.days when 0 then 'bugün bitiyor'
		else e.days || ' gün kaldı (' || e.shown || ')' end end, case
	    when e.kind = 'lead' then 'To be contacted today'
	    when e.kind = 'task' and e.days = 0 then 'Due today'
	    when e.kind = 'task' then 'Overdue since ' || e.shown
	    else e.word || case e.days when 0 then 'ends today'
		when 1 then '1 day left (' || e.shown || ')'
		else e.days || ' days left (' || e.shown || ')' end end,
	    e.about, e.id, case when e.person is not null then 'normal'
		else (array['urgent', 'high', 'normal', 'low'])[e.stage] end,
	    concat_ws('/', e.kind, e.day, e.stage)
	from (select d.*, to_char(d.day, 'DD.MM.YYYY') as shown,
		case d.kind when 'ssl' then 'SSL: '
		    when 'hosting' then 'Hosting: ' else '' end as word,
		case when d.kind = 'lead' then 0
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
revoke execute on function konak.due_notices() from public;

-- What was told as `alert`, before these kinds were, is not told again.
create or replace function konak.due_daily(args jsonb)
    returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	d record;
	lang text;
begin
	for d in
		select x.* from konak.due_notices() x
		where not exists (select from konak.notifications n
		    where n.company_id = konak.company()
			and n.type in (x.type, 'alert')
			and n.related_id = x.about_id
			and n.data ->> 'key' = x.key)
		order by x.about, x.about_id, x.key
	loop
		foreach lang in array '{tr,en}'::text[] loop
			perform konak.notify(konak.readers(d.people, lang),
			    d.type, d.title, case lang when 'tr'
				then d.message_tr else d.message_en end,
			    d.about, d.about_id, d.priority,
			    data => jsonb_build_object('key', d.key));
		end loop;
	end loop;
	return;
end $$;

set local role konak_auth;
drop function konak.domain_keepers();
set local role konak_owner;

-- Whose it is hears of it; of one that is nobody's, all who may take it.
select konak.protect_define('customer_requests_tell', $f$
begin
	if new.assigned_to is not null
	    and new.assigned_to is distinct from konak.me() then
		perform konak.notify(array[new.assigned_to], 'request',
		    concat_ws(' ', new.number, new.subject), null,
		    'customer_requests', new.id, case new.priority
			when 'urgent' then 'high' else 'normal' end,
		    konak.me(), '{"action": "REQUEST_ASSIGN"}');
	elsif new.assigned_to is null and tg_op = 'INSERT' then
		perform konak.notify(array_remove(konak.holders('requests.edit'),
		    konak.me()), 'request', concat_ws(' ', new.number,
			new.subject), null, 'customer_requests', new.id,
		    case new.priority when 'urgent' then 'high'
			else 'normal' end, konak.me(),
		    '{"action": "REQUEST_NEW"}');
	end if;
	return null;
end $f$);
create trigger customer_requests_80_tell after insert
    on konak.customer_requests for each row
    when (new.status not in ('resolved', 'closed'))
    execute function konak.customer_requests_tell();
create trigger customer_requests_81_tell after update
    on konak.customer_requests for each row when (new.deleted_at is null
	and new.status not in ('resolved', 'closed')
	and new.assigned_to is distinct from old.assigned_to)
    execute function konak.customer_requests_tell();
