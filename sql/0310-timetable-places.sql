-- 0310-timetable-places.sql - what a grid asks after it has loaded a plan: where
-- a few lessons lie now and who put them there, instead of the whole week once
-- more; and where the others' cursors are, without moving one's own.
set local role konak_definer;

create function konak.tt_places(a jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	t konak.timetables := konak.tt_plan(jsonb_build_object('timetable',
	    a -> 'timetable'));
	lang text := coalesce(a ->> '_lang', 'tr');
	scope text := konak.scope('timetable.view');
	mine uuid[];
	edits boolean := konak.may('timetable.edit');
	wanted uuid[];
begin
	if jsonb_array_length(coalesce(a -> 'entries', '[]')) > 500
	    or jsonb_array_length(coalesce(a -> 'lessons', '[]')) > 500 then
		perform konak.bad_ref('entries');
	end if;
	mine := case scope when 'child' then konak.my_children_classes()
	    when 'self' then konak.my_own_classes() end;
	select array_agg(x.lesson_id) into wanted
	from konak.timetable_entries x
	where x.company_id = t.company_id and x.timetable_id = t.id
	    and x.id = any (array(select jsonb_array_elements_text(
		coalesce(a -> 'entries', '[]'))::uuid));
	wanted := coalesce(wanted, '{}') || array(select
	    jsonb_array_elements_text(coalesce(a -> 'lessons', '[]'))::uuid);
	return jsonb_build_object('reply', jsonb_build_object(
	    'timetable', jsonb_build_object('name', t.name, 'status', t.status,
		'version', t.version, 'start', t.start_date,
		'end', t.end_date),
	    -- [lesson, entry, day, slot, room, locked, version, who]
	    'lessons', (select coalesce(jsonb_agg(jsonb_build_array(l.id, e.id,
		e.day_of_week, e.slot, e.room_id, e.locked, e.version,
		case when edits then (select u.name
		    from konak.schedule_change_logs c
		    join konak.users u on u.id = c.user_id
		    where c.company_id = l.company_id and c.entry_id = k.id
			and c.user_id <> konak.me()
			and c.created_at > konak.now() - interval '10 seconds'
		    order by c.id desc limit 1) end)), '[]')
		from konak.timetable_lessons l
		left join lateral (select x.id from konak.timetable_entries x
		    where x.company_id = l.company_id and x.lesson_id = l.id
		    order by x.deleted_at is not null, x.updated_at desc
		    limit 1) k on true
		left join konak.timetable_entries e
		    on e.company_id = l.company_id and e.id = k.id
		    and e.deleted_at is null and e.is_active
		where l.company_id = t.company_id and l.timetable_id = t.id
		    and l.is_active and l.id = any (wanted)
		    and (mine is null or l.class_id = any (mine))),
	    'conflicts', case when not (a ? 'entries' or a ? 'lessons')
		then null when edits then (select coalesce(jsonb_agg(
		jsonb_build_object('id', c.id, 'entry', c.entry_id,
		'type', c.type, 'severity', c.severity,
		'text', case lang when 'en' then c.description_en
		    else c.description end) order by c.severity, c.created_at),
		'[]') from konak.schedule_conflicts c
		where c.company_id = t.company_id and c.timetable_id = t.id
		    and c.resolved_at is null) else '[]' end,
	    -- classes that keep another bell than the day's
	    'shifts', case when a ? 'entries' or a ? 'lessons' then null
		else (select coalesce(jsonb_agg(jsonb_build_array(c.id,
		    c.shift)), '[]') from konak.classes c
		where c.company_id = t.company_id and c.shift <> 'day'
		    and c.deleted_at is null and t.source = 'school'
		    and (mine is null or c.id = any (mine))) end,
	    'cursors', case when edits then (select coalesce(jsonb_agg(
		jsonb_build_object('user', c.user_id, 'name', u.name,
		'day', c.day, 'period', c.period, 'lesson', c.lesson_id,
		'held', c.held)), '[]')
		from konak.timetable_cursors c
		join konak.users u on u.id = c.user_id
		where c.company_id = t.company_id and c.timetable_id = t.id
		    and c.user_id <> konak.me()
		    and c.at > konak.now() - interval '1 minute')
		else '[]' end));
end $$;

grant execute on function konak.tt_places(jsonb) to konak_app;
set local role konak_owner;
