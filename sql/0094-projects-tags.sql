-- 0094-projects-tags.sql - what goes with a project into the bin; the tags of
-- tasks and the list of them.

set local role konak_definer;

-- A project is not deleted while it has open tasks; those that are done go
-- with it, and come back with it.
create function konak.projects_tasks() returns trigger
language plpgsql security definer set search_path = pg_catalog, konak, pg_temp
as $$
begin
	if new.deleted_at is not null then
		update konak.tasks t set deleted_at = new.deleted_at,
		    deleted_request = new.deleted_request
		where t.company_id = new.company_id and t.project_id = new.id
		    and t.deleted_at is null;
	else
		update konak.tasks t set deleted_at = null
		where t.company_id = new.company_id and t.project_id = new.id
		    and t.deleted_request = old.deleted_request;
	end if;
	return null;
end $$;

-- A tag that a task is given stands in the list of tags from then on, where
-- somebody may give it a colour.
create function konak.tasks_tagged() returns trigger
language plpgsql security definer set search_path = pg_catalog, konak, pg_temp
as $$
begin
	insert into konak.task_tags (company_id, name)
	select new.company_id, w from unnest(new.tags) w
	where not exists (select from konak.task_tags g
	    where g.company_id = new.company_id and g.deleted_at is null
		and konak.fold(g.name) = konak.fold(w))
	on conflict do nothing;
	return null;
end $$;

-- One that is called something else is so on every task.
create function konak.task_tags_renamed() returns trigger
language plpgsql security definer set search_path = pg_catalog, konak, pg_temp
as $$
begin
	update konak.tasks t set tags = array_replace(t.tags, old.name, new.name)
	where t.company_id = new.company_id and t.tags @> array[old.name]
	    and t.deleted_at is null;
	return null;
end $$;

grant execute on function konak.projects_tasks(), konak.tasks_tagged(),
    konak.task_tags_renamed() to konak_owner;
set local role konak_owner;

create trigger projects_71_tasks after update on konak.projects for each row
    when (old.deleted_at is distinct from new.deleted_at)
    execute function konak.projects_tasks();
create trigger tasks_72_tagged_insert after insert on konak.tasks for each row
    when (new.tags <> '{}') execute function konak.tasks_tagged();
create trigger tasks_72_tagged_update after update of tags on konak.tasks
    for each row when (new.tags <> '{}' and new.tags is distinct from old.tags)
    execute function konak.tasks_tagged();
create trigger task_tags_71_renamed after update of name on konak.task_tags
    for each row when (new.name <> old.name)
    execute function konak.task_tags_renamed();
