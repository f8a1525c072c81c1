-- What each role may do to each record type, tried on the tables themselves
-- with nothing before them but konak.enter(). Typed from the specification
-- (platform.md; the same rows as tests/rights.tsv). And: one company never
-- reaches into another.

begin;
select plan(240);
\ir setup.psql

-- role by verb ----------------------------------------------------------------

create temp table verbs (tab text, verb text, stmt text) on commit drop;
insert into verbs values
('customers', 'view', $$select id from konak.customers where id = '7e570000-0000-7000-8000-0000000000c1'$$),
('customers', 'create', $$insert into konak.customers (company_name) values ('Yeni') returning id$$),
('customers', 'edit', $$update konak.customers set city = 'Ankara' where id = '7e570000-0000-7000-8000-0000000000c1' returning id$$),
('customers', 'delete', $$update konak.customers set deleted_at = now() where id = '7e570000-0000-7000-8000-0000000000c1' returning id$$),
('customer_contacts', 'view', $$select id from konak.customer_contacts where id = '7e570000-0000-7000-8000-0000000000d1'$$),
('customer_contacts', 'create', $$insert into konak.customer_contacts (customer_id, name) values ('7e570000-0000-7000-8000-0000000000c1', 'Yeni') returning id$$),
('customer_contacts', 'edit', $$update konak.customer_contacts set title = 'Müdür' where id = '7e570000-0000-7000-8000-0000000000d1' returning id$$),
('customer_contacts', 'delete', $$update konak.customer_contacts set deleted_at = now() where id = '7e570000-0000-7000-8000-0000000000d1' returning id$$),
('interactions', 'view', $$select id from konak.interactions where id = '7e570000-0000-7000-8000-0000000000e1'$$),
('interactions', 'create', $$insert into konak.interactions (customer_id, text) values ('7e570000-0000-7000-8000-0000000000c1', 'Yeni') returning id$$),
('interactions', 'edit', $$update konak.interactions set text = 'Başka' where id = '7e570000-0000-7000-8000-0000000000e1' returning id$$),
('interactions', 'delete', $$update konak.interactions set deleted_at = now() where id = '7e570000-0000-7000-8000-0000000000e1' returning id$$),
('roles', 'view', $$select id from konak.roles where template = 'intern'$$),
('roles', 'create', $$insert into konak.roles (name) values ('Yeni') returning id$$),
('roles', 'edit', $$update konak.roles set description = 'x' where template = 'intern' returning id$$),
('role_permissions', 'view', $$select 1 from konak.role_permissions limit 1$$),
('role_permissions', 'edit', $$select konak.role_set((select id from konak.roles where template = 'intern'), '{"interactions.create": "all"}') is not null$$),
('memberships', 'create', $$insert into konak.memberships (user_id, role_id) select '7e570000-0000-7000-8000-0000000000f8', role_id from konak.memberships where user_id = '7e570000-0000-7000-8000-0000000000f5' returning id$$),
('memberships', 'edit', $$update konak.memberships set role_id = (select role_id from konak.memberships where user_id = '7e570000-0000-7000-8000-0000000000f4') where user_id = '7e570000-0000-7000-8000-0000000000f5' returning id$$),
('memberships', 'delete', $$update konak.memberships set deleted_at = now() where user_id = '7e570000-0000-7000-8000-0000000000f5' returning id$$),
('users', 'edit', $$update konak.users set last_name = 'Başka' where id = '7e570000-0000-7000-8000-0000000000f5' returning id$$),
('companies', 'edit', $$update konak.companies set city = 'İzmir' where id = konak.company() returning id$$),
('companies', 'create', $$insert into konak.companies (kind, name, slug, email) values ('agency', 'Yeni', 'yeni-x', 'yeni@x.example') returning id$$),
('audit_logs', 'view', $$select id from konak.audit_logs where record_type = 'memberships' and action = 'MEMBERSHIP_CREATE' limit 1$$);

