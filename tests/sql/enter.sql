-- konak.enter(): who gets in, with what, and how soon a change is felt.

begin;
select plan(52);
\ir setup.psql

-- refusals --------------------------------------------------------------------

select is(pg_temp.try('owner', :a, 'select 1'), '1', 'a member enters');
select is(pg_temp.try('unknown', :a, 'select 1'), '28000 session',
    'an unknown token does not');
select is(pg_temp.try('other', :a, 'select 1'), '28000 member',
    'a person of another company does not');
select is(pg_temp.try('nobody', :a, 'select 1'), '28000 member',
    'nor one of none');
select is(pg_temp.try('owner', konak.group_company(), 'select 1'), '28000 member',
    'the group''s own row is never entered');
select is(pg_temp.try('intern', :a, 'select 1', '{customers.delete}'),
    '42501 customers.delete', 'a missing right is refused by its code');
select is(pg_temp.try('intern', :a, 'select 1', '{customers.view,customers.edit}'),
    '42501 customers.edit', 'every right of the list is needed');
select is(pg_temp.try('intern', :a, 'select 1',
    '{customers.delete|customers.view}'), '1', 'or one of several');
select is(pg_temp.try('intern', :a, 'select 1',
    '{customers.delete|customers.edit}'), '42501 customers.delete',
    'of which the first is named');
select is(pg_temp.try('intern', :a, 'select 1', '{customers.vie}'),
    '42501 customers.vie', 'half a code is no right');

-- what it sets ----------------------------------------------------------------

select is(pg_temp.try('owner', :a, 'select konak.company()'), :a, 'the company');
select is(pg_temp.try('owner', :a, 'select konak.me()'),
    pg_temp.uid('owner')::text, 'the person');
select is(pg_temp.try('owner', :a, 'select konak.request()', '{}', :c1), :c1,
    'the request');
select is(pg_temp.try('manager', :a, 'select konak.scope(''tasks.view_all'')'),
    'team', 'the scope of a right');
select is(pg_temp.try('chief', null, 'select konak.company() = konak.group_company()'),
    'true', 'without a company one stands in the group');
select is(pg_temp.try('chief', null,
    'select current_setting(''konak.rights'')'),
    '|group.manage=all|group.view=all|', 'with the group''s rights alone');
select is(pg_temp.try('owner', null, 'select current_setting(''konak.rights'')'),
    '', 'or with none');
select is(pg_temp.try('owner', null, 'select count(*) from konak.customers'), '0',
    'and sees no company''s records');

create function pg_temp.reads(stmt text) returns text language plpgsql as $$
begin
	set local role konak_app;
	perform konak.enter(sha256('owner'), '7e570000-0000-7000-8000-00000000000a',
	    '{}', false, null);
	execute stmt;
	raise exception 'done';
exception when others then
	return sqlstate || ' ' || sqlerrm;
end $$;
select is(pg_temp.reads('update konak.customers set city = ''x'''),
    '25006 cannot execute UPDATE in a read-only transaction',
    'a reading verb cannot write');
select is(pg_temp.reads('select konak.undo(null)'),
    'KN002 record.undo_nothing', 'but may read');

create function pg_temp.fresh(who text, age interval) returns text
language plpgsql as $$
begin
	update auth.sessions set auth_at = now() - age
	where token_hash = sha256(who::bytea);
	perform konak.enter(sha256(who::bytea),
	    '7e570000-0000-7000-8000-00000000000a', '{}', true, null, null, true);
	raise exception 'done';
exception when others then
	return sqlstate;
end $$;
select is(pg_temp.fresh('owner', '4 minutes'), 'P0001', 'a fresh second factor will do');
select is(pg_temp.fresh('owner', '6 minutes'), 'KN004', 'an old one will not');

-- entries go when what they were made of changes -----------------------------

create function pg_temp.has(who text, company uuid) returns boolean language sql as $$
	select exists (select from auth.entry e where e.token_hash = sha256(who::bytea)
	    and e.company_id = company)
$$;
-- Enters, makes the change, looks whether the entry is gone; nothing stays.
create function pg_temp.drops(who text, change text) returns boolean
language plpgsql as $$
declare
	c constant uuid := '7e570000-0000-7000-8000-00000000000a';
	was boolean;
begin
	perform konak.enter(sha256(who::bytea), c, '{}', true, null);
	was := pg_temp.has(who, c);
	perform set_config('konak.user', '', true);
	set local role konak_owner;
	execute change;
	set local role none;
	raise exception using errcode = 'P0ROL', message =
	    case when was and not pg_temp.has(who, c) then 'gone' else 'stays' end;
exception when sqlstate 'P0ROL' then
	return sqlerrm = 'gone';
end $$;

