-- The rules that every table, key, function and role of the schema keeps.
-- What stands outside a rule stands here by name, with its reason.

begin;
select plan(35);

create function pg_temp.tables() returns table (oid oid, name text) language sql as $$
	select c.oid, c.relname::text from pg_class c
	where c.relnamespace = 'konak'::regnamespace and c.relkind in ('r', 'p')
	    and not c.relispartition
$$;
create function pg_temp.columns(rel oid, keys int2[]) returns text[] language sql as $$
	select array_agg(a.attname::text order by k.n)
	from unnest(keys) with ordinality k(num, n)
	left join pg_attribute a on a.attrelid = rel and a.attnum = k.num
$$;

-- references -------------------------------------------------------------------

select is_empty($$select k.conrelid::regclass, k.conname
    from pg_constraint k
    join konak.protected c on format('konak.%I', c.table_name)::regclass = k.conrelid
    join konak.protected p on format('konak.%I', p.table_name)::regclass = k.confrelid
	and 'deleted_at' = any (p.columns)
    join pg_attribute i on i.attrelid = k.confrelid and i.attname = 'id'
	and i.attnum = any (k.confkey)
    where k.contype = 'f' and k.conparentid = 0
	and not exists (select from pg_trigger g
	where g.tgrelid = k.conrelid
	    and g.tgfoid = 'konak.merge_insert_race()'::regprocedure)$$,
    'what names a record that can be merged away is watched');

-- tables ----------------------------------------------------------------------

select set_eq($$select name from pg_temp.tables()
    where name not in (select table_name from konak.protected)$$,
    array['migrations',		-- names of files, no company's data
	'permissions',		-- the program's own list of codes
	'role_templates', 'role_template_permissions',	-- likewise
	'protected',		-- what protect() was told
	'personal',		-- which columns tell of a person, and no row of one
	'personal_own',		-- likewise
	'personal_staff',	-- likewise
	'secret_types',		-- what protect_secrets() was told
	'search_tables',	-- which tables are searched, and no row of one
	'search_index',		-- written by triggers alone; policies in 0420
	'handovers',		-- where people are answerable; no row of a company
	'unsealed',		-- what waits for konakctl to seal it; the owner's
	'secrets',		-- sealed; policies in 0100, none for who serves
	'secret_views',		-- append-only; policies in 0100
	'screens',		-- one person's own; policies in 0012
	'import_rows', 'import_mappings',	-- on their way; policies in 0015
	'role_permissions',	-- written by role_set() alone; policies in 0004
	'requests',		-- one's own; policies in 0004 and 0524
	'jobs',			-- the scheduler's; policies in 0022
	'watchers',		-- one's own marks; policies in 0024
	'job_kinds',		-- the program's own list
	'timetable_resources', 'timetable_lessons', 'timetable_files',
	'timetable_blocks',	-- what a plan consists of; policies in 0170
	'timetable_busy',	-- written by triggers alone
	'timetable_cursors', 'timetable_uploads',	-- of the moment
	'schedule_change_logs',	-- append-only; policies in 0170
	'people',		-- names, kept by triggers; policies in 0008
	'audit_chain', 'audit_heads',	-- where rows stand; policies in 0125
	'audit_logs', 'audit_values'],	-- append-only; policies in 0003, 0004
    'every table is made by konak.protect(), or is known here');
select is_empty($$select name from pg_temp.tables() t join pg_class c using (oid)
    where not (c.relrowsecurity and c.relforcerowsecurity)
	and name not in ('migrations', 'permissions', 'personal',
	    'personal_own', 'personal_staff', 'role_templates',
	    'role_template_permissions', 'protected', 'secret_types', 'handovers',
	    'search_tables')$$,
    'row-level security is forced on every table with rows of companies');
select is_empty($$select c.relname from pg_class c
    where c.relnamespace = 'konak'::regnamespace and c.relispartition
	and c.relkind = 'r' and not (c.relrowsecurity and c.relforcerowsecurity)$$,
    'and on every partition');
