-- Companies, people, roles: the default matrix of the specification, and the
-- rules that hold whoever changes them. (What a verb adds to them is tested in
-- signin.sql.)

begin;
select plan(104);
\ir setup.psql

-- the default matrix, typed from platform.md -----------------------------------------

create function pg_temp.rights(company uuid, who text) returns setof text language sql as $$
	select p.code || case p.scope when 'all' then '' else '=' || p.scope end
	from konak.role_permissions p join konak.roles r
	    on r.company_id = p.company_id and r.id = p.role_id
	where p.company_id = company and r.template = who
	    and split_part(p.code, '.', 1) in ('customers', 'vault', 'finance',
		'tasks', 'files', 'reports', 'settings', 'users', 'roles', 'audit',
		'companies')
$$;
select set_eq(format('select pg_temp.rights(%L, ''owner'')', :a), $$
    values ('customers.view'), ('customers.create'), ('customers.edit'), ('customers.delete'),
    ('vault.view'), ('vault.view_password'), ('vault.create'), ('vault.edit'), ('vault.delete'), ('vault.grant'), ('vault.view_all'),
    ('finance.view'), ('finance.manage_income'), ('finance.manage_expense'),
    ('finance.manage_invoice'), ('finance.view_reports'),
    ('tasks.view_all'), ('tasks.create'), ('tasks.assign'), ('tasks.edit'), ('tasks.delete'),
    ('files.view'), ('files.upload'), ('files.download'), ('files.edit'), ('files.delete'),
    ('reports.view'), ('settings.view'), ('settings.edit'), ('companies.manage'),
    ('users.manage'), ('roles.view'), ('roles.manage'), ('audit.view')$$, 'owner');
select set_eq(format('select pg_temp.rights(%L, ''admin'')', :a), $$
    values ('customers.view'), ('customers.create'), ('customers.edit'), ('customers.delete'),
    ('vault.view'), ('vault.view_password'), ('vault.create'), ('vault.edit'), ('vault.delete'), ('vault.grant'),
    ('finance.view'), ('finance.view_reports'),
    ('tasks.view_all'), ('tasks.create'), ('tasks.assign'), ('tasks.edit'), ('tasks.delete'),
    ('files.view'), ('files.upload'), ('files.download'), ('files.edit'), ('files.delete'),
    ('reports.view'), ('settings.view'), ('settings.edit'), ('users.manage'),
    ('roles.view'), ('audit.view')$$, 'admin');
select set_eq(format('select pg_temp.rights(%L, ''manager'')', :a), $$
    values ('customers.view'), ('customers.create'), ('customers.edit'), ('customers.delete'),
    ('vault.view'), ('tasks.view_all=team'), ('tasks.create=team'), ('tasks.assign'),
    ('tasks.edit=team'), ('tasks.delete=team'),
    ('files.view'), ('files.upload'), ('files.download'), ('files.edit'), ('files.delete'),
    ('reports.view')$$, 'manager');
select set_eq(format('select pg_temp.rights(%L, ''employee'')', :a), $$
    values ('customers.view'), ('customers.edit'), ('tasks.view_own=own'),
    ('tasks.create=own'), ('tasks.assign'), ('tasks.edit=own'), ('tasks.delete=own'),
    ('files.view'), ('files.upload'), ('files.download'), ('files.edit'), ('files.delete')$$,
    'employee');
select set_eq(format('select pg_temp.rights(%L, ''intern'')', :a), $$
    values ('customers.view'), ('tasks.view_own=own'), ('tasks.edit=own'),
    ('files.view'), ('files.download')$$, 'intern');
select set_eq(format('select template || '' '' || name from konak.roles where company_id = %L', :a),
    array['owner Patron', 'admin Yönetici', 'manager Müdür', 'employee Çalışan', 'intern Stajyer'],
    'the roles of an agency');
select set_eq(format('select template from konak.roles where company_id = %L', :school),
    array['owner', 'admin', 'class_teacher', 'subject_teacher', 'parent', 'student'],
    'the roles of a school');
select is_empty($$select code from konak.permissions where name_tr = '' or name_en = ''$$,
    'every right has a name in both languages');
select is((select name_tr from konak.permissions where code = 'vault.view_password'),
    'Şifre içeriğini göster', 'the specification''s');

-- grant_default ----------------------------------------------------------------------

