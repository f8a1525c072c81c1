-- 0475-notice-hours.sql - when somebody wants to be told can no longer keep
-- others from writing. A moment in the year 294276 was kept, and whoever told
-- that person anything afterwards, or everybody, was refused.

set local role konak_auth;

create function konak.notice_choice_ok(k text, v text) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
	if k = 'snooze_until' then
		return v ~ '^\d{4}-\d\d-\d\d[T ]\d\d:\d\d'
		    and v::timestamptz between '2000-01-01' and
			konak.now() + interval '10 years';
	end if;
	return v ~ '^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$';
exception when invalid_datetime_format or datetime_field_overflow
    or invalid_parameter_value then
	return false;
end $$;

revoke execute on function konak.notice_choice_ok(text, text) from public;

-- Of the kinds there are some forty; more are no choices of a person.
create or replace function konak.notification_choices(choices jsonb)
    returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	k text;
	v jsonb;
	out jsonb;
begin
	if choices is null then
		return (select u.notification_preferences from konak.users u
		    where u.id = konak.me());
	end if;
	select u.notification_preferences into out
	from konak.users u where u.id = konak.me() for update;
	for k, v in select * from jsonb_each(choices) loop
		if k in ('kinds', 'mail') then
			if jsonb_typeof(v) <> 'object' or exists (
			    select from jsonb_each_text(v) e
			    where e.value not in ('now', 'digest', 'off')
				or (e.key !~ '^[a-z_]{1,40}$'
				    and (k <> 'mail' or e.key <> '*'))) then
				perform konak.fail('notifications.choice', '{}',
				    'kinds');
			end if;
		elsif k not in ('digest_at', 'quiet_from', 'quiet_to',
		    'snooze_until') or v <> 'null'
		    and not konak.notice_choice_ok(k, v #>> '{}') then
			perform konak.fail('notifications.choice', '{}', k);
		end if;
	end loop;
	out := jsonb_strip_nulls(out || (choices - 'kinds' - 'mail')
	    || jsonb_build_object('kinds', coalesce(out -> 'kinds', '{}')
		|| coalesce(choices -> 'kinds', '{}'), 'mail',
		coalesce(out -> 'mail', '{}')
		|| coalesce(choices -> 'mail', '{}')));
	if pg_column_size(out::text) > 16384 then
		perform konak.fail('notifications.choice', '{}', 'kinds');
	end if;
	update konak.users u set notification_preferences = out
	where u.id = konak.me();
	return out;
end $$;

update konak.users u set notification_preferences = notification_preferences
    - array(select e.key from jsonb_each_text(u.notification_preferences) e
	where e.key in ('digest_at', 'quiet_from', 'quiet_to', 'snooze_until')
	    and not konak.notice_choice_ok(e.key, e.value))
where notification_preferences ?| '{digest_at,quiet_from,quiet_to,snooze_until}';

set local role konak_owner;
