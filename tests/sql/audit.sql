-- The audit log: every change leaves its row, nobody changes one, and undo,
-- resends and conflicts are answered from it.

begin;
select plan(104);
\ir setup.psql

-- what a change leaves ------------------------------------------------------------

select is(pg_temp.try('manager', :a, 'insert into konak.customers (id, company_name, notes) values (''7e570000-0000-7000-8000-000000000071'', ''Nar Ltd'', ''ilk'') returning version', '{}', '7e570000-0000-7000-8000-000000000001'),
    '1', 'a create');
select is(pg_temp.try('manager', :a, 'update konak.customers set company_name = ''Nar AŞ'', phone = ''+905321112233'' where id = ''7e570000-0000-7000-8000-000000000071'' returning version', '{}', '7e570000-0000-7000-8000-000000000002'),
    '2', 'an edit');
select is(pg_temp.try('manager', :a, 'update konak.customers set company_name = ''Nar AŞ'' where id = ''7e570000-0000-7000-8000-000000000071'' returning version'),
    '2', 'an edit that changes nothing keeps the version');
select is(pg_temp.try('manager', :a, 'update konak.customers set deleted_at = now() where id = ''7e570000-0000-7000-8000-000000000071'' returning version', '{}', '7e570000-0000-7000-8000-000000000003'),
    '3', 'a deletion');
select is(pg_temp.try('manager', :a, 'update konak.customers set deleted_at = null where id = ''7e570000-0000-7000-8000-000000000071'' returning version', '{}', '7e570000-0000-7000-8000-000000000004'),
    '4', 'a restoration');
select results_eq($$select action, op, version, module, record_type, right(request_id::text, 1)
    from konak.audit_logs where record_id = '7e570000-0000-7000-8000-000000000071' order by id$$,
    $$values ('CUSTOMER_CREATE', 'create', 1, 'customers', 'customers', '1'),
	('CUSTOMER_UPDATE', 'edit', 2, 'customers', 'customers', '2'),
	('CUSTOMER_DELETE', 'delete', 3, 'customers', 'customers', '3'),
	('CUSTOMER_RESTORE', 'restore', 4, 'customers', 'customers', '4')$$,
    'four rows, with action, version and request');
select is((select count(*) from konak.audit_logs where user_id = pg_temp.uid('manager')
    and record_id = '7e570000-0000-7000-8000-000000000071' and company_id = :a
    and ip = 'local'), 4::bigint, 'with person, company and address');
select is((select v.values - 'title' from konak.audit_logs l join konak.audit_values v using (company_id, at, id)
    where l.record_id = '7e570000-0000-7000-8000-000000000071' and op = 'edit'),
    '{"old": {"company_name": "Nar Ltd", "phone": null}, "new": {"company_name": "Nar AŞ", "phone": "+905321112233"}}'::jsonb,
    'changed fields only, old and new');
select is((select v.values -> 'new' from konak.audit_logs l join konak.audit_values v using (company_id, at, id)
    where l.record_id = '7e570000-0000-7000-8000-000000000071' and op = 'create'),
    '{"company_name": "Nar Ltd", "notes": "ilk", "status": "active"}'::jsonb,
    'of a new record what it has');
select is((select count(*) from konak.audit_logs l join konak.audit_values v using (company_id, at, id)
    where l.digest = sha256(v.salt || convert_to(v.values::text, 'UTF8'))
	and l.company_id in (:a, :b)),
    (select count(*) from konak.audit_logs where company_id in (:a, :b)),
    'every digest is that of its values');
select is((select count(distinct v.salt) from konak.audit_values v where v.company_id in (:a, :b)),
    (select count(*) from konak.audit_values v where v.company_id in (:a, :b)), 'every salt is another');
select is((select search from konak.customers where id = '7e570000-0000-7000-8000-000000000071'),
    ' nar as  +905321112233    ', 'the search text begins with a blank');
select is((select count(*) from konak.audit_values v, jsonb_object_keys(v.values -> 'new') k
    where v.company_id = :a and k in ('search', 'version', 'updated_at', 'company_id')),
    0::bigint, 'what the engine keeps is not in the log');