do $$ begin
	set local role konak_owner;
	perform konak.grant_default('gadgets.view', 'settings', 'Alet gör', 'View gadgets', '["owner","employee"]');
	set local role none;
end $$;
select is((select count(*) from konak.role_permissions where code = 'gadgets.view' and company_id = :a),
    2::bigint, 'a new right reaches the roles that stand');
delete from konak.role_permissions where code = 'gadgets.view' and company_id = :a;
do $$ begin
	set local role konak_owner;
	perform konak.grant_default('gadgets.view', 'settings', 'Aleti gör', 'View gadgets', '["owner","employee","intern"]');
	set local role none;
end $$;
select set_eq(format('select r.template from konak.role_permissions p join konak.roles r on r.company_id = p.company_id and r.id = p.role_id where p.code = ''gadgets.view'' and p.company_id = %L', :a),
    array['intern'], 'run again it gives what is new, not what was taken away');
select is((select name_tr from konak.permissions where code = 'gadgets.view'), 'Aleti gör', 'and words the right anew');
select alike(pg_temp.bare('konak_owner', 'select konak.grant_default(''x.y'', ''x'', ''x'', ''x'', ''["bose"]'')'),
    'P0001 %no such role template%', 'a misspelt role is refused');
select alike(pg_temp.bare('konak_owner', 'select konak.grant_default(''x.y'', ''x'', ''x'', ''x'', ''{"owner":"own"}'')'),
    'P0001 %scope own%', 'and a scope that the right does not have');

delete from konak.role_permissions where code = 'gadgets.view';

-- companies ---------------------------------------------------------------------------

select is(pg_temp.bare('konak_owner', 'insert into konak.companies (' || c || ') values (' || v || ') returning kind'),
    r, what)
from (values
    ('kind, name, slug, email', '''agency'', ''x'', ''deneme-a'', ''z@z.example''', '23505 duplicate key value violates unique constraint "companies_slug_key"', 'a slug is there once'),
    ('kind, name, slug, email', '''agency'', ''x'', ''x'', ''a@deneme.example''', '23505 duplicate key value violates unique constraint "companies_email_key"', 'so is an address'),
    ('kind, name, slug', '''agency'', ''x'', ''x''', '23514 new row for relation "companies" violates check constraint "companies_email_required"', 'which is required'),
    ('kind, name, slug, email, company_type', '''agency'', ''x'', ''x'', ''z@z.example'', ''group''', '23514 new row for relation "companies" violates check constraint "companies_kind_value"', 'a group has no kind'),
    ('name, slug, company_type', '''x'', ''x'', ''group''', '23505 duplicate key value violates unique constraint "companies_group_one"', 'there is one group'),
    ('kind, name, slug, email, company_type', '''agency'', ''x'', ''x'', ''z@z.example'', ''subsidiary''', '23514 new row for relation "companies" violates check constraint "companies_parent_id_required"', 'a subsidiary has a parent'),
    ('kind, name, slug, email, parent_id, company_type', '''agency'', ''x'', ''x'', ''z@z.example'', konak.group_company(), ''subsidiary''', 'KN003 reference', 'and it is not the group'),
    ('kind, name, slug, email, timezone', '''agency'', ''x'', ''x'', ''z@z.example'', ''Mars/Base''', 'KN002 company.timezone', 'a time zone exists'),
    ('kind, name, slug, email, tax_number', '''agency'', ''x'', ''x'', ''z@z.example'', ''4540536921''', '23514 new row for relation "companies" violates check constraint "companies_tax_number_digits"', 'a tax number is right'),
    ('kind, name, slug, email, allowed_networks', '''agency'', ''x'', ''x'', ''z@z.example'', ''{evim}''', '23514 new row for relation "companies" violates check constraint "companies_allowed_networks_form"', 'a network is one'),
    ('kind, name, slug, email', '''studio'', ''x'', ''x-1'', ''z@z.example''', 'studio', 'otherwise it is made')) v(c, v, r, what);
update konak.companies set company_type = 'subsidiary', parent_id = :a where id = :b;
select is(pg_temp.bare('konak_owner', format('update konak.companies set company_type = ''subsidiary'', parent_id = %L where id = %L returning 1', p, c)),
    'KN002 company.cycle', 'the tree has no cycle')
