-- 0092-sharing.sql - rows that every company of the group reads.

-- Attendance is in partitions, which 0091 passed by.
select konak.merge_watch('konak.attendance');

-- Rows of a table with the flag set are read in every company by those who may
-- view the type there; its own company alone writes them. What is read so is
-- a view over them, without the reader's own company: see konak-module(5).
create function konak.share_rows(tab regclass, flag text) returns void
language plpgsql
as $$
declare
	t text := (select c.relname from pg_class c where c.oid = tab);
	p konak.protected;
begin
	select x.* into strict p from konak.protected x where x.table_name = t;
	if flag <> all (p.columns) or 'deleted_at' <> all (p.columns) then
		raise exception 'share_rows(%): it needs % and a bin', t, flag;
	end if;
	execute format('create policy app_shared on %s for select to konak_app '
	    'using (%I and deleted_at is null and %s)', tab, flag,
	    konak.protect_condition(p.spec, 'view', true));
end $$;

set local role konak_definer;
create function konak.company_name(company uuid) returns text
language sql stable security definer set search_path = pg_catalog, konak, pg_temp
as $$ select c.name from konak.companies c where c.id = company $$;
grant execute on function konak.company_name(uuid) to konak_app;
set local role konak_owner;

select konak.share_rows('konak.client_references', 'is_shared');
-- All that is shared, whoever's it is: few of many.
create index client_references_shared on konak.client_references
    (company_id, project_name collate "tr-x-icu", id)
    where is_shared and deleted_at is null;

-- company_id is the reader's: these are rows of every company.
create view konak.shared_references
    with (security_invoker = true, security_barrier = true) as
select (select konak.company()) as company_id, r.id, r.project_name,
    r.customer_name, konak.company_name(r.company_id) as company, r.sector, r.categories,
    r.technologies, r.website_url, r.description, r.finished_on
from konak.client_references r
where r.is_shared and r.is_active and r.deleted_at is null
    and r.company_id <> (select konak.company())
    and (select konak.may('references.view'));
grant select on konak.shared_references to konak_app;
