-- 0382-task-customer.sql - a task knows whose work it is: its project's
-- customer, kept by the tables, so that boards and lists go by customers too.

alter table konak.tasks
    add column customer_id uuid,
    add constraint tasks_customer_id_fkey foreign key (company_id, customer_id)
	references konak.customers;

alter table konak.tasks disable trigger user;
update konak.tasks t set customer_id = p.customer_id
from konak.projects p
where p.company_id = t.company_id and p.id = t.project_id
    and p.customer_id is not null;
alter table konak.tasks enable trigger user;
create index on konak.tasks (company_id, customer_id);

update konak.protected p set spec = p.spec || jsonb_build_object(
    'readonly', p.spec -> 'readonly' || '["customer_id"]',
    'quiet', p.spec -> 'quiet' || '["customer_id"]')
where p.table_name = 'tasks';
do $$ begin
	perform konak.protect_again('konak.tasks');
end $$;
revoke insert (customer_id), update (customer_id) on konak.tasks from konak_app;

select konak.protect_define('tasks_customer', $f$
begin
	new.customer_id := (select p.customer_id from konak.projects p
	    where p.company_id = new.company_id and p.id = new.project_id);
	return new;
end $f$);
create trigger tasks_05_customer before insert on konak.tasks
    for each row when (new.project_id is not null)
    execute function konak.tasks_customer();
create trigger tasks_06_customer before update on konak.tasks
    for each row when (new.project_id is distinct from old.project_id)
    execute function konak.tasks_customer();

select konak.protect_define('projects_customer', $f$
begin
	update konak.tasks t set customer_id = new.customer_id
	where t.company_id = new.company_id and t.project_id = new.id
	    and t.customer_id is distinct from new.customer_id;
	return null;
end $f$);
create trigger projects_70_customer after update on konak.projects
    for each row when (new.customer_id is distinct from old.customer_id)
    execute function konak.projects_customer();
