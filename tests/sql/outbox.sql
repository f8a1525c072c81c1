-- The outbox by the tables alone: what becomes a mail and when, how one is taken,
-- handed over and ended, tried again, given up, or in doubt.

begin;
select plan(37);
\ir setup.psql

set local role none;
update konak.users set timezone = 'Europe/Istanbul', notification_preferences = '{}' where email like '%@deneme.example';

-- Tells a person something, as a function of the server does; the mail's id.
create function pg_temp.tell(who text, title text, priority text default 'normal', kind text default 'general') returns uuid language plpgsql as $$
declare
	m uuid;
begin
	perform set_config('konak.company', '7e570000-0000-7000-8000-00000000000a', true);
	set local role konak_definer;
	perform konak.notify(array[pg_temp.uid(who)], kind, title, null, null, null, priority);
	set local role none;
	perform set_config('konak.company', '', true);
	select x.id into m from konak.mails x where x.company_id = '7e570000-0000-7000-8000-00000000000a'
	order by x.id desc limit 1;
	return m;
end $$;
-- One statement as a job that nobody ordered.
create function pg_temp.serve(stmt text) returns text language plpgsql as $$
declare
	out text;
begin
	perform set_config('konak.company', '7e570000-0000-7000-8000-00000000000a', true);
	set local role konak_app;
	execute stmt into out;
	set local role none;
	perform set_config('konak.company', '', true);
	return out;
end $$;
create function pg_temp.mail(m uuid) returns text language sql as $$
	select concat_ws(' ', state, attempts, (handed_at is not null)::text, left(last_error, 9)) from konak.mails where id = m
$$;
create function pg_temp.take(m uuid) returns text language sql as $$
	select pg_temp.serve(format('select step from konak.mail_take(%L)', m))
$$;
create function pg_temp.finish(m uuid, error text, again boolean) returns text language sql as $$
	select pg_temp.serve(format('select konak.mail_end(%L, %L, %L, %L)', m, 'Konu', error, again))
$$;

select is(pg_temp.tell('employee', 'Hesapsız'), null, 'without an account nothing is written');
insert into konak.mail_settings (company_id, host, from_email) values (:a, 'smtp.deneme.example', 'konak@deneme.example');

create temp table m as select pg_temp.tell('employee', 'Bir') as id;
select is((select concat_ws(' ', state, to_address, kind, lang, subject) from konak.mails where id = (select id from m)),
    'waiting employee@deneme.example notice tr Bir', 'a notification is a mail that waits');
select is((select state from konak.jobs where key = (select id::text from m) and kind = 'mails.send'), 'waiting', 'and a job');
select is(pg_temp.try('owner', :a, format('select step from konak.mail_take(%L)', (select id from m))), '42501 nobody.else', 'no person takes one');
select is(pg_temp.try('owner', :a, format('select konak.mail_hand(%L)::text', (select id from m))), '42501 nobody.else', 'nor hands it over');
select is(pg_temp.try('owner', :a, format('select konak.mail_doubt(%L, null, null)::text', (select id from m))), '42501 nobody.else', 'nor doubts it');
select is(pg_temp.take((select id from m)), 'send', 'a job does');
select is(pg_temp.mail((select id from m)), 'sending 1 false', 'which is stored');
select is(pg_temp.take((select id from m)), 'send', 'its konakd died before the text left: the next one sends it');
select is(pg_temp.serve(format('select konak.mail_hand(%L)', (select id from m))), 'true', 'the mail server waits for the text');
select is(pg_temp.mail((select id from m)), 'sending 2 true', 'which is stored, too');
select is(pg_temp.take((select id from m)), 'none', 'its konakd died then: nobody sends it');
select is(pg_temp.mail((select id from m)), 'unsure 2 true Gönderili', 'it is in doubt');
select is(pg_temp.serve(format('select konak.mail_hand(%L)', (select id from m))), 'false', 'and is not handed over');
select is(pg_temp.try('manager', :a, format($$select op from konak.mails_set(%L, 'again')$$, (select id from m))), '42501 settings.edit', 'not everybody sends it again');
select is(pg_temp.try('owner', :a, format($$select op from konak.mails_set(%L, 'again')$$, (select id from m))), 'edit', 'the owner may');
select is(pg_temp.take((select id from m)) || ' ' || pg_temp.mail((select id from m)), 'send sending 1 false', 'it begins anew');
select pg_temp.serve(format('select konak.mail_hand(%L)', (select id from m))) \g /dev/null
select pg_temp.finish((select id from m), null, false) \g /dev/null
select is((select state || ' ' || (sent_at is not null) from konak.mails where id = (select id from m)), 'sent true', 'taken: it is sent');
select is(pg_temp.try('owner', :a, format($$select op from konak.mails_set(%L, 'again')$$, (select id from m))), 'KN002 mails.gone', 'and not again');