from (values (:b, :a), (:a, :a)) v(p, c);
select is(pg_temp.try('chief', null, 'insert into konak.companies (kind, name, slug, email) values (''agency'', ''Yepyeni'', ''yepyeni'', ''yy@x.example'') returning name'),
    'Yepyeni', 'who manages the group makes companies');
select is((select count(*) from konak.roles r join konak.companies c on c.id = r.company_id where c.slug = 'yepyeni'),
    5::bigint, 'whose roles come with them');
select is(pg_temp.try('chief', null, 'insert into konak.companies (company_type, name, slug) values (''group'', ''x'', ''x'') returning name'),
    '42501 new row violates row-level security policy for table "companies"', 'but no second group');
select is(pg_temp.try('admin', :a, 'update konak.companies set ' || s || ' where id = konak.company() returning id'),
    '42501 group.manage', 'where a company stands is the group''s: ' || s)
from unnest(array['sort_order = 5', 'is_active = false', 'slug = ''zz''', 'kind = ''school''']) s;
select is(pg_temp.try('admin', :a, 'update konak.companies set name = ''Deneme Yeni'', city = ''Muğla'' where id = konak.company() returning version'),
    '2', 'its card is its own');
select is(pg_temp.try('admin', :a, format('update konak.companies set name = ''x'' where id = %L returning version', :b)),
    null, 'the subsidiary''s is not');
select is(pg_temp.try('intern', :a, 'select string_agg(name, '','') from konak.company_names'), 'Deneme Yeni', 'one knows the company one is in');
select is(pg_temp.try('intern', :a, 'select count(*) from konak.companies'), '0', 'but its card is for those who see settings');
select is(pg_temp.try('admin', :a, 'select string_agg(name, '','') from konak.companies'), 'Deneme Yeni', 'who see no other');
select is(pg_temp.try('admin', :a, 'select konak.today()'), ((now() at time zone 'Europe/Istanbul')::date)::text, 'today is the company''s');

-- people ------------------------------------------------------------------------------

select throws_ok($$insert into konak.users (email, first_name, last_name) values ('OWNER@Deneme.example', 'x', 'y')$$,
    '23505', null, 'an address is there once, whatever its case');
select is((select company_id from konak.users where email = 'owner@deneme.example'), konak.group_company(), 'people belong to the group');
update konak.users set email_verified = true, phone_verified = true, phone = '+905321112233' where email = 'intern@deneme.example';
update konak.users set email = 'intern2@deneme.example' where email = 'intern@deneme.example';
select is((select email_verified from konak.users where email = 'intern2@deneme.example'), false, 'a new address is not verified');
update konak.users set email = 'intern@deneme.example' where email = 'intern2@deneme.example';
select is(pg_temp.try('intern', :a, 'update konak.users set first_name = ''Stajyer'' where id = konak.me() returning version'),
    (select (version + 1)::text from konak.users where email = 'intern@deneme.example'), 'one''s own name');
select is(pg_temp.try('intern', :a, 'update konak.users set is_active = false where id = konak.me() returning id'),
    '42501 users.manage', 'but not one''s being active');
select alike(pg_temp.try('intern', :a, 'update konak.users set ' || c || ' = true where id = konak.me() returning id'),
    '42501 permission denied%', 'nor ' || c)
from unnest(array['email_verified', 'two_fa_enabled', 'phone_verified']) c;
select is(pg_temp.try('intern', :a, format('update konak.users set first_name = ''x'' where id = %L returning id', pg_temp.uid('owner'))),
    null, 'nor another''s name');

-- The sample's own managers of the group would be more than the last one.
update konak.group_members set can_manage = false
where user_id <> pg_temp.uid('chief') and can_manage;

-- acting on a person: the rights in every company of that person ------------------------

select is(pg_temp.try(w, case w when 'chief' then null else '7e570000-0000-7000-8000-00000000000a' end::uuid,
    format('select konak.may_act(%L)', pg_temp.uid(t))), ok::text, w || ' on ' || t || ': ' || why)
from (values
    ('admin', 'intern', true, 'has all the intern''s rights'),
    ('admin', 'manager', true, 'and the manager''s'),
    ('admin', 'owner', false, 'lacks the owner''s'),
    ('admin', 'employee', false, 'who is in B too, where the admin is not'),
    ('owner', 'employee', true, 'manages people in both'),
    ('owner', 'admin', true, 'has all of them'),
    ('owner', 'other', false, 'B only, as admin') ,
    ('owner', 'chief', false, 'lacks the group''s rights'),
    ('manager', 'intern', false, 'manages no people'),
    ('owner', 'nobody', false, 'is in no company of the owner''s'),
    ('chief', 'owner', true, 'manages the group'),
    ('chief', 'nobody', true, 'manages the group'),
    ('chief', 'chief', false, 'is the last who does')) v(w, t, ok, why)
