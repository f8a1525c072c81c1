-- 0231-leave-last.sql - whoever may let a person go ends the account as well,
-- when that was the last company: it is switched off while the membership still
-- stands, for on a person of no company nobody but the group's manager may act.

set local role konak_auth;

-- The end of it, before the membership goes: sessions entered in the company,
-- and with no other company the account. Whether the account ended.
create or replace function konak.leave_account(person uuid) returns boolean
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	last boolean := not exists (select from konak.memberships m
	    where m.user_id = person and m.deleted_at is null
		and m.company_id is distinct from konak.company())
	    and not exists (select from konak.group_members g
		where g.user_id = person and g.deleted_at is null);
begin
	if last then
		update konak.users u set is_active = false
		 where u.id = person and u.is_active;
	end if;
	perform auth.end_sessions(person, case when last then null
	    else konak.company() end, null, 'left');
	return last;
end $$;

set local role konak_definer;

create or replace function konak.leave(person uuid) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	l konak.leavers;
	moved jsonb;
	tasks integer;
	timers integer;
	gone boolean;
	out jsonb;
begin
	perform konak.leave_check(person);
	insert into konak.leavers as x (company_id, user_id, created_by)
	values (konak.company(), person, konak.me())
	on conflict (company_id, user_id) where state = 'open' do nothing;
	select x.* into l from konak.leavers x
	 where x.company_id = konak.company() and x.user_id = person
	   and x.state = 'open' for update;
	moved := konak.leave_hand_over(l);
	update konak.time_entries t set ended_at = greatest(konak.now(),
	    t.started_at + interval '1 second')
	 where t.company_id = konak.company() and t.user_id = person
	   and t.ended_at is null and t.deleted_at is null;
	get diagnostics timers = row_count;
	tasks := konak.leave_tasks(l);
	update konak.team_members t set deleted_at = konak.now()
	 where t.company_id = konak.company() and t.user_id = person
	   and t.deleted_at is null;
	gone := konak.leave_account(person);
	update konak.memberships m set deleted_at = konak.now()
	 where m.company_id = konak.company() and m.user_id = person
	   and m.deleted_at is null;
	out := jsonb_build_object('moved', moved, 'timers', timers,
	    'tasks', tasks, 'account_ended', gone);
	update konak.leavers x set state = 'done', done_at = konak.now(),
	    done_by = konak.me(), report = out, task_count = tasks,
	    moved_count = (select coalesce(sum(value::int), 0)
		from jsonb_each_text(moved))
	 where x.company_id = l.company_id and x.id = l.id;
	perform konak.audit_write(konak.company(), konak.me(), 'USER_LEAVE',
	    'users', 'users', person, out || jsonb_build_object('title',
	    (select u.name from konak.users u where u.id = person)));
	return out;
end $$;
