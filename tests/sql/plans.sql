-- Every list reads an index under the serving role's policies, in the order it
-- is asked for: nothing is sorted, nothing is read and thrown away. The
-- statements are the server's (server/record/sql.c): sort key, then id.

begin;
select plan(25);
\ir setup.psql

set local role konak_owner;
set local konak.audit = 'off';
insert into konak.customers (company_id, company_name, contact_person, sector,
    city, phone, status, created_at)
select case when g % 3 = 0 then :b else :a end::uuid,
    (array['Şahin', 'Ilgaz', 'İnci', 'Çınar', 'Zeytin', 'Öz'])[1 + g % 6] || ' ' || g,
    case when g % 4 > 0 then 'Kişi ' || g end, case when g % 5 > 0 then 'Gıda' end,
    (array['İzmir', 'Ankara', 'Iğdır'])[1 + g % 3], '+90212' || 1000000 + g,
    (array['active', 'passive', 'potential'])[1 + g % 3]::konak.customer_status,
    now() - g * interval '1 minute'
from generate_series(1, 30000) g;
insert into konak.customer_contacts (company_id, customer_id, name)
select company_id, id, 'Kişi ' || row_number() over () from konak.customers
where company_id in (:a, :b);
insert into konak.interactions (company_id, customer_id, user_id, text, kind,
    happened_at, remind_at)
select c.company_id, c.id, pg_temp.uid('owner'), 'Konu ' || g,
    (array['call', 'meeting', 'note'])[1 + g % 3]::konak.interaction_kind,
    c.created_at, case when g % 10 = 0 then c.created_at + interval '3 days' end
from konak.customers c, generate_series(1, 2) g where c.company_id in (:a, :b);
insert into konak.audit_logs (company_id, at, user_id, action, module, record_type,
    record_id, op, request_id, digest)
select company_id, created_at, pg_temp.uid('owner'), 'CUSTOMER_CREATE', 'customers',
    'customers', id, 'create', konak.uuid7(), ''
from konak.customers where company_id in (:a, :b);
reset role;
-- As autovacuum leaves it: rows that wait beside a search index make it dear.
do $$ begin
	perform gin_clean_pending_list(c.oid) from pg_class c
	    join pg_am a on a.oid = c.relam
	    where a.amname = 'gin' and c.relnamespace = 'konak'::regnamespace;
end $$;
analyze konak.customers, konak.customer_contacts, konak.interactions, konak.audit_logs;

-- The index that a statement reads, and what it does besides.
create function pg_temp.plan(stmt text) returns text language plpgsql as $$
declare
	p text := '';
	l text;
begin
	set local role konak_app;
	perform konak.enter(sha256('owner'), '7e570000-0000-7000-8000-00000000000a',
	    '{}', true, null);
	set local plan_cache_mode = force_generic_plan;
	for l in execute 'explain (costs off) ' || stmt loop
		p := p || l || E'\n';
	end loop;
	set local role none;
	perform set_config(s, '', true) from unnest(array['konak.company',
	    'konak.user', 'konak.rights']) s;
	return concat_ws(' ', substring(p from '(?:using|Index Scan on) (\w+)'),
	    substring(p from 'Seq Scan on (?:customers|customer_contacts|interactions|audit_logs)'),
	    substring(p from '(?:Incremental )?Sort(?=  |\n)'));
end $$;
create function pg_temp.list(tab text, key text, more text default '') returns text
language sql as $$
	select pg_temp.plan(format('select * from konak.%I t where t.company_id = '
	    '(select konak.company()) and t.deleted_at is null %s order by %s limit 51',
	    tab, more, key))
$$;

