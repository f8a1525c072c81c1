-- 0515-own-class-announcements.sql - a class teacher who leaves an announcement
-- at "everybody" is told to choose the own class. The policy refused it before,
-- as if the right to announce were missing.

create function konak.announcements_own_class() returns trigger
language plpgsql
as $$
begin
	if new.target_type <> 'class'
	    and konak.scope(case tg_op when 'INSERT' then 'announcements.create'
		else 'announcements.edit' end) = 'class' then
		perform konak.fail('announcements.own_class', '{}',
		    'target_type');
	end if;
	return new;
end $$;

create trigger announcements_20_class before insert or update of target_type
    on konak.announcements for each row
    execute function konak.announcements_own_class();
