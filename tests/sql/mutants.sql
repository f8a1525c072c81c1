-- Some of the guards are taken away, one by one, and line.psql notices; all of
-- them by tests/mutate/run. Here it is every fortieth. To read a catalogue that
-- holds no row of a company is no guard (tests/mutate/RESULTS.md).

begin;
select plan(2);
\ir line.psql
\ir ../mutate/mutants.psql

create temp table tried as
select m.*, pg_temp.noticed(m.tab, m.ddl) as by
from (select *, row_number() over (order by kind, tab, what) as n
    from pg_temp.mutants() where what not like 'execute%'
	and to_regclass('konak.' || tab) is not null) m
where n % 40 = 7;
select cmp_ok((select count(*) from tried), '>', 20::bigint, 'guards are taken away');
select is_empty($$select kind, tab, what from tried where by is null
    and kind <> 'trigger' and not (kind = 'grant' and what like 'select to %'
	and not exists (select from pg_attribute a
	    where a.attrelid = format('konak.%I', tab)::regclass
	    and a.attname = 'company_id'))$$, 'and each is missed');

select * from finish();
rollback;
