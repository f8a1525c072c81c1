-- 0117-leavers.sql - somebody leaves a company (M12). What the wizard has chosen
-- is kept until it is finished; finishing is one transaction: open work goes to
-- whoever takes it over, a running timer stops, each secret that the person has
-- seen and nobody has changed since gets a task, the membership ends with its
-- sessions, and with the last membership the account.

-- Where a person is answerable for open work. A module adds its own.
create table konak.handovers (
	record text not null,
	column_name text not null,
	-- SQL over t: is this row still open?
	is_open text not null,
	sort serial not null,
	constraint handovers_pkey primary key (record, column_name)
);
insert into konak.handovers (record, column_name, is_open) values
    ('tasks', 'assigned_to', 't.status in (''pending'', ''in_progress'')'),
    ('projects', 'manager_id', 't.status in (''planned'', ''active'', ''on_hold'')'),
    ('leads', 'assigned_to', 't.status not in (''won'', ''lost'')'),
    ('proposals', 'assigned_to', 't.status in (''draft'', ''sent'')'),
    ('customer_requests', 'assigned_to',
	't.status not in (''resolved'', ''closed'')'),
    ('seo_tasks', 'assigned_to', 'not t.is_completed'),
    ('seo_assignments', 'assigned_to', 'true'),
    ('teams', 'lead_user_id', 'true'),
    ('bank_cards', 'holder_id', 'true');

create table konak.leavers (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	user_id uuid not null,
	state text not null default 'open',
	to_user_id uuid,
	-- {"tasks": "uuid of who takes them over", …}
	choices jsonb not null default '{}',
	report jsonb not null default '{}',
	moved_count integer,
	task_count integer,
	done_at timestamptz,
	done_by uuid,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	constraint leavers_pkey primary key (company_id, id),
	constraint leavers_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint leavers_user_id_fkey foreign key (company_id, user_id)
	    references konak.memberships (company_id, user_id),
	constraint leavers_to_user_id_fkey foreign key (company_id, to_user_id)
	    references konak.memberships (company_id, user_id),
	constraint leavers_state_value check (state in ('open', 'done')),
	constraint leavers_to_user_id_other check (to_user_id <> user_id)
);
select konak.sort_index('konak.leavers', 'created_at');
create index leavers_user_id_idx on konak.leavers (company_id, user_id);
create index leavers_to_user_id_idx on konak.leavers (company_id, to_user_id);
create unique index leavers_open_key on konak.leavers (company_id, user_id)
    where state = 'open';

select konak.protect('konak.leavers', '{"record": "leavers", "module": "core", "audit": "LEAVER", "title": "user_id", "view": {"users.manage": "all"}, "internal": ["choices", "report"], "quiet": ["state", "done_at", "done_by", "to_user_id", "choices", "report", "moved_count", "task_count"]}'::jsonb);
grant select on konak.handovers to konak_definer;

set local role konak_auth;

-- The end of it: sessions entered in the company, and with the last membership
-- the account. Whether the account ended.
create function konak.leave_account(person uuid) returns boolean
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	last boolean := not exists (select from konak.memberships m
	    where m.user_id = person and m.deleted_at is null)
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

create function konak.leave_sessions(person uuid) returns integer
language sql stable security definer
set search_path = pg_catalog, konak, pg_temp
begin atomic
	select count(*)::int from auth.sessions s
	 where s.user_id = person and s.company_id = konak.company()
	   and s.ended_at is null and s.expires_at > now()
	   and s.idle_until > now();
end;
revoke execute on function konak.leave_account(uuid),
    konak.leave_sessions(uuid) from public;
grant execute on function konak.leave_account(uuid),
    konak.leave_sessions(uuid) to konak_definer;

set local role konak_definer;