-- a name of one's own for the action
do $$ begin
	set local role konak_app;
	perform konak.enter(sha256('manager'), '7e570000-0000-7000-8000-00000000000a',
	    '{}', true, '7e570000-0000-7000-8000-000000000005', 'LEAD_CONVERT');
	insert into konak.customers (company_name) values ('Aday Ltd');
	set local role none;
end $$;
select is((select action from konak.audit_logs where request_id = '7e570000-0000-7000-8000-000000000005'),
    'LEAD_CONVERT', 'a verb may name the action');

-- quiet columns
update konak.interactions set reminded_at = now() where id = :i1;
select is((select version from konak.interactions where id = :i1), 1,
    'what machines move raises no version');
select is((select count(*) from konak.audit_logs where record_id = :i1 and op = 'edit'), 0::bigint, 'and leaves no trace');
select is(pg_temp.try('manager', :a, format('update konak.interactions set remind_at = now() where id = %L returning reminded_at', :i1)),
    null, 'a reminder that is moved is due again');

-- version and stamps cannot be forged
select alike(pg_temp.try('manager', :a, format('update konak.customers set %s where id = %L returning id', s, :c1)),
    '42501 permission denied%', 'not the serving role''s: ' || s)
from unnest(array['version = 99', 'updated_at = ''2001-01-01''', 'created_by = null',
    'created_at = ''2001-01-01''', 'company_id = ''7e570000-0000-7000-8000-00000000000b''',
    'id = konak.uuid7()', 'deleted_request = null']) s;
select is(pg_temp.try('manager', :a, 'insert into konak.customers (company_name) values (''x'') returning created_by'),
    pg_temp.uid('manager')::text, 'who made it is who is signed in');
update konak.customers set version = 99, city = 'x' where id = :c2;
select is((select version from konak.customers where id = :c2), 2, 'even the operator''s version is counted');

-- What waits for the commit has been done; a table with events cannot be emptied.
set constraints all immediate;
set constraints all deferred;

-- nobody changes a row ---------------------------------------------------------------

select is(pg_temp.bare(r, s), '42501 ' || m, r || ': ' || s)
from (values
    ('konak_app', 'update konak.audit_logs set action = ''x''', 'permission denied for table audit_logs'),
    ('konak_app', 'select count(*) from konak.audit_values', 'permission denied for table audit_values'),
    ('konak_app', 'insert into konak.audit_logs (company_id, action, module, digest) values (null, ''x'', ''x'', ''x'')', 'permission denied for table audit_logs'),
    ('konak_app', 'truncate konak.audit_logs', 'permission denied for table audit_logs'),
    ('konak_definer', 'update konak.audit_logs set action = ''x''', 'permission denied for table audit_logs'),
    ('konak_definer', 'delete from konak.audit_logs', 'permission denied for table audit_logs'),
    ('konak_auth', 'update konak.audit_values set salt = ''x''', 'permission denied for table audit_values'),
    ('konak_owner', 'update konak.audit_logs set action = ''x''', 'audit rows never change'),
    ('konak_owner', 'delete from konak.audit_logs', 'audit rows never change'),
    ('konak_owner', 'update konak.audit_values set salt = ''x''', 'audit rows never change'),
    ('konak_owner', 'truncate konak.audit_logs', 'audit rows never change'),
    ('konak_owner', 'truncate konak.audit_values', 'audit rows never change'),
    ('konak_app', 'select count(*) from konak.audit_chain', 'permission denied for table audit_chain'),
    ('konak_app', 'update konak.audit_heads set seq = seq + 1', 'permission denied for table audit_heads'),
    ('konak_definer', 'insert into konak.audit_chain select * from konak.audit_chain', 'permission denied for table audit_chain'),
    ('konak_auth', 'update konak.audit_chain set seq = 0', 'permission denied for table audit_chain'),
    ('konak_auth', 'delete from konak.audit_heads', 'permission denied for table audit_heads'),
    ('konak_auth', 'update konak.audit_heads set seq = seq', 'audit rows never change'),
    ('konak_owner', 'update konak.audit_chain set seq = seq + 1', 'audit rows never change'),
    ('konak_owner', 'delete from konak.audit_chain', 'audit rows never change'),
    ('konak_owner', 'truncate konak.audit_chain', 'audit rows never change'),
    ('konak_owner', 'update konak.audit_heads set seq = seq - 1', 'audit rows never change'),
    ('konak_owner', 'delete from konak.audit_heads', 'audit rows never change'),
    ('konak_owner', 'truncate konak.audit_heads', 'audit rows never change')) v(r, s, m);