-- owner, admin, manager, employee, intern
create temp table matrix (tab text, verb text, who text[]) on commit drop;
insert into matrix values
('customers', 'view', '{owner,admin,manager,employee,intern}'),
('customers', 'create', '{owner,admin,manager}'),
('customers', 'edit', '{owner,admin,manager,employee}'),
('customers', 'delete', '{owner,admin,manager}'),
('customer_contacts', 'view', '{owner,admin,manager,employee,intern}'),
('customer_contacts', 'create', '{owner,admin,manager}'),
('customer_contacts', 'edit', '{owner,admin,manager,employee}'),
('customer_contacts', 'delete', '{owner,admin,manager}'),
('interactions', 'view', '{owner,admin,manager,employee,intern}'),
('interactions', 'create', '{owner,admin,manager,employee}'),
('interactions', 'edit', '{owner,admin,manager,employee}'),
('interactions', 'delete', '{owner,admin,manager}'),
('roles', 'view', '{owner,admin}'),
('roles', 'create', '{owner}'),
('roles', 'edit', '{owner}'),
('role_permissions', 'view', '{owner,admin}'),
('role_permissions', 'edit', '{owner}'),
('memberships', 'create', '{owner,admin}'),
('memberships', 'edit', '{owner,admin}'),
('memberships', 'delete', '{owner,admin}'),
('users', 'edit', '{owner,admin,intern}'),	-- the intern: the own row
('companies', 'edit', '{owner,admin}'),
('companies', 'create', '{}'),
('audit_logs', 'view', '{owner,admin}');

select is(pg_temp.can(w, :a, v.stmt), w = any (m.who),
    format('%s %s %s.%s', w, case when w = any (m.who) then 'may' else 'may not' end,
	m.tab, m.verb))
from matrix m join verbs v using (tab, verb),
    unnest(array['owner', 'admin', 'manager', 'employee', 'intern']) w
order by m.tab, m.verb, w;

-- Nothing is deleted for good, by anybody.
select is(pg_temp.bare('konak_app', format('delete from konak.%I returning 1', t)),
    '42501 permission denied for table ' || t, 'no DELETE on ' || t)
from unnest(array['customers', 'customer_contacts', 'interactions', 'users',
    'companies', 'memberships', 'roles', 'audit_logs', 'audit_values']) t;

-- delete by edit: the right to edit is not the right to delete
select is(pg_temp.try('employee', :a, 'update konak.customers set deleted_at = now(), city = ''x'' returning id'),
    'KN002 record.delete_alone', 'an edit does not carry a deletion along');
select is(pg_temp.try('employee', :a, 'update konak.customers set deleted_at = now() returning id'),
    '42501 customers.delete', 'an editor cannot delete');
select is(pg_temp.try('manager', :a, format('update konak.customers set deleted_at = now() where id = %L returning id', :c2)),
    :c2, 'who may delete, deletes');
select is(pg_temp.try('employee', :a, format('update konak.customers set deleted_at = null where id = %L returning id', :c2)),
    '42501 customers.delete', 'an editor cannot restore');
select is(pg_temp.try('employee', :a, format('update konak.customers set city = ''x'' where id = %L returning id', :c2)),
    'KN001 deleted', 'nor edit what is deleted');
select is(pg_temp.try('manager', :a, format('update konak.customers set deleted_at = null where id = %L returning id', :c2)),
    :c2, 'who may delete, restores');

-- no settings, no rows ---------------------------------------------------------

select is(pg_temp.bare('konak_app', 'select count(*) from konak.' || t), '0',
    'without enter nothing is seen of ' || t)
from unnest(array['customers', 'customer_contacts', 'interactions', 'users',
    'companies', 'memberships', 'roles', 'role_permissions', 'audit_logs',
    'requests', 'audit', 'sessions', 'login_history']) t;
select alike(pg_temp.bare('konak_app', 'insert into konak.customers (company_id, company_name) values (''7e570000-0000-7000-8000-00000000000a'', ''x'') returning id'),
    '42501 %', 'and nothing is written');

-- company A and company B ---------------------------------------------------------

select is(pg_temp.try('owner', :b, 'select string_agg(company_name, '','') from konak.customers'),
    'Gizli AŞ', 'in B one sees B''s customers only');
