-- 0392-files-clash.sql - a file may lock two lessons of a teacher into one slot.
-- One of them gets it, the other is recorded, and nothing is generated as long
-- as that stands: the engine would run for ever, or the author's lock be lost.

grant execute on function konak.rewrite(regprocedure, text, text)
    to konak_definer;
set local role konak_definer;

create function konak.tt_import_places(t konak.timetables, places jsonb)
    returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	n constant integer := jsonb_array_length(places);
	held jsonb;
	w record;
	p record;
begin
	if n = 0 then
		return;
	end if;
	begin
		insert into konak.timetable_entries (company_id, timetable_id,
		    lesson_id, day_of_week, period_number, room_id, locked)
		select t.company_id, t.id, x.lesson, x.day, x.period, x.room, true
		from jsonb_to_recordset(places) x(lesson uuid, day integer,
		    period integer, room uuid);
		return;
	exception when sqlstate 'KN010' then
		get stacked diagnostics held = pg_exception_detail;
	when check_violation then
		null;
	end;
	if n > 1 then
		perform konak.tt_import_places(t, (select jsonb_agg(x)
		    from (select x from jsonb_array_elements(places)
			with ordinality e(x, i) where i <= n / 2 order by i) h)),
		    konak.tt_import_places(t, (select jsonb_agg(x)
		    from (select x from jsonb_array_elements(places)
			with ordinality e(x, i) where i > n / 2 order by i) h));
		return;
	end if;
	select x.* into p from jsonb_to_recordset(places) x(lesson uuid,
	    day integer, period integer);
	select x.* into w from konak.tt_lesson_words(p.lesson) x;
	insert into konak.schedule_conflicts (company_id, timetable_id, type,
	    severity, description, description_en, place)
	select t.company_id, t.id, 'lock', 'error',
	    left(s.lesson || ' dosyada ' || konak.tt_day_name(t.id, p.day, 'tr')
		|| '-' || p.period || ' saatine kilitli' || coalesce('; '
		|| s.holder || ' de oraya kilitli', ', gün o kadar uzun değil'),
		500),
	    left(s.lesson || ' is locked at ' || konak.tt_day_name(t.id, p.day,
		'en') || '-' || p.period || coalesce(', and so is ' || s.holder,
		', which the day does not hold'), 500), p.lesson::text
	from (select concat_ws(' ', nullif(w.classes, ''), w.subject,
		'(' || nullif(w.teachers, '') || ')') as lesson,
	    case when held is not null then concat_ws(' ',
		nullif(held ->> 'classes', ''), held ->> 'subject',
		'(' || nullif(held ->> 'teachers', '') || ')') end as holder) s
	on conflict do nothing;
end $$;

do $$ begin
	perform konak.rewrite('konak.tt_import(jsonb)',
	    'get stacked diagnostics clash = pg_exception_detail;',
	    'get stacked diagnostics clash = pg_exception_detail;
		perform set_config(''konak.timetable_quiet'', ''on'', true),
		    konak.tt_import_places(t, (select coalesce(jsonb_agg(
		    jsonb_build_object(''lesson'', l.id, ''day'',
		    konak.tt_day(t, (p.value ->> ''day'')::int), ''period'',
		    p.value -> ''period'', ''room'', l.room_id)
		    order by l.number), ''[]'')
		    from jsonb_each(a -> ''places'') p
		    join konak.timetable_lessons l
			on l.company_id = t.company_id
			and l.timetable_id = t.id and l.number = p.key::int
			and l.is_active
		    where p.value ? ''day'')),
		    set_config(''konak.timetable_quiet'', '''', true),
		    konak.tt_check_all(t.id);');
	-- A teacher and a class may have one name: whose times are closed?
	perform konak.rewrite('konak.tt_import(jsonb)',
	    'and k.timetable_id = t.id and k.name = b ->> 0',
	    'and k.timetable_id = t.id and k.name = b ->> 0
	    and k.kind = (b ->> 3)::"char"');
	-- A lesson that has its place needs the file''s no more.
	perform konak.rewrite('konak.tt_generate(jsonb)', 'job := konak.job_order(',
	    'update konak.schedule_conflicts c set resolved_at = konak.now()
	where c.company_id = t.company_id and c.timetable_id = t.id
	    and c.type = ''lock'' and c.resolved_at is null
	    and exists (select from konak.timetable_entries e
		where e.company_id = c.company_id
		    and e.lesson_id = c.place::uuid and e.deleted_at is null);
	job := konak.job_order(');
end $$;
set local role konak_owner;
revoke execute on function konak.rewrite(regprocedure, text, text)
    from konak_definer;
