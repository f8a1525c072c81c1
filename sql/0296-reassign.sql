-- 0296-reassign.sql - what somebody has to do becomes somebody else's: from the
-- workload, by one key. Only tasks that the mover sees, each with the rights,
-- the notice and the audit row of one that is assigned by hand.
create function konak.tasks_reassign(person uuid, recipient uuid, which text)
    returns setof konak.changed
language plpgsql
as $$
declare
	t record;
begin
	if person = recipient then
		return;
	end if;
	for t in
		select x.id, x.version from konak.tasks x
		where x.company_id = konak.company() and x.assigned_to = person
		    and x.status in ('pending', 'in_progress')
		    and x.deleted_at is null
		    and case which when 'overdue' then x.due_date < konak.today()
			when 'week' then x.due_date < konak.today() + 8
			    - extract(isodow from konak.today())::integer
			else true end
		order by x.id
	loop
		return query select * from konak.tasks_set(t.id, t.version,
		    recipient);
	end loop;
end $$;
grant execute on function konak.tasks_reassign(uuid, uuid, text) to konak_app;