update m set id = pg_temp.tell('employee', 'İki');
select pg_temp.take((select id from m)) \g /dev/null
select pg_temp.finish((select id from m), 'meşgul', true) \g /dev/null
select is((select concat_ws(' ', state, last_error, due_at > konak.now() + interval '20 seconds') from konak.mails where id = (select id from m)),
    'waiting meşgul t', 'a busy server: later');
select pg_temp.take((select id from m)), pg_temp.finish((select id from m), 'yok', false) \g /dev/null
select is((select concat_ws(' ', state, last_error) from konak.mails where id = (select id from m)), 'failed yok', 'a refusal for good: given up');
update m set id = pg_temp.tell('employee', 'Üç');
select ok((select sum(least(interval '1 hour', p.wait * power(2, n - 1))) >= interval '1 day'
    from konak.mail_patience() p, generate_series(1, p.tries - 1) n), 'a mail server that is down for a day loses nothing');
update konak.mails set attempts = 30 where id = (select id from m);
select pg_temp.take((select id from m)), pg_temp.finish((select id from m), 'meşgul', true) \g /dev/null
select is((select concat_ws(' ', state, attempts, due_at - konak.now()) from konak.mails where id = (select id from m)), 'waiting 31 01:00:00', 'tried once an hour in the end');
select pg_temp.take((select id from m)), pg_temp.finish((select id from m), 'meşgul', true) \g /dev/null
select is((select concat_ws(' ', state, attempts) from konak.mails where id = (select id from m)), 'failed 32', 'and given up after that');

update konak.users set notification_preferences = '{"quiet_from": "00:00", "quiet_to": "23:59:59"}' where id = pg_temp.uid('employee');
update m set id = pg_temp.tell('employee', 'Sessiz');
select ok((select due_at > konak.now() from konak.mails where id = (select id from m)), 'quiet hours: it waits');
update m set id = pg_temp.tell('employee', 'Acil', 'urgent');
select ok((select due_at <= konak.now() from konak.mails where id = (select id from m)), 'what is urgent does not');
update konak.users set notification_preferences = '{"mail": {"*": "digest"}}' where id = pg_temp.uid('employee');
create temp table d as select pg_temp.tell('employee', 'A' || g) as id from generate_series(1, 3) g;
select is((select concat_ws(' ', count(distinct d.id), max(x.kind::text), max(cardinality(x.notice_ids))) from d join konak.mails x on x.id = d.id),
    '1 digest 3', 'three make one digest');
update konak.users set notification_preferences = '{"mail": {"*": "off"}}' where id = pg_temp.uid('employee');
update m set id = pg_temp.tell('employee', 'Kapalı');
select is((select count(*)::int from konak.mails where subject = 'Kapalı'), 0, 'switched off: none');
update konak.users set notification_preferences = '{}' where id = pg_temp.uid('employee');
update konak.mail_settings set daily_limit = 1 where company_id = :a;
update m set id = pg_temp.tell('employee', 'Sınır');
select is(pg_temp.take((select id from m)), 'later', 'beyond the day''s limit: tomorrow');

-- When a mail leaves, by the clock of the person: quiet hours over midnight, what
-- is read once a day, clocks that go back, and somebody who is gone.
\ir ../clock.sql
create function pg_temp.leaves(here text, zone text, preferences jsonb, priority text default 'normal') returns text language plpgsql as $$
begin
	perform set_config('konak.test_now', (here::timestamp at time zone zone)::text, true);
	update konak.users set timezone = zone, notification_preferences = preferences where id = pg_temp.uid('employee');
	return (select to_char(m.due at time zone zone, 'DD HH24:MI') from konak.mail_at(pg_temp.uid('employee'), 'general', priority) m);