-- Who may let this person go: users.manage, and no right beyond one's own;
-- nobody lets himself go. (That an owner stays is the memberships' to say.)
create function konak.leave_check(person uuid) returns void
language plpgsql stable security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	m konak.memberships;
begin
	if not konak.may('users.manage') then
		perform konak.denied('users.manage');
	end if;
	select x.* into m from konak.memberships x
	 where x.company_id = konak.company() and x.user_id = person
	   and x.deleted_at is null;
	if not found then
		perform konak.no_row();
	elsif person = konak.me() then
		perform konak.fail('leave.self');
	elsif not konak.role_within(m.role_id) then
		perform konak.fail('auth.may_not_act');
	end if;
end $$;

-- Kinds of work with how many rows of each are open.
create function konak.leave_work(person uuid)
    returns table (record text, column_name text, n integer)
language plpgsql stable security definer
set search_path = pg_catalog, konak, pg_temp as $$
#variable_conflict use_column
declare
	h konak.handovers;
begin
	for h in select x.* from konak.handovers x
	    join konak.protected p on p.record = x.record order by x.sort loop
		record := h.record;
		column_name := h.column_name;
		execute format('select count(*)::int from konak.%I t '
		    'where t.company_id = konak.company() and t.%I = $1 '
		    'and t.deleted_at is null and (%s)', h.record,
		    h.column_name, h.is_open) into n using person;
		return next;
	end loop;
end $$;

-- What the wizard shows; nothing is changed by it.
create function konak.leaving(person uuid) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	l konak.leavers;
begin
	perform konak.leave_check(person);
	select x.* into l from konak.leavers x
	 where x.company_id = konak.company() and x.user_id = person
	   and x.state = 'open';
	return jsonb_build_object(
	    'name', (select u.name from konak.users u where u.id = person),
	    'begun', l.id is not null,
	    'to', l.to_user_id,
	    'to_name', (select u.name from konak.users u
		where u.id = l.to_user_id),
	    'work', (select coalesce(jsonb_agg(jsonb_build_object(
		'record', w.record, 'n', w.n,
		'to', coalesce(l.choices ->> w.record, l.to_user_id::text),
		'to_name', (select u.name from konak.users u where u.id =
		    coalesce((l.choices ->> w.record)::uuid, l.to_user_id)))),
		'[]') from konak.leave_work(person) w where w.n > 0),
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
	    'elsewhere', (select coalesce(jsonb_agg(c.name order by c.name),
		'[]') from konak.memberships m
		join konak.companies c on c.id = m.company_id
		where m.user_id = person and m.deleted_at is null
		  and m.company_id <> konak.company()));
end $$;

-- One choice: who takes over one kind of work, or (record null) all of it.
create function konak.leaving_set(person uuid, kind text, successor uuid)
    returns void
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	made uuid;
begin
	perform konak.leave_check(person);
	if successor is not null and (successor = person or not exists (
	    select from konak.memberships m join konak.users u
		on u.id = m.user_id and u.is_active
	    where m.company_id = konak.company() and m.user_id = successor
	      and m.deleted_at is null)) then
		perform konak.bad_ref('to');
	end if;
	insert into konak.leavers as l (company_id, user_id, created_by)
	values (konak.company(), person, konak.me())
	on conflict (company_id, user_id) where state = 'open' do nothing;
	update konak.leavers l set
	    to_user_id = case when kind is null then successor
		else l.to_user_id end,
	    choices = case when kind is null then '{}'
		else l.choices || jsonb_build_object(kind, successor) end
	 where l.company_id = konak.company() and l.user_id = person
	   and l.state = 'open';
end $$;

-- Each kind to its successor; {"tasks": 12, …}.
create function konak.leave_hand_over(l konak.leavers) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	h konak.handovers;
	successor uuid;
	n integer;
	moved jsonb := '{}';
begin
	for h in select x.* from konak.handovers x
	    join konak.protected p on p.record = x.record order by x.sort loop
		successor := coalesce((l.choices ->> h.record)::uuid,
		    l.to_user_id);
		if successor is null then
			execute format('select count(*)::int from konak.%I t '
			    'where t.company_id = konak.company() '
			    'and t.%I = $1 and t.deleted_at is null and (%s)',
			    h.record, h.column_name, h.is_open)
			into n using l.user_id;
			if n > 0 then
				perform konak.fail('leave.nobody',
				    jsonb_build_object('record', h.record, 'n', n));
			end if;
			continue;
		end if;
		execute format('update konak.%I t set %I = $2 '
		    'where t.company_id = konak.company() and t.%I = $1 '
		    'and t.deleted_at is null and (%s)', h.record,
		    h.column_name, h.column_name, h.is_open)
		using l.user_id, successor;
		get diagnostics n = row_count;
		if n > 0 then
			moved := moved || jsonb_build_object(h.record, n);
		end if;
	end loop;
	return moved;
end $$;

-- A task for each secret that was seen and is still the same.
create function konak.leave_tasks(l konak.leavers) returns integer
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	n integer;
begin
	if not konak.may('audit.view') then
		return 0;
	end if;
	insert into konak.tasks (company_id, title, assigned_to, priority,
	    due_date, description, created_by)
	select konak.company(), left('Şifreyi değiştir: ' || s.title
	    || coalesce(' (' || s.customer || ')', ''), 255),
	    coalesce((l.choices ->> 'tasks')::uuid, l.to_user_id), 'high',
	    konak.today() + 7, (select u.name from konak.users u
		where u.id = l.user_id) || ' ayrıldı ve bu değeri gördü.',
	    konak.me()
	from konak.vault_leaver(l.user_id) s;
	get diagnostics n = row_count;
	return n;
end $$;

create function konak.leave(person uuid) returns jsonb
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
	update konak.memberships m set deleted_at = konak.now()
	 where m.company_id = konak.company() and m.user_id = person
	   and m.deleted_at is null;
	gone := konak.leave_account(person);
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

grant execute on function konak.leaving(uuid),
    konak.leaving_set(uuid, text, uuid), konak.leave(uuid) to konak_app;
