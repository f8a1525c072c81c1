-- 0405-audit-names.sql - a record that is called by what it refers to has ids
-- in the name that the log keeps. They are no words for people: konakd asks for
-- the name of what they refer to, and what is left here is what was written.

create or replace view konak.audit with (security_invoker = true) as
select l.company_id, l.at, l.id, l.request_id, l.user_id,
    (select p.name from konak.people p
	where p.company_id = (select konak.register()) and p.id = l.user_id)
	as user_name,
    l.action, l.module, l.record_type, l.record_id, l.version, l.op,
    l.description, l.ip, l.client,
    nullif(btrim(regexp_replace(s.v ->> 'title',
	'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', '', 'g')), '') as title,
    s.v -> 'old' as old, s.v -> 'new' as new,
    s.v as values
from konak.audit_logs l
cross join lateral (
    select konak.audit_shown(l.company_id, l.at, l.id) as v offset 0) s;
