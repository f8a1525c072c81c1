-- 0230-grants-again.sql - what stood beside a table's own policies and went
-- when the table was protected anew: the consolidated view counts customers
-- (0152 gave them their rounding), and a person's new name reaches the rows of
-- students (0103 sealed their numbers).

create policy group_select on konak.customers for select to konak_group
    using ((select konak.may('group.view')));
grant select (company_id, status, deleted_at) on konak.customers to konak_group;
grant select (company_id, id, user_id), update (name)
    on konak.students to konak_auth;
