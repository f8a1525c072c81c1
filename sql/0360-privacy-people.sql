-- 0360-privacy-people.sql - KVKK (M4) for the house's own people: a teacher's
-- record, and an account with all that every company of the group keeps of its
-- person. Sealed values of what is erased go with it.

insert into konak.personal (table_name, column_name, instead) values
    ('users', 'first_name', 'Silinen'), ('users', 'last_name', 'Kullanıcı'),
    ('users', 'email', '{id}@silinen.invalid'), ('users', 'phone', null),
    ('users', 'avatar', null), ('users', 'date_of_birth', null),
    ('users', 'gender', null), ('users', 'address', null),
    ('users', 'notification_preferences', '{}'),
    ('teachers', 'name', 'Silinen öğretmen'),
    ('teachers', 'employee_id', '{id}'), ('teachers', 'qualification', null),
    ('teachers', 'experience_years', null), ('teachers', 'salary', null),
    ('teacher_preferences', 'reason', null),
    ('substitutions', 'reason', null),
    ('students', 'tc_no', null),
    ('mails', 'to_address', 'silinen@silinen.invalid'),
    ('mails', 'subject', '-'), ('mails', 'last_error', null);
insert into konak.personal (table_name, column_name, kept) values
    ('classes', '', 'privacy.kept_school'),
    ('homework', '', 'privacy.kept_school'),
    ('lesson_requirements', '', 'privacy.kept_school'),
    ('timetable_entries', '', 'privacy.kept_school'),
    ('teacher_subjects', '', 'privacy.kept_school'),
    ('qa_messages', '', 'privacy.kept_school'),
    ('complaints', '', 'privacy.kept_school');

-- Records of which nothing else than the references to them tells: what names
-- them is not theirs, and is neither opened up nor said about them.
create table konak.personal_staff (
	record text not null,
	constraint personal_staff_pkey primary key (record)
);
insert into konak.personal_staff values ('teachers');

-- What a company keeps of an account's person, by the column that names it.
-- "whole": a record of its own, erased as that; otherwise only its columns.
create table konak.personal_own (
	table_name text not null,
	column_name text not null,
	whole boolean not null default false,
	constraint personal_own_pkey primary key (table_name)
);
insert into konak.personal_own values ('teachers', 'user_id', true),
    ('students', 'user_id', true), ('reminders', 'user_id', false),
    ('notifications', 'user_id', false), ('mails', 'user_id', false);
grant select on konak.personal_staff, konak.personal_own to konak_definer;

set local role konak_definer;

create or replace function konak.person_rows(record text, ident uuid)
    returns table (tab text, ids uuid[])
language plpgsql stable security definer
set search_path = pg_catalog, konak, pg_temp
as $$
#variable_conflict use_variable
declare
	subject text := (select p.table_name from konak.protected p
	    where p.record = person_rows.record);
	staff boolean := exists (select from konak.personal_staff s
	    where s.record = person_rows.record);
	found jsonb := jsonb_build_object(subject, jsonb_build_array(ident));
	named jsonb := '{}';
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
			named := named || jsonb_build_object(f.tab,
			    coalesce(named -> f.tab, '[]') || more);
		end if;
	end loop;
	if not staff then
		found := found || named;
	end if;
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
	if staff then
		found := named || found;
	end if;
	for k in select x from jsonb_object_keys(found) x loop
		tab := k;
		ids := array(select distinct v::uuid
		    from jsonb_array_elements_text(found -> k) v);
		return next;
	end loop;
end $$;

-- An account's person as the company that was entered knows it: the account,
-- the membership, records of its own, and what else the person is named in.
create function konak.account_rows(person uuid)
    returns table (tab text, ids uuid[])
language plpgsql stable security definer
set search_path = pg_catalog, konak, pg_temp
as $$
#variable_conflict use_variable
declare
	o konak.personal_own;
	found uuid[];
	f record;
begin
	return query select 'users', array[person];
	return query select 'memberships', array_agg(m.id)
	from konak.memberships m where m.company_id = konak.company()
	    and m.user_id = person having count(*) > 0;
	for o in select x.* from konak.personal_own x
	    join konak.protected p on p.table_name = x.table_name loop
		execute format('select array_agg(t.id) from konak.%I t '
		    'where t.company_id = konak.company() and t.%I = $1',
		    o.table_name, o.column_name) into found using person;
		continue when found is null;
		if not o.whole then
			return query select o.table_name, found;
			continue;
		end if;
		for f in
			select r.tab, array_agg(distinct i) as ids
			from unnest(found) x
			cross join konak.person_rows((select p.record
			    from konak.protected p
			    where p.table_name = o.table_name), x) r
			cross join unnest(r.ids) i group by r.tab
		loop
			return query select f.tab, f.ids;
		end loop;
	end loop;