select throws_ok('delete from konak.audit_logs', '42501', 'audit rows never change',
    'not even a superuser, without taking the trigger away');
select is(pg_temp.try('owner', :a, 'select konak.audit(''CUSTOMER_UPDATE'', ''customers'', ''customers'', null)'),
    '42501 audit', 'a verb cannot claim a change of record');
select is(pg_temp.bare('konak_app', 'select konak.audit(''EXPORT'', ''customers'', null, null)'),
    '42501 audit', 'nor anybody who has not entered');
select is(pg_temp.try('owner', :a, 'select konak.audit(''EXPORT'', ''customers'', ''customers'', null, ''{"rows": 3}'')'),
    '', 'a verb without a record leaves its row');
select is((select v.values from konak.audit_logs l join konak.audit_values v using (company_id, at, id)
    where l.action = 'EXPORT' and l.company_id = :a), '{"rows": 3}'::jsonb, 'with its values');
select is(pg_temp.bare('konak_app', 'select konak.audit_write(null, null, ''x'', ''x'', null, null, null)'),
    '42501 permission denied for function audit_write', 'the writer itself is not for the serving role');

-- a loader leaves none when it says so, nobody else can
set local role konak_owner;
set local konak.audit = 'off';
insert into konak.customers (company_id, id, company_name, created_at) values
    (:a, '7e570000-0000-7000-8000-000000000072', 'Eski AŞ', '2020-01-01');
reset role;
select is((select count(*) from konak.audit_logs where record_id = '7e570000-0000-7000-8000-000000000072'),
    0::bigint, 'a load may be silent');
select is((select created_at from konak.customers where id = '7e570000-0000-7000-8000-000000000072'),
    '2020-01-01'::timestamptz, 'and bring its own dates');
select is(pg_temp.try('manager', :a, 'update konak.customers set city = ''z'' where id = ''7e570000-0000-7000-8000-000000000072'' returning version'),
    '2', 'the serving role changes');
select is((select count(*) from konak.audit_logs where record_id = '7e570000-0000-7000-8000-000000000072'),
    1::bigint, 'and cannot be silent');
set local konak.audit = '';

-- who reads it --------------------------------------------------------------------------

select is(pg_temp.try('admin', :a, format('select title || '': '' || (new ->> ''company_name'') from konak.audit where record_id = %L and op = ''edit''', '7e570000-0000-7000-8000-000000000071')),
    'Nar AŞ: Nar AŞ', 'audit.view reads rows and values');
select is(pg_temp.try('intern', :a, 'select count(*) from konak.audit'), '0',
    'without it nobody reads the log');
select is(pg_temp.try('intern', :a, format('select count(*) from konak.history(''customers'', %L)', '7e570000-0000-7000-8000-000000000071')),
    '4', 'but a record''s past, who may see the record');
select is(pg_temp.try('admin', :a, 'select count(*) from konak.audit where company_id = konak.group_company() and action not in (''LOGIN'', ''LOGIN_FAILED'', ''LOGOUT'')'),
    '0', 'the group''s rows are not a company''s');
select isnt(pg_temp.try('chief', null, 'select count(*) from konak.audit where action = ''USER_CREATE'''),
    '0', 'but the group''s');

-- a person's sign-ins are a company's to see as long as he belongs there
select konak.audit_write(null, pg_temp.uid('intern'), 'LOGIN', 'session', 'users', pg_temp.uid('intern'), '{"method": "totp"}');
insert into auth.login_history (user_id, email, status) values (pg_temp.uid('intern'), 'intern@deneme.example', 'ok');
select is(pg_temp.try('admin', :a, format('select (select count(*) from konak.audit where action = ''LOGIN'' and user_id = %1$L and "values" is not null) || ''/'' || (select count(*) from konak.login_history where user_id = %1$L)', pg_temp.uid('intern'))),
    '1/1', 'the sign-ins of a company''s people');
