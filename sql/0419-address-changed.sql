-- 0419-address-changed.sql - a new address is noted beside the password it goes
-- with. Who has none, or whose account was erased, gets no row by it: a password
-- that comes later is younger than the address anyway.

set local role konak_auth;
create or replace function auth.address_changed() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	update auth.credentials c set email_at = now() where c.user_id = new.id;
	return null;
end $$;
delete from auth.credentials c using konak.users u
where u.id = c.user_id and not u.is_active
    and u.email = u.id || '@silinen.invalid';
set local role konak_owner;
