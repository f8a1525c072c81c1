-- 0137-undo.sql - what a trigger has set beside an edit is no reason to refuse
-- its undo: a lead goes back to its stage, and when it entered it is the
-- trigger's to say again. Nobody may write such columns, so they are left out.

create or replace function konak.undo(request uuid)
    returns table (record_type text, record_id uuid, version integer, op text)
language plpgsql
as $$
#variable_conflict use_column
declare
	r record;
	p konak.protected;
	cols text;
	n integer := 0;
begin
	for r in select u.* from konak.undo_rows(undo.request) u loop
		n := n + 1;
		if r.who is not null then
			perform konak.fail('record.undo_changed',
			    jsonb_build_object('name', coalesce(r.title, ''),
			    'by', r.who, 'at', r.since));
		end if;
		select x.* into p from konak.protected x
		where x.record = r.record_type;
		if not found or (r.op in ('create', 'restore')
		    and not 'deleted_at' = any (p.columns)) then
			perform konak.fail('record.undo_impossible',
			    jsonb_build_object('name', coalesce(r.title, '')));
		end if;
		if r.op = 'edit' then
			select string_agg(quote_ident(k), ', ') into cols
			from jsonb_object_keys(r.old) k
			where k = any (p.columns)
			    and has_column_privilege(format('konak.%I',
				p.table_name), k, 'update');
			continue when cols is null;
			execute format('update konak.%1$I t set (%2$s) = (select %2$s '
			    'from jsonb_populate_record(null::konak.%1$I, $1)) '
			    'where t.company_id in (konak.company(), '
			    'konak.group_company()) and t.id = $2 '
			    'returning t.version', p.table_name, cols)
			into version using r.old, r.record_id;
		else
			execute format('update konak.%1$I t set deleted_at = %2$s '
			    'where t.company_id in (konak.company(), '
			    'konak.group_company()) and t.id = $1 '
			    'and t.deleted_at is %3$s returning t.version',
			    p.table_name,
			    case r.op when 'delete' then 'null' else 'konak.now()' end,
			    case r.op when 'delete' then 'not null' else 'null' end)
			into version using r.record_id;
		end if;
		if version is null then
			perform konak.no_row();
		end if;
		record_type := r.record_type;
		record_id := r.record_id;
		op := case r.op when 'edit' then 'edit'
		    when 'delete' then 'restore' else 'delete' end;
		return next;
		version := null;
	end loop;
	if n = 0 then
		perform konak.fail('record.undo_nothing');
	end if;
end $$;
