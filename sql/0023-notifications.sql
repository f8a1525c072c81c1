-- 0023-notifications.sql - what people are told: a row for each of them, seen by
-- nobody else. konak.notify() makes the rows, under the person's own choices;
-- konak.announce() says which of them are to be shown now, once, whoever asks.
-- And reminders: a person's own, on any record, and those of interactions.

do $$ begin
	perform konak.grant_default('notifications.send', 'core',
	    'Elle bildirim gönder', 'Send notifications by hand',
	    '["owner","admin","manager"]');
end $$;

create table konak.notifications (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	user_id uuid not null,
	-- reminder, mention, comment …; the words for each are the server's
	type text not null,
	priority text not null default 'normal',
	-- The name of the record, or the head of what somebody wrote.
	title text,
	message text,
	data jsonb not null default '{}',
	related_type text,
	related_id uuid,
	-- null: the system
	sender_id uuid,
	send_via text[] not null default '{in_app}',
	-- Not before: quiet hours, a daily digest, a snooze.
	show_at timestamptz not null default konak.now(),
	announced_at timestamptz,
	sent_at timestamptz not null default konak.now(),
	read_at timestamptz,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint notifications_pkey primary key (company_id, id),
	constraint notifications_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint notifications_user_id_fkey foreign key (company_id, user_id)
	    references konak.memberships (company_id, user_id),
	constraint notifications_sender_id_fkey foreign key (company_id, sender_id)
	    references konak.memberships (company_id, user_id),
	constraint notifications_type_form check (type ~ '^[a-z_]{1,40}$'),
	constraint notifications_priority_value check
	    (priority in ('low', 'normal', 'high', 'urgent')),
	constraint notifications_title_length check (length(title) <= 255),
	constraint notifications_message_length check (length(message) <= 5000),
	constraint notifications_send_via_value check
	    (send_via <@ '{in_app,email,whatsapp,sms}' and send_via <> '{}'),
	constraint notifications_related_id_pair check
	    ((related_type is null) = (related_id is null))
);
create index notifications_user_id_idx on konak.notifications
    (company_id, user_id, show_at, id) where deleted_at is null;
create index notifications_show_at_idx on konak.notifications
    (company_id, show_at, id) where deleted_at is null;
create index notifications_user_unread_idx on konak.notifications
    (company_id, user_id, show_at) where read_at is null and deleted_at is null;
create index notifications_urgent_idx on konak.notifications
    (company_id, user_id, show_at)
    where priority = 'urgent' and read_at is null and deleted_at is null;
create index notifications_user_all_idx on konak.notifications
    (company_id, user_id);
create index notifications_sender_id_idx on konak.notifications
    (company_id, sender_id);
create index notifications_due_idx on konak.notifications (show_at)
    where announced_at is null and deleted_at is null;
create index notifications_read_at_idx on konak.notifications
    (company_id, read_at);
-- One unread row says that a watched record has changed, however often.
create unique index notifications_change_key on konak.notifications
    (company_id, user_id, related_type, related_id)
    where type = 'change' and read_at is null and deleted_at is null;

-- 'nobody.else' is a right that nobody holds: the audit log keeps that there
-- was a notification, and shows its words to nobody.
select konak.protect('konak.notifications', '{"module": "core",
    "audit": "NOTIFICATION", "title": [], "auth": true,
    "quiet": ["show_at", "announced_at", "read_at", "message", "data", "sent_at",
	"sender_id", "send_via"],
    "view": ["nobody.else"], "edit": ["nobody.else"], "delete": ["nobody.else"],
    "rows": {"view": "company_id = (select konak.company()) and user_id = (select konak.me())",
	"edit": "company_id = (select konak.company()) and user_id = (select konak.me())",
	"delete": "company_id = (select konak.company()) and user_id = (select konak.me())"}}');
-- What was said is not the reader's to change.
revoke update on konak.notifications from konak_app;
grant update (read_at, show_at, announced_at, deleted_at)
    on konak.notifications to konak_app;

