-- 0413-restricted-entries.sql - what two reports told of records that their
-- reader does not see: the audit log, how a restricted entry of the vault was
-- called and changed; the vault's health, whether another entry that he
-- cannot open has the password he has typed into one of his own.

set local role konak_definer;

-- Does the caller hold a right that shows every record of the type?
create function konak.sees_all(spec jsonb) returns boolean
language sql stable
as $$
	select not spec ? 'scopes' or exists (
	    select from jsonb_each(case jsonb_typeof(spec -> 'view')
		when 'object' then spec -> 'view' else '{}' end) v
	    where konak.scope(v.key) = 'all' and (v.value = '"all"'
		or jsonb_typeof(v.value) = 'array' and v.value ? 'all'))
$$;

create or replace function konak.audit_shown(company uuid, stamp timestamptz,
    key uuid) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, konak, pg_temp
as $$
declare
	l konak.audit_logs;
	v jsonb;
	hidden text[];
begin
	select x.* into l from konak.audit_logs x
	where x.company_id = company and x.at = stamp and x.id = key;
	if not found or not (
	    company = konak.company() and (konak.may('audit.view')
		or (konak.may('group.view') and company = konak.group_company()))
	    or company = konak.group_company() and konak.may('group.view')
	    or company = konak.group_company() and konak.may('audit.view')
		and l.action in ('LOGIN', 'LOGIN_FAILED', 'LOGOUT')
		and exists (select from konak.memberships m
		    where m.company_id = konak.company()
			and m.user_id = l.user_id
			and m.deleted_at is null)) then
		return null;
	end if;
	select x.values into v from konak.audit_values x
	where x.company_id = company and x.at = stamp and x.id = key;
	if l.record_type is not null then
		hidden := konak.audit_hidden(l.record_type);
		-- That something was done, by whom and when, is the log's to
		-- tell; what stands in the record is not.
		if hidden is null or l.op is not null and not coalesce(
		    (select konak.sees_all(p.spec) from konak.protected p
			where p.record = l.record_type), true)
		    and not konak.visible(l.record_type, l.record_id) then
			return null;
		elsif hidden <> '{}' then
			v := v || jsonb_build_object('old', (v -> 'old') - hidden,
			    'new', (v -> 'new') - hidden);
		end if;
	end if;
	return v;
end $$;

-- As it was (sql/0101), but for `reused`: how many of the others that the
-- caller sees are the same.
create or replace function konak.vault_health_rows()
    returns table (company_id uuid, id uuid, kind text, credential_id uuid,
	mail_account_id uuid, title text, customer_id uuid, changed_at timestamptz,
	age integer, strength konak.vault_strength, reused integer,
	seen_by integer, problem text)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	with entry as (
		select c.id as record, 'credentials' as what, c.type::text as kind,
		    c.title, c.customer_id, c.password
		from konak.credentials c
		where c.company_id = konak.company() and c.deleted_at is null
		    and c.password is not null
		    and (c.access = 'company' or c.created_by = konak.me()
			or konak.may('vault.view_all')
			or c.id = any (konak.my_credentials()))
		union all
		select m.id, 'mail_accounts', 'mail', m.email, m.customer_id,
		    m.password
		from konak.mail_accounts m
		where m.company_id = konak.company() and m.deleted_at is null
		    and m.password is not null
		    and (m.access = 'company' or m.created_by = konak.me()
			or konak.may('vault.view_all')
			or m.id = any (konak.my_mail_accounts()))),
	r as (
		select e.*, s.id as secret, s.created_at as changed_at,
		    (konak.now()::date - s.created_at::date) as age,
		    (enum_range(null::konak.vault_strength))[s.strength + 1]
			as strength,
		    case when s.digest is null then 0 else (count(*) over (
			partition by s.alike, s.digest))::integer - 1 end
			as reused,
		    (select count(distinct v.user_id)::integer
			from konak.secret_views v
			where v.company_id = s.company_id and v.secret_id = s.id)
			as seen_by
		from entry e join konak.secrets s
		    on s.company_id = konak.company() and s.id = e.password)
	select konak.company(), r.secret, r.kind,
	    case r.what when 'credentials' then r.record end,
	    case r.what when 'mail_accounts' then r.record end,
	    r.title, r.customer_id, r.changed_at, r.age, r.strength, r.reused,
	    r.seen_by, case when r.reused > 0 then 'reused'
		when r.strength = 'weak' then 'weak'
		when r.age > 365 then 'old' else 'none' end
	from r
	where konak.may('vault.view_password')
$$;

set local role konak_owner;
