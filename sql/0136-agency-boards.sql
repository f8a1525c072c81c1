-- 0136-agency-boards.sql - leads, tasks and customer requests as boards: what a
-- stage of a lead means to the company, what a column of tasks does to the
-- card that enters it.

-- A company's say about the stages of its leads: their chance, how long one
-- may stay in it, how many it takes.
create type konak.wip_rule as enum ('warn', 'refuse');

create table konak.lead_stages (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	status konak.lead_status not null,
	name text not null generated always as (case status
	    when 'new' then 'Yeni' when 'contacted' then 'İletişime geçildi'
	    when 'meeting_scheduled' then 'Toplantı planlandı'
	    when 'proposal_sent' then 'Teklif gönderildi'
	    when 'negotiation' then 'Pazarlık'
	    when 'won' then 'Kazanıldı' else 'Kaybedildi' end) stored,
	probability integer not null,
	day_limit integer,
	wip_limit integer,
	wip_rule konak.wip_rule not null default 'warn',
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint lead_stages_pkey primary key (company_id, id),
	constraint lead_stages_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint lead_stages_status_open check (status not in ('won', 'lost')),
	constraint lead_stages_probability_range check (probability between 0 and 100),
	constraint lead_stages_day_limit_range check (day_limit between 1 and 999),
	constraint lead_stages_wip_limit_range check (wip_limit between 1 and 999)
);

select konak.sort_index('konak.lead_stages', 'status');
create unique index lead_stages_status_key on konak.lead_stages
    (company_id, status) where deleted_at is null;

insert into konak.lead_stages (company_id, status, probability, day_limit)
select c.id, s.status, konak.lead_probability(s.status), s.days
from konak.companies c
cross join (values ('new'::konak.lead_status, 7), ('contacted', 10),
    ('meeting_scheduled', 14), ('proposal_sent', 14), ('negotiation', 21))
    s(status, days)
where c.kind = 'agency' and c.company_type <> 'group';

select konak.protect_define('companies_stages', $f$
declare
	before text := coalesce(current_setting('konak.company', true), '');
begin
	perform set_config('konak.company', new.id::text, true);
	insert into konak.lead_stages (company_id, status, probability,
	    day_limit)
	values (new.id, 'new', 10, 7), (new.id, 'contacted', 25, 10),
	    (new.id, 'meeting_scheduled', 40, 14),
	    (new.id, 'proposal_sent', 60, 14), (new.id, 'negotiation', 80, 21);
	perform set_config('konak.company', before, true);
	return null;
end $f$);
create trigger companies_76_stages after insert on konak.companies
    for each row when (new.kind = 'agency' and new.company_type <> 'group')
    execute function konak.companies_stages();

alter table konak.leads add column expected_close date;
select konak.sort_index('konak.leads', 'expected_close');
select konak.board('konak.leads', 'status', 'sort_order',
    'konak.lead_stages', 'status');

-- The chance is the company's own, where it has said one.
set local role konak_definer;
create function konak.lead_chance(company uuid, stage konak.lead_status)
    returns integer
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select coalesce((select s.probability from konak.lead_stages s
	    where s.company_id = company and s.status = stage
		and s.deleted_at is null), konak.lead_probability(stage))
$$;
grant execute on function konak.lead_chance(uuid, konak.lead_status)
    to konak_app, konak_owner;
set local role konak_owner;

create or replace function konak.leads_stage() returns trigger
language plpgsql
as $$
begin
	if new.status <> 'lost' then
		new.lost_reason_id := null;
	end if;
	if tg_op = 'UPDATE' and new.status = old.status then
		new.weighted_value := new.expected_value * new.probability / 100;
		return new;
	end if;
	if tg_op = 'UPDATE' and old.customer_id is not null then
		perform konak.fail('leads.converted', field => 'status');
	end if;
	if tg_op = 'UPDATE' and new.probability = old.probability
	    or new.status in ('won', 'lost') then
		new.probability := konak.lead_chance(new.company_id, new.status);
	end if;
	new.weighted_value := new.expected_value * new.probability / 100;
	new.stage_entered_at := konak.now();
	new.closed_at := case when new.status in ('won', 'lost')
	    then konak.now() end;
	return new;
end $$;

-- ------------------------------------------------------------------------ tasks

alter table konak.board_columns
    add column wip_rule konak.wip_rule not null default 'refuse',
    add column task_status konak.task_status,
    add constraint board_columns_task_status_open
	check (task_status <> 'cancelled');

alter table konak.board_columns disable trigger user;
update konak.board_columns set task_status = case name
	when 'BACKLOG' then 'pending' when 'YAPILACAK' then 'pending'
	when 'DEVAM' then 'in_progress' else 'completed' end::konak.task_status
where name in ('BACKLOG', 'YAPILACAK', 'DEVAM', 'TAMAMLANDI');
alter table konak.board_columns enable trigger user;