select is(pg_temp.drops('manager', change), true, 'entry goes: ' || what)
from (values
    ('membership ended', $$update konak.memberships set deleted_at = now()
	where user_id = '7e570000-0000-7000-8000-0000000000f3'$$),
    ('another role', $$update konak.memberships m set role_id = (
	select id from konak.roles r where r.company_id = m.company_id
	    and r.template = 'intern') where user_id = '7e570000-0000-7000-8000-0000000000f3'$$),
    ('person deactivated', $$update konak.users set is_active = false
	where id = '7e570000-0000-7000-8000-0000000000f3'$$),
    ('role changed', $$update konak.roles set name = 'Başka'
	where template = 'manager' and company_id = '7e570000-0000-7000-8000-00000000000a'$$),
    ('right given', $$insert into konak.role_permissions (company_id, role_id, code)
	select company_id, id, 'finance.view' from konak.roles
	where template = 'manager' and company_id = '7e570000-0000-7000-8000-00000000000a'$$),
    ('right taken', $$delete from konak.role_permissions p using konak.roles r
	where r.company_id = p.company_id and r.id = p.role_id
	    and r.template = 'manager' and p.code = 'customers.edit'
	    and r.company_id = '7e570000-0000-7000-8000-00000000000a'$$),
    ('scope changed', $$update konak.role_permissions p set scope = 'all'
	from konak.roles r where r.company_id = p.company_id and r.id = p.role_id
	    and r.template = 'manager' and p.code = 'tasks.view_all'
	    and r.company_id = '7e570000-0000-7000-8000-00000000000a'$$),
    ('company closed', $$update konak.companies set is_active = false
	where id = '7e570000-0000-7000-8000-00000000000a'$$),
    ('networks changed', $$update konak.companies set allowed_networks = '{local}'
	where id = '7e570000-0000-7000-8000-00000000000a'$$),
    ('modules changed', $$update konak.companies set modules_enabled = '{files}'
	where id = '7e570000-0000-7000-8000-00000000000a'$$),
    ('group right given', $$insert into konak.group_members (user_id, can_view_consolidated)
	values ('7e570000-0000-7000-8000-0000000000f3', true)$$)) v(what, change);
select is(pg_temp.drops('manager', $$update konak.companies set name = 'Ad AŞ'
    where id = '7e570000-0000-7000-8000-00000000000a'$$), false,
    'entry stays: company renamed');
select is(pg_temp.drops('manager', $$update konak.memberships set deleted_at = now()
    where user_id = '7e570000-0000-7000-8000-0000000000f5'$$), false,
    'entry stays: somebody else''s membership');

create function pg_temp.session_drops(who text, change text) returns boolean
language plpgsql as $$
declare
	was boolean;
begin
	perform konak.enter(sha256(who::bytea),
	    '7e570000-0000-7000-8000-00000000000a', '{}', true, null);
	was := pg_temp.has(who, '7e570000-0000-7000-8000-00000000000a');
	execute 'update auth.sessions set ' || change
	    || ' where token_hash = sha256(''' || who || ''')';
	raise exception using errcode = 'P0ROL', message = case when was and not
	    pg_temp.has(who, '7e570000-0000-7000-8000-00000000000a')
	    then 'gone' else 'stays' end;
exception when sqlstate 'P0ROL' then
	return sqlerrm = 'gone';
end $$;
select is(pg_temp.session_drops('manager', change), gone, 'session: ' || change)
from (values ('ended_at = now()', true), ('auth_at = now() + interval ''1 s''', true),
    ('ip = ''10.1.1.1''', true), ('expires_at = now()', true),
    ('idle_until = now() + interval ''3 h''', false),
    ('last_seen_at = now() + interval ''1 s''', false)) v(change, gone);

-- what is refused afterwards -----------------------------------------------------

update auth.sessions set idle_until = now() - interval '1 second'
where token_hash = sha256('admin');
select is(pg_temp.try('admin', :a, 'select 1'), '28000 session', 'idle too long');
do $$ begin perform konak.touch(sha256('admin')); end $$;
select is(pg_temp.try('admin', :a, 'select 1'), '28000 session',
    'and no touch brings it back');
update auth.sessions set ended_at = now() where token_hash = sha256('employee');
select is(pg_temp.try('employee', :a, 'select 1'), '28000 session', 'ended');
update konak.companies set allowed_networks = '{10.0.0.0/8}' where id = :a;
select is(pg_temp.try('owner', :a, 'select 1'), '28000 network',
    'the Unix socket is no listed network');
update auth.sessions set ip = '10.2.3.4' where token_hash = sha256('owner');
select is(pg_temp.try('owner', :a, 'select 1'), '1', 'a listed one is');
select is(pg_temp.try('owner', :b, 'select 1'), '1', 'another company has its own list');
update konak.companies set allowed_networks = '{local}' where id = :a;
select is(pg_temp.try('owner', :a, 'select 1'), '28000 network', 'local alone');
select is(pg_temp.try('intern', :a, 'select 1'), '1', 'lets the Unix socket in');

-- refusals are counted ------------------------------------------------------------

do $$ begin for i in 1 .. 70 loop
	perform konak.refused(sha256('intern'), '7e570000-0000-7000-8000-00000000000a',
	    'customers.delete', 'customers.delete');
end loop; end $$;
select is((select count(*) from konak.audit_logs where action = 'ACCESS_DENIED'
    and company_id = :a and user_id = pg_temp.uid('intern') and module = 'customers'),
    60::bigint, 'a minute of a session leaves 60 rows');
update auth.refusals set minute = minute - interval '1 minute'
where token_hash = sha256('intern');
do $$ begin perform konak.sweep(); end $$;
select is((select v.values ->> 'count' from konak.audit_logs l
    join konak.audit_values v using (company_id, at, id)
    where l.action = 'ACCESS_DENIED' and l.company_id = :a and l.module = 'core'),
    '10', 'and one row with the number of the rest');
select set_eq(format('select konak.holders(%L, ''customers.delete'')', :a),
    array['owner Deneme'], 'who could give the right');

select * from finish();
rollback;