select is(pg_temp.try('other', :b, 'select count(*) from konak.' || t
    || ' where company_id = ''7e570000-0000-7000-8000-00000000000a'''), '0',
    'B reads nothing of A: ' || t)
from unnest(array['customers', 'customer_contacts', 'interactions', 'memberships',
    'roles', 'role_permissions', 'companies', 'audit_logs', 'requests']) t;
select is(pg_temp.try('other', :b, format('select konak.visible(%L, %L)', t, id)),
    'false', 'nor learns that it is there: ' || t)
from (values ('customers', :c1), ('customer_contacts', :p1), ('interactions', :i1),
    ('companies', :a)) v(t, id);
select is(pg_temp.try('other', :b, format('select count(*) from konak.history(%L, %L)', t, id)),
    'KN001 no row', 'nor its history: ' || t)
from (values ('customers', :c1), ('customer_contacts', :p1), ('interactions', :i1)) v(t, id);
select is(pg_temp.try('other', :b, stmt), null, 'B changes nothing of A: ' || what)
from (values
    ('edit', format('update konak.customers set city = ''x'' where id = %L returning id', :c1)),
    ('delete', format('update konak.customers set deleted_at = now() where id = %L returning id', :c1)),
    ('edit person', format('update konak.customer_contacts set title = ''x'' where id = %L returning id', :p1)),
    ('edit role', 'update konak.roles set description = ''x'' where company_id = ''7e570000-0000-7000-8000-00000000000a'' returning id'),
    ('edit membership', 'update konak.memberships set is_owner = true where company_id = ''7e570000-0000-7000-8000-00000000000a'' returning id'),
    ('edit company', 'update konak.companies set name = ''x'' where id = ''7e570000-0000-7000-8000-00000000000a'' returning id')) v(what, stmt);
select alike(pg_temp.try('owner', :b, format('insert into konak.%I (company_id%s) values (%L%s) returning id',
    t, c, :a, v)), '42501 %', 'B writes nothing into A: ' || t)
from (values ('customers', ', company_name', ', ''x'''),
    ('customer_contacts', ', customer_id, name', ', ''7e570000-0000-7000-8000-0000000000c1'', ''x'''),
    ('interactions', ', customer_id, text', ', ''7e570000-0000-7000-8000-0000000000c1'', ''x'''),
    ('roles', ', name', ', ''x''')) v(t, c, v);
select is(pg_temp.try('owner', :b, format('insert into konak.customer_contacts (customer_id, name) values (%L, ''x'') returning id', :c1)),
    '23503 customer_contacts_customer_id_fkey', 'a reference into A refers to nothing');
select is(pg_temp.try('owner', :b, format('insert into konak.interactions (customer_id, user_id, text) values (%L, %L, ''x'') returning id', :cb, pg_temp.uid('manager'))),
    '23503 interactions_user_id_fkey', 'nobody of A can be put into B');
select is(pg_temp.try('owner', :a, format('insert into konak.interactions (customer_id, contact_id, text) values (%L, %L, ''x'') returning id', :c2, :p1)),
    '23503 interactions_contact_id_fkey', 'nor another customer''s person');
select is(pg_temp.try('owner', :b, format('update konak.memberships set role_id = %L where user_id = %L returning id',
    (select id from konak.roles where company_id = :a and template = 'intern'), pg_temp.uid('employee'))),
    '23503 memberships_role_id_fkey', 'nor another company''s role');
select is(pg_temp.try('owner', :a, 'insert into konak.customers (id, company_name) values (''7e570000-0000-7000-8000-0000000000cb'', ''x'') returning company_name'),
    'x', 'an id that B uses is free in A: keys tell nothing');
select is(pg_temp.try('employee', :a, 'select count(*) from konak.people where id = ' || quote_literal(pg_temp.uid('other'))),
    '0', 'people of B are not known in A');
select is(pg_temp.try('employee', :b, 'select string_agg(name, '','') from konak.people where id = ' || quote_literal(pg_temp.uid('other'))),
    (select name from konak.users where id = pg_temp.uid('other')), 'but in B, by their names');
