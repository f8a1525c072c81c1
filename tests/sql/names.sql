-- Names of people and companies: who knows which, whatever happens to those
-- that they belong to; and the view that the server enters by.

begin;
select plan(33);
\ir setup.psql

create function pg_temp.known(who text, company uuid) returns text language sql as $$
	select pg_temp.try(who, company, 'select string_agg(name || case when
	    offered then '''' else ''-'' end, '','' order by name) from konak.people
	    where company_id = ' || coalesce(quote_literal(company), 'konak.group_company()'))
$$;

select is(pg_temp.known('intern', :a), 'admin Deneme,employee Deneme,intern Deneme,'
    'manager Deneme,owner Deneme', 'a member knows the members');
select is(pg_temp.known('other', :b), 'employee Deneme,other Deneme,owner Deneme',
    'of the own company');
select is(pg_temp.try('intern', :a, 'select count(*) from konak.people where company_id <> konak.company()'),
    '0', 'and of no other');
select is(pg_temp.known('nobody', null), null, 'without a company nobody');
select is(pg_temp.try('chief', null, 'select count(*) from konak.people where company_id = konak.group_company()'),
    (select count(*)::text from konak.users), 'who sees the group knows all');
select is(pg_temp.try('intern', :a, 'select konak.register()'), :a, 'titles come from the company');
select is(pg_temp.try('chief', null, 'select konak.register()'), konak.group_company()::text,
    'or from the group');
select is(pg_temp.bare('konak_app', 'select count(*) from konak.people'), '0',
    'nothing is known to whom nobody has let in');
select is(pg_temp.bare('konak_app', 'select count(*) from konak.company_names'), '0', 'nor what companies there are');

update konak.users set last_name = 'Yeni' where id = pg_temp.uid('intern');
select matches(pg_temp.known('owner', :a), 'intern Yeni', 'a new name is known at once');
select is((select count(*) from konak.people where id = pg_temp.uid('intern') and name = 'intern Yeni'),
    2::bigint, 'in every register');
update konak.memberships set deleted_at = now() where company_id = :a and user_id = pg_temp.uid('employee');
select matches(pg_temp.known('intern', :a), 'employee Deneme-', 'who has left is named still, and not offered');
select is((select member from konak.people where company_id = :a and id = pg_temp.uid('employee')),
    false, 'and no member');
select matches(pg_temp.known('other', :b), 'employee Deneme,', 'elsewhere nothing has changed');
select is(pg_temp.try('admin', :a, 'select count(*) from konak.users where id = ' || quote_literal(pg_temp.uid('employee'))),
    '0', 'the address of who has left is not seen any more');
update konak.memberships set deleted_at = null where company_id = :a and user_id = pg_temp.uid('employee');
select matches(pg_temp.known('intern', :a), 'employee Deneme,', 'who comes back is offered again');
update konak.users set is_active = false where id = pg_temp.uid('manager');
select matches(pg_temp.known('intern', :a), 'manager Deneme-', 'who cannot sign in is not offered');
select is((select member from konak.people where company_id = :a and id = pg_temp.uid('manager')),
    true, 'though a member');
update konak.users set is_active = true where id = pg_temp.uid('manager');
select throws_ok('set local role konak_app; update konak.people set name = ''x''', '42501', null,
    'the serving role writes no names');

-- Invited, and not there yet.

create function pg_temp.guest(stmt text) returns text language sql as $$
	select pg_temp.try('admin', '7e570000-0000-7000-8000-00000000000a', stmt)
$$;
select is(pg_temp.guest(format('insert into konak.memberships (user_id, role_id)
    select %L, role_id from konak.memberships where user_id = %L
    returning accepted_at is null', pg_temp.uid('other'), pg_temp.uid('intern'))),
    'true', 'who is added has accepted nothing');
select is(pg_temp.guest('select name from konak.people where id = '
    || quote_literal(pg_temp.uid('other'))), 'other@deneme.example',
    'and is known by the address');
update konak.users set last_name = 'Gizli' where id = pg_temp.uid('other');
select is(pg_temp.guest('select name from konak.people where id = '
    || quote_literal(pg_temp.uid('other'))), 'other@deneme.example',
    'whatever the name becomes');
select is(pg_temp.guest('select count(*) from konak.users where id = '
    || quote_literal(pg_temp.uid('other'))), '0', 'the profile is not seen');
select matches(pg_temp.guest('update konak.memberships set accepted_at = now() where user_id = '
    || quote_literal(pg_temp.uid('other')) || ' returning 1'), '^42501', 'nobody accepts for another');
select is(pg_temp.guest(format('select konak.may_act(%L)', pg_temp.uid('other'))), 'false',
    'nor acts on a guest');
update konak.memberships set accepted_at = now() where company_id = :a and user_id = pg_temp.uid('other');
select is(pg_temp.guest('select name from konak.people where member and id = '
    || quote_literal(pg_temp.uid('other'))), 'other Gizli', 'once accepted, by the name');
select is(pg_temp.guest('select count(*) from konak.users where id = '
    || quote_literal(pg_temp.uid('other'))), '1', 'with the profile');
update konak.memberships set deleted_at = now() where company_id = :a and user_id = pg_temp.uid('other');
select is(pg_temp.guest('update konak.memberships set deleted_at = null where user_id = '
    || quote_literal(pg_temp.uid('other')) || ' returning accepted_at is null'), 'true',
    'who is taken back has to come back');
select is(pg_temp.guest('select name from konak.people where not member and id = '
    || quote_literal(pg_temp.uid('other'))), 'other Gizli', 'and is called as before');

-- konak.entered ---------------------------------------------------------------

reset role;
select pg_temp.try('intern', :a, 'select 1'), pg_temp.try('owner', :a, 'select 1');
create function pg_temp.entered(token bytea) returns text language plpgsql as $$
declare
	n text;
begin
	perform set_config('konak.token', coalesce(token::text, ''), true);
	set local role konak_app;
	select string_agg(e.person, ',') into n from konak.entered e;
	set local role none;
	return n;
end $$;
select is(pg_temp.entered(null), null, 'without a token there is no entry');
select is(pg_temp.entered(sha256('intern')), pg_temp.uid('intern')::text, 'with one those of its session');
select is(pg_temp.entered(sha256('nobody knows')), null, 'and of no other');
select throws_ok('set local role konak_app; select * from auth.entry', '42501', null,
    'the entries themselves stay closed');

select * from finish();
rollback;
