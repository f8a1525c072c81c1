-- 0536-shifts-in-the-engine.sql - a class of the morning has no lessons in the
-- afternoon: the engine was never told, and gave it places of another shift.
set local role konak_definer;

-- When the classes of a plan have no school because it is another shift's time,
-- as wishes are written: of each class and of its smallest groups.
create function konak.tt_other_shift(t konak.timetables, classes jsonb)
    returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	with bell as (select distinct p.shift, p.day_of_week as day,
		konak.tt_slot(p.shift, p.number) as slot
	    from konak.periods p
	    where p.company_id = t.company_id and p.kind = 'lesson'
		and p.is_active and p.deleted_at is null),
	closed as (select s.shift, b.day, b.slot
	    from (select distinct shift from bell) s, bell b
	    where not exists (select from bell o where o.shift = s.shift
		and o.day = b.day and o.slot = b.slot)
	    group by 1, 2, 3)
	select coalesce(jsonb_agg(jsonb_build_array(r.id, n.day, n.slot, 3, '')),
	    '[]')
	from jsonb_array_elements(classes) x
	join konak.classes c on c.company_id = t.company_id
	    and c.id = (x ->> 'id')::uuid and t.source = 'school'
	join closed n on n.shift = c.shift
	cross join lateral (select x -> 'id' as id
	    union select jsonb_array_elements(x -> 'atoms')) r
$$;

create or replace function konak.tt_world(a jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	t konak.timetables := konak.tt_plan(a);
	plan jsonb := konak.tt_load(a) -> 'reply';
begin
	return plan || jsonb_build_object('timezone',
	    (select c.timezone from konak.companies c where c.id = t.company_id),
	    'clock', konak.tt_clock(t), 'wishes', (plan -> 'wishes')
		|| konak.tt_other_shift(t, plan -> 'classes'),
	    'body', (select f.body from konak.timetable_files f
		where f.company_id = t.company_id and f.timetable_id = t.id
		    and konak.may('timetable.edit')));
end $$;

set local role konak_owner;