select is(pg_temp.try('employee', :b, 'select string_agg(email, '','') from konak.users'),
    'employee@deneme.example', 'of addresses everybody sees the own');
select is(pg_temp.try('employee', :a, 'select count(*) from konak.memberships'), '1',
    'and the own membership');
select is(pg_temp.try('owner', :b, 'select count(*) from konak.users where email = ''other@deneme.example'''),
    '1', 'who manages people sees those of the company');
select is(pg_temp.try('employee', null, 'select count(*) from konak.people'), '0',
    'who has entered no company knows nobody');
select is(pg_temp.try('chief', null, 'select count(*) > 8 from konak.people'), 'true',
    'who sees the group knows everybody');
select is(pg_temp.try('chief', null, 'select count(*) from konak.users where email like ''%@deneme.example'''),
    '9', 'who manages the group sees everybody');
select is(pg_temp.try('chief', null, 'select count(*) from konak.customers'), '0',
    'but no company''s records');

-- the consolidated view --------------------------------------------------------------

select is(pg_temp.try('chief', null, 'select customers from konak.group_summary() where company_id = ''7e570000-0000-7000-8000-00000000000a''', '{group.view}'),
    '3', 'it counts every company''s customers');
select is(pg_temp.try('owner', null, 'select count(*) from konak.group_summary()'), '0',
    'for those alone who may');
select is(pg_temp.try('owner', null, 'select 1', '{group.view}'), '42501 group.view',
    'and others are refused');
select is(pg_temp.bare('konak_group', 'select company_name from konak.customers'),
    '42501 permission denied for table customers',
    'it reads no more of a customer than its company and state');

-- see, write, once, readonly and scopes: a record type made for the purpose --------

set local role konak_owner;
create table konak.test_jobs (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	title text not null,
	fee numeric(14,2),
	state text not null default 'new',
	code text,
	assigned_to uuid,
	moved integer not null default 0,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint test_jobs_pkey primary key (company_id, id)
);
do $$ begin
	perform konak.grant_default('test_jobs.all', 'settings', 'x', 'x', '{"owner":"all","manager":"team"}', '{all,team}');
	perform konak.grant_default('test_jobs.own', 'settings', 'x', 'x', '{"employee":"own","intern":"own"}', '{own}');
	perform konak.grant_default('test_jobs.edit', 'settings', 'x', 'x', '{"owner":"all","manager":"team","employee":"own"}', '{all,team,own}');
	perform konak.grant_default('test_jobs.delete', 'settings', 'x', 'x', '{"owner":"all","employee":"own"}', '{all,own}');
	perform konak.grant_default('test_jobs.fee', 'settings', 'x', 'x', '["owner"]');
	perform konak.protect('konak.test_jobs', '{"title": "title",
	    "view": {"test_jobs.all": ["all", "team"], "test_jobs.own": "own"},
	    "create": {"test_jobs.edit": ["all", "team", "own"]},
	    "edit": {"test_jobs.edit": ["all", "team", "own"]},
	    "delete": {"test_jobs.delete": ["all", "own"]},
	    "scopes": {"own": "assigned_to = konak.me()",
		"team": "title like ''ekip%''"},
	    "see": {"fee": "test_jobs.fee"}, "write": {"state": "test_jobs.fee"},
	    "once": ["code"], "readonly": ["moved"], "quiet": ["moved"]}');
end $$;
insert into konak.test_jobs (company_id, id, title, fee, assigned_to) values
    (:a, '7e570000-0000-7000-8000-000000000091', 'ekip işi', 10, pg_temp.uid('intern')),
    (:a, '7e570000-0000-7000-8000-000000000092', 'tek iş', 20, pg_temp.uid('employee')),
    (:b, '7e570000-0000-7000-8000-000000000093', 'ekip işi', 30, pg_temp.uid('employee'));
reset role;

select is(pg_temp.try(w, :a, 'select string_agg(title, '','' order by title) from konak.test_jobs'),
    sees, w || ' sees the rows of the scope')
