-- 0496-outbox-subjects.sql - a mail's subject is the title of what it tells of.
-- Whoever sees the settings reads the outbox, and not every record: the subject
-- of a mail about one that some reader of the outbox may not open is not kept.
-- What is sent is written from the notification, which only its own person
-- reads.

set local role konak_definer;

-- Is each of these records seen by everybody who reads the outbox? Asked for
-- each of the mails that one notification becomes, and worked out once.
create function konak.mail_open(company uuid, notices uuid[]) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	n record;
	key text;
	holder uuid;
	open boolean;
begin
	for n in
		select distinct x.related_type, x.related_id
		from konak.notifications x
		where x.company_id = company and x.id = any (notices)
		    and x.related_type is not null and x.related_id is not null
	loop
		key := format('%s %s %s=', konak.request(), n.related_type,
		    n.related_id);
		if starts_with(current_setting('konak.mail_open', true), key) then
			open := right(current_setting('konak.mail_open'), 1) = 't';
		else
			open := true;
			foreach holder in array
			    konak.holder_ids(company, 'settings.view') loop
				open := konak.sees(holder, n.related_type,
				    n.related_id);
				exit when not open;
			end loop;
			perform set_config('konak.mail_open',
			    key || left(open::text, 1), true);
		end if;
		if not open then
			return false;
		end if;
	end loop;
	return true;
end $$;

create function konak.mail_masked() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	if not konak.mail_open(new.company_id, new.notice_ids) then
		new.subject := '********';
	end if;
	return new;
end $$;
grant execute on function konak.mail_masked() to konak_owner;

set local role konak_owner;

create trigger mails_30_masked before insert or update of subject, notice_ids
    on konak.mails for each row when (new.notice_ids <> '{}')
    execute function konak.mail_masked();

-- Those that are there, of types whose records not everybody sees.
do $$
declare
	c record;
begin
	for c in select distinct m.company_id from konak.mails m loop
		perform set_config('konak.company', c.company_id::text, true);
		update konak.mails m set subject = m.subject
		where m.company_id = c.company_id and exists (select
		    from konak.notifications n
		    join konak.protected p on p.record = n.related_type
			and p.spec ? 'scopes'
		    where n.company_id = m.company_id
			and n.id = any (m.notice_ids));
	end loop;
	perform set_config('konak.company', '', true);
end $$;

-- The log's values of a sign-in, like its line: of whom the company knows.
grant execute on function konak.rewrite(regprocedure, text, text)
    to konak_definer;
set local role konak_definer;
do $$ begin
	perform konak.rewrite('konak.audit_shown(uuid, timestamptz, uuid)',
	    'and m.deleted_at is null', 'and m.deleted_at is null
			and m.accepted_at is not null');
end $$;
set local role konak_owner;
revoke execute on function konak.rewrite(regprocedure, text, text)
    from konak_definer;

-- The engine reads the names of the company that it works for.
alter policy definer_read on konak.people
    using (company_id = (select konak.company()));