select konak.protect_define('companies_columns', $f$
declare
	before text := coalesce(current_setting('konak.company', true), '');
begin
	perform set_config('konak.company', new.id::text, true);
	insert into konak.board_columns (company_id, name, color, sort_order,
	    is_default, task_status)
	values (new.id, 'BACKLOG', '#64748b', 10, true, 'pending'),
	    (new.id, 'YAPILACAK', '#2563eb', 20, false, 'pending'),
	    (new.id, 'DEVAM', '#d97706', 30, false, 'in_progress'),
	    (new.id, 'TAMAMLANDI', '#16a34a', 40, false, 'completed');
	perform set_config('konak.company', before, true);
	return null;
end $f$);

-- A column with cards does not go and take them out of sight.
select konak.protect_define('board_columns_cards', $f$
begin
	if exists (select from konak.tasks t
	    where t.company_id = old.company_id
		and t.board_column_id = old.id and t.deleted_at is null) then
		perform konak.fail('board_columns.has_cards');
	end if;
	return new;
end $f$);
create trigger board_columns_10_cards before update on konak.board_columns
    for each row when (old.deleted_at is null and new.deleted_at is not null)
    execute function konak.board_columns_cards();

drop trigger tasks_30_column on konak.tasks;
drop trigger tasks_31_column on konak.tasks;
drop function konak.tasks_column();

alter table konak.tasks
    alter column sort_order drop default,
    alter column sort_order type text collate "C"
	using lpad(greatest(sort_order, 0)::text, 10, '0'),
    alter column sort_order set default 'a0';

-- The column that a task of this status belongs to: one that stands for it, or
-- the one of new tasks, or the first.
set local role konak_definer;
create function konak.task_column(company uuid, status konak.task_status)
    returns uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select c.id from konak.board_columns c
	where c.company_id = company and c.deleted_at is null
	order by (c.task_status = task_column.status) desc nulls last,
	    c.is_default desc, c.sort_order, c.id limit 1
$$;
set local role konak_owner;

-- Where a card stands and how far its task is go together: whoever changes one
-- changes the other, unless both are said.
select konak.protect_define('tasks_place_status', $f$
declare
	stands konak.task_status;
begin
	select c.task_status into stands from konak.board_columns c
	where c.company_id = new.company_id and c.id = new.board_column_id;
	if tg_op = 'INSERT' then
		if new.status = 'cancelled' then
			new.board_column_id := null;
		elsif new.board_column_id is null then
			new.board_column_id := konak.task_column(new.company_id,
			    new.status);
		elsif new.status = 'pending' then
			new.status := coalesce(stands, new.status);
		end if;
	elsif new.status = old.status then
		if new.board_column_id is distinct from old.board_column_id then
			new.status := coalesce(stands, new.status);
		end if;
	elsif new.board_column_id is not distinct from old.board_column_id then
		if new.status = 'cancelled' then
			new.board_column_id := null;
		elsif new.board_column_id is null or stands <> new.status then
			new.board_column_id := konak.task_column(new.company_id,
			    new.status);
		end if;
	end if;
	return new;
end $f$);
create trigger tasks_05_place before insert on konak.tasks
    for each row execute function konak.tasks_place_status();
create trigger tasks_06_place before update on konak.tasks
    for each row when (new.status <> old.status
	or new.board_column_id is distinct from old.board_column_id)
    execute function konak.tasks_place_status();

-- Tasks of before stand in the column of their status, too.
alter table konak.tasks disable trigger user;
update konak.tasks t set board_column_id = case
	when t.status <> 'cancelled' then (select c.id
	    from konak.board_columns c
	    where c.company_id = t.company_id and c.deleted_at is null
	    order by (c.task_status = t.status) desc nulls last,
		c.is_default desc, c.sort_order, c.id limit 1) end
where (t.board_column_id is null) <> (t.status = 'cancelled');
alter table konak.tasks enable trigger user;
select konak.board('konak.tasks', 'board_column_id', 'sort_order',
    'konak.board_columns');

-- --------------------------------------------------------------------- requests

select konak.board('konak.customer_requests', 'status', 'sort_order');

-- ---------------------------------------------------------------- stalled leads

-- 1: its owner was told, 2: those above, too. Machines move it.
alter table konak.leads add column stalled_told smallint not null default 0;

set local role konak_definer;

-- Who is above somebody: the leads of the teams, or who may delete leads.
create function konak.leads_above(person uuid) returns uuid[]
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	with above as (
		select t.lead_user_id as id
		from konak.team_members m
		join konak.teams t on t.company_id = m.company_id
		    and t.id = m.team_id and t.deleted_at is null
		where m.company_id = konak.company() and m.user_id = person
		    and m.deleted_at is null and t.lead_user_id <> person)
	select case when exists (select from above)
	    then array(select a.id from above a)
	    else array(select m.user_id from konak.memberships m
		join konak.role_permissions r on r.company_id = m.company_id
		    and r.role_id = m.role_id and r.code = 'leads.delete'
		where m.company_id = konak.company() and m.deleted_at is null
		    and m.user_id is distinct from person) end