-- ---------------------------------------------------------------- reminders

create table konak.reminders (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	user_id uuid not null default konak.me(),
	record_type text,
	record_id uuid,
	-- the record's name at that time
	title text,
	note text not null,
	remind_at timestamptz not null,
	reminded_at timestamptz,
	done_at timestamptz,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint reminders_pkey primary key (company_id, id),
	constraint reminders_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint reminders_user_id_fkey foreign key (company_id, user_id)
	    references konak.memberships (company_id, user_id),
	constraint reminders_note_length check (length(note) between 1 and 500),
	constraint reminders_title_length check (length(title) <= 255),
	constraint reminders_record_id_pair check
	    ((record_type is null) = (record_id is null))
);
create index reminders_user_id_idx on konak.reminders
    (company_id, user_id, remind_at, id) where deleted_at is null;
create index reminders_user_all_idx on konak.reminders (company_id, user_id);
create index reminders_remind_at_idx on konak.reminders
    (company_id, remind_at, id) where deleted_at is null;
create index reminders_done_at_idx on konak.reminders (company_id, done_at);
create index reminders_record_id_idx on konak.reminders
    (company_id, record_id, user_id);

select konak.protect('konak.reminders', '{"module": "core",
    "audit": "REMINDER", "title": [], "readonly": ["user_id", "reminded_at", "title"],
    "once": ["record_type", "record_id"],
    "quiet": ["reminded_at"],
    "view": ["nobody.else"], "create": ["nobody.else"], "edit": ["nobody.else"],
    "delete": ["nobody.else"],
    "rows": {"view": "company_id = (select konak.company()) and user_id = (select konak.me())",
	"create": "company_id = (select konak.company()) and user_id = (select konak.me())",
	"edit": "company_id = (select konak.company()) and user_id = (select konak.me())",
	"delete": "company_id = (select konak.company()) and user_id = (select konak.me())"}}');

-- The name of any record, as the caller may see it; null when it may not.
create function konak.record_title(record_type text, record_id uuid)
    returns text
language plpgsql stable
as $$
declare
	p konak.protected;
	cols text;
	out text;
begin
	select x.* into p from konak.protected x
	where x.record = record_title.record_type;
	if not found or record_id is null then
		return null;
	end if;
	select string_agg(format('t.%I::text', c), ', ') into cols
	from jsonb_array_elements_text(case jsonb_typeof(p.spec -> 'title')
	    when 'string' then jsonb_build_array(p.spec -> 'title')
	    else coalesce(p.spec -> 'title', '[]') end) c;
	execute format('select left(concat_ws('' '', %s), 200) from konak.%I t '
	    'where t.company_id in (konak.company(), konak.group_company()) '
	    'and t.id = $1', coalesce(cols, ''''''), p.table_name)
	into out using record_id;
	return out;
end $$;
grant execute on function konak.record_title(text, uuid) to konak_app;

create function konak.reminders_set() returns trigger
language plpgsql
as $$
begin
	if tg_op = 'INSERT' and new.record_id is not null then
		if konak.me() is not null
		    and not konak.visible(new.record_type, new.record_id) then
			perform konak.bad_ref('record_id');
		end if;
		new.title := konak.record_title(new.record_type, new.record_id);
	end if;
	if tg_op = 'UPDATE' and new.remind_at is distinct from old.remind_at then
		new.reminded_at := null;
	end if;
	return new;
end $$;
create trigger reminders_10_set before insert or update of remind_at
    on konak.reminders for each row execute function konak.reminders_set();

-- ------------------------------------------------------------------- notify

set local role konak_auth;

-- Whether a person may see a record of the present company: asked with that
-- person's rights, and then the transaction is the caller's again.
create function konak.sees(person uuid, record_type text, record_id uuid)
    returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	me text := current_setting('konak.user', true);
	rights text := current_setting('konak.rights', true);
	out boolean;