from (values ('owner', 'ekip işi,tek iş'), ('manager', 'ekip işi'),
    ('employee', 'tek iş'), ('intern', 'ekip işi'), ('admin', null)) v(w, sees);
select is(pg_temp.try(w, :a, 'update konak.test_jobs set title = title || ''.'' where id = ''7e570000-0000-7000-8000-000000000092'' returning title'),
    t, w || ' edits within the scope')
from (values ('manager', null), ('intern', null), ('employee', 'tek iş.'), ('owner', 'tek iş..')) v(w, t);
select alike(pg_temp.try(w, :a, format('insert into konak.test_jobs (title, assigned_to) values (%L, %L) returning title', t, pg_temp.uid(o))),
    r, w || ' creates within the scope: ' || t)
from (values ('manager', 'ekip 2', 'manager', 'ekip 2'), ('manager', 'başka', 'manager', '42501 %'),
    ('employee', 'benim', 'employee', 'benim'), ('employee', 'senin', 'intern', '42501 %'),
    ('intern', 'benim', 'intern', '42501 %')) v(w, t, o, r);
select alike(pg_temp.try('employee', :a, format('update konak.test_jobs set assigned_to = %L where id = ''7e570000-0000-7000-8000-000000000092'' returning id', pg_temp.uid('intern'))),
    '42501 %', 'and does not move a row out of it');
select is(pg_temp.try('manager', :a, 'update konak.test_jobs set deleted_at = now() where id = ''7e570000-0000-7000-8000-000000000091'' returning id'),
    '42501 test_jobs.delete', 'deleting has a scope of its own');
select is(pg_temp.try('employee', :a, 'update konak.test_jobs set deleted_at = now() where id = ''7e570000-0000-7000-8000-000000000092'' returning title'),
    'tek iş..', 'the own row is deleted');
select is(pg_temp.try('employee', :a, 'update konak.test_jobs set deleted_at = null where id = ''7e570000-0000-7000-8000-000000000092'' returning title'),
    'tek iş..', 'and restored');
select is(pg_temp.try('employee', :a, 'update konak.test_jobs set fee = 99 where id = ''7e570000-0000-7000-8000-000000000092'' returning id'),
    '42501 test_jobs.fee', 'a field with see: is not written without it');
select is(pg_temp.try('employee', :a, format('insert into konak.test_jobs (title, fee, assigned_to) values (''x'', 5, %L) returning id', pg_temp.uid('employee'))),
    '42501 test_jobs.fee', 'not at birth either');
select is(pg_temp.try('employee', :a, 'update konak.test_jobs set state = ''done'' where id = ''7e570000-0000-7000-8000-000000000092'' returning id'),
    '42501 test_jobs.fee', 'nor one with write:');
select is(pg_temp.try('owner', :a, 'update konak.test_jobs set fee = 99, state = ''done'' where id = ''7e570000-0000-7000-8000-000000000092'' returning fee'),
    '99.00', 'with the right both are');
select is(pg_temp.try('owner', :a, 'update konak.test_jobs set code = ''y'' where id = ''7e570000-0000-7000-8000-000000000092'' returning id'),
    'KN002 record.once', 'once: never changed');
select alike(pg_temp.try('owner', :a, 'update konak.test_jobs set moved = 3 returning id'),
    '42501 permission denied%', 'readonly: not the serving role''s');
select is(pg_temp.try('employee', :a, 'select string_agg(c ->> ''field'', '','') from konak.history(''test_jobs'', ''7e570000-0000-7000-8000-000000000092''), jsonb_array_elements(changes) c where action <> ''TEST_JOBS_CREATE'''),
    'state,title,title', 'history hides the field');
select is(pg_temp.try('owner', :a, 'select string_agg(c ->> ''field'', '','') from konak.history(''test_jobs'', ''7e570000-0000-7000-8000-000000000092''), jsonb_array_elements(changes) c where action <> ''TEST_JOBS_CREATE'''),
    'fee,state,title,title', 'from those alone who may not see it');