$$;

-- Every morning: whoever has left a lead in its stage for longer than the
-- company wants is told once, and those above when it is twice as long.
create function konak.leads_stalled(args jsonb) returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	l record;
begin
	for l in
		select x.id, x.company_name, x.assigned_to, x.stalled_told,
		    x.days, s.day_limit
		from (select y.*, konak.today() - (y.stage_entered_at at time zone
			(select c.timezone from konak.companies c
			where c.id = y.company_id))::date as days
		    from konak.leads y
		    where y.company_id = konak.company()
			and y.deleted_at is null and y.stalled_told < 2
			and y.status not in ('won', 'lost')) x
		join konak.lead_stages s on s.company_id = x.company_id
		    and s.status = x.status and s.deleted_at is null
		where x.days > s.day_limit * (1 + x.stalled_told)
		order by x.id
	loop
		perform konak.notify(case l.stalled_told
		    when 0 then array[l.assigned_to]
		    else konak.leads_above(l.assigned_to) end, 'alert',
		    l.company_name, format('%s gündür aynı aşamada (sınır: %s)',
		    l.days, l.day_limit), 'leads', l.id);
		update konak.leads x set stalled_told = x.stalled_told + 1
		where x.company_id = konak.company() and x.id = l.id;
	end loop;
	return;
end $$;
grant execute on function konak.leads_stalled(jsonb) to konak_app;

set local role konak_owner;

insert into konak.job_kinds (kind, run, rights, daily, name_tr, name_en)
values ('leads.stalled', 'leads_stalled', '', '08:00',
    'Bekleyen fırsatları bildir', 'Tell of stalled leads');

-- Another stage, another clock.
create function konak.leads_unstalled() returns trigger
language plpgsql
as $$
begin
	new.stalled_told := 0;
	return new;
end $$;
create trigger leads_11_unstalled before update on konak.leads
    for each row when (new.status <> old.status)
    execute function konak.leads_unstalled();

-- konakctl defs sql lead_stages leads board_columns tasks customer_requests
select konak.protect('konak.lead_stages', '{"record": "lead_stages", "module": "leads", "audit": "LEAD_STAGE", "title": "name", "view": {"leads.view": "all"}, "edit": {"settings.edit": "all"}, "readonly": ["status", "name"]}'::jsonb);
select konak.protect('konak.leads', '{"record": "leads", "module": "leads", "audit": "LEAD", "title": "company_name", "view": {"leads.view": "all"}, "create": {"leads.create": "all"}, "edit": {"leads.edit": "all"}, "delete": {"leads.delete": "all"}, "see": {"expected_value": "leads.view_value", "weighted_value": "leads.view_value"}, "readonly": ["weighted_value", "stage_entered_at", "closed_at", "customer_id"], "internal": ["search"], "quiet": ["stalled_told"]}'::jsonb);
select konak.protect('konak.board_columns', '{"record": "board_columns", "module": "tasks", "audit": "BOARD_COLUMN", "title": "name", "view": {"tasks.view_all": "all", "tasks.view_own": "all"}, "create": {"settings.edit": "all"}, "edit": {"settings.edit": "all"}, "delete": {"settings.edit": "all"}}'::jsonb);
select konak.protect('konak.tasks', '{"record": "tasks", "module": "tasks", "audit": "TASK", "title": "title", "view": {"tasks.view_all": ["all", "team"], "tasks.view_own": "own"}, "create": {"tasks.create": ["all", "team", "own"]}, "edit": {"tasks.edit": ["all", "team", "own"]}, "delete": {"tasks.delete": ["all", "team", "own"]}, "scopes": {"team": "(assigned_to = any ((select konak.my_team())::uuid[]) or assigned_to is null or created_by = konak.me())", "own": "(assigned_to = konak.me() or created_by = konak.me())"}, "write": {"assigned_to": "tasks.assign"}, "readonly": ["completed_at"], "internal": ["search"]}'::jsonb);
select konak.protect('konak.customer_requests', '{"record": "customer_requests", "module": "requests", "audit": "CUSTOMER_REQUEST", "title": ["number", "subject"], "view": {"requests.view": "all"}, "create": {"requests.create": "all"}, "edit": {"requests.edit": "all"}, "delete": {"requests.delete": "all"}, "once": ["customer_id"], "readonly": ["number", "task_id", "first_answered_at", "resolved_at"], "internal": ["search"], "quiet": ["first_answered_at"], "parent": {"table": "customers", "column": "customer_id"}}'::jsonb);