begin
	perform set_config('konak.user', person::text, true),
	    set_config('konak.rights', coalesce(auth.rights_on(konak.company(),
		auth.rights_of(person, konak.company())), ''), true);
	out := konak.visible(record_type, record_id);
	perform set_config('konak.user', coalesce(me, ''), true),
	    set_config('konak.rights', coalesce(rights, ''), true);
	return out;
end $$;

-- When a person is to be shown what happens now; null: never. The choices
-- stand in users.notification_preferences: {"kinds": {"change": "digest"},
-- "digest_at": "09:00", "quiet_from": "22:00", "quiet_to": "07:00",
-- "snooze_until": "…"}. What is urgent passes all of it, and what is about the
-- account cannot be switched off.
create function konak.notify_at(person uuid, type text, priority text)
    returns timestamptz
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
	p jsonb;
	zone text;
	mode text;
	at timestamptz := konak.now();
	t timestamp;
	quiet_from time;
	quiet_to time;
begin
	select u.notification_preferences, u.timezone into p, zone
	from konak.users u where u.id = person;
	mode := p -> 'kinds' ->> type;
	if mode = 'off' and type <> 'security' then
		return null;
	elsif priority = 'urgent' or type = 'security' then
		return at;
	end if;
	t := at at time zone zone;
	if mode = 'digest' then
		t := t::date + coalesce((p ->> 'digest_at')::time, '09:00');
		t := t + case when t <= at at time zone zone
		    then interval '1 day' else '0' end;
	end if;
	t := greatest(t, ((p ->> 'snooze_until')::timestamptz) at time zone zone);
	quiet_from := (p ->> 'quiet_from')::time;
	quiet_to := (p ->> 'quiet_to')::time;
	if quiet_from < quiet_to and t::time >= quiet_from
	    and t::time < quiet_to then
		t := t::date + quiet_to;
	elsif quiet_from > quiet_to and t::time >= quiet_from then
		t := t::date + 1 + quiet_to;
	elsif quiet_from > quiet_to and t::time < quiet_to then
		t := t::date + quiet_to;
	end if;
	return greatest(at, t at time zone zone);
end $$;

-- Tells people of the present company something: one row each, for those who
-- are active members, want to hear of it and may see the record it is about.
-- Returns how many rows it made.
create function konak.notify(people uuid[], kind text, title text,
    message text default null, about text default null,
    about_id uuid default null, priority text default 'normal',
    sender uuid default null, data jsonb default '{}') returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
	who uuid;
	at timestamptz;
	n integer := 0;
	request text := current_setting('konak.request', true);
begin
	-- That somebody was told is no part of what the request did: whoever
	-- undoes it does not take back what others have been told.
	perform set_config('konak.request', '', true);
	for who in
		select distinct m.user_id from konak.memberships m
		join konak.users u on u.id = m.user_id and u.is_active
		where m.company_id = konak.company() and m.deleted_at is null
		    and m.user_id = any (people)
	loop
		at := konak.notify_at(who, kind, priority);
		continue when at is null or (about_id is not null
		    and not konak.sees(who, about, about_id));
		insert into konak.notifications as x (company_id, user_id, type,
		    priority, title, message, related_type, related_id, sender_id,
		    show_at, data)
		values (konak.company(), who, kind, priority, left(title, 255),
		    left(message, 5000), about, about_id, sender, at,
		    coalesce(data, '{}'))
		on conflict (company_id, user_id, related_type, related_id)
		    where type = 'change' and read_at is null and deleted_at is null
		do update set sender_id = excluded.sender_id,
		    message = excluded.message, sent_at = konak.now(),
		    announced_at = case when x.show_at > konak.now()
			then x.announced_at end;
		n := n + 1;
	end loop;
	perform set_config('konak.request', coalesce(request, ''), true);
	return n;
end $$;

-- Those that are to be shown from now on, each given to one who asks; for the
-- channels that will send them elsewhere as well.
create function konak.announce() returns table (company_id uuid, id uuid,
    user_id uuid, version integer)
