-- 0282-mails.sql - e-mail: a company's account at a mail server, and the outbox.
-- A notification's mail is written in the notification's own transaction and
-- sent by a job of its own (server/mail/outbox.c): taken by one konakd, tried
-- again with growing waits, given up where anybody can see it.

create type konak.mail_settings_security as enum ('tls', 'starttls', 'none');

create table konak.mail_settings (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	host text not null,
	port integer not null default 465,
	security konak.mail_settings_security not null default 'tls',
	username text,
	password uuid,
	from_email text not null,
	from_name text,
	daily_limit integer,
	is_active boolean not null default true,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	constraint mail_settings_pkey primary key (company_id, id),
	constraint mail_settings_company_id_key unique (company_id),
	constraint mail_settings_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint mail_settings_host_form check
	    (host ~ '^[[:alnum:]]([[:alnum:].:-]{0,251}[[:alnum:]])?$'),
	constraint mail_settings_port_range check (port between 1 and 65535),
	constraint mail_settings_username_length check (length(username) <= 255),
	constraint mail_settings_from_email_length check (length(from_email) between 3 and 254),
	constraint mail_settings_from_name_length check (length(from_name) <= 100),
	constraint mail_settings_daily_limit_range check (daily_limit between 1 and 1000000)
);

select konak.protect('konak.mail_settings', '{"record": "mail_settings", "module": "core", "audit": "MAIL_SETTING", "title": "host", "view": {"settings.view": "all"}, "create": {"settings.edit": "all"}, "edit": {"settings.edit": "all"}}'::jsonb);
select konak.protect_secrets('konak.mail_settings', '{"record": "mail_settings", "secrets": {"password": {"reveal": {"settings.edit": "all"}}}}'::jsonb);

create type konak.mail_kind as enum ('notice', 'digest', 'test');
create type konak.mail_state as enum
    ('waiting', 'sending', 'sent', 'failed', 'cancelled');
create type konak.mail_priority as enum ('low', 'normal', 'high', 'urgent');

create table konak.mails (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	user_id uuid not null,
	to_address text not null,
	lang text not null default 'tr',
	kind konak.mail_kind not null,
	priority konak.mail_priority not null default 'normal',
	subject text not null,
	notice_ids uuid[] not null default '{}',
	state konak.mail_state not null default 'waiting',
	due_at timestamptz not null default konak.now(),
	attempts integer not null default 0,
	last_error text,
	sent_at timestamptz,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	constraint mails_pkey primary key (company_id, id),
	constraint mails_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint mails_user_id_fkey foreign key (company_id, user_id)
	    references konak.memberships (company_id, user_id),
	constraint mails_to_address_length check (length(to_address) between 3 and 254),
	constraint mails_subject_length check (length(subject) between 1 and 300),
	constraint mails_last_error_length check (length(last_error) <= 300),
	constraint mails_sent_at_state check ((sent_at is not null) = (state = 'sent'))
);

select konak.sort_index('konak.mails', 'created_at');
select konak.sort_index('konak.mails', 'due_at');
select konak.sort_index('konak.mails', 'created_at', '{user_id}');
select konak.sort_index('konak.mails', 'created_at', '{state}');
create index mails_sent_at_idx on konak.mails (company_id, sent_at);
-- One digest a person and hour.
create unique index mails_digest_key on konak.mails
    (company_id, user_id, due_at) where kind = 'digest' and state = 'waiting';

select konak.protect('konak.mails', '{"record": "mails", "module": "core", "audit": "MAIL", "title": "subject", "view": {"settings.view": "all"}, "readonly": ["user_id", "to_address", "subject", "kind", "priority", "state", "due_at", "attempts", "last_error", "sent_at"], "internal": ["notice_ids", "lang"], "quiet": ["subject", "notice_ids", "state", "due_at", "attempts", "last_error", "sent_at"]}'::jsonb);

set local role konak_auth;