select is_empty($$select p.relname, r from pg_class p,
	unnest(array['konak_app', 'konak_group', 'konak_auth', 'konak_definer']) r
    where p.relnamespace = 'konak'::regnamespace and p.relispartition
	and p.relkind = 'r' and (has_any_column_privilege(r, p.oid, 'select')
	    or has_any_column_privilege(r, p.oid, 'insert'))$$,
    'nobody reaches a partition but through its parent');
select is_empty($$select name from pg_temp.tables() t
    where name not in ('migrations', 'permissions', 'personal',
	    'personal_own', 'personal_staff', 'role_templates',
	'role_template_permissions', 'protected', 'job_kinds',
	'secret_types', 'handovers', 'search_tables')
	and not exists (select from pg_attribute a where a.attrelid = t.oid
	    and a.attname = 'company_id' and a.attnotnull)$$,
    'company_id is there and never null');
select is_empty($$select * from konak.protect_drift()$$,
    'no table has changed since protect()');
select is_empty($$select p.table_name, x from konak.protected p,
	unnest(array['_50_guard', '_60_audit', '_61_audit']) x
    where not exists (select from pg_trigger t
	where t.tgrelid = format('konak.%I', p.table_name)::regclass
	    and t.tgname = p.table_name || x and t.tgenabled = 'O')$$,
    'every protected table has its guard and its audit trigger');
select is_empty($$select p.table_name from konak.protected p
    where not exists (select from pg_policy o
	where o.polrelid = format('konak.%I', p.table_name)::regclass
	    and o.polname = 'owner_all')$$,
    'its owner may migrate it: without a policy it would change nothing');
select is_empty($$select c.relname, o.polname from pg_policy o
    join pg_class c on c.oid = o.polrelid where o.polroles = '{0}'$$,
    'no policy is for everybody');
select is_empty($$select tablename, policyname from pg_policies
    where schemaname = 'konak' and 'konak_app' = any (roles)
	and coalesce(qual, with_check) !~ '\m(company|registers|me|may)\('
	and tablename not in ('groups')	-- its name stands above the sign-in
    $$, 'every policy of the serving role asks for company, person or right');
select is_empty($$select tablename, policyname
    from pg_policies, concat(qual, ' ', with_check) t
    where schemaname = 'konak' and 'konak_app' = any (roles)
	and tablename in (select table_name from konak.protected
	    where not spec ? 'rows')
	and (select count(*) from regexp_matches(t, '\mcompany\(', 'g'))
	    <> (select count(*) from regexp_matches(t,
		'SELECT (konak\.)?company\(', 'g'))$$,
    'the company is worked out once a statement, not once a row');

-- keys ------------------------------------------------------------------------

select set_eq($$select c.conname::text
    from pg_constraint c join pg_temp.tables() t on t.oid = c.conrelid
    where c.contype in ('p', 'u')
	and (pg_temp.columns(c.conrelid, c.conkey))[1] <> 'company_id'$$,
    array['migrations_pkey', 'permissions_pkey', 'personal_pkey',
	'personal_own_pkey', 'personal_staff_pkey', 'protected_pkey',
	'protected_record_key', 'role_templates_pkey',
	'secret_types_pkey', 'secret_types_record_key', 'handovers_pkey',
	'search_tables_pkey',
	'role_template_permissions_pkey', 'job_kinds_pkey', -- no company's data
	'companies_id_key',	-- what company_id refers to
	'companies_slug_key',
	'groups_id_key',	-- one group a tenant
	'subscription_plans_id_key',	-- the group's, for every school
	'users_id_key'],	-- a membership names a person of the group
    'every primary key and unique constraint is led by company_id');
