-- 0373-health.sql - what is known of a pupil's health is sealed. Texts that
-- stand already cannot be sealed here: they wait in konak.unsealed, which
-- nobody but the owner reads, for konakctl tenant migrate, which goes on after
-- the last migration, or konakctl keys seal.

create table konak.unsealed (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	record_type text not null,
	record_id uuid not null,
	field text not null,
	value text not null,
	constraint unsealed_pkey primary key (company_id, id),
	constraint unsealed_company_id_fkey foreign key (company_id)
	    references konak.companies (id)
);
alter table konak.unsealed enable row level security;
alter table konak.unsealed force row level security;
create policy owner_all on konak.unsealed to konak_owner
    using (true) with check (true);

insert into konak.unsealed (company_id, record_type, record_id, field, value)
select s.company_id, 'students', s.id, 'medical_conditions',
    s.medical_conditions
from konak.students s where s.medical_conditions <> '';

-- The table is written anew: no page keeps a text.
alter table konak.students
    drop constraint students_medical_conditions_length,
    alter medical_conditions type uuid using null::uuid;
select konak.protect_secrets('konak.students', '{"record": "students", "scopes": {"taught": "class_id = any ((select konak.my_taught())::uuid[])", "class": "class_id = any ((select konak.my_class())::uuid[])", "child": "parent_id = (select konak.me())", "self": "user_id = (select konak.me())"}, "secrets": {"medical_conditions": {"reveal": {"students.medical": ["all", "class", "child"]}}, "tc_no": {"reveal": {"students.tc_no": ["all", "class", "child"]}, "unique": true}}}'::jsonb);

-- What the log remembers of it in plain goes with its salt, as at an erasure;
-- the rows, their digests and the chain stay.
set local role konak_auth;
do $$
declare
	c uuid;
begin
	for c in select distinct u.company_id from konak.memberships u loop
		perform set_config('konak.company', c::text, true);
		delete from konak.audit_values v using konak.audit_logs a
		where a.company_id = c and a.record_type = 'students'
		    and v.company_id = a.company_id and v.at = a.at
		    and v.id = a.id
		    and (v.values -> 'old' ->> 'medical_conditions' is not null
			or v.values -> 'new' ->> 'medical_conditions'
			    is not null);
	end loop;
	perform set_config('konak.company', '', true);
end $$;
set local role konak_owner;

-- What konakctl has sealed goes to its place, unless somebody has written
-- there since. It is the same value as before: no version, no trace.
create function konak.unsealed_seal(waiting uuid, box bytea) returns void
language plpgsql
as $$
declare
	w konak.unsealed;
	t text;
	secret uuid := konak.uuid7();
	free boolean;
begin
	delete from konak.unsealed u where u.id = waiting returning * into w;
	if w.id is null then
		return;
	end if;
	select s.table_name into strict t from konak.secret_types s
	where s.record = w.record_type;
	perform set_config('konak.company', w.company_id::text, true);
	perform set_config('konak.audit', 'off', true);
	execute format('select true from konak.%I x where x.company_id = $1 '
	    'and x.id = $2 and x.%I is null for update', t, w.field)
	into free using w.company_id, w.record_id;
	if free then
		insert into konak.secrets (company_id, id, record_type,
		    record_id, field, box)
		values (w.company_id, secret, w.record_type, w.record_id,
		    w.field, unsealed_seal.box);
		execute format('update konak.%I x set %I = $3 '
		    'where x.company_id = $1 and x.id = $2', t, w.field)
		using w.company_id, w.record_id, secret;
	end if;
	perform set_config('konak.company', '', true);
	perform set_config('konak.audit', '', true);
end $$;
revoke execute on function konak.unsealed_seal(uuid, bytea) from public;
