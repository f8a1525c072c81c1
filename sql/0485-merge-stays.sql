-- 0485-merge-stays.sql - a merge says how many records stayed with the one that
-- went: those that the other one has alike. It was silent about them, and they
-- were looked for in vain.

alter table konak.merges add column stayed_count integer not null default 0;
update konak.protected p set spec = p.spec || jsonb_build_object(
    'readonly', p.spec -> 'readonly' || '["stayed_count"]')
where p.table_name = 'merges';
do $$ begin
	perform konak.protect_again('konak.merges');
end $$;

grant execute on function konak.rewrite(regprocedure, text, text)
    to konak_definer;
set local role konak_definer;

-- What names the loser still, once all that could go along has gone.
create function konak.merge_stays(tab text, record text, loser uuid)
    returns bigint
language plpgsql security definer set search_path = pg_catalog, konak, pg_temp
as $$
declare
	t record;
	k bigint;
	n bigint := 0;
begin
	for t in
		select p.table_name as tab,
		    string_agg(format('c.%I = $1', r.col), ' or ') as cond,
		    'deleted_at' = any (p.columns) as soft
		from konak.references_to(merge_stays.tab) r
		join konak.protected p on p.table_name = r.tab
		group by p.table_name, p.columns
		union all
		select p.table_name, format('c.%I = %L and c.%I = $1', w || '_type',
		    merge_stays.record, w || '_id'), 'deleted_at' = any (p.columns)
		from konak.protected p, unnest('{record,related}'::text[]) w
		where p.columns @> array[w || '_type', w || '_id']
		    and p.table_name not in ('merges', 'imports')
	loop
		execute format('select count(*) from konak.%I c where '
		    'c.company_id = konak.company() and (%s)%s', t.tab, t.cond,
		    case when t.soft then ' and c.deleted_at is null' else '' end)
		into k using loser;
		n := n + k;
	end loop;
	return n;
end $$;

do $$
declare
	fn constant regprocedure :=
	    'konak.merge_move(text, text, uuid, uuid, text, text)';
begin
	perform konak.rewrite(fn, 'merged_id, moved_count)',
	    'merged_id, moved_count, stayed_count)');
	perform konak.rewrite(fn, 'winner, loser, n);',
	    'winner, loser, n, konak.merge_stays(tab, record, loser));');
end $$;

set local role konak_owner;
revoke execute on function konak.rewrite(regprocedure, text, text)
    from konak_definer;

-- As 0090 has it; what stayed is told as well.
drop function konak.merge(text, text, uuid, integer, uuid, integer, jsonb, text,
    text);
create function konak.merge(tab text, record text, winner uuid,
    version integer, loser uuid, loser_version integer, vals jsonb,
    name text, from_name text)
    returns table (kept uuid, kept_version integer, moved integer,
	stayed integer)
language plpgsql
as $$
#variable_conflict use_column
declare
	again constant boolean := konak.done(konak.request(), winner)
	    or konak.done(konak.request(), loser);
	n integer;
	stale integer;
begin
	if winner = loser then
		perform konak.fail('merge.same', '{}', 'from');
	end if;
	if not again then
		execute format('select count(*), count(*) filter (where '
		    'x.version <> case x.id when $1 then $3 else $4 end) '
		    'from (select t.id, t.version from konak.%I t '
		    'where t.company_id = konak.company() '
		    'and t.id in ($1, $2) and t.deleted_at is null order by t.id '
		    'for update) x', tab)
		into n, stale using winner, loser, version, loser_version;
		if n < 2 then
			perform konak.no_row();
		elsif stale > 0 then
			perform konak.fail('merge.stale');
		end if;
		perform konak.merge_move(tab, record, winner, loser, name,
		    from_name);
		execute format('update konak.%I t set deleted_at = konak.now() '
		    'where t.company_id = konak.company() and t.id = $1', tab)
		using loser;
		if vals <> '{}' then
			execute format('update konak.%I t set %s '
			    'where t.company_id = konak.company() and t.id = $1',
			    tab, konak.set_sql(tab,
				array(select k from jsonb_object_keys(vals) k),
				'$2'))
			using winner, vals;
		end if;
	end if;
	select coalesce(max(m.moved_count), 0), coalesce(max(m.stayed_count), 0)
	into moved, stayed from konak.merges m
	where m.company_id = konak.company() and m.id = konak.request();
	for kept, kept_version in execute format('select t.id, t.version '
	    'from konak.%I t where t.company_id = konak.company() and t.id = $1',
	    tab) using winner
	loop
		return next;
	end loop;
end $$;
grant execute on function konak.merge(text, text, uuid, integer, uuid, integer,
    jsonb, text, text) to konak_app;
