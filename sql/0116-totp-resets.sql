-- 0116-totp-resets.sql - a lost second factor, by two: one asks, which ends all
-- sessions of the person; another confirms within two days, and only then is
-- the factor gone. Whoever signs in with the old one meanwhile needs no reset.
-- Both, and the person and the owners are told (auth.account_notice()).

create table konak.totp_resets (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	user_id uuid not null,
	reason text not null,
	state text not null default 'waiting',
	expires_at timestamptz not null,
	decided_by uuid,
	decided_at timestamptz,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	constraint totp_resets_pkey primary key (company_id, id),
	constraint totp_resets_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint totp_resets_user_id_fkey foreign key (company_id, user_id)
	    references konak.memberships (company_id, user_id),
	constraint totp_resets_decided_by_fkey foreign key (company_id, decided_by)
	    references konak.memberships (company_id, user_id),
	constraint totp_resets_reason_length check (length(reason) between 1 and 500),
	constraint totp_resets_state_value check (state in
	    ('waiting', 'confirmed', 'refused', 'signed_in', 'expired')),
	-- Two people, whatever else may be wrong.
	constraint totp_resets_decided_by_other check
	    (state <> 'confirmed' or (decided_by is not null
	    and decided_by <> created_by and decided_by <> user_id))
);
select konak.sort_index('konak.totp_resets', 'created_at');
create index totp_resets_user_id_idx on konak.totp_resets (company_id, user_id);
create index totp_resets_decided_by_idx on konak.totp_resets
    (company_id, decided_by);
-- One at a time, in the whole group.
create unique index totp_resets_waiting_key on konak.totp_resets (user_id)
    where state = 'waiting';

select konak.protect('konak.totp_resets', '{"record": "totp_resets", "module": "core", "audit": "TOTP_REQUEST", "title": "user_id", "auth": true, "view": {"users.manage": "all"}, "quiet": ["state", "decided_by", "decided_at"]}'::jsonb);

set local role konak_auth;

create function konak.totp_reset_ask(person uuid, reason text) returns uuid
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	made uuid := konak.uuid7();
begin
	perform auth.act_on(person);
	if not exists (select from auth.totp t where t.user_id = person) then
		perform konak.fail('totp_reset.none');
	elsif exists (select from konak.totp_resets r where r.user_id = person
	    and r.state = 'waiting' and r.expires_at > konak.now()) then
		perform konak.fail('totp_reset.waiting');
	end if;
	update konak.totp_resets r set state = 'expired', decided_at = konak.now()
	 where r.user_id = person and r.state = 'waiting';
	insert into konak.totp_resets (company_id, id, user_id, reason,
	    expires_at, created_by)
	values (konak.company(), made, person, totp_reset_ask.reason,
	    konak.now() + interval '48 hours', konak.me());
	perform auth.end_sessions(person, null, null, 'reset');
	perform konak.audit_write(konak.company(), konak.me(),
	    'TOTP_RESET_ASK', 'users', 'users', person, jsonb_build_object(
	    'title', (select u.name from konak.users u where u.id = person),
	    'reason', totp_reset_ask.reason));
	return made;
end $$;

-- The row of a request that still waits, locked; whose it is, and by whom.
create function auth.totp_reset_waiting(reset uuid) returns konak.totp_resets
language plpgsql set search_path = pg_catalog, konak, pg_temp as $$
declare
	r konak.totp_resets;
begin
	if not konak.may('users.manage') then
		perform konak.denied('users.manage');
	end if;
	select x.* into r from konak.totp_resets x
	 where x.company_id = konak.company() and x.id = reset for update;
	if not found then
		perform konak.no_row();
	elsif r.state <> 'waiting' or r.expires_at <= konak.now() then
		perform konak.fail('totp_reset.over');
	end if;
	return r;
end $$;

create function konak.totp_reset_confirm(reset uuid) returns uuid
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	r konak.totp_resets := auth.totp_reset_waiting(reset);
begin
	if konak.me() in (r.created_by, r.user_id) then
		perform konak.fail('totp_reset.same');
	end if;
	perform auth.act_on(r.user_id);
	update konak.totp_resets x
	   set state = 'confirmed', decided_by = konak.me(),
	       decided_at = konak.now()
	 where x.company_id = r.company_id and x.id = r.id;
	delete from auth.totp t where t.user_id = r.user_id;
	delete from auth.recovery_codes c where c.user_id = r.user_id;
	update konak.users u set two_fa_enabled = false where u.id = r.user_id;
	perform auth.end_sessions(r.user_id, null, null, 'reset');
	perform konak.audit_write(konak.company(), konak.me(), 'TOTP_RESET',
	    'users', 'users', r.user_id, jsonb_build_object(
	    'title', (select u.name from konak.users u where u.id = r.user_id),
	    'reason', r.reason, 'asked_by', r.created_by));
	return r.user_id;
end $$;

create function konak.totp_reset_refuse(reset uuid) returns uuid
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	r konak.totp_resets := auth.totp_reset_waiting(reset);
begin
	update konak.totp_resets x
	   set state = 'refused', decided_by = konak.me(),
	       decided_at = konak.now()
	 where x.company_id = r.company_id and x.id = r.id;
	perform konak.audit_write(konak.company(), konak.me(),
	    'TOTP_RESET_REFUSE', 'users', 'users', r.user_id,
	    jsonb_build_object('title', (select u.name from konak.users u
		where u.id = r.user_id)));
	return r.user_id;
end $$;

-- Who signs in with the old factor has it: nothing is to be confirmed.
create function auth.totp_reset_signed_in() returns trigger
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
begin
	update konak.totp_resets r
	   set state = 'signed_in', decided_at = konak.now()
	 where r.user_id = new.user_id and r.state = 'waiting';
	return null;
end $$;
create trigger login_history_80_reset after insert on auth.login_history
    for each row when (new.status = 'ok' and new.user_id is not null)
    execute function auth.totp_reset_signed_in();

-- The words of what is over by now.
create function konak.totp_resets_expire(args jsonb) returns setof konak.changed
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
begin
	return query
	update konak.totp_resets r
	   set state = 'expired', decided_at = r.expires_at
	 where r.company_id = konak.company() and r.state = 'waiting'
	   and r.expires_at <= konak.now()
	returning 'totp_resets'::text, r.id, r.version, 'edit'::text,
	    null::uuid;
end $$;

create function auth.totp_reset_order() returns trigger
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
begin
	perform konak.job_put(new.company_id, 'totp_resets.expire', '{}',
	    new.expires_at, new.id::text);
	return null;
end $$;

grant execute on function konak.totp_reset_ask(uuid, text),
    konak.totp_reset_confirm(uuid), konak.totp_reset_refuse(uuid),
    konak.totp_resets_expire(jsonb) to konak_app;
grant execute on function konak.totp_resets_expire(jsonb),
    auth.totp_reset_order() to konak_owner;

set local role konak_owner;

insert into konak.job_kinds (kind, run, rights, name_tr, name_en) values
    ('totp_resets.expire', 'totp_resets_expire', '',
	'Süresi geçen 2FA sıfırlaması', 'Expired 2FA reset');
create trigger totp_resets_80_expire after insert on konak.totp_resets
    for each row execute function auth.totp_reset_order();
create trigger audit_logs_81_account after insert on konak.audit_logs
    for each row when (new.action in ('TOTP_RESET_ASK', 'TOTP_RESET_REFUSE')
	and new.record_type = 'users')
    execute function auth.account_notice();
