-- 0481-undo-in-runs.sql - taking back is done in runs again, as 0081 has it:
-- 0137 left out the columns that nobody may write, and with them the runs, so
-- that each of ten thousand records had a statement planned for itself.

-- Of the columns that were changed, those that the caller can set again: what
-- a trigger sets beside an edit is the trigger's to say.
create function konak.undo_columns(p konak.protected, olds jsonb[])
    returns text[]
language sql stable
return (select coalesce(array_agg(s.k), '{}')
    from (select distinct k from unnest(olds) o, jsonb_object_keys(o) k
	where k = any (p.columns)) s
    where has_column_privilege(format('konak.%I', p.table_name), s.k,
	'update'));

create or replace function konak.undo_run(p konak.protected, op text,
    ids uuid[], olds jsonb[]) returns table (record_id uuid, version integer)
language plpgsql
as $$
declare
	cols text;
	vals text;
	done bigint;
begin
	if op = 'edit' then
		-- Not every record had the same fields changed.
		select string_agg(quote_ident(k), ', '),
		    string_agg(format('case when u.old ? %1$L then x.%1$I '
			'else t.%1$I end', k), ', ')
		into cols, vals
		from unnest(konak.undo_columns(p, olds)) k;
		return query execute format('update konak.%1$I t set (%2$s) = '
		    '(select %3$s from jsonb_populate_record(null::konak.%1$I, '
		    'u.old) x) from unnest($1, $2) u(id, old) '
		    'where t.company_id in ((select konak.company()), '
		    '(select konak.group_company())) and t.id = u.id '
		    'returning t.id, t.version', p.table_name, cols, vals)
		using ids, olds;
	else
		return query execute format('update konak.%1$I t set deleted_at '
		    '= %2$s where t.company_id in ((select konak.company()), '
		    '(select konak.group_company())) and t.id = any ($1) '
		    'and t.deleted_at is %3$s returning t.id, t.version',
		    p.table_name,
		    case op when 'delete' then 'null' else 'konak.now()' end,
		    case op when 'delete' then 'not null' else 'null' end)
		using ids;
	end if;
	get diagnostics done = row_count;
	if done <> cardinality(ids) then
		perform konak.no_row();
	end if;
end $$;

create or replace function konak.undo(request uuid)
    returns table (record_type text, record_id uuid, version integer, op text)
language plpgsql
as $$
#variable_conflict use_column
declare
	g record;
	p konak.protected;
	n integer := 0;
	i integer;
	cols text[];
	opposite text;
begin
	for g in
		with u as (
			select x.*, row_number() over (
			    partition by x.record_type, x.record_id
			    order by x.pos) as pass
			from konak.undo_rows(undo.request) with ordinality
			    as x(record_type, record_id, op, old, title, who,
			    since, pos)
		), b as (
			select u.*, (u.record_type, u.op, u.pass)
			    is distinct from (lag(u.record_type) over w,
			    lag(u.op) over w, lag(u.pass) over w) as begins
			from u window w as (order by u.pos)
		), r as (
			select b.*, count(*) filter (where b.begins)
			    over (order by b.pos) as run
			from b
		)
		select r.record_type, r.op,
		    array_agg(r.record_id order by r.pos) as ids,
		    array_agg(r.old order by r.pos) as olds,
		    (array_agg(r.title order by r.pos))[1] as title,
		    (array_agg(jsonb_build_object('name',
			coalesce(r.title, ''), 'by', r.who, 'at', r.since)
			order by r.pos) filter (where r.who is not null))[1]
			as changed
		from r group by r.run, r.record_type, r.op
		order by min(r.pos)
	loop
		n := n + 1;
		if g.changed is not null then
			perform konak.fail('record.undo_changed', g.changed);
		end if;
		select x.* into p from konak.protected x
		where x.record = g.record_type;
		if not found or (g.op in ('create', 'restore')
		    and not 'deleted_at' = any (p.columns)) then
			perform konak.fail('record.undo_impossible',
			    jsonb_build_object('name', coalesce(g.title, '')));
		end if;
		if g.op = 'edit' then
			cols := konak.undo_columns(p, g.olds);
			select coalesce(array_agg(e.id order by e.pos), '{}'),
			    array_agg(e.old order by e.pos)
			into g.ids, g.olds
			from unnest(g.ids, g.olds) with ordinality
			    e(id, old, pos)
			where e.old ?| cols;
		end if;
		continue when cardinality(g.ids) = 0;
		opposite := case g.op when 'edit' then 'edit'
		    when 'delete' then 'restore' else 'delete' end;
		begin
			return query select g.record_type, d.record_id,
			    d.version, opposite
			from konak.undo_run(p, g.op, g.ids, g.olds) d;
		exception when unique_violation or exclusion_violation then
			-- A value went from one record to the next: in the
			-- order in which it came.
			for i in 1 .. cardinality(g.ids) loop
				return query select g.record_type, d.record_id,
				    d.version, opposite
				from konak.undo_run(p, g.op, g.ids[i:i],
				    g.olds[i:i]) d;
			end loop;
		end;
	end loop;
	if n = 0 then
		perform konak.fail('record.undo_nothing');
	end if;
end $$;
grant execute on function konak.undo_columns(konak.protected, jsonb[])
    to konak_app;