end $$;

-- Other rows of the company that name the person: work that stays.
create function konak.account_named(person uuid)
    returns table (tab text, n integer)
language plpgsql stable security definer
set search_path = pg_catalog, konak, pg_temp
as $$
declare
	f record;
begin
	for f in
		select p.table_name, string_agg(format('t.%I = $1', c.col), ' or ')
		    as cond
		from konak.protected p cross join lateral (
			select a.attname as col from pg_constraint k
			join pg_attribute a on a.attrelid = k.conrelid
			    and a.attnum = any (k.conkey)
			    and a.attname <> 'company_id'
			where k.contype = 'f'
			    and k.conrelid = format('konak.%I', p.table_name)::regclass
			    and k.confrelid = 'konak.memberships'::regclass) c
		where not exists (select from konak.personal_own o
		    where o.table_name = p.table_name)
		group by p.table_name order by p.table_name
	loop
		execute format('select count(*)::int from konak.%I t '
		    'where t.company_id = konak.company() and (%s)',
		    f.table_name, f.cond) into n using person;
		tab := f.table_name;
		if n > 0 then
			return next;
		end if;
	end loop;
end $$;

-- 42501 unless the caller may do this to the account: platform.md, "Acting on
-- a person". An account that is in use is not erased.
create function konak.account_check(person uuid, erase boolean) returns void
language plpgsql stable security definer
set search_path = pg_catalog, konak, pg_temp
as $$
begin
	if not konak.may('users.manage') then
		perform konak.denied('users.manage');
	elsif not konak.may('group.manage') and not exists (
	    select from konak.memberships m where m.company_id = konak.company()
	    and m.user_id = person and (m.deleted_at is null or not erase)) then
		perform konak.no_row();
	elsif not exists (select from konak.users u where u.id = person) then
		perform konak.no_row();
	elsif erase and not konak.may_act(person) then
		perform konak.fail('auth.may_not_act');
	elsif erase and (select u.is_active from konak.users u
	    where u.id = person) then
		perform konak.fail('privacy.active');
	end if;
end $$;

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
	account boolean := person_data.record = 'users';
begin
	if not konak.may('privacy.manage') then
		perform konak.denied('privacy.manage');
	end if;
	if account then
		perform konak.account_check(ident, false);
	end if;
	for f in
		select r.tab, r.ids, p.record as name, p.spec
		from (select x.tab, x.ids from konak.account_rows(ident) x
			where account
		    union all
		    select x.tab, x.ids
			from konak.person_rows(person_data.record, ident) x
			where not account) r
		join konak.protected p on p.table_name = r.tab
		    and (p.record = person_data.record
			or account and r.tab in (select o.table_name
			    from konak.personal_own o where not o.whole)
			or account and r.tab = 'memberships'
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
		    'from konak.%1$I t where (t.company_id = konak.company() '
		    'or %3$L) and t.id = any ($1) order by t.id', f.tab, f.name,
		    account and f.tab = 'users')
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
		where a.company_id in (konak.company(),
			case when f.tab = 'users' then konak.group_company() end)
		    and a.record_id = any (f.ids) and a.record_type = f.name
		    and a.op is not null
		order by a.at, a.id;
	end loop;
	if n = 0 then
		perform konak.no_row();
	end if;
	if account then
		return query select p.record, ident, jsonb_build_object('named', x.n)
		from konak.account_named(ident) x
		join konak.protected p on p.table_name = x.tab
		    and coalesce(p.spec ->> 'module', '') <> 'vault'
		order by p.record;
	end if;
	perform konak.audit_write(konak.company(), konak.me(), 'PERSON_EXPORT',
	    (select coalesce(p.spec ->> 'module', p.record)
		from konak.protected p
		where p.record = person_data.record), person_data.record, ident,
	    jsonb_build_object('count', n));
end $$;

