-- 0014-bulk.sql - one change of many records, exports.

-- Records of a type (columns as jsonb of texts; null: into the bin), under the
-- caller's own rights. What cannot be done comes back with its reason and the
-- rest stands: a set that fails is tried again in halves, down to the rows at
-- fault. version null: whatever it is now.
create function konak.change_many(tab text, vals jsonb, ids uuid[],
    versions integer[])
    returns table (id uuid, state text, message text, tab_name text, con text,
	col text, detail text)
language plpgsql
as $$
#variable_conflict use_column
declare
	n constant integer := cardinality(ids);
	half constant integer := n / 2;
	cols text;
	done uuid[];
begin
	if vals is null then
		cols := 'deleted_at = konak.now()';
	else
		select format('(%1$s) = (select %1$s from '
		    'jsonb_populate_record(null::konak.%2$I, $3))',
		    string_agg(quote_ident(k), ', '), tab)
		into cols from jsonb_object_keys(vals) k;
	end if;
	begin
		execute format('with w as (select x.id, x.version '
		    'from unnest($1, $2) x(id, version)), '
		    'u as (update konak.%1$I t set %2$s from w '
		    'where t.company_id = (select konak.company()) '
		    'and t.id = w.id and t.version = coalesce(w.version, t.version)'
		    '%3$s returning t.id) select array_agg(u.id) from u', tab, cols,
		    case when exists (select from konak.protected p
			where p.table_name = tab
			    and 'deleted_at' = any (p.columns))
			then ' and t.deleted_at is null' else '' end)
		into done using ids, versions, vals;
	exception when others then
		if left(sqlstate, 2) not in ('22', '23', '42', 'KN', 'P0') then
			raise;
		elsif n > 1 then
			return query
			select f.* from konak.change_many(tab, vals,
			    ids[1:half], versions[1:half]) f
			union all
			select f.* from konak.change_many(tab, vals,
			    ids[half + 1:n], versions[half + 1:n]) f;
			return;
		end if;
		get stacked diagnostics message = message_text,
		    tab_name = table_name, con = constraint_name,
		    col = column_name, detail = pg_exception_detail;
		id := ids[1];
		state := sqlstate;
		return next;
		return;
	end;
	if cardinality(done) = n then
		return;
	end if;
	-- Not there, or not any more, or not as the caller saw it, or not his.
	-- What this very request has done already is no failure.
	return query execute format('select w.id, case '
	    'when t.id is null or %2$s then ''KN002'' '
	    'when t.version <> w.version then ''KN001'' else ''42501'' end, '
	    'case when t.id is null then ''record.not_found'' '
	    'when %2$s then ''record.deleted'' else ''many'' end, '
	    ''''', '''', '''', ''{}'' '
	    'from unnest($1, $2) w(id, version) '
	    'left join konak.%1$I t on t.company_id = (select konak.company()) '
	    'and t.id = w.id '
	    'where w.id <> all ($3) and not konak.done(konak.request(), w.id)',
	    tab, case when exists (select from konak.protected p
		where p.table_name = tab and 'deleted_at' = any (p.columns))
		then 't.deleted_at is not null' else 'false' end)
	using ids, versions, coalesce(done, '{}');
end $$;
grant execute on function
    konak.change_many(text, jsonb, uuid[], integer[]) to konak_app;

-- ------------------------------------------------------------------ exports

select konak.grant_default('records.export', 'core', 'Listeleri dışa aktar',
    'Export lists', '["owner", "admin", "manager"]');

-- The log's row with which an export begins.
create function konak.export_begin(module text, record_type text, vals jsonb)
    returns void
language plpgsql
as $$
begin
	if not konak.may('records.export') then
		perform konak.denied('records.export');
	end if;
	perform konak.audit('EXPORT', module, record_type, null, vals);
end $$;
grant execute on function konak.export_begin(text, text, jsonb) to konak_app;

-- An export's pages are asked for one by one; they belong to an act that the
-- same person began within the hour, with a fresh code, for the same list.
set local role konak_definer;
create function konak.export_going(export uuid, digest text) returns void
language plpgsql stable security definer
set search_path = pg_catalog, konak, pg_temp
as $$
begin
	if not konak.may('records.export') then
		perform konak.denied('records.export');
	end if;
	if not exists (select from konak.audit_logs l
	    join konak.audit_values v on v.company_id = l.company_id
		and v.at = l.at and v.id = l.id
	    where l.company_id = konak.company()
		and l.request_id = export_going.export
		and l.user_id = konak.me() and l.action = 'EXPORT'
		and l.at > konak.now() - interval '1 hour'
		and v.values ->> 'digest' = export_going.digest) then
		perform konak.fail('export.unknown');
	end if;
end $$;
grant execute on function konak.export_going(uuid, text) to konak_app;
set local role konak_owner;
