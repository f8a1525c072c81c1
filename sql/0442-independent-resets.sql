-- 0442-independent-resets.sql - the second of the two who take a lost factor
-- away is independent of the first: not invited by the first, nor the first by
-- the second, and neither has had a password or a factor reset by the other
-- lately. Whoever could make himself a second person confirmed his own request.
-- An owner of the company, or who manages the group, is always independent.

set local role konak_definer;

-- Did the one invite the other, or reset something of his in the last days?
create function konak.stands_behind(one uuid, other uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select exists (select from konak.users u
		where u.id = other and u.created_by = one)
	    or exists (select from konak.memberships m
		where m.company_id = konak.company() and m.user_id = other
		and m.created_by = one)
	    or exists (select from konak.audit_logs l
		where l.company_id in (konak.company(), konak.group_company())
		and l.user_id = one and l.record_type = 'users'
		and l.record_id = other
		and l.action in ('PASSWORD_RESET', 'TOTP_RESET')
		and l.at > konak.now() - interval '30 days')
	    or exists (select from konak.totp_resets r
		where r.company_id = konak.company() and r.user_id = other
		and r.state = 'confirmed' and r.created_by = one
		and r.decided_at > konak.now() - interval '30 days')
$$;
revoke all on function konak.stands_behind(uuid, uuid) from public;
grant execute on function konak.stands_behind(uuid, uuid) to konak_auth;

set local role konak_auth;

create or replace function konak.totp_reset_confirm(reset uuid) returns uuid
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	r konak.totp_resets := auth.totp_reset_waiting(reset);
begin
	if konak.me() in (r.created_by, r.user_id) then
		perform konak.fail('totp_reset.same');
	elsif not konak.may('group.manage') and not exists (
		select from konak.memberships m
		where m.company_id = r.company_id and m.user_id = konak.me()
		    and m.is_owner and m.deleted_at is null)
	    and (konak.stands_behind(r.created_by, konak.me())
		or konak.stands_behind(konak.me(), r.created_by)) then
		perform konak.fail('totp_reset.near');
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
