-- 0018-forms.sql - what forms ask for besides saving: fields that are worked
-- out before anything is saved.

-- What the generated columns of a table would be for these values; or, for
-- what a trigger works out, what konak.TABLE_compute(row) says, which that
-- trigger calls as well. It reads no row of the table.
create function konak.compute(tab text, vals jsonb, cols text[]) returns jsonb
language plpgsql stable
as $$
declare
	rel regclass := to_regclass(format('konak.%I', tab));
	own regprocedure := to_regprocedure(format('konak.%I(konak.%I)',
	    tab || '_compute', tab));
	exprs text;
	done jsonb := '{}';
begin
	if own is not null then
		execute format('select to_jsonb(konak.%I(t)) '
		    'from jsonb_populate_record(null::konak.%I, $1) t',
		    tab || '_compute', tab) into done using vals;
	end if;
	select string_agg(format('%L, (%s)', a.attname,
	    pg_get_expr(d.adbin, d.adrelid)), ', ') into exprs
	from pg_attribute a
	join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
	where a.attrelid = rel and a.attgenerated <> ''
	    and a.attname = any (cols);
	if exprs is not null then
		execute format('select $1 || jsonb_build_object(%s) '
		    'from jsonb_populate_record(null::konak.%I, $1) t',
		    exprs, tab) into done using vals || done;
	end if;
	return (select coalesce(jsonb_object_agg(k, done -> k), '{}')
	    from unnest(cols) k);
end $$;
grant execute on function konak.compute(text, jsonb, text[]) to konak_app;