update konak.memberships set deleted_at = now() where company_id = :a and user_id = pg_temp.uid('intern');
select is(pg_temp.try('admin', :a, format('select (select count(*) from konak.audit where action = ''LOGIN'' and user_id = %1$L) || ''/'' || (select count(*) from konak.login_history where user_id = %1$L)', pg_temp.uid('intern'))),
    '0/0', 'and not of those who have left');
update konak.memberships set deleted_at = null where company_id = :a and user_id = pg_temp.uid('intern');
select is(pg_temp.try('admin', :a, format('select count(*) from konak.login_history where user_id = %L', pg_temp.uid('intern'))),
    '1', 'unless they come back');

select isnt(pg_temp.try('owner', :a, format('select count(*) from konak.history(%L, %L)', t, id)),
    '0', 'the past of ' || t)
from (values ('users', pg_temp.uid('intern')), ('companies', :a),
    ('memberships', (select id from konak.memberships where company_id = :a
	and user_id = pg_temp.uid('intern'))),
    ('roles', (select id from konak.roles where company_id = :a
	and template = 'intern'))) v(t, id);
select is(pg_temp.try('intern', :a, format('select count(*) from konak.history(''roles'', %L)',
    (select id from konak.roles where company_id = :a and template = 'intern'))),
    'KN001 no row', 'is for those who may see them');

-- partitions ------------------------------------------------------------------------------

select isnt((select count(*) from pg_class where relname like 'audit\_logs\_2%' and relkind = 'r'),
    0::bigint, 'months are made ahead');
insert into konak.audit_logs (company_id, at, action, module, digest)
values (:a, '1999-05-05', 'OLD', 'x', ''), (:a, now() + interval '14 months', 'NEW', 'x', '');
select is((select tableoid::regclass::text from konak.audit_logs where action = 'NEW'),
    'audit_logs_default', 'what has no month goes to the default partition');
select matches(pg_temp.bare('konak_owner', 'select konak.audit_partitions(15)'),
    '^2[0-9]$', 'months can be made later');
select matches((select tableoid::regclass::text from konak.audit_logs where action = 'NEW'),
    '^audit_logs_2\d+$', 'and take over what the default partition caught');
select is((select tableoid::regclass::text from konak.audit_logs where action = 'OLD'),
    'audit_logs_default', 'which keeps the rest');

-- undo ------------------------------------------------------------------------------------

create function pg_temp.undo(who text, last text) returns text language sql as $$
	select pg_temp.try(who, '7e570000-0000-7000-8000-00000000000a', format(
	    'select string_agg(record_type || '' '' || op || '' '' || version, '','') from konak.undo(%L)',
	    '7e570000-0000-7000-8000-0000000000' || last))
$$;
select is(pg_temp.undo('manager', '0a'), 'KN002 record.undo_nothing', 'nothing to undo');
select is(pg_temp.undo('manager', '02'), 'KN002 record.undo_changed', 'no undo of what has been changed since');
select is(pg_temp.try('manager', :a, format('update konak.customers set city = ''Muş'', notes = ''n'' where id = %L returning version', :c1), '{}', '7e570000-0000-7000-8000-00000000000b'),
    '2', 'an edit');
select is(pg_temp.undo('admin', '0b'), 'KN002 record.undo_nothing', 'nobody undoes another''s request');
select is(pg_temp.undo('manager', '0b'), 'customers edit 3', 'one''s own is undone');
select is((select city || coalesce(notes, '-') from konak.customers where id = :c1), 'İzmir-', 'to what was there');
select is(pg_temp.try('manager', :a, format('update konak.customers set deleted_at = now() where id = %L returning version', :c1), '{}', '7e570000-0000-7000-8000-00000000000c'),
    '4', 'a deletion');
