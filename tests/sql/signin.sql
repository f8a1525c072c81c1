-- Signing in, as far as the database decides it: tries are counted before they
-- are judged, a step and a code count once, a new password or role ends
-- sessions, and who may act on whom.

begin;
select plan(67);
-- as the operator changes rows, with nobody signed in
\set operator 'select set_config(''konak.user'', '''', true); set local role konak_owner'

select konak.op_user('0198a000-0000-7000-8000-000000000001', 'Ada@signin.example',
    'Ada', 'Bir', '{}', 'hash-ada', '\x01') as ada \gset
select konak.op_user('0198a000-0000-7000-8000-000000000002', 'bora@signin.example',
    'Bora', 'İki', '{}', 'hash-bora', '\x02') as bora \gset
select konak.op_user(null, 'can@signin.example', 'Can', 'Üç', '{}', 'hash-can')
    as can \gset
insert into konak.companies (name, slug, kind, email)
values ('Giriş AŞ', 'giris-as', 'agency', 'giris@signin.example')
returning id as one \gset
insert into konak.companies (name, slug, kind, email)
values ('Başka AŞ', 'baska-as', 'agency', 'baska@signin.example')
returning id as two \gset
select konak.op_member(:'ada', :'one', 'owner', true);
select konak.op_member(:'bora', :'one', 'admin');
select konak.op_member(:'bora', :'two', 'admin');
select konak.op_member(:'can', :'one', 'employee');

select is(konak.op_user(null, 'ADA@signin.example', 'x', 'y'), :'ada'::uuid,
    'an e-mail names one person, whatever its case');

-- the password ----------------------------------------------------------------

select results_eq($$select wait, hash from
    konak.signin_begin('ADA@signin.example', 'n1', 'local', 't')$$,
    $$values (0, 'hash-ada')$$, 'the hash is given for a try');
select results_eq($$select wait, user_id, hash from
    konak.signin_begin('kimse@signin.example', 'n1', 'local', 't')$$,
    $$values (0, null::uuid, null::text)$$, 'an unknown person has none');
select is((select count(*) from auth.throttle where kind = 'account'
    and key in ('ada@signin.example', 'kimse@signin.example')), 2::bigint,
    'both tries are counted alike, before they are judged');
select results_eq(format($$select state, wait from konak.signin_password(
    'ada@signin.example', %L, false, 'n1', 'local', 't')$$, :'ada'),
    $$values ('failed', 0)$$, 'a wrong password fails');
select results_eq($$select state, wait from konak.signin_password(
    'kimse@signin.example', null, false, 'n1', 'local', 't')$$,
    $$values ('failed', 0)$$, 'so does an unknown person');
select is((select count(*) from auth.login_history where status = 'failed'
    and email like '%@signin.example'), 2::bigint,
    'both stand in the login history');
select is((select count(*) from konak.audit_logs
    where action = 'LOGIN_FAILED' and company_id = konak.group_company()
      and at >= now()), 2::bigint, 'and in the audit log of the group');
select wait from konak.signin_begin('ada@signin.example', 'n1', 'local', 't');
select konak.signin_begin('ada@signin.example', 'n1', 'local', 't');
select cmp_ok((select wait from konak.signin_begin('ada@signin.example', 'n1',
    'local', 't')), '>', 0, 'the fourth try in a row has to wait');
select is((select hash from konak.signin_begin('ada@signin.example', 'n1',
    'local', 't')), null, 'and learns nothing');
select is((select count(*) from auth.login_history where status = 'waited'
    and email = 'ada@signin.example'), 1::bigint,
    'which is recorded once a minute');
select is(array(select auth.delay('account', 'a', n) from generate_series(1, 13) n),
    '{0,0,1,2,4,8,16,32,64,128,256,300,300}'::int[],
    'waits of an account double up to five minutes');
select is(array(select max(auth.delay('network', k, n))
    from generate_series(1, 99) n, unnest(array['192.0.2.0/24', 'local']) k
    group by k order by k), '{30,0}', 'waits of a network end at half a minute');
update auth.throttle set last_at = clock_timestamp() - interval '31 minutes',
    blocked_until = null where key = 'ada@signin.example';
select is((select wait from konak.signin_begin('ada@signin.example', 'n1',
    'local', 't')), 0, 'nothing locks for ever');
select is((select failures from auth.throttle where key = 'ada@signin.example'),
    1, 'failures are forgotten by halves');
select results_eq(format($$select state, wait, recovery from
    konak.signin_password('ada@signin.example', %L, true, 'n1', 'local',
    't')$$, :'ada'), $$values ('code', 0, false)$$,
    'the right password asks for the code');
select is((select state from konak.signin_password('can@signin.example',
    :'can', true, 'n1', 'local', 't')), 'setup',
    'or for setting up the second factor');
:operator;
update konak.users set is_active = false where id = :'can';
reset role;
select is((select state from konak.signin_password('can@signin.example',
    :'can', true, 'n1', 'local', 't')), 'failed',
    'an inactive person fails, right password or not');
select is((select hash from konak.signin_begin('can@signin.example', 'n1',
    'local', 't')), null, 'and has no hash to compare with');
:operator;
update konak.users set is_active = true where id = :'can';
reset role;

-- the second factor -------------------------------------------------------------

select is((select box from konak.code_begin('ada@signin.example', 'n1')),
    '\x01'::bytea, 'the box comes with a counted try');
select ok(not (konak.signin_code(:'ada', 'ada@signin.example', null, null,
    sha256('a'), 'n1', 'local', 't', 3600, 7200)).ok, 'no code is no code');
select ok((konak.signin_code(:'ada', 'ada@signin.example', 100, null,
    sha256('a'), 'n1', 'local', 't', 3600, 7200)).ok,
    'a right code makes the session');
select is((select failures from auth.throttle where key = 'ada@signin.example'),
    0, 'and forgets the wrong tries');
select ok(not (konak.signin_code(:'ada', 'ada@signin.example', 100, null,
    sha256('b'), 'n1', 'local', 't', 3600, 7200)).ok, 'a step counts once');
select ok(not (konak.signin_code(:'ada', 'ada@signin.example', 99, null,
    sha256('b'), 'n1', 'local', 't', 3600, 7200)).ok, 'an earlier one never');
select ok((konak.signin_code(:'ada', 'ada@signin.example', 101, null,
    sha256('b'), 'n1', '192.0.2.7', 't', 3600, 7200)).ok, 'a later one does');
select ok((konak.signin_setup(:'can', 'can@signin.example', '\x03', 100,
    array[auth.code_hash(:'can', 'AAAA'), auth.code_hash(:'can', 'BBBB')],
    sha256('c'), 'n1', 'local', 't', 3600, 7200)).ok,
    'the first factor is set up with the first sign-in');
select throws_ok(format($$select konak.signin_setup(%L, 'can@signin.example',
    '\x04', 100, '{}', sha256('d'), 'n1', 'local', 't', 3600, 7200)$$, :'can'),
    'KN002', 'auth.setup_done', 'but not twice');
select ok((konak.signin_code(:'can', 'can@signin.example', null,
    auth.code_hash(:'can', 'AAAA'), sha256('d'), 'n1', 'local', 't', 3600,
    7200)).ok, 'a recovery code signs in');
select ok(not (konak.signin_code(:'can', 'can@signin.example', null,
    auth.code_hash(:'can', 'AAAA'), sha256('e'), 'n1', 'local', 't', 3600,
    7200)).ok, 'once');
select ok(not (konak.signin_code(:'ada', 'ada@signin.example', null,
    auth.code_hash(:'can', 'BBBB'), sha256('e'), 'n1', 'local', 't', 3600,
    7200)).ok, 'and only its own person');

-- sessions ------------------------------------------------------------------

select is((select first_name from konak.session_resume(sha256('a'), 'local',
    't')), 'Ada', 'a session resumes');
select is_empty($$select * from konak.session_resume(sha256('no'), 'local',
    't')$$, 'another token does not');
update auth.sessions set idle_until = now() - interval '1 second'
 where token_hash = sha256('b');
select is_empty($$select * from konak.session_resume(sha256('b'), 'local',
    't')$$, 'idle too long, it is over');
update auth.sessions set idle_until = now() + interval '1 hour'
 where token_hash = sha256('b');
select is((select role_name from konak.session_enter(sha256('a'), :'one', null)),
    'Patron', 'a company is entered');
select is((select id from konak.session_enter(sha256('a'), null, null)),
    :'one'::uuid, 'and remembered');
select is((select refused from konak.session_enter(sha256('a'), :'two', null)),
    'member', 'not one without a membership');
select isnt_empty($$select from konak.audit_logs where action = 'ACCESS_DENIED'
    and at >= now()$$, 'which is recorded');
select is((select array_agg(name) from konak.session_companies()
    where member), '{Giriş AŞ}', 'the picker knows the memberships');
:operator;
update konak.companies set allowed_networks = '{198.51.100.0/24}'
 where id = :'one';
reset role;
select is((select refused from konak.session_enter(sha256('b'), :'one', null)),
    'network', 'a network list keeps others out');
select is((select refused from konak.session_enter(sha256('a'), :'one', null)),
    'network', 'also the machine itself, unless named');
select is_empty($$select * from konak.session_enter(sha256('a'), null, null)$$,
    'a resume goes on without the company then');
:operator;
update konak.companies set allowed_networks = '{local,192.0.2.0/24}'
 where id = :'one';
reset role;
select lives_ok(format($$select konak.session_enter(sha256('a'), %L, null),
    konak.session_enter(sha256('b'), %L, null)$$, :'one', :'one'),
    'and lets in who is on it');
:operator;
update konak.companies set modules_enabled = '{customers}' where id = :'one';
reset role;
select is((select rights like '%|customers.view=all|%' and rights not like
    '%|vault.%' and rights like '%|users.manage=all|%'
    from konak.session_enter(sha256('a'), :'one', null)), true,
    'what belongs to a module that is off is nobody''s');
:operator;
update konak.companies set modules_enabled = modules_enabled || '{vault}'
 where id = :'one';
reset role;
select is((select rights like '%|vault.view=all|%'
    from konak.session_enter(sha256('a'), :'one', null)), true,
    'and comes back with it');
update auth.credentials set must_change = true where user_id = :'ada';
select throws_ok(format($$select konak.session_enter(sha256('a'), %L, null)$$,
    :'one'), 'KN002', 'auth.must_change', 'a password to be changed comes first');
select ok((konak.session_password(sha256('a'), 'hash-new', 'n1', 'local',
    't')).ok, 'the own password is changed');
select is((select count(*) from auth.sessions where user_id = :'ada'
    and is_active), 1::bigint, 'which ends the other sessions');
select is((select password_hash from auth.credentials where user_id = :'ada'),
    'hash-new', 'and is stored');
select ok((konak.session_step_up(sha256('a'), 200, 'n1', 'local', 't')).ok,
    'a fresh code inside the session');
select ok(not (konak.session_step_up(sha256('a'), 200, 'n1', 'local', 't')).ok,
    'counts once there, too');

-- people --------------------------------------------------------------------

select (konak.signin_code(:'bora', 'bora@signin.example', 100, null,
    sha256('f'), 'n1', 'local', 't', 3600, 7200)).ok;
select konak.session_enter(sha256('d'), :'one', null);
select konak.enter(sha256('f'), :'one', '{}', true, konak.uuid7());
select throws_ok(format($$select konak.user_reset_password(%L, 'CODE')$$,
    :'ada'), 'KN002', 'auth.may_not_act',
    'nobody acts on a person with rights of which the actor lacks one');
select lives_ok(format($$select konak.user_reset_password(%L, 'CODE')$$,
    :'can'), 'an admin resets an employee');
select is((select count(*) from auth.sessions where user_id = :'can'
    and is_active), 0::bigint, 'whose sessions end');
select ok(not (select good from konak.signin_reset('can@signin.example',
    'FALSCH', 'hash-2', 'n1', 'local', 't')), 'a wrong one-time code');
select ok((select good from konak.signin_reset('can@signin.example', 'CODE',
    'hash-2', 'n1', 'local', 't')), 'the right one sets the password');
select ok(not (select good from konak.signin_reset('can@signin.example',
    'CODE', 'hash-3', 'n1', 'local', 't')), 'once');
select konak.op_reset('can@signin.example', 'CODE');
update auth.credentials set reset_until = now() - interval '1 second'
 where user_id = :'can';
select ok(not (select good from konak.signin_reset('can@signin.example',
    'CODE', 'hash-3', 'n2', 'local', 't')), 'and not too late');
select konak.enter(sha256('f'), :'one', '{}', true, konak.uuid7());
select is((select existing from konak.user_invite(null, 'yeni@signin.example',
    'Yeni', 'Kişi', (select id from konak.roles where company_id = :'one'
    and template = 'intern'), 'tr', 'CODE')), false, 'a new person is invited');
select throws_ok(format($$select konak.user_invite(null, 'x@signin.example',
    'X', 'Y', (select id from konak.roles where company_id = %L
    and template = 'owner'), 'tr', 'CODE')$$, :'one'), 'KN002', 'role.above',
    'not with a role above the own rights');
select throws_ok(format($$select konak.user_invite(null, 'x@signin.example',
    'X', 'Y', (select id from konak.roles where company_id = %L
    and template = 'intern'), 'tr', 'CODE')$$, :'two'), 'KN003', null,
    'nor with a role of another company');
select konak.enter(sha256('a'), :'one', '{}', true, konak.uuid7());
select throws_ok(format($$select konak.user_active(%L, (select version
    from konak.users where id = %L), false)$$, :'bora', :'bora'), 'KN002',
    'auth.may_not_act', 'nor on somebody of a company where one manages nobody');
select ok(exists (select from auth.sessions s where s.user_id = :'bora'
    and s.is_active), 'who stays signed in');
select konak.session_enter(sha256('f'), :'one', null);
select konak.enter(sha256('a'), :'one', '{}', true, konak.uuid7());
update konak.memberships set role_id = (select id from konak.roles
    where company_id = :'one' and template = 'manager')
 where company_id = :'one' and user_id = :'bora';
select ok(not exists (select from auth.sessions s where s.user_id = :'bora'
    and s.is_active), 'another role ends the sessions in that company (M39)');
select lives_ok(format($$select konak.role_copy(null, (select id from konak.roles
    where company_id = %L and template = 'intern'), 'Stajyer 2', null)$$, :'one'),
    'a role is copied');
select is((select count(*) from konak.role_permissions p join konak.roles r
    on r.company_id = p.company_id and r.id = p.role_id
    where r.company_id = :'one' and r.name = 'Stajyer 2'),
    (select count(*) from konak.role_permissions p join konak.roles r
    on r.company_id = p.company_id and r.id = p.role_id
    where r.company_id = :'one' and r.template = 'intern'),
    'with its rights');

-- A person is found by the index of e-mails, among however many there are.
reset role;
discard plans;
set local enable_seqscan = off;
create temporary table scans as select pg_stat_get_xact_numscans(
    'konak.users_email_key'::regclass) as n;
select auth.person('nobody@here.example');
select cmp_ok(pg_stat_get_xact_numscans('konak.users_email_key'::regclass),
    '>', (select n from scans), 'a person is found by the index of e-mails');

select * from finish();
rollback;
