-- 0152-team-figures.sql - workload and performance of a team, budget and
-- profit of projects; time rounded for a bill and nowhere else.

-- ------------------------------------------------------------------ rounding

-- How time is rounded when it is billed: to so many minutes, up or to the
-- nearest, each entry or each day. Empty: the customer's; there: not at all.
alter table konak.projects
    add column round_minutes integer,
    add column round_mode text,
    add column round_per text,
    add constraint projects_round_minutes_range check (round_minutes between 1 and 480),
    add constraint projects_round_mode_value check (round_mode in ('up', 'nearest')),
    add constraint projects_round_per_value check (round_per in ('entry', 'day'));
alter table konak.customers
    add column round_minutes integer,
    add column round_mode text,
    add column round_per text,
    add constraint customers_round_minutes_range check (round_minutes between 1 and 480),
    add constraint customers_round_mode_value check (round_mode in ('up', 'nearest')),
    add constraint customers_round_per_value check (round_per in ('entry', 'day'));

do $$
declare
	t text;
begin
	foreach t in array array['projects', 'customers'] loop
		perform konak.protect(('konak.' || t)::regclass,
		    (select spec from konak.protected where table_name = t));
	end loop;
end $$;

create function konak.round_seconds(seconds bigint, minutes integer,
    mode text) returns bigint
language sql immutable parallel safe
as $$
	select case when minutes is null then seconds
	when mode = 'nearest' then
	    floor(seconds / (minutes * 60.0) + 0.5)::bigint * minutes * 60
	else ceil(seconds / (minutes * 60.0))::bigint * minutes * 60 end
$$;

-- A project's billable seconds as a bill would have them. The entries stay as
-- they are.
create function konak.time_billed(project uuid) returns bigint
language sql stable
as $$
	with rule as (
		select coalesce(p.round_minutes, c.round_minutes) as minutes,
		    case when p.round_minutes is not null then p.round_mode
		    else c.round_mode end as mode,
		    case when p.round_minutes is not null then p.round_per
		    else c.round_per end as per
		from konak.projects p
		left join konak.customers c on c.company_id = p.company_id
		    and c.id = p.customer_id
		where p.company_id = konak.company() and p.id = project
	), parts as (
		select sum(e.duration) as s
		from konak.time_entries e, rule
		where e.company_id = konak.company() and e.project_id = project
		    and e.is_billable and e.ended_at is not null
		    and e.deleted_at is null
		group by case when rule.per = 'day' then e.user_id::text
		    || (e.started_at at time zone konak.zone())::date
		    else e.id::text end
	)
	select coalesce(sum(konak.round_seconds(parts.s, rule.minutes,
	    rule.mode)), 0)::bigint
	from rule left join parts on true
$$;
grant execute on function konak.round_seconds(bigint, integer, text),
    konak.time_billed(uuid) to konak_app, konak_definer;

-- ------------------------------------------------------------------ projects

create view konak.project_figures with (security_invoker = true) as
select p.company_id, p.id, p.id as project_id, p.name, p.customer_id,
    p.status::text as status, p.progress, p.currency,
    t.tasks, t.done, t.estimated,
    e.tracked, e.billable, b.billed,
    p.budget, p.hourly_rate,
    case when p.is_billable
	then round(coalesce(p.hourly_rate, 0) * b.billed / 3600, 2) end as value,
    p.budget - round(coalesce(p.hourly_rate, 0) * e.tracked / 3600, 2)
	as budget_left,
    round(100 * coalesce(p.hourly_rate, 0) * e.tracked / 3600
	/ nullif(p.budget, 0), 2) as budget_used
from konak.projects p
cross join lateral (select count(*) as tasks,
	count(*) filter (where x.status = 'completed') as done,
	(coalesce(sum(x.estimated_hours), 0) * 3600)::bigint as estimated
    from konak.tasks x
    where x.company_id = p.company_id and x.project_id = p.id
	and x.status <> 'cancelled' and x.deleted_at is null) t
cross join lateral (select coalesce(sum(x.duration), 0)::bigint as tracked,
	coalesce(sum(x.duration) filter (where x.is_billable), 0)::bigint
	    as billable
    from konak.time_entries x
    where x.company_id = p.company_id and x.project_id = p.id
	and x.deleted_at is null) e
