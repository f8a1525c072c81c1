-- 0361-seo-lists.sql - an SEO task is completed with a note in one step, and all
-- templates of a period are given to a customer at once.

create function konak.seo_tasks_complete(task uuid, seen integer, note text)
    returns table (version integer)
language plpgsql
as $$
#variable_conflict use_column
declare
	t konak.seo_tasks;
begin
	select x.* into t from konak.seo_tasks x
	where x.company_id = konak.company() and x.id = task
	    and x.deleted_at is null for update;
	if not found then
		perform konak.no_row();
	elsif t.version <> seen then
		raise exception using errcode = 'KN001', message = 'stale';
	elsif t.is_completed then
		perform konak.fail('seo.done');
	end if;
	return query update konak.seo_tasks x set is_completed = true,
	    notes = case when nullif(trim(note), '') is null then x.notes
		else concat_ws(E'\n', x.notes, trim(note)) end
	where x.company_id = konak.company() and x.id = task
	returning x.version;
end $$;

-- Those that the customer has stay as they are; what was made.
create function konak.seo_assign(customer uuid, period text, person uuid,
    day date) returns table (id uuid)
language plpgsql
as $$
#variable_conflict use_column
begin
	if not exists (select from konak.customers c
	    where c.company_id = konak.company() and c.id = customer
		and c.deleted_at is null) then
		perform konak.no_row();
	elsif not exists (select from konak.seo_task_templates t
	    where t.company_id = konak.company() and t.is_active
		and t.deleted_at is null and t.period_type::text = period) then
		perform konak.fail('seo.no_template');
	end if;
	return query insert into konak.seo_assignments as a (company_id,
	    customer_id, template_id, start_date, assigned_to)
	select konak.company(), customer, t.id, coalesce(day, konak.today()),
	    person
	from konak.seo_task_templates t
	where t.company_id = konak.company() and t.is_active
	    and t.deleted_at is null and t.period_type::text = period
	    and not exists (select from konak.seo_assignments x
		where x.company_id = konak.company()
		    and x.customer_id = customer and x.template_id = t.id
		    and x.deleted_at is null)
	order by t.title
	returning a.id;
end $$;
grant execute on function konak.seo_tasks_complete(uuid, integer, text),
    konak.seo_assign(uuid, text, uuid, date) to konak_app;
