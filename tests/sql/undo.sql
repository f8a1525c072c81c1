-- Undo in runs: what differs from record to record, what was changed twice,
-- and values that went from one record to the next.

begin;
select plan(10);
\ir setup.psql

create function pg_temp.did(request text, statement text) returns text language sql as $$
	select pg_temp.try('manager', '7e570000-0000-7000-8000-00000000000a', statement, '{}',
	    ('7e570000-0000-7000-8000-0000000000' || request)::uuid)
$$;
create function pg_temp.undo(last text) returns text language sql as $$
	select pg_temp.try('manager', '7e570000-0000-7000-8000-00000000000a', format(
	    'select string_agg(record_type || '' '' || op, '','') from konak.undo(%L)',
	    '7e570000-0000-7000-8000-0000000000' || last))
$$;
create function pg_temp.all() returns text language sql as $$
	select string_agg(concat_ws('/', right(id::text, 1), company_name, city, sector, tax_number,
	    case when deleted_at is not null then 'x' end), ' ' order by id)
	from konak.customers where id::text like '7e570000-0000-7000-8000-00000000008_'
$$;
select array_agg(n::text) as t from (select n from generate_series(1111111111, 1111113111) n
    where konak.tax_no_ok(n::text) limit 6) s \gset
select (:'t'::text[])[1] as t1, (:'t'::text[])[2] as t2, (:'t'::text[])[3] as t3,
    (:'t'::text[])[4] as t4, (:'t'::text[])[5] as t5, (:'t'::text[])[6] as t6 \gset

select pg_temp.did('20', format('insert into konak.customers (id, company_name, city, tax_number)
    select (''7e570000-0000-7000-8000-00000000008'' || i)::uuid, ''U'' || i, ''İzmir'', (%L::text[])[i]
    from generate_series(1, 4) i returning id', :'t')) \g /dev/null
select pg_temp.all() as was \gset

-- The odd ones lose their city, the others get a sector, one of them both.
select pg_temp.did('21', 'update konak.customers set
    city = case when right(id::text, 1) in (''1'', ''3'', ''4'') then null else city end,
    sector = case when right(id::text, 1) in (''2'', ''4'') then ''Gıda'' end
    where id::text like ''7e570000-0000-7000-8000-00000000008_'' returning id') \g /dev/null
select isnt(pg_temp.all(), :'was', 'four edits, each of other fields');
create temporary sequence statements;
create function pg_temp.counted() returns trigger language plpgsql security definer as $$
begin
	perform nextval('statements');
	return null;
end $$;
create trigger counted after update on konak.customers for each statement execute function pg_temp.counted();
select is(pg_temp.undo('21'), 'customers edit,customers edit,customers edit,customers edit', 'are undone');
select is((select last_value from statements where is_called), 1::bigint, 'in one statement');
drop trigger counted on konak.customers;
select is(pg_temp.all(), :'was', 'each field of each record');

-- Twice the same record, and one that goes into the bin afterwards.
select pg_temp.did('22', 'update konak.customers set city = ''Van'' where id = ''7e570000-0000-7000-8000-000000000081'' returning id') \g /dev/null
select pg_temp.did('22', 'update konak.customers set city = ''Muş'' where id = ''7e570000-0000-7000-8000-000000000081'' returning id') \g /dev/null
select pg_temp.did('22', 'update konak.customers set city = ''Muş'' where id = ''7e570000-0000-7000-8000-000000000082'' returning id') \g /dev/null
select pg_temp.did('22', 'update konak.customers set deleted_at = now() where id = ''7e570000-0000-7000-8000-000000000082'' returning id') \g /dev/null
select is(pg_temp.undo('22'), 'customers restore,customers edit,customers edit,customers edit',
    'what came last is taken back first');
select is(pg_temp.all(), :'was', 'to what was there before all of it');

-- A unique value that one record leaves and another one takes, up and down.
select pg_temp.did('23', format('update konak.customers set tax_number = %L where id = ''7e570000-0000-7000-8000-000000000082'' returning id', :'t5')) \g /dev/null
select pg_temp.did('23', format('update konak.customers set tax_number = %L where id = ''7e570000-0000-7000-8000-000000000081'' returning id', :'t2')) \g /dev/null
select is(pg_temp.undo('23'), 'customers edit,customers edit', 'a value handed down');
select is(pg_temp.all(), :'was', 'goes back');
select pg_temp.did('24', format('update konak.customers set tax_number = %L where id = ''7e570000-0000-7000-8000-000000000083'' returning id', :'t6')) \g /dev/null
select pg_temp.did('24', format('update konak.customers set tax_number = %L where id = ''7e570000-0000-7000-8000-000000000084'' returning id', :'t3')) \g /dev/null
select is(pg_temp.undo('24'), 'customers edit,customers edit', 'and one handed up');
select is(pg_temp.all(), :'was', 'as well');

select * from finish();
rollback;