where (w, t) <> ('owner', 'other');
select is(pg_temp.try('owner', :a, format('update konak.users set is_active = false where id = %L returning is_active', pg_temp.uid('employee'))),
    'false', 'who may act, deactivates');
select is(pg_temp.try('employee', :a, 'select 1'), '28000 session', 'and the session is over');
select is(pg_temp.try('admin', :a, format('update konak.users set is_active = false where id = %L returning id', pg_temp.uid('owner'))),
    null, 'who may not, does not find the row');

-- the last owner, the last who manages the group ------------------------------------------

select is(pg_temp.bare('konak_owner', s), 'KN002 ' || m, m || ': ' || what)
from (values
    ('update konak.memberships set deleted_at = now() where is_owner and company_id = ''7e570000-0000-7000-8000-00000000000a'' returning 1', 'user.last_owner', 'membership ended'),
    ('update konak.memberships set is_owner = false where is_owner and company_id = ''7e570000-0000-7000-8000-00000000000a'' returning 1', 'user.last_owner', 'no owner any more'),
    ('update konak.users set is_active = false where email = ''owner@deneme.example'' returning 1', 'user.last_owner', 'deactivated')) v(s, m, what);
select is(pg_temp.bare('konak_owner', s), 'KN002 user.last_group_manager', 'the last who manages the group: ' || what)
from (values
    ('update konak.group_members set deleted_at = now() where can_manage and deleted_at is null returning 1', 'taken off'),
    ('update konak.group_members set can_manage = false where can_manage and deleted_at is null returning 1', 'right taken'),
    ('update konak.users set is_active = false where email = ''chief@deneme.example'' returning 1', 'deactivated')) v(s, what);
insert into konak.memberships (company_id, user_id, role_id, is_owner)
select company_id, pg_temp.uid('owner2'), id, true from konak.roles where company_id = :a and template = 'owner';
select is(pg_temp.bare('konak_owner', format('update konak.memberships set deleted_at = now() where user_id = %L and company_id = %L returning is_owner', pg_temp.uid('owner'), :a)),
    'true', 'one of two may go');
update konak.memberships set deleted_at = null where user_id = pg_temp.uid('owner') and company_id = :a;

-- nobody gives what he does not have -----------------------------------------------------

create function pg_temp.role(who text) returns uuid language sql as $$
	select id from konak.roles where template = who
	    and company_id = '7e570000-0000-7000-8000-00000000000a'
$$;
select is(pg_temp.try('admin', :a, format('insert into konak.memberships (user_id, role_id) values (%L, %L) returning is_owner', pg_temp.uid('nobody'), pg_temp.role(r))),
    res, 'an admin makes somebody ' || r)
from (values ('owner', 'KN002 role.above'), ('intern', 'false')) v(r, res);
select is(pg_temp.try('admin', :a, format('update konak.memberships set role_id = %L where user_id = %L returning 1', pg_temp.role('owner'), pg_temp.uid('admin'))),
    'KN002 role.above', 'not himself either');
select is(pg_temp.try('admin', :a, format('update konak.memberships set role_id = %L where user_id = %L returning 1', pg_temp.role('intern'), pg_temp.uid('owner'))),
    'KN002 role.above', 'nor takes it from an owner');
select is(pg_temp.try('admin', :a, format('update konak.memberships set deleted_at = now() where user_id = %L returning 1', pg_temp.uid('owner'))),
    'KN002 role.above', 'whose membership he does not end');
select is(pg_temp.try('admin', :a, format('update konak.memberships set is_owner = true where user_id = %L returning 1', pg_temp.uid('admin'))),
    'KN002 user.owner_only', 'ownership is the owners'' to give');
select is(pg_temp.try('owner', :a, format('update konak.memberships set user_id = %L where user_id = %L returning 1', pg_temp.uid('chief'), pg_temp.uid('intern'))),
    'KN002 record.once', 'a membership stays its person''s');
