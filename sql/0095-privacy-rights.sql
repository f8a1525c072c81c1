-- 0095-privacy-rights.sql - what is exported of a person is what the caller may
-- see: a type without the right to view it is left out, and the vault always.
-- Who may see which of its entries is said row by row, and none of them tells
-- of the person.

insert into konak.personal (table_name, column_name, kept) values
    ('credentials', '', 'privacy.kept_contract'),
    ('mail_accounts', '', 'privacy.kept_contract')
on conflict do nothing;

set local role konak_definer;

-- All of it as it stands, with what the log remembers; for those who may, and
-- with a trace. A field that the caller may not see is left out.
create or replace function konak.person_data(record text, ident uuid)
    returns table (record_type text, id uuid, data jsonb)
language plpgsql security definer set search_path = pg_catalog, konak, pg_temp
as $$
#variable_conflict use_column
declare
	f record;
	hidden text[];
	n integer := 0;
	c integer;
begin
	if not konak.may('privacy.manage') then
		perform konak.denied('privacy.manage');
	end if;
	for f in
		select r.tab, r.ids, p.record as name, p.spec
		from konak.person_rows(person_data.record, ident) r
		join konak.protected p on p.table_name = r.tab
		    and (p.record = person_data.record
			or konak.holds(r.tab, 'view'))
		    and coalesce(p.spec ->> 'module', '') <> 'vault'
		order by (p.record <> person_data.record), p.record
	loop
		hidden := array(select jsonb_array_elements_text(
			coalesce(f.spec -> 'internal', '[]')))
		    || array(select s.key from jsonb_each_text(
			coalesce(f.spec -> 'see', '{}')) s
			where not konak.may(s.value))
		    || '{company_id,search,deleted_request,custom}'::text[];
		return query execute format('select %2$L, t.id, '
		    'jsonb_strip_nulls(to_jsonb(t) - $2) || coalesce((select '
		    'jsonb_object_agg(d.name, to_jsonb(t) -> ''custom'' -> d.key) '
		    'from konak.custom_field_defs d '
		    'where d.company_id = t.company_id '
		    'and to_jsonb(t) -> ''custom'' ? d.key), ''{}'') '
		    'from konak.%1$I t where t.company_id = konak.company() '
		    'and t.id = any ($1) order by t.id', f.tab, f.name)
		using f.ids, hidden;
		get diagnostics c = row_count;
		n := n + c;
		return query select 'audit', a.record_id, jsonb_build_object(
		    'at', a.at, 'action', a.action, 'record_type',
		    a.record_type, 'user', (select u.name from konak.users u
			where u.id = a.user_id),
		    'old', (v.values -> 'old') - hidden,
		    'new', (v.values -> 'new') - hidden)
		from konak.audit_logs a
		join konak.audit_values v on v.company_id = a.company_id
		    and v.at = a.at and v.id = a.id
		where a.company_id = konak.company()
		    and a.record_id = any (f.ids) and a.record_type = f.name
		    and a.op is not null
		order by a.at, a.id;
	end loop;
	if n = 0 then
		perform konak.no_row();
	end if;
	perform konak.audit_write(konak.company(), konak.me(), 'PERSON_EXPORT',
	    (select coalesce(p.spec ->> 'module', p.record)
		from konak.protected p
		where p.record = person_data.record), person_data.record, ident,
	    jsonb_build_object('count', n));
end $$;

set local role konak_owner;
