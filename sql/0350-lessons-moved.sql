-- 0350-lessons-moved.sql - what a lesson's move costs, and plans of a whole week
-- that the planner has not counted yet.

-- A lesson's place is looked for among those taken out as well: without this,
-- among all entries of all plans.
create index timetable_entries_lesson_id_idx on konak.timetable_entries
    (company_id, lesson_id);

-- A plan of hundreds of lessons has come in: until it is counted, the planner
-- takes it for a few, and judging it takes seconds. Whoever counts already is
-- not waited for.
create function konak.tt_analyze() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	analyze (skip_locked) konak.timetable_entries, konak.timetable_lessons,
	    konak.timetable_busy, konak.timetable_resources,
	    konak.timetable_blocks, konak.schedule_conflicts;
end $$;
revoke all on function konak.tt_analyze() from public;
grant execute on function konak.tt_analyze() to konak_definer;

set local role konak_definer;

create or replace function konak.tt_check_all(plan uuid) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	counted constant timestamptz := coalesce(greatest(
	    pg_stat_get_last_analyze_time('konak.timetable_entries'::regclass),
	    pg_stat_get_last_autoanalyze_time(
		'konak.timetable_entries'::regclass)), '-infinity');
begin
	if (select count(*) from konak.timetable_entries e
	    where e.company_id = konak.company() and e.timetable_id = plan
		and e.updated_at >= counted) > 50 then
		perform konak.tt_analyze();
	end if;
	update konak.schedule_conflicts c set resolved_at = konak.now()
	where c.company_id = konak.company() and c.timetable_id = plan
	    and c.resolved_at is null
	    and exists (select from konak.timetable_entries e
		where e.company_id = c.company_id and e.id = c.entry_id
		    and e.deleted_at is not null);
	return konak.tt_check(plan, array(select e.id
	    from konak.timetable_entries e
	    where e.company_id = konak.company() and e.timetable_id = plan
		and e.deleted_at is null));
end $$;

-- What follows is as it was, but in a language that keeps its plans: in SQL
-- they were made anew for each move.
create or replace function konak.tt_state(e konak.timetable_entries)
    returns jsonb
language plpgsql immutable parallel safe
as $$
begin
	return jsonb_build_object('day', e.day_of_week, 'period', e.period_number,
	    'room', e.room_id, 'teacher', e.teacher_id, 'locked', e.locked,
	    'from', e.start_date, 'to', e.end_date, 'recurring', e.recurring,
	    'active', e.is_active, 'color', e.color,
	    'placed', e.deleted_at is null);
end $$;

