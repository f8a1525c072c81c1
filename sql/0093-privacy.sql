-- 0093-privacy.sql - KVKK (M4): all that is kept about a person or a customer,
-- and taking it away. What a law wants to stand stays, without the person, and
-- the answer says what and why.

select konak.grant_default('privacy.manage', 'core',
    'Kişisel verileri dışa ver ve sil', 'Export and erase personal data',
    '["owner", "admin"]');

-- Columns that tell of a person, and what takes their place (null: nothing);
-- with the column '' what is kept of a type, by the key of the reason.
create table konak.personal (
	table_name text not null,
	column_name text not null,
	instead text,
	kept text,
	constraint personal_pkey primary key (table_name, column_name)
);
grant select on konak.personal to konak_definer;
insert into konak.personal (table_name, column_name, instead) values
    ('customers', 'company_name', 'Silinen müşteri'),
    ('customers', 'contact_person', null), ('customers', 'phone', null),
    ('customers', 'email', null), ('customers', 'website', null),
    ('customers', 'address', null), ('customers', 'city', null),
    ('customers', 'tax_office', null), ('customers', 'tax_number', null),
    ('customers', 'notes', null), ('customers', 'tags', null),
    ('customers', 'custom', null),
    ('customer_contacts', 'name', 'Silinen kişi'),
    ('customer_contacts', 'title', null), ('customer_contacts', 'phone', null),
    ('customer_contacts', 'email', null), ('customer_contacts', 'notes', null),
    ('interactions', 'text', '-'),
    ('leads', 'company_name', 'Silinen aday'), ('leads', 'contact_person', null),
    ('leads', 'phone', null), ('leads', 'email', null), ('leads', 'notes', null),
    ('leads', 'tags', null), ('leads', 'custom', null),
    ('lead_activities', 'description', '-'),
    ('lead_activities', 'next_action', null),
    ('customer_requests', 'subject', '-'),
    ('customer_requests', 'description', null),
    ('request_messages', 'text', '-'),
    ('students', 'name', 'Silinen öğrenci'),
    ('students', 'father_name', null), ('students', 'father_phone', null),
    ('students', 'father_email', null), ('students', 'mother_name', null),
    ('students', 'mother_phone', null), ('students', 'mother_email', null),
    ('students', 'emergency_contact', null),
    ('students', 'blood_group', null),
    ('students', 'medical_conditions', null), ('students', 'bus_route', null),
    ('comments', 'body', '-'),
    ('reminders', 'title', null), ('reminders', 'note', '-'),
    ('notifications', 'title', null), ('notifications', 'message', null);
insert into konak.personal (table_name, column_name, kept) values
    ('consents', '', 'privacy.kept_consents'),
    ('proposals', '', 'privacy.kept_trade'),
    ('projects', '', 'privacy.kept_trade'),
    ('domains', '', 'privacy.kept_contract'),
    ('hostings', '', 'privacy.kept_contract'),
    ('grades', '', 'privacy.kept_school'),
    ('attendance', '', 'privacy.kept_school'),
    ('homework_submissions', '', 'privacy.kept_school');

grant select on konak.audit_logs to konak_auth;
grant select, delete on konak.audit_values to konak_auth;
create policy auth_find on konak.audit_logs for select to konak_auth
    using (company_id = (select konak.company()));
create policy auth_find on konak.audit_values for select to konak_auth
    using (company_id = (select konak.company()));
create policy auth_forget on konak.audit_values for delete to konak_auth
    using (company_id = (select konak.company()));
set local role konak_definer;

-- What belongs to a record: those that name it, their children, and what is
-- said about any of them.
create function konak.person_rows(record text, ident uuid)
    returns table (tab text, ids uuid[])
language plpgsql stable security definer
set search_path = pg_catalog, konak, pg_temp
as $$
#variable_conflict use_variable
declare
	subject text := (select p.table_name from konak.protected p
	    where p.record = person_rows.record);
	found jsonb := jsonb_build_object(subject, jsonb_build_array(ident));
	f record;
	more jsonb;
	grew boolean := true;
	k text;
begin
	for f in
		select x.tab, x.col from konak.references_to(subject) x
		join konak.protected p on p.table_name = x.tab
	loop
		execute format('select jsonb_agg(distinct c.id) from konak.%I c '
		    'where c.company_id = konak.company() and c.%I = $1', f.tab,
		    f.col) into more using ident;
		if more is not null then
			found := found || jsonb_build_object(f.tab,
			    coalesce(found -> f.tab, '[]') || more);
		end if;
	end loop;
	while grew loop
		grew := false;
		for f in
			select p.table_name as tab, p.spec -> 'parent' ->> 'table'
			    as above, p.spec -> 'parent' ->> 'column' as col
			from konak.protected p where p.spec ? 'parent'
		loop
			continue when not found ? f.above;
			execute format('select jsonb_agg(c.id) from konak.%1$I c '
			    'where c.company_id = konak.company() and c.%2$I in '
			    '(select v::uuid from jsonb_array_elements_text($1) v) '
			    'and not coalesce($2, ''[]'') ? c.id::text', f.tab,
			    f.col) into more using found -> f.above,
			    found -> f.tab;
			if more is not null then
				grew := true;
				found := found || jsonb_build_object(f.tab,
				    coalesce(found -> f.tab, '[]') || more);
			end if;
		end loop;
	end loop;
	for f in
		select p.table_name as tab, case when 'record_id' =
		    any (p.columns) then 'record' else 'related' end as word
		from konak.protected p
		where ('record_id' = any (p.columns)
		    and 'record_type' = any (p.columns)
		    or 'related_id' = any (p.columns)
		    and 'related_type' = any (p.columns))
		    and p.table_name not in ('merges', 'imports')
	loop
		execute format('select jsonb_agg(distinct c.id) from konak.%1$I c '
		    'join konak.protected p on p.record = c.%2$I '
		    'where c.company_id = konak.company() and '
		    '$1 -> p.table_name ? c.%3$I::text', f.tab, f.word || '_type',
		    f.word || '_id') into more using found;
		if more is not null then
			found := found || jsonb_build_object(f.tab, more);
		end if;
	end loop;
	for k in select x from jsonb_object_keys(found) x loop
		tab := k;
		ids := array(select distinct v::uuid
		    from jsonb_array_elements_text(found -> k) v);
		return next;
	end loop;