select is((select count(*) from konak.customer_contacts where customer_id = :c1 and deleted_request = '7e570000-0000-7000-8000-00000000000c')
    + (select count(*) from konak.interactions where customer_id = :c1 and deleted_request = '7e570000-0000-7000-8000-00000000000c'),
    2::bigint, 'takes the children along, with its request');
select is(pg_temp.try('manager', :a, format('insert into konak.interactions (customer_id, text) values (%L, ''x'') returning id', :c1)),
    'KN002 record.parent_deleted', 'nothing is added to what is deleted');
select is(pg_temp.try('manager', :a, format('update konak.interactions set deleted_at = null where id = %L returning id', :i1)),
    'KN002 record.parent_deleted', 'and no child restored alone');
select is(pg_temp.undo('manager', '0c'), 'customers restore 5', 'undone');
select is((select count(*) from konak.customer_contacts where customer_id = :c1 and deleted_at is null)
    + (select count(*) from konak.interactions where customer_id = :c1 and deleted_at is null),
    2::bigint, 'they come back together');
select is(pg_temp.try('manager', :a, 'insert into konak.customers (id, company_name) values (''7e570000-0000-7000-8000-000000000073'', ''Yanlış'') returning version', '{}', '7e570000-0000-7000-8000-00000000000d'),
    '1', 'a create');
select is(pg_temp.undo('manager', '0d'), 'customers delete 2', 'is undone by deleting');

-- exactly the children that went along come back
update konak.customer_contacts set deleted_at = now() where id = :p1;
select is(pg_temp.try('manager', :a, format('update konak.customers set deleted_at = now() where id = %L returning version', :c1)), '6', 'a second deletion');
select is(pg_temp.try('manager', :a, format('update konak.customers set deleted_at = null where id = %L returning version', :c1)), '7', 'and restoration');
select is((select deleted_at is not null from konak.customer_contacts where id = :p1), true,
    'a person deleted earlier stays deleted');

-- resends and conflicts --------------------------------------------------------------------

select is(pg_temp.try('manager', :a, 'select konak.done(''7e570000-0000-7000-8000-000000000002'', ''7e570000-0000-7000-8000-000000000071'')'),
    'true', 'a request that has been carried out');
select is(pg_temp.try('owner', :a, 'select konak.done(''7e570000-0000-7000-8000-000000000002'', ''7e570000-0000-7000-8000-000000000071'')'),
    'false', 'by this person');
select is(pg_temp.try('manager', :a, format('select konak.done(''7e570000-0000-7000-8000-000000000002'', %L)', :c1)),
    'false', 'on this record');
select is(pg_temp.try('owner', :a, 'select konak.once()', '{}', '7e570000-0000-7000-8000-00000000000e'), null, 'once');
select is(pg_temp.try('owner', :a, 'select konak.once()', '{}', '7e570000-0000-7000-8000-00000000000e'), '23505 requests_pkey', 'is not twice');
select is(pg_temp.try('owner', :a, 'select konak.done(''7e570000-0000-7000-8000-00000000000e'')'), 'true', 'and is known');
select is(pg_temp.try('owner', :a, 'select (konak.base(''customers'', ''7e570000-0000-7000-8000-000000000071'', 1) -> ''company_name'') - ''at'''),
    '{"by": "manager Deneme", "base": "Nar Ltd"}', 'what others changed since a version, and what stood there');
select is(pg_temp.try('owner', :a, 'select konak.base(''customers'', ''7e570000-0000-7000-8000-000000000072'', 0)'),
    null, 'null when the log does not reach so far');

-- All of this file is one transaction, so that all of it is of one moment.
select is(pg_temp.try('owner', :a, $$
    with recursive p as (
	(select h.at, h.id from konak.history('customers',
	    '7e570000-0000-7000-8000-000000000071', null, 1) h)
	union all
	select h.at, h.id from p, konak.history('customers',
	    '7e570000-0000-7000-8000-000000000071', p.at, 1, p.id) h)
    select (select array_agg(id) from p) = (select array_agg(id)
	from konak.history('customers', '7e570000-0000-7000-8000-000000000071'))
	and (select count(*) > 2 from p)$$), 'true',
    'page by page a history has every row, also of one moment');

select * from finish();
rollback;