select is(pg_temp.try('intern', :a, 'select count(*) from konak.history(''test_jobs'', ''7e570000-0000-7000-8000-000000000092'')'),
    'KN001 no row', 'and the history of a row out of scope from everybody else');
select is(pg_temp.bare('konak_owner', 'select konak.protect(''konak.test_jobs'', ''{"view": "*", "edti": "x"}'')'),
    'P0001 protect(test_jobs): unknown word "edti"', 'a misspelt word is refused');
select is(pg_temp.bare('konak_owner', 'select konak.protect(''konak.test_jobs'', ''{"view": "*", "see": {"fe": "x"}}'')'),
    'P0001 protect(test_jobs): no column "fe"', 'a misspelt field as well');

-- what functions alone read or write -------------------------------------------

-- Their policies and triggers are held to what they say, whatever the functions
-- ask for themselves.
set local role konak_owner;
insert into konak.companies (id, kind, name, slug, email) values
    ('7e570000-0000-7000-8000-00000000000d', 'studio', 'Deneme Stüdyo',
	'deneme-d', 'd@deneme.example');
select konak.op_credit('7e570000-0000-7000-8000-00000000000d', 5, 'Başlangıç');
insert into konak.schedule_templates (company_id, name, is_public, deleted_at)
values (:school, 'Açık', true, null), (:school, 'Kapalı', false, null),
    (:school, 'Silinmiş', true, now());
insert into konak.signin_settings (company_id, email_codes)
values (:a, true), (:b, false);
insert into konak.mail_settings (company_id, host, from_email, is_active)
values (:a, 'a.example', 'a@deneme.example', true),
    (:b, 'b.example', 'b@deneme.example', false);
reset role;
select throws_ok(format($$%s konak.credit_logs %s where company_id =
    '7e570000-0000-7000-8000-00000000000d'$$, a, z), '42501',
    'the credit log never changes', a || ': what was booked stays')
from (values ('update', 'set reason = ''Başka'''), ('delete from', '')) v(a, z);
select set_config('konak.company', :a, true);
select is(pg_temp.bare('konak_definer', $$select string_agg(name, ',')
    from konak.schedule_templates where company_id =
    '7e570000-0000-7000-8000-00000000000c'$$), 'Açık',
    'another school''s open template is read, and nothing else of it');