-- The sealed values of these records: nothing is left to open. Their rows stay
-- as long as the log of who opened them names them; no generation of the key
-- is theirs.
create function konak.secrets_forget(record text, ids uuid[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
	update konak.secrets s set box = '\x00007fffffff'::bytea
	    || decode(repeat('00', 48), 'hex'), alike = null, digest = null,
	    strength = null
	where s.company_id = konak.company() and s.record_type = record
	    and s.record_id = any (ids)
$$;
revoke execute on function konak.secrets_forget(text, uuid[]),
    konak.account_rows(uuid), konak.account_named(uuid),
    konak.account_check(uuid, boolean) from public;

-- Empties what konak.personal says of these rows of the company that is named;
-- how many values the log has forgotten, or null: nothing is emptied there.
create function konak.person_wipe(tab text, ids uuid[]) returns integer
language plpgsql security definer set search_path = pg_catalog, konak, pg_temp
as $$
declare
	p konak.protected;
	sets text;
begin
	select x.* into strict p from konak.protected x
	where x.table_name = person_wipe.tab;
	select string_agg(format('%I = %s', x.column_name, case
	    when x.instead is null then 'null'
	    when strpos(x.instead, '{id}') > 0 then
		format('replace(%L, ''{id}'', t.id::text)', x.instead)
	    else quote_literal(x.instead) end), ', ')
	into sets from konak.personal x
	where x.table_name = person_wipe.tab and x.column_name <> ''
	    and x.column_name in (select a.attname from pg_attribute a
		where a.attrelid = format('konak.%I', tab)::regclass
		and a.attnum > 0 and not a.attisdropped);
	if sets is null then
		return null;
	end if;
	-- also what lies in the bin
	execute format('update konak.%I t set %s where %s t.id = any ($1)', tab,
	    sets, case when tab = 'users' then ''
		else 't.company_id = konak.company() and' end)
	using ids;
	perform konak.secrets_forget(p.record, ids);
	return konak.audit_forget(p.record, ids);
end $$;
revoke execute on function konak.person_wipe(text, uuid[]) from public;

-- What is erased of a record and of what belongs to it, and what stays.
create function konak.person_forget(record text, ident uuid)
    returns table (record_type text, done text, rows integer, why text,
	gone integer)
language plpgsql security definer set search_path = pg_catalog, konak, pg_temp
as $$
#variable_conflict use_column
declare
	f record;
begin
	for f in
		select r.tab, r.ids, p.record as name,
		    (select x.kept from konak.personal x
			where x.table_name = r.tab and x.column_name = '')
			as kept
		from konak.person_rows(person_forget.record, ident) r
		join konak.protected p on p.table_name = r.tab
		order by (p.record <> person_forget.record), p.record
	loop
		record_type := f.name;
		rows := cardinality(f.ids);
		gone := konak.person_wipe(f.tab, f.ids);
		done := case when gone is null then 'kept' else 'erased' end;
		why := case when gone is null
		    then coalesce(f.kept, 'privacy.kept_trade') end;
		return next;
	end loop;
end $$;
revoke execute on function konak.person_forget(text, uuid) from public;

set local role konak_auth;

-- The account behind a person: how it was entered and from where. Its rows of
-- sign-in stay as the law on traffic data wants them, without the address.
create function konak.account_wipe(person uuid) returns void
language plpgsql security definer set search_path = pg_catalog, konak, pg_temp
as $$
begin
	if not konak.may('privacy.manage') then
		perform konak.denied('privacy.manage');
	end if;
	delete from auth.credentials c where c.user_id = person;
	delete from auth.totp t where t.user_id = person;
	delete from auth.recovery_codes r where r.user_id = person;
	delete from auth.drafts d where d.user_id = person;
	update auth.login_history h set email = person || '@silinen.invalid',
	    client = null, location = null where h.user_id = person;
	update auth.sessions s set client = null, ip = null
	where s.user_id = person;
	perform auth.end_sessions(person, null, null, 'erased');
end $$;

-- Where the person is, or has been.
create function konak.account_companies(person uuid) returns uuid[]
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select array(select m.company_id from konak.memberships m
	    where m.user_id = person order by m.company_id)
$$;
revoke execute on function konak.account_wipe(uuid),
    konak.account_companies(uuid) from public;
grant execute on function konak.account_wipe(uuid),
    konak.account_companies(uuid) to konak_definer;
set local role konak_definer;

-- Of an account: in each company that the person has been in, and then the
-- account itself. The sum of it.
create function konak.account_forget(person uuid)
    returns table (record_type text, done text, rows integer, why text,
	gone integer)
language plpgsql security definer set search_path = pg_catalog, konak, pg_temp
as $$
#variable_conflict use_column
declare
	here constant uuid := konak.company();
	report jsonb := '[]';
	c uuid;
	o konak.personal_own;
	ids uuid[];
	i uuid;
begin
	foreach c in array konak.account_companies(person)
	    || konak.group_company() loop
		perform set_config('konak.company', c::text, true);
		for o in select x.* from konak.personal_own x
		    join konak.protected p on p.table_name = x.table_name
		    order by not x.whole, x.table_name loop
			execute format('select array_agg(t.id) from konak.%I t '
			    'where t.company_id = konak.company() and t.%I = $1',
			    o.table_name, o.column_name) into ids using person;
			continue when ids is null;
			if not o.whole then
				report := report || jsonb_build_object('t',
				    o.table_name, 'd', 'erased', 'n',
				    cardinality(ids), 'g',
				    konak.person_wipe(o.table_name, ids));
				continue;
			end if;
			foreach i in array ids loop
				report := report || (select jsonb_agg(
				    jsonb_build_object('t', f.record_type, 'd',
				    f.done, 'n', f.rows, 'w', f.why, 'g', f.gone))
				    from konak.person_forget(o.table_name, i) f);
			end loop;
		end loop;
		report := report || coalesce((select jsonb_agg(
		    jsonb_build_object('t', p.record, 'd', 'kept', 'n', x.n,
		    'w', coalesce(k.kept, 'privacy.kept_work')))
		    from konak.account_named(person) x
		    join konak.protected p on p.table_name = x.tab
		    left join konak.personal k on k.table_name = x.tab
			and k.column_name = ''), '[]');
		if c <> konak.group_company() then
			report := report || jsonb_build_object('t', 'memberships',
			    'd', 'kept', 'n', 1, 'w', 'privacy.kept_members');
		end if;
		-- what signing in and leaving have said about the account
		report := report || jsonb_build_object('t', 'users', 'd',
		    'erased', 'n', 0, 'g',
		    konak.audit_forget('users', array[person]));
	end loop;
	perform konak.account_wipe(person);
	-- the last one of the loop: where accounts stand
	report := report || jsonb_build_object('t', 'users', 'd', 'erased', 'n',
	    1, 'g', konak.person_wipe('users', array[person]));
	perform set_config('konak.company', here::text, true);
	return query select x ->> 't', x ->> 'd', sum((x ->> 'n')::int)::int,
	    x ->> 'w', sum((x ->> 'g')::int)::int
	from jsonb_array_elements(report) x
	group by 1, 2, 4 order by x ->> 't' <> 'users', 2, 1;
end $$;
revoke execute on function konak.account_forget(uuid) from public;

-- Takes the person out: fields by konak.personal, the log's values and their
-- salt (the chain over digests holds). title is the record's own, typed, so
-- that nobody does it by a slip. What comes back is what was done.
create or replace function konak.person_erase(record text, ident uuid,
    seen integer, title text)
    returns table (record_type text, done text, rows integer, why text)
language plpgsql security definer set search_path = pg_catalog, konak, pg_temp
as $$
#variable_conflict use_column
declare
	account boolean := person_erase.record = 'users';
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
	if account then
		perform konak.account_check(ident, true);
	end if;
	select p.* into strict s from konak.protected p
	where p.record = person_erase.record;
	execute format('select t.version, concat_ws('' '', %s) from konak.%I t '
	    'where (t.company_id = konak.company() or %L) and t.id = $1 '
	    'for update',
	    (select string_agg('t.' || quote_ident(c), ', ')
		from jsonb_array_elements_text(case jsonb_typeof(s.spec -> 'title')
		    when 'string' then jsonb_build_array(s.spec -> 'title')
		    else s.spec -> 'title' end) c), s.table_name, account)
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
		select x.* from konak.account_forget(ident) x where account
		union all
		select x.* from konak.person_forget(person_erase.record, ident) x
		where not account
	loop
		record_type := f.record_type;
		done := f.done;
		rows := f.rows;
		why := f.why;
		gone := gone + coalesce(f.gone, 0);
		report := report || jsonb_build_object(f.record_type, rows);
		return next;
	end loop;
	if exists (select from konak.personal_own o
	    where o.whole and o.table_name = s.table_name) then
		record_type := 'users';
		done := 'kept';
		rows := 1;
		why := 'privacy.kept_account';
		return next;
	end if;
	record_type := 'audit';
	done := 'kept';
	rows := gone;
	why := 'privacy.kept_audit';
	return next;
	perform konak.audit_write(konak.company(), konak.me(), 'PERSON_ERASE',
	    coalesce(s.spec ->> 'module', s.record), s.record, ident,
	    jsonb_build_object('count', report));
end $$;

set local role konak_owner;