select set_eq($$select i.indexrelid::regclass::text
    from pg_index i join pg_temp.tables() t on t.oid = i.indrelid
    where i.indisunique and not exists (select from pg_constraint c
	    where c.conindid = i.indexrelid)
	and (pg_temp.columns(i.indrelid, i.indkey::int2[]))[1]
	    is distinct from 'company_id'$$,
    array['groups_one', 'companies_group_one',	-- one of them a tenant
	'companies_email_key', 'companies_domain_key',
	'totp_resets_waiting_key',	-- a person's, whichever company asks
	'users_email_key'],	-- a person signs in to the tenant
    'and so is every unique index');
select set_eq($$select c.conname::text
    from pg_constraint c join pg_temp.tables() t on t.oid = c.conrelid
    where c.contype = 'f'
	and (pg_temp.columns(c.conrelid, c.conkey))[1] <> 'company_id'$$,
    array['companies_group_id_fkey', 'companies_parent_id_fkey', -- the tree
	'companies_subscription_plan_id_fkey',	-- plans are the group's
	'subscription_invoices_subscription_plan_id_fkey',
	'memberships_user_id_fkey',		-- people are the group's
	'role_permissions_code_fkey',		-- codes are the program's
	'role_template_permissions_template_fkey',
	'role_template_permissions_code_fkey'],
    'every foreign key is led by company_id');
select is_empty($$select c.conname
    from pg_constraint c join pg_temp.tables() t on t.oid = c.conrelid
    where c.contype = 'f'
	and pg_temp.columns(c.confrelid, c.confkey) = '{company_id}'$$,
    'and none refers to a company alone but to its id');
select is_empty($$select c.conname from pg_constraint c
    join pg_temp.tables() t on t.oid = c.conrelid
    where c.contype = 'f' and c.confdeltype not in ('a', 'n')$$,
    'no foreign key deletes');
select is_empty($$select c.conname
    from pg_constraint c join pg_temp.tables() t on t.oid = c.conrelid
    where c.contype = 'f'
	and t.name not in ('role_template_permissions', 'role_permissions')
	and not exists (select from pg_index i where i.indrelid = c.conrelid
	    and (i.indkey::int2[])[0:array_length(c.conkey, 1) - 1] @> c.conkey)$$,
    'every foreign key has its index');
select is_empty($$select p.table_name from konak.protected p
    where (select pg_temp.columns(c.conrelid, c.conkey) from pg_constraint c
	where c.conrelid = format('konak.%I', p.table_name)::regclass
	    and c.contype = 'p') <> '{company_id,id}'
	and p.table_name <> 'attendance'	-- its partitions' day as well
    $$,
    'the primary key of a record type is (company_id, id)');
select is_empty($$select conrelid::regclass, conname from pg_constraint
    where connamespace = 'konak'::regnamespace and contype = 'c'
	and conrelid in (select oid from pg_temp.tables())
	and conname not like (conrelid::regclass::text || '\_%')$$,
    'a check is named after its table, so that its message finds the field');
select is_empty($$select p.table_name, k from konak.protected p,
	unnest(array['created_at', 'updated_at', 'created_by', 'version']) k
    where k <> all (p.columns)$$, 'every record type has its standard columns');

-- functions -------------------------------------------------------------------

select is_empty($$select p.oid::regprocedure from pg_proc p
    where p.pronamespace in ('konak'::regnamespace, 'auth'::regnamespace)
	and p.prosecdef
	and p.proowner::regrole::text not in ('konak_auth', 'konak_definer')
	-- only a table's owner may count it
	and p.proname <> 'tt_analyze'$$,
    'SECURITY DEFINER functions belong to auth or definer');
select is_empty($$select p.oid::regprocedure from pg_proc p
    where p.pronamespace in ('konak'::regnamespace, 'auth'::regnamespace)
	and p.prosecdef and not exists (select from unnest(p.proconfig) c
	    where c like 'search\_path=pg\_catalog%pg\_temp')$$,
    'with a search_path of their own, temporary objects last');
select is_empty($$select p.oid::regprocedure from pg_proc p
    where p.pronamespace in ('konak'::regnamespace, 'auth'::regnamespace)
	and has_function_privilege('public', p.oid, 'execute')$$,
    'no function is open to everybody');
