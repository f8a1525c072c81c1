-- 0461-school-week.sql - how full the school's week is: as its classes' are, where
-- two groups in one slot fill it once, and a shift without a bell has 40 slots.
set local role konak_definer;

create or replace function konak.school_schedules(school uuid, out total bigint,
    out rate numeric)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	with plan as (select t.id from konak.timetables t
	    where t.company_id = school and t.status = 'published'
		and t.deleted_at is null
	    order by t.end_date < konak.today(), t.start_date limit 1),
	e as (select x.class_id, x.day_of_week, x.slot, x.duration
	    from konak.timetable_entries x
	    join plan on plan.id = x.timetable_id
	    where x.company_id = school and x.is_active
		and x.deleted_at is null),
	c as (select k.id, (select coalesce(nullif(count(*), 0), 40)
		from konak.periods p
		where p.company_id = k.company_id and p.shift = k.shift
		    and p.kind = 'lesson' and p.is_active
		    and p.deleted_at is null) as slots
	    from konak.classes k
	    where k.company_id = school and k.is_active
		and k.deleted_at is null)
	select (select count(*) from e),
	    least(100, konak.share((select count(distinct (e.class_id,
		e.day_of_week, e.slot + g))
		from e join c on c.id = e.class_id,
		    generate_series(0, e.duration - 1) g),
		(select sum(c.slots)::bigint from c)))
	into total, rate;
end $$;

do $$
declare
	school uuid;
begin
	for school in select c.id from konak.companies c where c.kind = 'school'
	loop
		perform set_config('konak.company', school::text, true),
		    konak.tt_counted(school);
	end loop;
	perform set_config('konak.company', '', true);
end $$;

set local role konak_owner;