end $$;

-- All of it as it stands, with what the log remembers; for those who may, and
-- with a trace. A field that the caller may not see is left out.
create function konak.person_data(record text, ident uuid)
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

-- The values that the log keeps of these records, and their salt. The rows
-- and their digests stay, so that the chain holds.
set local role konak_auth;
create function konak.audit_forget(record text, ids uuid[]) returns integer
language plpgsql security definer set search_path = pg_catalog, konak, pg_temp
as $$
declare
	n integer;
begin
	if not konak.may('privacy.manage') then
		perform konak.denied('privacy.manage');
	end if;
	delete from konak.audit_values v using konak.audit_logs a
	where a.company_id = konak.company() and a.record_id = any (ids)
	    and a.record_type = audit_forget.record
	    and v.company_id = a.company_id and v.at = a.at and v.id = a.id;
	get diagnostics n = row_count;
	return n;
end $$;
grant execute on function konak.audit_forget(text, uuid[]) to konak_definer;
set local role konak_definer;

-- Takes the person out: fields by konak.personal, the log's values and their
-- salt (the chain over digests holds). name is the record's title, typed, so
-- that nobody does it by a slip. What comes back is what was done.
create function konak.person_erase(record text, ident uuid, seen integer,
    title text)
    returns table (record_type text, done text, rows integer, why text)
language plpgsql security definer set search_path = pg_catalog, konak, pg_temp
as $$
#variable_conflict use_column
declare
	s konak.protected;
	f record;
	now_title text;
	now_version integer;
	gone integer := 0;
	report jsonb := '{}';
begin
	if not konak.may('privacy.manage') then
		perform konak.denied('privacy.manage');
	end if;
	select p.* into strict s from konak.protected p
	where p.record = person_erase.record;
	execute format('select t.version, concat_ws('' '', %s) from konak.%I t '
	    'where t.company_id = konak.company() and t.id = $1 for update',
	    (select string_agg('t.' || quote_ident(c), ', ')
		from jsonb_array_elements_text(case jsonb_typeof(s.spec -> 'title')
		    when 'string' then jsonb_build_array(s.spec -> 'title')
		    else s.spec -> 'title' end) c), s.table_name)
	into now_version, now_title using ident;
	if now_version is null then
		perform konak.no_row();
	elsif konak.fold(trim(title)) is distinct from
	    konak.fold(trim(now_title)) then
		perform konak.fail('privacy.name',
		    jsonb_build_object('name', now_title), 'name');
	elsif now_version <> seen then
		raise exception using errcode = 'KN001', message = 'stale';
	end if;
	for f in
		select r.tab, r.ids, p.record as name,
		    (select string_agg(format('%I = %s', x.column_name,
			case when x.instead is null then 'null'
			else quote_literal(x.instead) end), ', ')
			from konak.personal x where x.table_name = r.tab
			    and x.column_name = any (p.columns)) as sets,
		    (select x.kept from konak.personal x
			where x.table_name = r.tab and x.column_name = '')
			as kept
		from konak.person_rows(person_erase.record, ident) r
		join konak.protected p on p.table_name = r.tab
		order by (p.record <> person_erase.record), p.record
	loop
		record_type := f.name;
		rows := cardinality(f.ids);
		done := 'kept';
		why := coalesce(f.kept, 'privacy.kept_trade');
		if f.sets is not null then
			-- also what lies in the bin
			execute format('update konak.%I t set %s '
			    'where t.company_id = konak.company() '
			    'and t.id = any ($1)', f.tab, f.sets)
			using f.ids;
			done := 'erased';
			why := null;
			gone := gone + konak.audit_forget(f.name, f.ids);
		end if;
		report := report || jsonb_build_object(f.name, rows);
		return next;
	end loop;
	record_type := 'audit';
	done := 'kept';
	rows := gone;
	why := 'privacy.kept_audit';
	return next;
	perform konak.audit_write(konak.company(), konak.me(), 'PERSON_ERASE',
	    coalesce(s.spec ->> 'module', s.record), s.record, ident,
	    jsonb_build_object('count', report));
end $$;
grant execute on function konak.person_data(text, uuid),
    konak.person_erase(text, uuid, integer, text) to konak_app;

set local role konak_owner;