select is(pg_temp.try('owner', :a, format('select konak.role_set(%L, %L)', pg_temp.role('intern'), r)), e, 'role_set ' || r)
from (values ('{"customers.create": "all"}', ''), ('{"customers.create": null}', ''),
    ('{"tasks.edit": "team"}', ''), ('{"group.view": "all"}', '42501 group.view'),
    ('{"customers.create": "own"}', 'KN002 role.scope'),
    ('{"olmayan.hak": "all"}', '42501 olmayan.hak')) v(r, e);
select is(pg_temp.try('owner', :a, format('select konak.role_set(%L, ''{"roles.manage": null}'')', pg_temp.role('owner'))),
    'KN002 role.owner_keeps', 'somebody must be able to give it back');
select is(pg_temp.try('admin', :a, format('select konak.role_set(%L, ''{"customers.create": "all"}'')', pg_temp.role('intern'))),
    '42501 roles.manage', 'who manages no roles');
select is(pg_temp.try('owner', :b, format('select konak.role_set(%L, ''{"customers.create": "all"}'')', pg_temp.role('intern'))),
    'KN001 no row', 'nor roles of another company');
select is((select count(*) from konak.audit_logs where action = 'ROLE_RIGHTS' and company_id = :a), 3::bigint, 'every change is audited');
select is(pg_temp.bare('konak_app', 'insert into konak.role_permissions (company_id, role_id, code) values (null, null, null) returning 1'),
    '42501 permission denied for table role_permissions', 'there is no other door');
select is(pg_temp.try('owner', :a, format('update konak.roles set deleted_at = now() where id = %L returning 1', pg_temp.role('manager'))),
    'KN002 role.system', 'a system role stays');
select is(pg_temp.try('owner', :a, 'insert into konak.roles (id, name) values (''7e570000-0000-7000-8000-000000000061'', ''Muhasebe'') returning is_system'),
    'false', 'a role of one''s own');
select is(pg_temp.try('owner', :a, 'insert into konak.roles (name) values (''MUHASEBE'') returning 1'),
    '23505 roles_name_key', 'its name is there once, whatever the case');
select is(pg_temp.try('owner', :a, format('update konak.memberships set role_id = ''7e570000-0000-7000-8000-000000000061'' where user_id = %L returning 1', pg_temp.uid('intern'))), '1', 'is given');
select is(pg_temp.try('owner', :a, 'update konak.roles set deleted_at = now() where id = ''7e570000-0000-7000-8000-000000000061'' returning 1'),
    'KN002 role.in_use', 'and stays while somebody has it');

-- customers --------------------------------------------------------------------------------

select is(pg_temp.try('owner', :a, s), r, what)
from (values
    ('insert into konak.customers (company_name, tax_number) values (''x'', ''4540536920'') returning status', 'active', 'a customer is active'),
    ('insert into konak.customers (company_name, tax_number) values (''y'', ''4540536920'') returning 1', '23505 customers_tax_number_key', 'a tax number is there once'),
    ('insert into konak.customers (company_name, tax_number) values (''y'', ''4540536921'') returning 1', '23514 customers_tax_number_digits', 'and right'),
    ('insert into konak.customers (company_name) values ('''') returning 1', '23514 customers_company_name_length', 'a name is not empty'),
    ('insert into konak.customers (company_name) values (repeat(''x'', 256)) returning 1', '23514 customers_company_name_length', 'nor too long'),
    ('insert into konak.customers (company_name, email) values (''y'', ''y'') returning 1', '23514 customers_email_form', 'an address is one'),
    ('insert into konak.customer_contacts (customer_id, name, is_primary) values (''7e570000-0000-7000-8000-0000000000c1'', ''y'', true) returning 1', '23505 customer_contacts_primary_key', 'one person is the first'),
    ('insert into konak.customer_contacts (customer_id, name, is_primary) values (''7e570000-0000-7000-8000-0000000000c2'', ''y'', true) returning 1', '1', 'of each customer'),
    ('select string_agg(company_name, '','') from konak.customers where search like ''%'' || konak.fold(''ŞEKER'') || ''%''', 'Şeker AŞ', 'search folds'),
    ('select string_agg(company_name, '','') from konak.customers where search like ''% '' || konak.fold(''İz'') || ''%''', 'Şeker AŞ', 'and finds the start of a word')) v(s, r, what);

select * from finish();
rollback;