select is(pg_temp.list(tab, key), index, tab || ' by ' || key)
from (values
    ('customers', 'company_name collate "tr-x-icu", id', 'customers_company_name_idx'),
    ('customers', 'company_name collate "tr-x-icu" desc, id desc', 'customers_company_name_idx'),
    ('customers', '(case when contact_person is null then E''\uFFFF'' else contact_person end) collate "tr-x-icu", id', 'customers_contact_person_idx'),
    ('customers', '(case when sector is null then E''\uFFFF'' else sector end) collate "tr-x-icu", id', 'customers_sector_idx'),
    ('customers', '(case when city is null then E''\uFFFF'' else city end) collate "tr-x-icu", id', 'customers_city_idx'),
    ('customers', 'status, id', 'customers_status_idx'),
    ('customers', 'created_at desc, id desc', 'customers_created_at_idx'),
    ('customer_contacts', 'name collate "tr-x-icu", id', 'customer_contacts_name_idx'),
    ('interactions', 'happened_at desc, id desc', 'interactions_happened_at_idx'),
    ('interactions', '(case when remind_at is null then ''infinity'' else remind_at end), id', 'interactions_remind_at_idx')
    ) v(tab, key, index);
select is(pg_temp.list('customers', 'company_name collate "tr-x-icu", id',
    'and (company_name collate "tr-x-icu", id) > (''İnci 5'', ''7e570000-0000-7000-8000-0000000000c1'')'),
    'customers_company_name_idx', 'the next page');
select is(pg_temp.list('customers', '(case when sector is null then E''\uFFFF'' else sector end) collate "tr-x-icu", id',
    'and ((case when sector is null then E''\uFFFF'' else sector end) collate "tr-x-icu", id) > (E''\uFFFF'', ''7e570000-0000-7000-8000-0000000000c1'')'),
    'customers_sector_idx', 'the next page after an empty field');
select is(pg_temp.list('customer_contacts', 'name collate "tr-x-icu", id',
    'and customer_id = ''7e570000-0000-7000-8000-0000000000c1'''),
    'customer_contacts_customer_id_idx', 'the people of a customer');
select is(pg_temp.list('interactions', 'happened_at desc, id desc',
    'and customer_id = ''7e570000-0000-7000-8000-0000000000c1'''),
    'interactions_customer_id_idx', 'what was talked with a customer');
-- (a third of all: either index will do)
select matches(pg_temp.list('interactions', 'happened_at desc, id desc', 'and kind = ''meeting'''),
    '^interactions_(kind|happened_at)_idx$', 'meetings');
select is(pg_temp.plan('select * from konak.customers t where t.company_id = (select konak.company()) and t.id = ''7e570000-0000-7000-8000-0000000000c1'''),
    'customers_pkey', 'one record');
select is(pg_temp.plan('select * from konak.interactions t where t.company_id = (select konak.company()) and t.remind_at <= now() and t.reminded_at is null and t.deleted_at is null order by remind_at limit 100'),
    'interactions_due_idx', 'what is due');
select alike(pg_temp.plan(format('select * from konak.customers t where t.company_id = (select konak.company()) and t.deleted_at is null and t.search like %L order by company_name collate "tr-x-icu", id limit 51', p)),
    'customers_search%', 'search: ' || p)
from unnest(array['%inci 29998%', '%kisi 2999%', '% 29997%']) p;
select is(pg_temp.plan('select * from konak.audit_logs t where t.company_id = (select konak.company()) order by at desc, id desc limit 51') ~ '^audit_logs_\w+_pkey$', true,
    'the audit log by time');
select is(pg_temp.plan('select * from konak.audit t where t.company_id = (select konak.company()) order by at desc, id desc limit 51') ~ '^audit_logs_\w+_pkey$', true,
    'with its values');
select is(pg_temp.plan('select * from konak.audit_logs t where t.company_id = (select konak.company()) and record_id = ''7e570000-0000-7000-8000-0000000000c1'' order by at desc, id desc') ~ '^audit_logs_\w+_record_id_at_idx', true,
    'of one record');
select is(pg_temp.plan('update konak.customers t set city = ''x'' where t.company_id = (select konak.company()) and t.id = ''7e570000-0000-7000-8000-0000000000c1'''),
    'customers_pkey', 'an edit');
select is(pg_temp.plan('select u.id from konak.users u where lower(u.email collate "C") = ''x''') ~ 'Seq', false,
    'a person by address');

select * from finish();
rollback;
