-- 0048-expiries.sql - what ends when: domains, certificates and hostings in one
-- list, with the reader's own rights.

create view konak.expiries with (security_invoker = true) as
select e.company_id, e.id, e.kind, e.name, e.customer_id, e.expire_date,
    case when e.expire_date <= konak.today() + 3 then 'critical'
    when e.expire_date <= konak.today() + 7 then 'urgent'
    when e.expire_date <= konak.today() + 15 then 'warning'
    when e.expire_date <= konak.today() + 30 then 'info'
    else 'later' end as urgency
from (select d.company_id, d.id, 'domain' as kind, d.domain_name as name,
	d.customer_id, d.expire_date
    from konak.domains d
    where d.deleted_at is null and d.expire_date is not null
    union all
    -- The domain's id again would name two rows.
    select d.company_id, md5('ssl' || d.id)::uuid, 'ssl', d.domain_name,
	d.customer_id, d.ssl_expire_date
    from konak.domains d
    where d.deleted_at is null and d.ssl_expire_date is not null
    union all
    select h.company_id, h.id, 'hosting', h.provider || ' ' || h.plan_name,
	h.customer_id, h.expire_date
    from konak.hostings h
    where h.deleted_at is null and h.expire_date is not null) e
where (select konak.may('domains.view'));

grant select on konak.expiries to konak_app;