select set_eq($$select p.proname::text from pg_proc p
    where p.pronamespace = 'auth'::regnamespace
	and has_function_privilege('konak_app', p.oid, 'execute')$$,
    array[]::text[], 'the serving role calls nothing in schema auth');
select is((select bool_and(proleakproof) from pg_proc
    where pronamespace = 'pg_catalog'::regnamespace and proname in ('textlike',
	'numeric_eq', 'numeric_le', 'enum_eq', 'enum_ge', 'arraycontains',
	'arrayoverlap', 'ts_match_vq')), true,
    'LIKE and what filters compare with are leakproof, or have no index');

-- roles -----------------------------------------------------------------------

select set_eq($$select rolname::text from pg_roles
    where rolname like 'konak\_%' and (rolsuper or rolbypassrls)
	-- the attribute is not inherited: each tenant's own backup login
	and rolname not like 'konak\_%\_backup'$$,
    array['konak_backup'], 'only the backup role passes row-level security');
select is_empty($$select rolname from pg_roles where rolname in ('konak_owner',
	'konak_auth', 'konak_definer', 'konak_app', 'konak_group', 'konak_backup')
    and (rolcanlogin or rolcreaterole or rolcreatedb or rolreplication)$$,
    'the roles of the cluster cannot sign in or make anything');
select is_empty($$select t.name, r, k from pg_temp.tables() t,
	unnest(array['konak_app', 'konak_group', 'konak_definer']) r,
	unnest(array['delete', 'truncate', 'references', 'trigger']) k
    where has_table_privilege(r, t.oid, k)
	-- what is no record: bookings are made anew with each move, the others
	-- are of the moment
	and (t.name, r, k) not in (('timetable_busy', 'konak_definer', 'delete'),
	    ('timetable_cursors', 'konak_definer', 'delete'),
	    ('timetable_uploads', 'konak_definer', 'delete'))$$,
    'nobody who serves may delete, truncate or refer');
select is_empty($$select c.relname, r from pg_class c,
	unnest(array['konak_app', 'konak_group', 'konak_definer', 'konak_owner']) r
    where c.relnamespace = 'auth'::regnamespace and c.relkind in ('r', 'v', 'p')
	and (has_any_column_privilege(r, c.oid, 'select')
	    or has_any_column_privilege(r, c.oid, 'insert')
	    or has_any_column_privilege(r, c.oid, 'update')
	    or has_table_privilege(r, c.oid, 'delete'))$$,
    'passwords, secrets and sessions: no grant to anyone');
select is_empty($$select s, r from unnest(array['konak', 'auth', 'public']) s,
	unnest(array['konak_app', 'konak_group']) r
    where has_schema_privilege(r, s, 'create')$$, 'who serves makes nothing');
select ok(not has_database_privilege('konak_app', current_database(), 'temp')
    and not has_database_privilege('konak_app', current_database(), 'create'),
    'nor temporary tables and schemas');
select is_empty($$select p.table_name, k from konak.protected p,
	unnest(array['version', 'updated_at', 'created_at', 'created_by']) k
    where has_column_privilege('konak_app',
	format('konak.%I', p.table_name)::regclass, k, 'update')
	or has_column_privilege('konak_app',
	format('konak.%I', p.table_name)::regclass, k, 'insert')$$,
    'version and stamps are not the serving role''s to write');
select is_empty($$select c.relname from pg_class c
    where c.relnamespace = 'konak'::regnamespace and c.relkind = 'v'
	and not c.reloptions && array['security_barrier=true', 'security_invoker=true']$$,
    'a view is its reader''s, or a barrier');
select is_empty($$select c.relname from pg_class c
    where c.relnamespace in ('konak'::regnamespace, 'auth'::regnamespace)
	and c.relkind in ('r', 'p', 'S')
	and not has_table_privilege('konak_backup', c.oid, 'select')$$,
    'the backup reads everything');

select * from finish();
rollback;
