-- 0411-names-and-wishes.sql - what a school's families and teachers do not see
-- of each other: the names of everybody there, and why a teacher cannot come.

-- Who sees pupils as a family does (the own child, oneself) knows people by
-- the records that name them, and does not go through the whole school's.
create function konak.chooses_people() returns boolean
language sql stable parallel safe
as $$
	select coalesce(konak.scope('students.view') not in ('child', 'self'),
	    true) or konak.may('group.view')
$$;
grant execute on function konak.chooses_people() to konak_auth, konak_definer,
    konak_app, konak_group, konak_backup;

set local role konak_definer;

-- Whom a comment may name is for those to ask who may write one.
create or replace function konak.mention_names(record_type text,
    record_id uuid, start text) returns table (id uuid, name text)
language sql stable security definer
set search_path = pg_catalog, konak, pg_temp
as $$
	select u.id, u.name
	from konak.memberships m
	join konak.users u on u.id = m.user_id and u.is_active
	where m.company_id = konak.company() and m.deleted_at is null
	    and konak.may('comments.create')
	    and ' ' || konak.fold(u.name) like '% ' || replace(replace(replace(
		konak.fold(start), '\', '\\'), '%', '\%'), '_', '\_') || '%'
	    and konak.visible(mention_names.record_type,
		mention_names.record_id)
	    and konak.sees(u.id, mention_names.record_type,
		mention_names.record_id)
	order by u.name collate "tr-x-icu" limit 8
$$;

-- A wish and its reason are between its teacher and whoever makes the plan.
create or replace function konak.tt_wishes(t konak.timetables) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
	-- null: everybody's
	mine uuid := case when not konak.may('timetable.edit') then
	    coalesce(konak.my_teacher(), konak.uuid7()) end;
begin
	return coalesce((select jsonb_agg(jsonb_build_array(x.res, x.day, x.slot,
	    x.grade, x.why)) from (
	    select w.teacher_id as res, w.day_of_week as day,
		konak.tt_slot(p.shift, p.number) as slot,
		case w.preference_type when 'unavailable' then 3
		    when 'preferred' then -1
		    else case when w.priority > 5 then 2 else 1 end end as grade,
		coalesce(w.reason, '') as why
	    from konak.teacher_preferences w
	    join konak.periods p on p.company_id = w.company_id
		and p.day_of_week = w.day_of_week and p.kind = 'lesson'
		and p.is_active and p.deleted_at is null
		and w.start_time < p.end_time and p.start_time < w.end_time
	    where w.company_id = t.company_id and w.is_active
		and w.deleted_at is null and t.source = 'school'
	    union all
	    select b.res, b.day, b.period, 3, ''
	    from konak.timetable_blocks b
	    where b.company_id = t.company_id and b.timetable_id = t.id) x
	    where mine is null or x.res = mine), '[]');
end $$;

-- Which teachers are free: of those whom the caller sees.
create or replace function konak.tt_free(a jsonb) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
	on_date date := coalesce((a ->> 'date')::date, konak.today());
	at_slot integer := (a ->> 'period')::integer;
	seen uuid[] := case konak.scope('timetable.view')
	    when 'child' then konak.my_children_teachers()
	    when 'self' then konak.my_own_teachers() end;
	t uuid;
begin
	perform konak.tt_need('timetable.view');
	select x.id into t from konak.timetables x
	where x.company_id = konak.company() and x.status = 'published'
	    and on_date between x.start_date and x.end_date
	    and x.deleted_at is null;
	if at_slot is null then
		select konak.tt_slot(p.shift, p.number) into at_slot
		from konak.periods p join konak.companies c on c.id = p.company_id
		where p.company_id = konak.company() and p.kind = 'lesson'
		    and p.day_of_week = extract(dow from on_date) and p.is_active
		    and p.deleted_at is null and (konak.now() at time zone
			c.timezone)::time between p.start_time and p.end_time
		limit 1;
	end if;
	return jsonb_build_object('reply', (
	    with busy as (select coalesce(case when b.kind = 'T'
		    then u.teacher_id when u.classroom_id is not null
		    then u.classroom_id end, case when b.kind = 'T'
		    and u.id is not null then null else b.res end) as res
		from konak.timetable_busy b
		left join konak.substitutions u on u.company_id = b.company_id
		    and u.entry_id = b.entry_id and u.date = on_date
		    and u.deleted_at is null
		where b.company_id = konak.company() and b.timetable_id = t
		    and b.day = extract(dow from on_date) and b.period = at_slot
		    and on_date between b.from_date and b.to_date)
	    select jsonb_build_object('date', on_date, 'period', at_slot, 'rooms',
		(select coalesce(jsonb_agg(jsonb_build_object('id', r.id,
		    'name', r.code, 'type', r.type, 'capacity', r.capacity)
		    order by r.code), '[]') from konak.classrooms r
		where r.company_id = konak.company() and r.is_active
		    and r.deleted_at is null and not exists (
			select from busy where busy.res = r.id)),
		'teachers', (select coalesce(jsonb_agg(jsonb_build_object(
		    'id', k.id, 'name', k.name) order by k.name
		    collate "tr-x-icu"), '[]') from konak.teachers k
		where k.company_id = konak.company() and k.is_active
		    and k.deleted_at is null
		    and (seen is null or k.id = any (seen)) and not exists (
			select from busy where busy.res = k.id)))));
end $$;

set local role konak_owner;