language sql security definer set search_path = pg_catalog, pg_temp
as $$
	update konak.notifications n set announced_at = konak.now()
	from (select x.company_id, x.id from konak.notifications x
	    where x.show_at <= konak.now() and x.announced_at is null
		and x.deleted_at is null
	    order by x.show_at limit 500
	    for no key update skip locked) d
	where n.company_id = d.company_id and n.id = d.id
	returning n.company_id, n.id, n.user_id, n.version
$$;

create or replace function konak.due() returns double precision
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select extract(epoch from least(
	    (select min(j.due_at) from konak.jobs j where j.due_at is not null),
	    (select min(n.show_at) from konak.notifications n
		where n.announced_at is null and n.deleted_at is null))
	    - konak.now())
$$;

-- By hand: to people, to everybody with a role, or to all (both null).
create function konak.notification_send(people uuid[], role uuid, title text,
    message text, priority text default 'normal',
    related_type text default null, related_id uuid default null)
    returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
	n integer;
begin
	if konak.me() is null or not konak.may('notifications.send') then
		perform konak.denied('notifications.send');
	end if;
	if related_id is not null
	    and not konak.visible(related_type, related_id) then
		perform konak.bad_ref('related_id');
	end if;
	if people is null then
		select array_agg(m.user_id) into people from konak.memberships m
		where m.company_id = konak.company() and m.deleted_at is null
		    and (role is null or m.role_id = role);
	end if;
	n := konak.notify(people, 'general', title, message, related_type,
	    related_id, coalesce(priority, 'normal'), konak.me());
	if n = 0 then
		perform konak.fail('notifications.nobody');
	end if;
	perform konak.audit_write(konak.company(), konak.me(),
	    'NOTIFICATION_SEND', 'core', null, null, jsonb_build_object(
	    'title', title, 'count', n));
	return n;
end $$;