create or replace function konak.tt_log(olds konak.timetable_entries[],
    news konak.timetable_entries[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	insert into konak.schedule_change_logs (company_id, timetable_id, entry_id,
	    user_id, action, summary, reason, ip_address, old_data, new_data, act,
	    undo_of)
	select c.company_id, c.timetable_id, c.id, konak.me(), c.action,
	    left(concat_ws(' ', w.classes, w.subject, c.path), 255),
	    nullif(current_setting('konak.reason', true), ''),
	    nullif(current_setting('konak.ip', true), ''), c.old_data, c.new_data,
	    coalesce(konak.request(), pg_catalog.gen_random_uuid()),
	    nullif(current_setting('konak.undo_of', true), '')::uuid
	from (select n.company_id, n.timetable_id, n.id, n.lesson_id,
		case when o.id is null then 'created'
		    when o.deleted_at is null and n.deleted_at is not null
			then 'deleted'
		    when o.deleted_at is not null and n.deleted_at is null
			then 'restored'
		    else 'updated' end::konak.schedule_change_logs_action
		    as action,
		case when o.id is not null then konak.tt_state(o) end
		    as old_data,
		konak.tt_state(n) as new_data,
		concat_ws(' ', case when o.deleted_at is null and o.id is not null
		    then konak.tt_day_name(n.timetable_id, o.day_of_week, 'tr')
			|| '-' || o.period_number end,
		    case when n.deleted_at is null and (o.id is null
			or o.deleted_at is not null or (o.day_of_week,
			    o.period_number) <> (n.day_of_week,
			    n.period_number)) then '→ ' || konak.tt_day_name(
			n.timetable_id, n.day_of_week, 'tr')
			|| '-' || n.period_number end) as path
	    from unnest(news) n
	    left join unnest(olds) o on o.id = n.id
	    where o.id is null or konak.tt_state(o) <> konak.tt_state(n)) c,
	lateral konak.tt_lesson_words(c.lesson_id) w;
end $$;

create or replace function konak.tt_changes(entries uuid[]) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return (select coalesce(jsonb_agg(jsonb_build_array('timetable_entries',
	    e.id, e.version, case when e.deleted_at is null then 'edit'
	    else 'delete' end)), '[]')
	from konak.timetable_entries e
	where e.company_id = konak.company() and e.id = any (entries));
end $$;

create or replace function konak.merged_lately() returns boolean
language plpgsql stable security definer
set search_path = pg_catalog, konak, pg_temp
as $$
begin
	return exists (select from konak.merges m
	    where m.company_id = konak.company() and m.undone_at is null
		and m.created_at > konak.now() - interval '1 hour');
end $$;

-- As in 0172; lessons are found by their ids, and what only new ones or
-- unforced ones need is left out for the others.
create or replace function konak.tt_put(t konak.timetables, moves jsonb,
    forced boolean) returns uuid[]
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	lessons constant uuid[] := array(select (m ->> 'lesson')::uuid
	    from jsonb_array_elements(moves) m);
	done uuid[];
	more uuid[];
	bad record;
begin
	select m.* into bad from jsonb_to_recordset(moves)
	    m(lesson uuid, day integer, period integer)
	where (m.day is null) <> (m.period is null) or not exists (
	    select from konak.timetable_lessons l
	    where l.company_id = konak.company() and l.id = m.lesson
		and l.timetable_id = t.id and l.is_active) limit 1;
	if found then
		perform konak.bad_ref('lesson');
	end if;
	select e.* into bad from konak.timetable_entries e
	join jsonb_to_recordset(moves) m(lesson uuid, day integer, period integer)
	    on m.lesson = e.lesson_id
	where e.company_id = konak.company() and e.lesson_id = any (lessons)
	    and e.deleted_at is null and e.locked
	    and (e.day_of_week, e.period_number)
		is distinct from (m.day, m.period)
	limit 1;
	if found then
		perform konak.fail('timetable.locked', '{}', 'lesson');
	end if;
	select array_agg(e.id) into done from (
	    select distinct on (x.lesson_id) x.id
	    from konak.timetable_entries x
	    where x.company_id = konak.company() and x.lesson_id = any (lessons)
	    order by x.lesson_id, x.deleted_at is not null, x.updated_at desc) e;
	-- One statement, so that lessons may change places.
	update konak.timetable_entries e set
	    day_of_week = coalesce(m.day, e.day_of_week),
	    period_number = coalesce(m.period, e.period_number),
	    room_id = coalesce(m.room, e.room_id),
	    deleted_at = case when m.day is null then konak.now() end
	from jsonb_to_recordset(moves) m(lesson uuid, day integer,
	    period integer, room uuid)
	where e.company_id = konak.company() and e.lesson_id = m.lesson
	    and e.id = any (done)
	    and (m.day is not null or e.deleted_at is null);
	if cardinality(lessons) > coalesce(cardinality(done), 0) then
		with put as (insert into konak.timetable_entries (company_id,
			timetable_id, lesson_id, day_of_week, period_number,
			room_id)
		    select konak.company(), t.id, m.lesson, m.day, m.period,
			m.room
		    from jsonb_to_recordset(moves) m(lesson uuid, day integer,
			period integer, room uuid)
		    where m.day is not null and not exists (
			select from konak.timetable_entries e
			where e.company_id = konak.company()
			    and e.lesson_id = m.lesson)
		    returning id)
		select array_agg(put.id) into more from put;
	end if;
	done := coalesce(done, '{}') || coalesce(more, '{}');
	if not forced then
		select c.* into bad from konak.schedule_conflicts c
		where c.company_id = konak.company() and c.resolved_at is null
		    and c.entry_id = any (done)
		    and c.type in ('teacher_away', 'invalid_time')
		limit 1;
		if found then
			perform konak.fail('timetable.forbidden', jsonb_build_object(
			    'why', case when current_setting('konak.lang', true)
				= 'en' then bad.description_en
			    else bad.description end));
		end if;
	end if;
	return done;
end $$;
set local role konak_owner;
