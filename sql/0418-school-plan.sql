-- 0418-school-plan.sql - which plan a school's counts are of is asked by their
-- own functions alone.

set local role konak_definer;
revoke execute on function konak.school_plan() from konak_app;
set local role konak_owner;