-- One's own choices, checked; null takes a choice away.
create function konak.notification_choices(choices jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	k text;
	v jsonb;
	out jsonb;
begin
	if choices is not null then
		for k, v in select * from jsonb_each(choices) loop
			if k = 'kinds' then
				if jsonb_typeof(v) <> 'object' or exists (
				    select from jsonb_each_text(v) e
				    where e.value not in ('now', 'digest', 'off')
					or e.key !~ '^[a-z_]{1,40}$') then
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
		    jsonb_strip_nulls(u.notification_preferences || (choices - 'kinds')
		    || jsonb_build_object('kinds',
			coalesce(u.notification_preferences -> 'kinds', '{}')
			|| coalesce(choices -> 'kinds', '{}')))
		where u.id = konak.me();
	end if;
	select u.notification_preferences into out
	from konak.users u where u.id = konak.me();
	return out;
end $$;

-- What happens to an account is told to its person and to the owners of the
-- companies it is in: of the one where it was done, or (konakctl) of all.
create function auth.account_notice() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	before text := current_setting('konak.company', true);
	m record;
	people uuid[];
begin
	for m in
		select x.company_id from konak.memberships x
		join konak.companies c on c.id = x.company_id and c.is_active
		where x.user_id = new.record_id and x.deleted_at is null
		    and (konak.company() is null
			or konak.company() = konak.group_company()
			or x.company_id = konak.company())
	loop
		perform set_config('konak.company', m.company_id::text, true);
		select array_agg(x.user_id) into people from konak.memberships x
		where x.company_id = m.company_id and x.deleted_at is null
		    and (x.is_owner or x.user_id = new.record_id)
		    and x.user_id is distinct from new.user_id;
		perform konak.notify(people, 'security', (select u.name
		    from konak.users u where u.id = new.record_id), null,
		    null, null, 'high', (select x.user_id
			from konak.memberships x where x.company_id = m.company_id
			    and x.user_id = new.user_id),
		    jsonb_build_object('action', new.action,
			'person', new.record_id));
	end loop;
	perform set_config('konak.company', coalesce(before, ''), true);
	return null;
end $$;

grant execute on function konak.notification_send(uuid[], uuid, text, text,
    text, text, uuid), konak.announce(), konak.notification_choices(jsonb)
    to konak_app;
grant execute on function konak.notify(uuid[], text, text, text, text, uuid,
    text, uuid, jsonb), konak.sees(uuid, text, uuid) to konak_definer;
grant execute on function auth.account_notice() to konak_owner;

set local role konak_definer;

-- A job's time has come: whoever talked to the customer is told.
create function konak.interactions_due(args jsonb) returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	i konak.interactions;
begin
	update konak.interactions x set reminded_at = konak.now()
	where x.company_id = konak.company() and x.id = (args ->> 'id')::uuid
	    and x.remind_at <= konak.now() and x.reminded_at is null
	    and x.deleted_at is null
	returning x.* into i;
	if found then
		perform konak.notify(array[i.user_id], 'reminder',
		    (select c.company_name from konak.customers c
			where c.company_id = i.company_id and c.id = i.customer_id),
		    i.text, 'interactions', i.id);
		return next row('interactions', i.id, i.version, 'edit',
		    null)::konak.changed;
	end if;
end $$;

create function konak.reminders_due(args jsonb) returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	r konak.reminders;
begin
	update konak.reminders x set reminded_at = konak.now()
	where x.company_id = konak.company() and x.id = (args ->> 'id')::uuid
	    and x.remind_at <= konak.now() and x.reminded_at is null
	    and x.done_at is null and x.deleted_at is null
	returning x.* into r;
	if found then
		perform konak.notify(array[r.user_id], 'reminder', r.title, r.note,
		    coalesce(r.record_type, 'reminders'),
		    coalesce(r.record_id, r.id));
		return next row('reminders', r.id, r.version, 'edit',
		    r.user_id)::konak.changed;
	end if;
end $$;

-- The moment is the job's; moving it moves the job.
create function konak.remind_order() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	perform konak.job_put(new.company_id, tg_table_name || '.due',
	    jsonb_build_object('id', new.id), new.remind_at, new.id::text);
	return null;
end $$;
grant execute on function konak.remind_order(), konak.interactions_due(jsonb),
    konak.reminders_due(jsonb) to konak_owner;
grant execute on function konak.interactions_due(jsonb),
    konak.reminders_due(jsonb) to konak_app;

set local role konak_owner;

insert into konak.job_kinds (kind, run, rights, name_tr, name_en) values
    ('interactions.due', 'interactions_due', '', 'Görüşme hatırlatması',
	'Reminder of an interaction'),
    ('reminders.due', 'reminders_due', '', 'Hatırlatma', 'Reminder');

create trigger interactions_80_remind after insert on konak.interactions
    for each row when (new.remind_at is not null and new.reminded_at is null)
    execute function konak.remind_order();
create trigger interactions_81_remind after update on konak.interactions
    for each row when (new.remind_at is not null and new.reminded_at is null
	and (old.remind_at is distinct from new.remind_at
	    or old.deleted_at is distinct from new.deleted_at))
    execute function konak.remind_order();
create trigger reminders_80_remind after insert on konak.reminders
    for each row when (new.reminded_at is null)
    execute function konak.remind_order();
create trigger reminders_81_remind after update on konak.reminders
    for each row when (new.reminded_at is null
	and (old.remind_at is distinct from new.remind_at
	    or old.deleted_at is distinct from new.deleted_at))
    execute function konak.remind_order();
create trigger audit_logs_80_account after insert on konak.audit_logs
    for each row when (new.action in ('PASSWORD_RESET', 'TOTP_RESET')
	and new.record_type = 'users')
    execute function auth.account_notice();

do $$ begin
	perform konak.job_put(i.company_id, 'interactions.due',
	    jsonb_build_object('id', i.id), i.remind_at, i.id::text)
	from konak.interactions i
	where i.remind_at is not null and i.reminded_at is null
	    and i.deleted_at is null;
end $$;
