-- 0441-audit-ends.sql - where the chains of the audit end, for the server, which
-- has that signed by itself at intervals and keeps it outside the database.

set local role konak_auth;

-- Beside each end, whether the chain still holds what is known of it: the end
-- itself and the place that was kept before. Nothing for whoever has entered:
-- this is no request's.
create function konak.audit_ends(companies uuid[], places bigint[],
    hashes text[]) returns table (company_id uuid, seq bigint, hash text,
	goes_on boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select coalesce(h.company_id, k.company), coalesce(h.seq, k.seq),
	    coalesce(encode(h.hash, 'hex'), k.hash),
	    h.company_id is not null and exists (select
		from konak.audit_chain c where c.company_id = h.company_id
		and c.seq = h.seq and c.hash = h.hash)
	    and (k.company is null or exists (select
		from konak.audit_chain c where c.company_id = k.company
		and c.seq = k.seq and c.hash = decode(k.hash, 'hex')))
	from (select x.* from konak.audit_heads x where x.seq > 0) h
	full join unnest(companies, places, hashes) k(company, seq, hash)
	    on k.company = h.company_id
	where konak.me() is null
$$;
grant execute on function konak.audit_ends(uuid[], bigint[], text[])
    to konak_app;
