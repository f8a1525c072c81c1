-- 0417-proved-codes.sql - a code by e-mail stands in for an authenticator that
-- its person has shown since the password and the address are what they are.
-- Else one administrator alone would be somebody else: the password reset, the
-- address (or the company's mail server) one's own, and the code comes home.

set local role konak_auth;
-- When the address became what it is; null: before this was kept.
alter table auth.credentials add email_at timestamptz;

create function auth.address_changed() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	insert into auth.credentials as c (user_id, email_at)
	values (new.id, now())
	on conflict (user_id) do update set email_at = excluded.email_at;
	return null;
end $$;
grant execute on function auth.address_changed() to konak_owner;

create or replace function konak.signin_email_may(person uuid) returns boolean
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp as $$
begin
	return exists (select from auth.totp t where t.user_id = person)
	    and exists (select from auth.credentials c
		join auth.sessions s on s.user_id = c.user_id
		    and s.created_at > greatest(c.password_at, c.email_at,
			'-infinity')
		    and s.two_fa_method in ('totp', 'recovery', 'setup')
		where c.user_id = person)
	    and auth.code_company(person) is not null;
end $$;

set local role konak_owner;
create trigger users_82_address after update on konak.users
    for each row when (old.email is distinct from new.email)
    execute function auth.address_changed();
