-- 0412-mails-to-members.sql - a mail that waited (a digest, a server that was
-- down) tells what its person may still know when it leaves, and nothing to
-- who has left. What concerns the account itself is told all the same.

set local role konak_auth;
create or replace function konak.mail_notices(ids uuid[], unread boolean)
    returns jsonb
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
	select coalesce(jsonb_agg(jsonb_build_object('type', n.type,
	    'title', n.title, 'message', n.message, 'record', n.related_type,
	    'action', n.data ->> 'action', 'sender', (select concat_ws(' ',
		u.first_name, u.last_name) from konak.users u
		where u.id = n.sender_id)) order by n.sent_at, n.id), '[]')
	from konak.notifications n
	where n.company_id = konak.company() and n.id = any (ids)
	    and n.deleted_at is null and (n.read_at is null or not unread)
	    and (n.type = 'security' or exists (select from konak.memberships m
		join konak.users p on p.id = m.user_id and p.is_active
		where m.company_id = n.company_id and m.user_id = n.user_id
		    and m.deleted_at is null)
		and (n.related_id is null or konak.sees(n.user_id,
		    n.related_type, n.related_id)))
$$;
set local role konak_owner;
