-- 0476-few-of-one.sql - what everybody may make for himself has an end: a
-- hundred thousand reminders of one person for the same minute would keep all
-- the others' waiting.

create function konak.few_of_one() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
	most integer := tg_argv[0];
	n integer;
begin
	if tg_op = 'UPDATE' then
		if old.deleted_at is null or new.deleted_at is not null then
			return new;
		end if;
	end if;
	if tg_table_name = 'reminders' then
		select count(*) into n from (select from konak.reminders x
		    where x.company_id = new.company_id
			and x.user_id = new.user_id and x.deleted_at is null
			and x.done_at is null limit most) y;
	elsif tg_table_name = 'saved_views' then
		select count(*) into n from (select from konak.saved_views x
		    where x.company_id = new.company_id
			and x.created_by = new.created_by
			and x.deleted_at is null limit most) y;
	else
		select count(*) into n from (select from konak.screens x
		    where x.company_id = new.company_id
			and x.user_id = new.user_id limit most) y;
	end if;
	if n >= most then
		perform konak.fail('record.too_many_own',
		    jsonb_build_object('max', most));
	end if;
	return new;
end $$;

create trigger reminders_70_few before insert or update of deleted_at
    on konak.reminders for each row execute function konak.few_of_one(1000);
create trigger saved_views_70_few before insert or update of deleted_at
    on konak.saved_views for each row execute function konak.few_of_one(500);
create trigger screens_70_few before insert
    on konak.screens for each row execute function konak.few_of_one(500);
