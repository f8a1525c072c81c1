-- 0443-people-offered.sql - who may be chosen, as the lookup of people offers
-- it. Every member reads the name of a person whom a record names; a family goes
-- through nobody's but the own. That this is so was the server's word alone.

create view konak.people_offered with (security_invoker = true) as
select p.company_id, p.id, p.name, p.offered
from konak.people p
where p.company_id = (select konak.company()) and p.offered
    and (p.id = (select konak.me()) or (select konak.chooses_people()));
grant select on konak.people_offered to konak_app;
