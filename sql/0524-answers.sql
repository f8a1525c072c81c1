-- 0524-answers.sql - what a request changed is kept beside its id: sent again,
-- because the line broke before its answer, it gets the same answer. Before,
-- it was done once and answered with nothing.

alter table konak.requests add column answer jsonb;
create policy app_update on konak.requests for update to konak_app
    using (company_id = (select konak.company())
	and user_id = (select konak.me()))
    with check (company_id = (select konak.company())
	and user_id = (select konak.me()));
grant update (answer) on konak.requests to konak_app;

-- Gives back what it was given, for the caller's screens and everybody's.
create function konak.answer(changed konak.changed[])
    returns setof konak.changed
language plpgsql
as $$
begin
	update konak.requests r set answer = to_jsonb(changed)
	where r.company_id = konak.company() and r.id = konak.request()
	    and r.user_id = konak.me();
	return query select * from unnest(changed);
end $$;

-- Nothing, where it was not kept.
create function konak.answered(request uuid) returns setof konak.changed
language sql stable
as $$
	select (jsonb_populate_record(null::konak.changed, x.v)).*
	from konak.requests r
	cross join jsonb_array_elements(r.answer) with ordinality x(v, n)
	where r.company_id = konak.company() and r.id = answered.request
	    and r.user_id = konak.me()
	order by x.n
$$;
grant execute on function konak.answer(konak.changed[]),
    konak.answered(uuid) to konak_app;