-- When a person is to get a mail about it, where and in which language; no row:
-- none. users.notification_preferences has "mail": {"KIND" or "*": now | digest
-- | off} beside what holds in the application; quiet hours and a snooze are the
-- same for both, and what is urgent passes them.
create function konak.mail_at(person uuid, type text, priority text)
    returns table (address text, lang text, due timestamptz, digest boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
	u konak.users;
	p jsonb;
	mode text;
	at timestamptz := konak.now();
	t timestamp;
	f time;
	e time;
begin
	select x.* into u from konak.users x where x.id = person and x.is_active;
	if u.id is null or u.email is null then
		return;
	end if;
	p := u.notification_preferences;
	mode := coalesce(p -> 'mail' ->> type, p -> 'mail' ->> '*',
	    p -> 'kinds' ->> type, 'now');
	if type = 'security' or (priority = 'urgent' and mode <> 'off') then
		return query select u.email, u.language, at, false;
		return;
	elsif mode = 'off' then
		return;
	end if;
	t := at at time zone u.timezone;
	if mode = 'digest' then
		t := t::date + coalesce((p ->> 'digest_at')::time, '09:00');
		t := t + case when t <= at at time zone u.timezone
		    then interval '1 day' else '0' end;
	end if;
	t := greatest(t, ((p ->> 'snooze_until')::timestamptz)
	    at time zone u.timezone);
	f := (p ->> 'quiet_from')::time;
	e := (p ->> 'quiet_to')::time;
	if f < e and t::time >= f and t::time < e then
		t := t::date + e;
	elsif f > e and t::time >= f then
		t := t::date + 1 + e;
	elsif f > e and t::time < e then
		t := t::date + e;
	end if;
	return query select u.email, u.language,
	    greatest(at, t at time zone u.timezone), mode = 'digest';
end $$;

-- What a mail tells, in its order; of a digest only what is still unread.
create function konak.mail_notices(ids uuid[], unread boolean) returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select coalesce(jsonb_agg(jsonb_build_object('type', n.type,
	    'title', n.title, 'message', n.message, 'record', n.related_type,
	    'action', n.data ->> 'action', 'sender', (select concat_ws(' ',
		u.first_name, u.last_name) from konak.users u
		where u.id = n.sender_id)) order by n.sent_at, n.id), '[]')
	from konak.notifications n
	where n.company_id = konak.company() and n.id = any (ids)
	    and n.deleted_at is null and (n.read_at is null or not unread)
$$;
-- How often a mail is tried, and how long to wait before the second time.
create function konak.mail_patience(out tries integer, out wait interval)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select k.max_attempts, k.backoff from konak.job_kinds k
	where k.kind = 'mails.send'
$$;
grant execute on function konak.mail_patience() to konak_definer;
grant execute on function konak.mail_at(uuid, text, text),
    konak.mail_notices(uuid[], boolean) to konak_definer;

set local role konak_definer;

-- With the notification, in its transaction: nobody is told of by mail what
-- was rolled back, and nothing that was stored is forgotten.
create function konak.notification_mail() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	a record;
begin
	if not exists (select from konak.mail_settings s
	    where s.company_id = new.company_id and s.is_active) then
		return null;
	end if;
	for a in select * from konak.mail_at(new.user_id, new.type, new.priority)
	loop
		insert into konak.mails as m (company_id, user_id, to_address,
		    lang, kind, priority, subject, notice_ids, due_at)
		values (new.company_id, new.user_id, a.address, a.lang,
		    case when a.digest then 'digest' else 'notice'
			end::konak.mail_kind,
		    new.priority::konak.mail_priority,
		    left(coalesce(nullif(new.title, ''), new.type), 300),
		    array[new.id], a.due)
		on conflict (company_id, user_id, due_at)
		    where kind = 'digest' and state = 'waiting'
		do update set notice_ids = m.notice_ids || excluded.notice_ids;
	end loop;
	return null;
end $$;

create function konak.mail_order() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	perform konak.job_put(new.company_id, 'mails.send',
	    jsonb_build_object('id', new.id), new.due_at, new.id::text);
	return null;
end $$;

-- A job has its turn: what to send, and through which server. step: 'send';
-- 'none', it is no longer wanted; 'later', the day's limit is reached;
-- 'closed', the company has no account.
create function konak.mail_take(mail uuid) returns table (step text,
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
	update konak.mails x set state = 'sending', attempts = x.attempts + 1
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

-- How it went: error null, it was taken; else the sentence for the list.
create function konak.mail_end(mail uuid, subject text, error text,
    again boolean) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	p record := konak.mail_patience();
	left_over boolean := again and exists (select from konak.mails m
	    where m.company_id = konak.company() and m.id = mail
		and m.attempts < p.tries);
begin
	if konak.me() is not null then
		perform konak.denied('nobody.else');
	end if;
	update konak.mails m set
	    subject = left(coalesce(nullif(mail_end.subject, ''), m.subject), 300),
	    state = (case when error is null then 'sent'
		when left_over then 'waiting' else 'failed' end)::konak.mail_state,
	    sent_at = case when error is null then konak.now() end,
	    last_error = error,
	    due_at = case when error is not null and left_over
		then konak.now() + least(interval '1 hour', p.wait
		    * power(2, m.attempts - 1)) else m.due_at end
	where m.company_id = konak.company() and m.id = mail
	    and m.state = 'sending';
end $$;

-- By hand: once more, or not at all.
create function konak.mails_set(mail uuid, what text)
    returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	m konak.mails;
begin
	if not konak.may('settings.edit') then
		perform konak.denied('settings.edit');
	end if;
	select x.* into m from konak.mails x
	where x.company_id = konak.company() and x.id = mail for update;
	if m.id is null then
		perform konak.no_row();
	elsif m.state = 'sending' or m.state = 'sent' then
		perform konak.fail('mails.gone');
	elsif what = 'again' then
		update konak.mails x set state = 'waiting', attempts = 0,
		    due_at = konak.now(), last_error = null
		where x.company_id = m.company_id and x.id = m.id;
		perform konak.job_put(m.company_id, 'mails.send',
		    jsonb_build_object('id', m.id), konak.now(), m.id::text);
	else
		update konak.mails x set state = 'cancelled'
		where x.company_id = m.company_id and x.id = m.id;
		perform konak.job_drop(m.company_id, 'mails.send', m.id::text);
	end if;
	return query select 'mails', m.id, m.version, 'edit', null::uuid;
end $$;

-- A mail to oneself, to see whether the account is right.
create function konak.mail_try() returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	made uuid;
begin
	if not konak.may('settings.edit') then
		perform konak.denied('settings.edit');
	end if;
	insert into konak.mails as m (company_id, user_id, to_address, lang,
	    kind, priority, subject)
	select konak.company(), konak.me(), a.address, a.lang, 'test', 'high',
	    'Konak'
	from konak.mail_at(konak.me(), 'security', 'high') a
	returning m.id into made;
	return query select 'mails', made, 1, 'create', null::uuid;
end $$;

grant execute on function konak.mail_take(uuid),
    konak.mail_end(uuid, text, text, boolean), konak.mails_set(uuid, text),
    konak.mail_try() to konak_app;
grant execute on function konak.notification_mail(), konak.mail_order()
    to konak_owner;

set local role konak_owner;

create trigger notifications_80_mail after insert on konak.notifications
    for each row execute function konak.notification_mail();
create trigger mails_80_order after insert on konak.mails
    for each row execute function konak.mail_order();

insert into konak.job_kinds (kind, run, rights, max_attempts, lease, backoff,
    name_tr, name_en) values ('mails.send', null, '', 8, '2 minutes',
    '30 seconds', 'E-posta gönderme', 'Sending an e-mail');

set local role konak_auth;

-- As before, and what holds for mail: "mail" maps kinds, or "*" for all.
create or replace function konak.notification_choices(choices jsonb)
    returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	k text;
	v jsonb;
	out jsonb;
begin
	if choices is not null then
		for k, v in select * from jsonb_each(choices) loop
			if k in ('kinds', 'mail') then
				if jsonb_typeof(v) <> 'object' or exists (
				    select from jsonb_each_text(v) e
				    where e.value not in ('now', 'digest', 'off')
					or (e.key !~ '^[a-z_]{1,40}$'
					    and (k <> 'mail' or e.key <> '*'))) then
					perform konak.fail('notifications.choice',
					    '{}', 'kinds');
				end if;
			elsif v <> 'null' then
				begin
					if k in ('digest_at', 'quiet_from', 'quiet_to') then
						perform (v #>> '{}')::time;
					elsif k = 'snooze_until' then
						perform (v #>> '{}')::timestamptz;
					else
						perform konak.fail('notifications.choice', '{}', k);
					end if;
				exception when invalid_datetime_format
				    or datetime_field_overflow then
					perform konak.fail('notifications.choice', '{}', k);
				end;
			end if;
		end loop;
		update konak.users u set notification_preferences =
		    jsonb_strip_nulls(u.notification_preferences
		    || (choices - 'kinds' - 'mail')
		    || jsonb_build_object('kinds',
			coalesce(u.notification_preferences -> 'kinds', '{}')
			|| coalesce(choices -> 'kinds', '{}'), 'mail',
			coalesce(u.notification_preferences -> 'mail', '{}')
			|| coalesce(choices -> 'mail', '{}')))
		where u.id = konak.me();
	end if;
	select u.notification_preferences into out
	from konak.users u where u.id = konak.me();
	return out;
end $$;

set local role konak_owner;
