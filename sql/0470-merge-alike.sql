-- 0470-merge-alike.sql - what both records have alike, the same SEO template say,
-- cannot all become the winner's. Such a child stays with the loser: it goes into
-- the bin with it, and comes back when the two are two again.

-- Of a child's table, the condition that a row stays: the loser ($2) is its
-- parent, and the winner ($1) has a living one with the same unique key. Keys
-- that only_ones() eases, and those with an id, never stand in the way.
create function konak.stays_sql(child text, parent text) returns text
language sql stable
as $$
	select string_agg(format('%1$I = $2 and %2$s and (true%3$s) in (select '
	    'true%3$s from konak.%4$I where company_id = konak.company() '
	    'and %1$I = $1 and %2$s)', link, coalesce(pred, 'true'), keys,
	    stays_sql.child), ' or ')
	from (select p.spec -> 'parent' ->> 'column' as link,
		pg_get_expr(i.indpred, i.indrelid) as pred,
		(select string_agg(', ' || pg_get_indexdef(i.indexrelid, n, true),
		    '' order by n)
		    from generate_series(1, i.indnkeyatts) n
		    where pg_get_indexdef(i.indexrelid, n, true) not in
			('company_id', p.spec -> 'parent' ->> 'column')) as keys,
		(select array_agg(a.attname::text) from pg_attribute a
		    where a.attrelid = i.indrelid and a.attnum = any (i.indkey))
		    as cols
	    from konak.protected p
	    join pg_index i on i.indisunique
		and i.indrelid = format('konak.%I', p.table_name)::regclass
	    where p.table_name = stays_sql.child
		and p.spec -> 'parent' ->> 'table' = stays_sql.parent) x
	where link = any (cols) and 'id' <> all (cols)
	    and not exists (select from konak.only_ones(stays_sql.child, link) o
		where pred ~ ('\m' || o || '\M'))
$$;
grant execute on function konak.stays_sql(text, text) to konak_definer;

create or replace function konak.move_sql(tab text, ids boolean) returns text
language sql stable
as $$
	select 'with ' || string_agg(format('m%1$s as (update konak.%2$I c set '
	    '%3$s where c.company_id = konak.company() and (%4$s)%5$s '
	    'returning 1)', n, t, sets, wheres, ' and (' || stays
	    || ') is not true'), ', ') || ' select '
	    || string_agg(format('(select count(*) from m%s)', n), ' + ')
	from (select row_number() over (order by r.tab) as n, r.tab as t,
		string_agg(format('%1$I = case when c.%1$I = $2 then $1 '
		    'else c.%1$I end', r.col), ', ')
		|| coalesce((select string_agg(format(', %1$I = c.%1$I and not '
		    'exists (select from konak.%2$I w where w.company_id = '
		    'c.company_id and w.%3$I = $1 and w.%1$I and w.id <> c.id)',
		    o, r.tab, min(r.col)), '')
		    from konak.only_ones(r.tab, min(r.col)) o), '') as sets,
		string_agg(format(case when ids then '(c.%1$I = $2 and c.id in '
		    '(select x::uuid from jsonb_array_elements_text($3 -> %2$L) x))'
		    else 'c.%1$I = $2' end, r.col, r.tab), ' or ') as wheres,
		konak.stays_sql(r.tab, move_sql.tab) as stays
	    from konak.references_to(move_sql.tab) r
	    where r.tab in (select table_name from konak.protected)
	    group by r.tab) s
$$;
