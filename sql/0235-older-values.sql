-- 0235-older-values.sql - who may open a secret within a scope (a class's
-- teacher, a child's parent) may also see there that it had older values:
-- what stands in the log is hidden by type, as a record's scope isn't known
-- there, but here the record is.

set local role konak_definer;
create or replace function konak.secret_past(record text, record_id uuid,
    field text)
    returns table (id uuid, at timestamptz, by uuid, by_name text,
	until timestamptz, strength smallint, current boolean)
language plpgsql stable security definer
set search_path = pg_catalog, konak, pg_temp
as $$
#variable_conflict use_variable
declare
	t konak.secret_types;
	f jsonb;
	may boolean;
begin
	select x.* into t from konak.secret_types x where x.record = record;
	f := t.spec -> 'secrets' -> field;
	if f is null or not konak.visible(record, record_id) then
		perform konak.no_row();
	end if;
	may := not konak.audit_hidden(record) @> array[field];
	if may is not true then
		execute format('select %s from konak.%I where %2$I.company_id '
		    '= konak.company() and %2$I.id = $1',
		    konak.protect_condition(f || jsonb_build_object('scopes',
			coalesce(t.spec -> 'scopes', '{}')), 'reveal', false),
		    t.table_name)
		into may using record_id;
	end if;
	if may is not true then
		perform konak.no_row();
	end if;
	return query
	select s.id, s.created_at, s.created_by, u.name, s.replaced_at,
	    s.strength, s.is_current
	from konak.secrets s left join konak.users u on u.id = s.created_by
	where s.company_id = konak.company() and s.record_id = record_id
	    and s.record_type = record and s.field = field
	order by s.created_at desc, s.id desc limit 100;
end $$;
