-- 0391-engine-words.sql - what the engine could not keep is told in both
-- languages: {"tr": …, "en": …}, where a plain text is one for both.

set local role konak_definer;
create or replace function konak.tt_generated(plan uuid, places jsonb,
    warnings jsonb) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	t konak.timetables;
begin
	perform konak.tt_need('timetable.generate');
	select x.* into t from konak.timetables x
	where x.company_id = konak.company() and x.id = plan
	    and x.deleted_at is null for update;
	if not found or t.status <> 'draft' then
		perform konak.fail('timetable.not_draft');
	end if;
	update konak.schedule_conflicts c set resolved_at = konak.now()
	where c.company_id = t.company_id and c.timetable_id = plan
	    and c.type = 'engine' and c.resolved_at is null;
	insert into konak.schedule_conflicts (company_id, timetable_id, type,
	    severity, description, description_en, place)
	select t.company_id, plan, 'engine', 'info', left(w.tr, 500),
	    left(w.en, 500), md5(w.tr || E'\n' || w.en)
	from (select distinct coalesce(x ->> 'tr', x #>> '{}') as tr,
		coalesce(x ->> 'en', x #>> '{}') as en
	    from jsonb_array_elements(warnings) x) w
	where w.tr <> '' and w.en <> '';
	return konak.tt_apply(plan, places);
end $$;
set local role konak_owner;