cross join lateral (select konak.time_billed(p.id) as billed) b
where p.deleted_at is null;

-- --------------------------------------------------------------------- people

-- Whose figures the caller sees: all, the own team's, the own.
create function konak.sees_work_of(person uuid) returns boolean
language sql stable
as $$
	select case konak.scope('tasks.view_all') when 'all' then true
	when 'team' then person = any (konak.my_team())
	    or person = konak.me()
	else person = konak.me() end
$$;
grant execute on function konak.sees_work_of(uuid) to konak_app;

create function konak.week_hours() returns integer
language sql stable
as $$
	select coalesce((select r.week_hours from konak.time_rules r
	    where r.company_id = konak.company() and r.deleted_at is null
		and r.valid_from <= konak.today()
	    order by r.valid_from desc, r.id desc limit 1), 40)
$$;
grant execute on function konak.week_hours() to konak_app;

create view konak.workload with (security_invoker = true) as
select p.company_id, p.id, p.id as user_id, p.name,
    t.open_tasks, t.overdue, t.due_hours,
    c.week_hours as capacity, konak.share(t.due_hours::bigint,
	c.week_hours) as load,
    konak.time_total(p.id, w.a, w.z) as tracked,
    (select min(e.started_at) from konak.time_entries e
    where e.company_id = p.company_id and e.user_id = p.id
	and e.ended_at is null and e.deleted_at is null) as running_since
from konak.people p
cross join (select konak.week_hours() as week_hours) c
cross join (select konak.today()
    - (extract(isodow from konak.today())::integer - 1) as monday) m
cross join lateral (select konak.day_start(m.monday) as a,
	konak.day_start(m.monday + 7) as z) w
cross join lateral (select count(*) as open_tasks,
	count(*) filter (where x.due_date < konak.today()) as overdue,
	coalesce(sum(x.estimated_hours) filter (where x.due_date < m.monday + 7),
	    0)::numeric as due_hours
    from konak.tasks x
    where x.company_id = p.company_id and x.assigned_to = p.id
	and x.status in ('pending', 'in_progress')
	and x.deleted_at is null) t
where p.company_id = (select konak.company()) and p.offered
    and konak.sees_work_of(p.id);

-- Each person's last twelve months.
create view konak.performance with (security_invoker = true) as
select p.company_id, md5(p.id::text || m.month)::uuid as id,
    p.id as user_id, p.name, m.month::date as month,
    t.completed, konak.share(t.on_time, t.with_due) as on_time,
    t.estimated, t.actual,
    e.tracked, e.billable
from konak.people p
cross join generate_series(date_trunc('month', konak.today()::timestamp)
    - interval '11 months', konak.today()::timestamp, '1 month') m(month)
cross join lateral (select konak.day_start(m.month::date) as a,
	konak.day_start((m.month + interval '1 month')::date) as z) w
cross join lateral (select count(*) as completed,
	count(*) filter (where x.due_date is not null) as with_due,
	count(*) filter (where (x.completed_at at time zone konak.zone())::date
	    <= x.due_date) as on_time,
	(coalesce(sum(x.estimated_hours), 0) * 3600)::bigint as estimated,
	coalesce(sum((select sum(y.duration) from konak.time_entries y
	    where y.company_id = x.company_id and y.task_id = x.id
		and y.deleted_at is null)), 0)::bigint as actual
    from konak.tasks x
    where x.company_id = p.company_id and x.assigned_to = p.id
	and x.status = 'completed' and x.completed_at >= w.a
	and x.completed_at < w.z and x.deleted_at is null) t
cross join lateral (select coalesce(sum(x.duration), 0)::bigint as tracked,
	coalesce(sum(x.duration) filter (where x.is_billable), 0)::bigint
	    as billable
    from konak.time_entries x
    where x.company_id = p.company_id and x.user_id = p.id
	and x.started_at >= w.a and x.started_at < w.z
	and x.deleted_at is null) e
where p.company_id = (select konak.company()) and p.offered
    and konak.sees_work_of(p.id);

grant select on konak.project_figures, konak.workload, konak.performance
    to konak_app;
