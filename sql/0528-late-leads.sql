-- 0528-late-leads.sql - a lead whose day passed while nobody could be told is told
-- of as well; a task made of a request is given away only by who may give tasks
-- away; who leaves hands over to people who are still here, and the asker reads
-- only names of companies that he knows; a comment on what is not there.

grant execute on function konak.rewrite(regprocedure, text, text)
    to konak_definer;
set local role konak_definer;

-- The key stays that of the day: who heard of it then does not hear again.
do $$ begin
	perform konak.rewrite('konak.due_notices()',
	    't.next_contact = konak.today())', 't.next_contact between
			    konak.today() - 7 and konak.today())');
	perform konak.rewrite('konak.due_notices()',
	    'when e.kind = ''lead'' then ''Bugün aranacak''',
	    'when e.kind = ''lead'' and e.days = 0 then ''Bugün aranacak''
	    when e.kind = ''lead'' then ''Gecikti: '' || e.shown
		|| '' günü aranacaktı''');
	perform konak.rewrite('konak.due_notices()',
	    'when e.kind = ''lead'' then ''To be contacted today''',
	    'when e.kind = ''lead'' and e.days = 0 then ''To be contacted today''
	    when e.kind = ''lead'' then ''Was to be contacted on '' || e.shown');
	-- One's own request becomes one's own task; that gives nothing away.
	perform konak.rewrite('konak.requests_to_task(uuid, integer)',
	    '	insert into konak.tasks as t',
	    '	if r.assigned_to <> konak.me()
	    and not konak.may(''tasks.assign'') then
		perform konak.denied(''tasks.assign'');
	end if;
	insert into konak.tasks as t');
	perform konak.rewrite('konak.leave_hand_over(konak.leavers)',
	    'coalesce((l.choices ->> h.record)::uuid,
		    l.to_user_id)', 'konak.leave_successor(l, h.record)');
	-- Who takes over does not leave meanwhile.
	perform konak.rewrite('konak.leave_hand_over(konak.leavers)',
	    '	for h in select', '	perform from konak.memberships m
	where m.company_id = l.company_id and m.user_id in (select l.to_user_id
	    union all select x.value::uuid
		from jsonb_each_text(l.choices) x)
	order by m.user_id for share;
	for h in select');
	perform konak.rewrite('konak.leave_tasks(konak.leavers)',
	    'coalesce((l.choices ->> ''tasks'')::uuid, l.to_user_id)',
	    'konak.leave_successor(l, ''tasks'')');
end $$;

-- Who takes over one kind of work; nobody when that person has left since, or
-- may not sign in any more.
create function konak.leave_successor(l konak.leavers, kind text) returns uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select m.user_id from konak.memberships m
	join konak.users u on u.id = m.user_id and u.is_active
	where m.company_id = l.company_id and m.deleted_at is null
	    and m.accepted_at is not null
	    and m.user_id = coalesce((l.choices ->> kind)::uuid, l.to_user_id)
$$;
revoke execute on function konak.leave_successor(konak.leavers, text)
    from public;

-- What the wizard shows; nothing is changed by it. Of the other companies, those
-- that the asker works in or, by the group's rights, sees; `more`: there are
-- others.
create or replace function konak.leaving(person uuid) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	l konak.leavers;
	heir uuid;
	known text[];
	others integer;
begin
	perform konak.leave_check(person);
	select x.* into l from konak.leavers x
	 where x.company_id = konak.company() and x.user_id = person
	   and x.state = 'open';
	heir := konak.leave_successor(l, null);
	select array_agg(c.name order by c.name) filter (where
		konak.may('group.view') or konak.may('group.manage')
		or exists (select from konak.memberships o
		    where o.company_id = m.company_id
			and o.user_id = konak.me() and o.deleted_at is null
			and o.accepted_at is not null)), count(*)
	  into known, others
	  from konak.memberships m
	  join konak.companies c on c.id = m.company_id
	 where m.user_id = person and m.deleted_at is null
	   and m.company_id <> konak.company();
	return jsonb_build_object(
	    'name', (select u.name from konak.users u where u.id = person),
	    'begun', l.id is not null,
	    'to', heir,
	    'to_name', (select u.name from konak.people u
		where u.company_id = konak.company() and u.id = heir),
	    'work', (select coalesce(jsonb_agg(jsonb_build_object(
		'record', w.record, 'n', w.n, 'to', w.heir,
		'to_name', (select u.name from konak.people u
		    where u.company_id = konak.company() and u.id = w.heir))),
		'[]') from (select x.record, x.n,
		    konak.leave_successor(l, x.record) as heir
		    from konak.leave_work(person) x where x.n > 0) w),
	    'timer', exists (select from konak.time_entries t
		where t.company_id = konak.company() and t.user_id = person
		  and t.ended_at is null and t.deleted_at is null),
	    'sessions', konak.leave_sessions(person),
	    'secrets', case when konak.may('audit.view') then (select
		coalesce(jsonb_agg(jsonb_build_object('title', s.title,
		'customer', s.customer, 'field', s.field,
		'seen_at', to_char(s.seen_at at time zone 'UTC',
		    'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))), '[]')
		from konak.vault_leaver(person) s) end,
	    'elsewhere', to_jsonb(coalesce(known, '{}')),
	    'more', others > coalesce(cardinality(known), 0));
end $$;

set local role konak_owner;
revoke execute on function konak.rewrite(regprocedure, text, text)
    from konak_definer;

-- What is not there, or not to be seen, is not there: the same answer to both,
-- before the table's own policy refuses the row without a reason.
create function konak.comments_about() returns trigger
language plpgsql
as $$
begin
	if konak.may('comments.create')
	    and not konak.seen(new.record_type, new.record_id) then
		perform konak.no_row();
	end if;
	return new;
end $$;
create trigger comments_05_about before insert on konak.comments
    for each row when (konak.company() is not null)
    execute function konak.comments_about();
