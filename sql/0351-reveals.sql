-- 0351-reveals.sql - showing a secret read its record in four statements, and
-- who is granted it in another, all of them planned anew each time.

set local role konak_definer;

-- The teams that I am in or lead.
create function konak.vault_teams() returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return array(select m.team_id from konak.team_members m
	    where m.company_id = konak.company() and m.user_id = konak.me()
		and m.deleted_at is null
	    union select t.id from konak.teams t
	    where t.company_id = konak.company()
		and t.lead_user_id = konak.me() and t.deleted_at is null);
end $$;

-- As in 0101, but in statements that keep their plans.
create or replace function konak.vault_granted(entries text,
    lowest konak.vault_level) returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	if entries = 'credentials' then
		return array(select g.credential_id from konak.credential_grants g
		where g.company_id = konak.company() and g.deleted_at is null
		    and g.level >= lowest
		    and (g.expires_at is null or g.expires_at > konak.now())
		    and (g.user_id = konak.me()
			or g.role_id = (select m.role_id
			    from konak.memberships m
			    where m.company_id = konak.company()
				and m.user_id = konak.me()
				and m.deleted_at is null)
			or g.team_id = any ((select konak.vault_teams())::uuid[])));
	end if;
	return array(select g.mail_account_id from konak.mail_account_grants g
	where g.company_id = konak.company() and g.deleted_at is null
	    and g.level >= lowest
	    and (g.expires_at is null or g.expires_at > konak.now())
	    and (g.user_id = konak.me()
		or g.role_id = (select m.role_id from konak.memberships m
		    where m.company_id = konak.company()
			and m.user_id = konak.me() and m.deleted_at is null)
		or g.team_id = any ((select konak.vault_teams())::uuid[])));
end $$;

-- What stands in the log about a record whose secret is opened.
create function konak.secret_about(p konak.protected, entry jsonb)
    returns table (title text, kind text, customer_id uuid, customer text)
language plpgsql stable security definer
set search_path = pg_catalog, konak, pg_temp
as $$
begin
	select left(string_agg(entry ->> k, ' '), 200) into title
	from jsonb_array_elements_text(case jsonb_typeof(p.spec -> 'title')
	    when 'array' then p.spec -> 'title'
	    else jsonb_build_array(p.spec -> 'title') end) k;
	kind := case p.table_name when 'credentials' then entry ->> 'type'
	    when 'mail_accounts' then 'mail' else p.record end;
	customer_id := (entry ->> 'customer_id')::uuid;
	select c.company_name into customer from konak.customers c
	where c.company_id = konak.company() and c.id = secret_about.customer_id;
	return next;
end $$;

-- As in 0340.
create or replace function konak.secret_open(record text, record_id uuid, field text,
    secret uuid default null, purpose text default 'reveal',
    reason text default null)
    returns table (box bytea, tenant uuid, changed_at timestamptz)
language plpgsql security definer set search_path = pg_catalog, konak, pg_temp
as $$
#variable_conflict use_variable
declare
	p konak.protected;
	t konak.secret_types;
	entry jsonb;
	f jsonb;
	s konak.secrets;
	rule konak.vault_settings;
	about record;
	seen boolean;
	may boolean;
	n integer;
	oldest timestamptz;
begin
	select x.* into t from konak.secret_types x where x.record = record;
	f := t.spec -> 'secrets' -> field;
	-- One statement, for it is planned anew each time.
	select x.* into p from konak.protected x where x.record = record;
	if f is not null then
		execute format('select %1$s, %2$s, to_jsonb(%3$I) '
		    'from konak.%3$I where %3$I.company_id = konak.company() '
		    'and %3$I.id = $1',
		    konak.protect_condition(p.spec, 'view', false),
		    konak.protect_condition(f || jsonb_build_object('scopes',
			coalesce(t.spec -> 'scopes', '{}')), 'reveal', false),
		    t.table_name)
		into seen, may, entry using record_id;
	end if;
	if seen is not true or may is null
	    or entry ->> 'deleted_at' is not null then
		perform konak.no_row();
	elsif not may then
		raise exception using errcode = '42501', message =
		    (select r.key from jsonb_each(f -> 'reveal') r
			order by r.key like '%.view\_%' desc,
			    r.key like '%\_granted', r.key limit 1);
	end if;
	secret := coalesce(secret, (entry ->> field)::uuid);
	select x.* into s from konak.secrets x
	where x.company_id = konak.company() and x.id = secret
	    and x.record_type = record and x.record_id = record_id
	    and x.field = field;
	if not found then
		perform konak.no_row();
	end if;
	select x.* into rule from konak.vault_settings x
	where x.company_id = konak.company();
	if coalesce(rule.reason_required, false)
	    and coalesce(trim(reason), '') = '' then
		perform konak.fail('secrets.reason_needed', '{}', 'reason');
	end if;
	if coalesce(rule.hourly_limit, 60) > 0 then
		-- Two at once cannot both be the last one.
		perform pg_advisory_xact_lock(hashtextextended('secrets '
		    || konak.company() || konak.me(), 0));
		select count(*), min(v.at) into n, oldest
		from (select x.at from konak.secret_views x
		    where x.company_id = konak.company()
			and x.user_id = konak.me()
			and x.at > konak.now() - interval '1 hour'
		    order by x.at desc limit coalesce(rule.hourly_limit, 60)) v;
		if n >= coalesce(rule.hourly_limit, 60) then
			raise exception using errcode = 'KN005',
			    message = 'secrets.limit', detail =
			    jsonb_build_object('limit', n, 'wait', ceil(extract(
				epoch from oldest + interval '1 hour'
				- konak.now()))::integer)::text;
		end if;
	end if;
	select a.* into about from konak.secret_about(p, entry) a;
	insert into konak.secret_views (company_id, user_id, secret_id,
	    record_type, record_id, field, title, kind, customer_id, purpose,
	    reason, ip, client)
	values (konak.company(), konak.me(), s.id, record, record_id, field,
	    about.title, about.kind, about.customer_id, purpose,
	    nullif(trim(reason), ''),
	    nullif(current_setting('konak.ip', true), ''),
	    nullif(current_setting('konak.client', true), ''));
	perform konak.audit('CREDENTIAL_VIEW', 'vault', record, record_id,
	    jsonb_strip_nulls(jsonb_build_object(
		'title', about.customer,
		'entry', about.title, 'kind', about.kind, 'field', field,
		'purpose', purpose, 'reason', nullif(trim(reason), ''),
		'older', case when s.replaced_at is not null
		    then s.created_at end)));
	if coalesce(rule.alarm_after, 10) > 0 then
		perform konak.secrets_alarm(coalesce(rule.alarm_after, 10));
	end if;
	return query select s.box, konak.group_company(), s.created_at;
end $$;

drop function konak.secret_about(text, uuid);
set local role konak_owner;