select set_config('konak.company', '', true);
select is(pg_temp.bare('konak_auth', format('select string_agg(company_id::text,
    '','') from konak.%I where company_id::text like ''7e57%%''', t)), :a,
    'signing in reads what is switched on alone: ' || t)
from unnest(array['signin_settings', 'mail_settings']) t;

-- What triggers alone refuse.
create function pg_temp.told(who text, rights text, stmt text) returns text
language plpgsql as $$
declare
	said text;
begin
	perform set_config('konak.company', '7e570000-0000-7000-8000-00000000000a', true),
	    set_config('konak.user', pg_temp.uid(who)::text, true),
	    set_config('konak.token', sha256(who::bytea)::text, true),
	    set_config('konak.rights', rights, true);
	set local role konak_app;
	execute stmt;
	set local role none;
	perform set_config(n, '', true) from unnest(array['konak.company',
	    'konak.user', 'konak.token', 'konak.rights']) n;
	return 'done';
exception when others then
	get stacked diagnostics said = message_text;
	return said;
end $$;

update auth.sessions set auth_at = now() - interval '6 minutes';
set local session_replication_role = replica;
insert into konak.bank_accounts (company_id, id, bank_name, account_name, iban)
values (:a, md5('ba')::uuid, 'Banka', 'Hesap', md5('iban')::uuid);
set local session_replication_role = origin;
insert into konak.roles (company_id, id, name) values (:a, md5('r')::uuid, 'Boş');
select is(pg_temp.told('owner', auth.rights_of(pg_temp.uid('owner'), :a), stmt),
    'step_up', 'wants a fresh code: ' || stmt)
from unnest(array[
    $$update konak.bank_accounts set iban = null where id = md5('ba')::uuid$$,
    $$update konak.roles set deleted_at = now() where id = md5('r')::uuid$$]) stmt;
update auth.sessions set auth_at = now();

insert into konak.credentials (company_id, id, type, title)
values (:a, md5('cg')::uuid, 'other', 'Sunucu');
insert into konak.mail_accounts (company_id, id, email)
values (:a, md5('mg')::uuid, 'kutu@deneme.example');
select is(pg_temp.told('owner', '|vault.view=all|vault.grant=all|', format(
    'insert into konak.%I (%I, user_id, level) values (md5(%L)::uuid, %L, ''reveal'')',
    t, k, v, pg_temp.uid('intern'))), 'vault.grant_more',
    'nobody opens to others what is closed to himself: ' || t)
from (values ('credential_grants', 'credential_id', 'cg'),
    ('mail_account_grants', 'mail_account_id', 'mg')) x(t, k, v);

set local session_replication_role = replica;
insert into konak.reminders (company_id, user_id, note, remind_at)
select :a, pg_temp.uid('owner'), 'x', now() from generate_series(1, 1000);
insert into konak.saved_views (company_id, screen, name, created_by)
select :a, 'customers', n::text, pg_temp.uid('owner') from generate_series(1, 500) n;
insert into konak.screens (company_id, user_id, screen)
select :a, pg_temp.uid('owner'), 's' || n from generate_series(1, 500) n;
insert into konak.custom_field_defs (company_id, record_type, name, kind)
select :a, 'customers', 'Alan ' || n, 'text' from generate_series(1, 40) n;
set local session_replication_role = origin;
select is(pg_temp.told('owner', '|customers.view=all|settings.edit=all|settings.view=all|', stmt), want, 'has an end: ' || stmt)
from (values
    ('record.too_many_own', $$insert into konak.reminders (company_id, note, remind_at) values (konak.company(), 'x', now())$$),
    ('record.too_many_own', $$insert into konak.saved_views (screen, name) values ('customers', 'Yeni')$$),
    ('record.too_many_own', $$insert into konak.screens (screen) values ('customers')$$),
    ('custom.too_many', $$insert into konak.custom_field_defs (record_type, name, kind) values ('customers', 'Yeni', 'text')$$)) v(want, stmt);

insert into konak.tasks (company_id, id, title) values
    (:a, md5('k1')::uuid, 'Bir'), (:a, md5('k2')::uuid, 'İki');
insert into konak.task_dependencies (company_id, task_id, depends_on_id)
values (:a, md5('k1')::uuid, md5('k2')::uuid);
select throws_ok(format('insert into konak.task_dependencies (company_id, task_id, depends_on_id)
    values (%L, md5(''k2'')::uuid, md5(''k1'')::uuid)', :a), 'KN002', 'tasks.cycle', 'no task waits for itself');
insert into konak.timesheet_locks (company_id, locked_until, reason) values (:a, '2025-01-31', 'Ay sonu');
select throws_ok(format('insert into konak.time_entries (company_id, user_id, started_at, ended_at)
    values (%L, %L, ''2025-01-10 10:00+03'', ''2025-01-10 11:00+03'')', :a, pg_temp.uid('intern')),
    'KN002', 'time.locked', 'what is locked is not written to');
insert into auth.credentials (user_id) values (pg_temp.uid('intern'));
update konak.users set email = 'baska@deneme.example' where email = 'intern@deneme.example';
select is((select count(*) from auth.credentials c join konak.users u on u.id = c.user_id
    where u.email = 'baska@deneme.example' and c.email_at is not null), 1::bigint,
    'codes go to an address that has been proved since it changed');
insert into konak.memberships (company_id, user_id, role_id, deleted_at, accepted_at)
select :a, pg_temp.uid('other'), role_id, now(), now() from konak.memberships where company_id = :a and user_id = pg_temp.uid('admin');
select is(pg_temp.try('admin', :a, format('update konak.memberships set deleted_at = null where user_id = %L returning accepted_at is null', pg_temp.uid('other'))),
    'true', 'who works elsewhere comes back by entering');

select * from finish();
rollback;
