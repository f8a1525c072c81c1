-- 0384-mail-doubt.sql - a mail leaves at most once by itself. That its text is
-- about to be handed to the mail server is stored first; whoever finds it so
-- later, because konakd died or the line broke before the answer, leaves it to a
-- person, who may send it again.

alter table konak.mails add column handed_at timestamptz;
update konak.protected p set spec = p.spec || jsonb_build_object(
    'internal', p.spec -> 'internal' || '["handed_at"]',
    'quiet', p.spec -> 'quiet' || '["handed_at"]')
where p.table_name = 'mails';
do $$ begin
	perform konak.protect_again('konak.mails');
end $$;

set local role konak_definer;

-- A job has its turn: what to send, and through which server. step: 'send';
-- 'none', it is no longer wanted; 'later', the day's limit is reached;
-- 'closed', the company has no account. One that was being handed over when its
-- konakd died is not sent a second time by itself.
create or replace function konak.mail_take(mail uuid) returns table (step text,
    to_address text, lang text, kind text, notices jsonb, message_id text,
    moment bigint, host text, port integer, security text, username text,
    from_email text, from_name text, setting uuid, box text, field text)
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	m konak.mails;
	s konak.mail_settings;
	said jsonb;
	zone text;
	again timestamptz;
begin
	if konak.me() is not null then
		perform konak.denied('nobody.else');
	end if;
	select x.* into m from konak.mails x
	where x.company_id = konak.company() and x.id = mail
	    and x.state in ('waiting', 'sending') for update;
	if m.id is null then
		return query select 'none', null, null, null, null::jsonb, null,
		    null::bigint, null, null::int, null, null, null, null,
		    null::uuid, null, null;
		return;
	end if;
	if m.state = 'sending' and m.handed_at is not null then
		update konak.mails x set state = 'unsure',
		    last_error = case m.lang when 'en'
			then 'The server stopped while it was being sent: it may have left. Send it again if it did not.'
			else 'Gönderilirken sunucu durdu: gitmiş olabilir. Gitmediyse yeniden gönderin.' end
		where x.company_id = m.company_id and x.id = m.id;
		return query select 'none', null, null, null, null::jsonb, null,
		    null::bigint, null, null::int, null, null, null, null,
		    null::uuid, null, null;
		return;
	end if;
	said := konak.mail_notices(m.notice_ids, m.kind = 'digest');
	if m.kind <> 'test' and said = '[]' then
		update konak.mails x set state = 'cancelled'
		where x.company_id = m.company_id and x.id = m.id;
		return query select 'none', null, null, null, null::jsonb, null,
		    null::bigint, null, null::int, null, null, null, null,
		    null::uuid, null, null;
		return;
	end if;
	select x.* into s from konak.mail_settings x
	where x.company_id = m.company_id and x.is_active;
	select c.timezone into zone from konak.companies c
	where c.id = m.company_id;
	if s.daily_limit is not null and (select count(*) from konak.mails x
	    where x.company_id = m.company_id and x.sent_at >=
		((konak.now() at time zone zone)::date::timestamp
		    at time zone zone))
	    >= s.daily_limit then
		-- Urgent ones first.
		again := ((konak.now() at time zone zone)::date + 1
		    + interval '1 minute' * (array_position(
			'{urgent,high,normal,low}'::konak.mail_priority[],
			m.priority) - 1)) at time zone zone;
		update konak.mails x set due_at = again, state = 'waiting',
		    last_error = case m.lang when 'en'
			then 'The daily limit is reached'
			else 'Günlük sınıra ulaşıldı' end
		where x.company_id = m.company_id and x.id = m.id;
		perform konak.job_put(m.company_id, 'mails.send',
		    jsonb_build_object('id', m.id), again, m.id::text);
		return query select 'later', null, null, null, null::jsonb, null,
		    null::bigint, null, null::int, null, null, null, null,
		    null::uuid, null, null;
		return;
	end if;
	update konak.mails x set state = 'sending', attempts = x.attempts + 1,
	    handed_at = null
	where x.company_id = m.company_id and x.id = m.id;
	return query select case when s.id is null then 'closed' else 'send' end,
	    m.to_address, m.lang, m.kind::text, said,
	    format('<%s@%s>', m.id, split_part(s.from_email, '@', 2)),
	    extract(epoch from konak.now())::bigint, s.host, s.port,
	    s.security::text, s.username, s.from_email, s.from_name, s.id,
	    (select x.box::text from konak.secrets x
		where x.company_id = s.company_id and x.id = s.password),
	    (select x.field from konak.secrets x
		where x.company_id = s.company_id and x.id = s.password);
end $$;

-- The mail server waits for the text: false, it is no longer to be sent.
create function konak.mail_hand(mail uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	if konak.me() is not null then
		perform konak.denied('nobody.else');
	end if;
	update konak.mails m set handed_at = konak.now()
	where m.company_id = konak.company() and m.id = mail
	    and m.state = 'sending';
	return found;
end $$;

-- It was handed over, and nobody heard what became of it.
create function konak.mail_doubt(mail uuid, subject text, error text)
    returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	if konak.me() is not null then
		perform konak.denied('nobody.else');
	end if;
	update konak.mails m set state = 'unsure', last_error = left(error, 300),
	    subject = left(coalesce(nullif(mail_doubt.subject, ''), m.subject), 300)
	where m.company_id = konak.company() and m.id = mail
	    and m.state = 'sending';
end $$;
grant execute on function konak.mail_hand(uuid),
    konak.mail_doubt(uuid, text, text) to konak_app;

set local role konak_owner;