end $$;
select is(array[
    pg_temp.leaves('2026-11-20 21:59', 'Europe/Istanbul', '{"quiet_from": "22:00", "quiet_to": "07:00"}'),
    pg_temp.leaves('2026-11-20 22:00', 'Europe/Istanbul', '{"quiet_from": "22:00", "quiet_to": "07:00"}'),
    pg_temp.leaves('2026-11-20 23:59', 'Europe/Istanbul', '{"quiet_from": "22:00", "quiet_to": "07:00"}'),
    pg_temp.leaves('2026-11-21 00:00', 'Europe/Istanbul', '{"quiet_from": "22:00", "quiet_to": "07:00"}'),
    pg_temp.leaves('2026-11-21 06:59', 'Europe/Istanbul', '{"quiet_from": "22:00", "quiet_to": "07:00"}'),
    pg_temp.leaves('2026-11-21 07:00', 'Europe/Istanbul', '{"quiet_from": "22:00", "quiet_to": "07:00"}'),
    pg_temp.leaves('2026-12-31 23:30', 'Europe/Istanbul', '{"quiet_from": "22:00", "quiet_to": "07:00"}'),
    pg_temp.leaves('2026-11-20 23:59', 'Europe/Istanbul', '{"quiet_from": "22:00", "quiet_to": "07:00"}', 'urgent'),
    pg_temp.leaves('2026-11-20 23:59', 'Asia/Kathmandu', '{"quiet_from": "22:00", "quiet_to": "07:00"}'),
    pg_temp.leaves('2026-10-31 23:30', 'America/New_York', '{"quiet_from": "22:00", "quiet_to": "07:00"}'),
    pg_temp.leaves('2026-11-20 08:59', 'Europe/Istanbul', '{"mail": {"*": "digest"}}'),
    pg_temp.leaves('2026-11-20 09:00', 'Europe/Istanbul', '{"mail": {"*": "digest"}}'),
    pg_temp.leaves('2026-11-20 12:00', 'Europe/Istanbul', '{"mail": {"*": "digest"}, "digest_at": "06:00", "quiet_from": "22:00", "quiet_to": "07:00"}'),
    pg_temp.leaves('2026-11-20 12:00', 'Europe/Istanbul', '{"mail": {"*": "digest"}, "digest_at": "00:00"}')],
    array['20 21:59', '21 07:00', '21 07:00', '21 07:00', '21 07:00', '21 07:00', '01 07:00', '20 23:59', '21 07:00',
    '01 07:00', '20 09:00', '21 09:00', '21 07:00', '21 00:00'], 'by the person''s own clock, over midnight and New Year');
update konak.users set is_active = false where id = pg_temp.uid('employee');
select is(pg_temp.leaves('2026-11-20 12:00', 'Europe/Istanbul', '{}'), null, 'who is gone gets none');

-- What a record is called stands in the outbox for those alone who may open it.
create function pg_temp.about(who text, entry uuid) returns text language plpgsql as $$
declare
	out text;
begin
	perform set_config('konak.company', '7e570000-0000-7000-8000-00000000000a', true);
	set local role konak_definer;
	perform konak.notify(array[pg_temp.uid(who)], 'general', (select title from konak.credentials where id = entry),
	    null, 'credentials', entry);
	set local role none;
	perform set_config('konak.company', '', true);
	return pg_temp.try('admin', '7e570000-0000-7000-8000-00000000000a', 'select subject from konak.mails order by id desc limit 1');
end $$;
insert into konak.credentials (company_id, id, type, title, access) values
    (:a, md5('e1')::uuid, 'other', 'Ortak sunucu', 'company'),
    (:a, md5('e2')::uuid, 'other', 'Patronun bankası', 'restricted');
select is(pg_temp.about('owner', md5('e1')::uuid), 'Ortak sunucu', 'the subject is the record''s title');
select is(pg_temp.about('owner', md5('e2')::uuid), '********', 'but not of an entry that is closed to a reader of the outbox');
select is((select count(*) from konak.mails where subject like 'Patron%'), 0::bigint, 'nor is it kept');
update konak.mail_settings set daily_limit = null;
create temp table closed as select id from konak.mails where subject = '********' order by id desc limit 1;
select is(pg_temp.take((select id from closed)), 'send', 'it is sent');
select is(pg_temp.finish((select id from closed), null, false), '', 'and ended with the subject that was sent');
select is((select subject || ' ' || state from konak.mails where id = (select id from closed)), '******** sent', 'which is not written there either');

select * from finish();
rollback;
