-- 0153-time-week.sql - the week sheet with a plan that is kept, and the
-- company's clock asked once.

create or replace function konak.time_week(monday date,
    person uuid default null)
    returns table (task_id uuid, task text, project_id uuid, project text,
	running boolean, d1 integer, d2 integer, d3 integer, d4 integer,
	d5 integer, d6 integer, d7 integer)
language plpgsql stable
as $$
#variable_conflict use_column
declare
	who uuid := coalesce(person, konak.me());
	here uuid := konak.company();
	now timestamptz := konak.now();
	tz text := konak.zone();
	a timestamptz[] := array(select (monday + n)::timestamp at time zone tz
	    from generate_series(-7, 7, 7) n);
	day timestamptz[] := array(select (monday + n)::timestamp
	    at time zone tz from generate_series(0, 7) n);
begin
	return query
	with x as materialized (
		select e.task_id, e.project_id, e.started_at,
		    coalesce(e.ended_at, greatest(now, e.started_at)) as ended_at,
		    e.ended_at is null as runs
		from konak.time_entries e
		where e.company_id = here and e.user_id = who
		    and e.started_at >= a[1] and e.started_at < a[3]
		    and e.deleted_at is null
		union all
		select b.* from (select e.task_id, e.project_id, e.started_at,
			coalesce(e.ended_at, greatest(now, e.started_at)) as stop,
			e.ended_at is null
		    from konak.time_entries e
		    where e.company_id = here and e.user_id = who
			and e.started_at < a[1] and e.deleted_at is null
		    order by e.started_at desc, e.id desc limit 1) b
		where b.stop > a[1]
	), e as (
		select x.task_id, x.project_id, x.runs, d.n,
		    extract(epoch from least(x.ended_at, day[d.n + 1])
			- greatest(x.started_at, day[d.n]))::integer as s
		from x join generate_series(1, 7) d(n)
		    on x.started_at < day[d.n + 1] and x.ended_at > day[d.n]
	), l as (
		select x.task_id, x.project_id from x
		union
		(select t.id, t.project_id from konak.tasks t
		where t.company_id = here and t.assigned_to = who
		    and t.status = 'in_progress' and t.deleted_at is null
		order by t.due_date limit 20)
	), s as (
		select l.task_id, l.project_id, coalesce(bool_or(e.runs), false)
			as runs,
		    sum(e.s) filter (where e.n = 1) as d1,
		    sum(e.s) filter (where e.n = 2) as d2,
		    sum(e.s) filter (where e.n = 3) as d3,
		    sum(e.s) filter (where e.n = 4) as d4,
		    sum(e.s) filter (where e.n = 5) as d5,
		    sum(e.s) filter (where e.n = 6) as d6,
		    sum(e.s) filter (where e.n = 7) as d7
		from l left join e on e.task_id is not distinct from l.task_id
		    and e.project_id is not distinct from l.project_id
		group by l.task_id, l.project_id
	)
	select s.task_id, t.title, s.project_id, p.name, s.runs,
	    coalesce(s.d1, 0)::integer, coalesce(s.d2, 0)::integer,
	    coalesce(s.d3, 0)::integer, coalesce(s.d4, 0)::integer,
	    coalesce(s.d5, 0)::integer, coalesce(s.d6, 0)::integer,
	    coalesce(s.d7, 0)::integer
	from s
	left join konak.tasks t on t.company_id = here and t.id = s.task_id
	left join konak.projects p on p.company_id = here
	    and p.id = s.project_id
	order by p.name collate "tr-x-icu" nulls last,
	    t.title collate "tr-x-icu" nulls last, s.task_id, s.project_id;
end $$;
