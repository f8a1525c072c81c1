-- 0415-timetable-hours.sql - when the hours of a plan from a file begin and end,
-- so that its weeks can stand in a calendar: as the hour's own name says
-- ("9.30 - 11.00"), else as the school's bell does for the lesson of that
-- number, else lessons of 40 minutes from half past eight with 10 between.
set local role konak_definer;

-- [begin, end]; null where the name tells no time, an end where it tells only
-- a beginning.
create function konak.tt_hour_times(name text) returns time[]
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
declare
	m text[];
	s time;
	e time;
begin
	select array_agg(x[1] || ':' || x[2]) into m
	from regexp_matches(name,
	    '(?<![0-9])([01]?[0-9]|2[0-3])[.:]([0-5][0-9])(?![0-9])', 'g') x;
	s := m[1]::time;
	e := m[2]::time;
	return array[s, case when e > s then e end];
end $$;

-- {slot: [begin, end]} of a plan's lessons; "assumed" when a file said nothing.
create function konak.tt_clock(t konak.timetables) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	if t.hours is null then
		return (select coalesce(jsonb_object_agg(p ->> 'slot',
		    jsonb_build_array(p -> 'start', p -> 'end')), '{}')
		    from jsonb_array_elements(konak.tt_periods(t)) p
		    where p ->> 'kind' = 'lesson');
	end if;
	return (with bell as (select p.number, min(p.start_time) as s,
		min(p.end_time) as e
	    from konak.periods p
	    where p.company_id = t.company_id and p.is_active
		and p.deleted_at is null and p.kind = 'lesson'
		and p.shift = 'day'
	    group by 1),
	own as (select i, h.at[1] as s, coalesce(h.at[2],
		least(lead(h.at[1]) over (order by i),
		    h.at[1] + interval '40 minutes')) as e
	    from generate_series(1, cardinality(t.hours)) i,
		lateral (select konak.tt_hour_times(t.hours[i]) as at) h),
	-- Names of some hours only, or a shorter bell, would mix two days.
	which as (select bool_and(own.s is not null and own.e > own.s) as named,
		bool_and(bell.s is not null) as rung
	    from own left join bell on bell.number = own.i)
	select jsonb_object_agg(own.i, jsonb_build_array(
	    to_char(case when named then own.s when rung then bell.s
		else time '08:30' + (own.i - 1) % 18 * interval '50 minutes' end,
		'HH24:MI'),
	    to_char(case when named then own.e when rung then bell.e
		else time '09:10' + (own.i - 1) % 18 * interval '50 minutes' end,
		'HH24:MI'))) || jsonb_build_object(
	    'assumed', not bool_and(named))
	    from which, own left join bell on bell.number = own.i);
end $$;

create or replace function konak.tt_world(a jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	t konak.timetables := konak.tt_plan(a);
begin
	return (konak.tt_load(a) -> 'reply') || jsonb_build_object('timezone',
	    (select c.timezone from konak.companies c where c.id = t.company_id),
	    'clock', konak.tt_clock(t),
	    'body', (select f.body from konak.timetable_files f
		where f.company_id = t.company_id and f.timetable_id = t.id
		    and konak.may('timetable.edit')));
end $$;

set local role konak_owner;
