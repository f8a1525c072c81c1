-- Every table refuses by itself, whatever konakd would have said: tried from
-- its own catalogue entry, so that a new table is tried as well.

begin;
select no_plan();
\ir line.psql

select is_empty(format('select try, outcome from pg_temp.line(%L) where not good',
    c.relname), c.relname || ' refuses what it must')
from pg_class c
where c.relnamespace = 'konak'::regnamespace and c.relkind in ('r', 'p')
order by c.relname;

select * from finish();
rollback;
