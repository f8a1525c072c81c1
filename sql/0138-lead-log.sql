-- 0138-lead-log.sql - what was just done about a lead, in one line: a call, in
-- most cases, without a form of eight fields.

create function konak.leads_log(lead uuid, what text, kind text, next text,
    next_on date) returns table (id uuid, version integer)
language plpgsql
as $$
#variable_conflict use_column
declare
	made uuid;
begin
	if not exists (select from konak.leads l
	    where l.company_id = konak.company() and l.id = lead
		and l.deleted_at is null) then
		perform konak.no_row();
	end if;
	insert into konak.lead_activities as a (company_id, lead_id,
	    activity_type, description, next_action, next_action_date)
	values (konak.company(), lead,
	    coalesce(kind, 'call')::konak.lead_activity_activity_type, what,
	    next, next_on)
	returning a.id into made;
	return query select made, l.version from konak.leads l
	where l.company_id = konak.company() and l.id = lead;
end $$;
grant execute on function konak.leads_log(uuid, text, text, text, date)
    to konak_app;
