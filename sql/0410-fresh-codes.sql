-- 0410-fresh-codes.sql - a role or an IBAN changes only with a fresh code,
-- whichever way the change comes (edit, restore, undo, lines of a form): what
-- the verbs ask for, the tables ask for as well.

set local role konak_auth;
create function auth.fresh_code() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	-- Without a session (a job, the operator, a migration) there is nobody
	-- who could be asked.
	if konak.me() is not null and exists (select from auth.sessions s
	    where s.token_hash = nullif(current_setting('konak.token', true),
		'')::bytea
		and s.auth_at < now() - interval '5 minutes') then
		raise exception using errcode = 'KN004', message = 'step_up';
	end if;
	return null;
end $$;
grant execute on function auth.fresh_code() to konak_owner;

set local role konak_owner;
-- After the guards: who may not, hears that first.
create trigger memberships_72_fresh after update on konak.memberships
    for each row when ((old.role_id, old.is_owner, old.deleted_at)
	is distinct from (new.role_id, new.is_owner, new.deleted_at))
    execute function auth.fresh_code();
create trigger roles_72_fresh after update on konak.roles
    for each row when (old.deleted_at is distinct from new.deleted_at)
    execute function auth.fresh_code();
create trigger bank_accounts_71_fresh after insert on konak.bank_accounts
    for each row when (new.iban is not null)
    execute function auth.fresh_code();
create trigger bank_accounts_72_fresh after update on konak.bank_accounts
    for each row when (old.iban is distinct from new.iban)
    execute function auth.fresh_code();
