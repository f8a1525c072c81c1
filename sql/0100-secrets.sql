-- 0100-secrets.sql - fields that are kept sealed. A record's column holds the
-- id of a row of konak.secrets; the value lies there, sealed by the server for
-- exactly this place, and the database never sees it open. Older values stay,
-- so that undo and the password's history work on ids alone.

create table konak.secrets (
	company_id uuid not null,
	id uuid not null,
	-- where it stands: the box opens nowhere else
	record_type text not null,
	record_id uuid not null,
	field text not null,
	box bytea not null,
	-- of the key, as the box says it
	generation integer not null generated always as
	    ((get_byte(box, 2) << 24) | (get_byte(box, 3) << 16)
	    | (get_byte(box, 4) << 8) | get_byte(box, 5)) stored,
	-- equal values of one word have equal digests, made with a key
	alike text,
	digest bytea,
	-- of a password: 0 weak, 1 fair, 2 good, 3 strong
	strength smallint,
	is_unique boolean not null default false,
	-- the one that its living record points to
	is_current boolean not null default false,
	replaced_at timestamptz,
	created_at timestamptz not null default konak.now(),
	created_by uuid,
	constraint secrets_pkey primary key (company_id, id),
	constraint secrets_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint secrets_box_length check (length(box) between 54 and 65590),
	constraint secrets_digest_length check (length(digest) = 32),
	constraint secrets_strength_range check (strength between 0 and 3)
);
create index secrets_record_id_idx on konak.secrets
    (company_id, record_id, field, created_at);
create index secrets_alike_idx on konak.secrets
    (company_id, alike, digest) where is_current;
create unique index secrets_unique_key on konak.secrets
    (company_id, record_type, field, digest) where is_current and is_unique;
-- Rotation asks for what is older than the present key.
create index secrets_generation_idx on konak.secrets
    (generation, company_id, id);

-- Who opened what, when and from where.
create table konak.secret_views (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	at timestamptz not null default konak.now(),
	user_id uuid not null,
	secret_id uuid not null,
	record_type text not null,
	record_id uuid not null,
	field text not null,
	title text,
	kind text,
	customer_id uuid,
	purpose text not null,
	reason text,
	ip text,
	client text,
	constraint secret_views_pkey primary key (company_id, id),
	constraint secret_views_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint secret_views_user_id_fkey foreign key (company_id, user_id)
	    references konak.memberships (company_id, user_id),
	constraint secret_views_secret_id_fkey foreign key (company_id, secret_id)
	    references konak.secrets (company_id, id),
	constraint secret_views_customer_id_fkey
	    foreign key (company_id, customer_id)
	    references konak.customers (company_id, id),
	constraint secret_views_purpose_value check
	    (purpose in ('reveal', 'copy', 'code', 'test')),
	constraint secret_views_reason_length check (length(reason) <= 500)
);
select konak.sort_index('konak.secret_views', 'at');
select konak.sort_index('konak.secret_views', 'at', '{user_id}');
select konak.sort_index('konak.secret_views', 'at', '{customer_id}');
select konak.sort_index('konak.secret_views', 'at', '{record_id}');
select konak.sort_index('konak.secret_views', 'at', '{record_type}');
create index on konak.secret_views (company_id, secret_id, user_id);

-- What konak.protect_secrets() was told.
create table konak.secret_types (
	table_name text not null,
	record text not null,
	spec jsonb not null,
	constraint secret_types_pkey primary key (table_name),
	constraint secret_types_record_key unique (record)
);
grant select on konak.secret_types to konak_app, konak_definer;

do $$
declare
	t text;
begin
	foreach t in array array['secrets', 'secret_views'] loop
		execute format('alter table konak.%I enable row level security', t);
		execute format('alter table konak.%I force row level security', t);
		execute format('create policy owner_all on konak.%I to konak_owner '
		    'using (true) with check (true)', t);
		-- The serving role itself sees no box, whatever it asks.
		execute format('create policy definer_all on konak.%I '
		    'to konak_definer using (company_id = konak.company()) '
		    'with check (company_id = konak.company())', t);
		execute format('grant select, insert, update on konak.%I '
		    'to konak_definer', t);
	end loop;
end $$;
revoke update on konak.secret_views from konak_definer;
create policy app_select on konak.secret_views for select to konak_app
    using (company_id = (select konak.company())
	and (select konak.may('audit.view')));
grant select on konak.secret_views to konak_app;

-- One row a company; what stands here counts while there is none.
create table konak.vault_settings (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	reason_required boolean not null default false,
	-- what one person may open in an hour; 0: no limit
	hourly_limit integer not null default 60,
	-- so many different ones within ten minutes tell the owners; 0: never
	alarm_after integer not null default 10,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	constraint vault_settings_pkey primary key (company_id, id),
	constraint vault_settings_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint vault_settings_hourly_limit_range check
	    (hourly_limit between 0 and 10000),
	constraint vault_settings_alarm_after_range check
	    (alarm_after between 0 and 1000)
);
create unique index vault_settings_company_id_key
    on konak.vault_settings (company_id);
select konak.protect('konak.vault_settings', '{"record": "vault_settings", "module": "vault", "audit": "VAULT_SETTING", "title": "hourly_limit", "view": {"settings.view": "all"}, "create": {"settings.edit": "all"}, "edit": {"settings.edit": "all"}}'::jsonb);

-- ------------------------------------------------------------- the record's

set local role konak_definer;

-- The record points to another value now, or has gone, or is back: which one
-- is current follows. A pointer to what was sealed for another place is
-- refused (the box would not open there either).
create function konak.secrets_follow() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	col text;
	this uuid;
	last uuid;
	lives boolean;
	dropped text := null;
begin
	if konak.company() is null then
		perform set_config('konak.company', new.company_id::text, true);
	end if;
	lives := (to_jsonb(new) ->> 'deleted_at') is null;
	foreach col in array tg_argv[1:] loop
		this := (to_jsonb(new) ->> col)::uuid;
		last := case when tg_op = 'UPDATE'
		    then (to_jsonb(old) ->> col)::uuid end;
		if last is not null and last is distinct from this then
			update konak.secrets s set is_current = false,
			    replaced_at = konak.now()
			where s.company_id = new.company_id and s.id = last;
		end if;
		continue when this is null;
		begin
			update konak.secrets s set is_current = lives,
			    replaced_at = null
			where s.company_id = new.company_id and s.id = this
			    and s.record_type = tg_argv[0]
			    and s.record_id = new.id and s.field = col;
			if not found then
				perform konak.fail('secrets.place', '{}', col);
			end if;
		exception when unique_violation then
			perform konak.fail('secrets.taken', '{}', col);
		end;
	end loop;
	return null;
end $$;
grant execute on function konak.secrets_follow() to konak_owner;

-- What the server has sealed, before the record that will point to it is
-- written, in the same transaction.
create function konak.secret_put(secret uuid, record text, record_id uuid,
    field text, box bytea, digest bytea, strength smallint) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	f jsonb;
begin
	select t.spec -> 'secrets' -> secret_put.field into f
	from konak.secret_types t where t.record = secret_put.record;
	if f is null or konak.company() is null or konak.me() is null then
		raise exception using errcode = '42501', message = 'secrets';
	end if;
	insert into konak.secrets (company_id, id, record_type, record_id, field,
	    box, alike, digest, strength, is_unique, created_by)
	values (konak.company(), secret, record, record_id, field, box,
	    f ->> 'alike', digest, strength,
	    coalesce((f ->> 'unique')::boolean, false), konak.me());
end $$;

-- ------------------------------------------------------------------ opening

-- So many different ones in ten minutes: those who own the company are told,
-- once in that time.
create function konak.secrets_alarm(after integer) returns void
language plpgsql security definer set search_path = pg_catalog, konak, pg_temp
as $$
declare
	since timestamptz := konak.now() - interval '10 minutes';
	n integer;
	who text;
begin
	select count(distinct v.secret_id) into n
	from (select x.secret_id from konak.secret_views x
	    where x.company_id = konak.company() and x.user_id = konak.me()
		and x.at > since order by x.at desc limit 2000) v;
	if n < after or exists (select from konak.notifications x
	    where x.company_id = konak.company() and x.type = 'vault_alarm'
		and x.sender_id = konak.me() and x.sent_at > since) then
		return;
	end if;
	select u.name into who from konak.users u where u.id = konak.me();
	perform konak.notify(array(select m.user_id from konak.memberships m
		where m.company_id = konak.company() and m.is_owner
		    and m.deleted_at is null and m.user_id <> konak.me()),
	    'vault_alarm', n::text, priority => 'urgent',
	    sender => konak.me());
	perform konak.audit('VAULT_ALARM', 'vault', null, null,
	    jsonb_build_object('title', who, 'count', n));
end $$;

-- What stands in the log about a record whose secret is opened.
create function konak.secret_about(tab text, record_id uuid)
    returns table (title text, kind text, customer_id uuid, customer text)
language plpgsql stable security definer
set search_path = pg_catalog, konak, pg_temp
as $$
declare
	p konak.protected;
	row jsonb;
begin
	select x.* into p from konak.protected x where x.table_name = tab;
	execute format('select to_jsonb(t) from konak.%I t '
	    'where t.company_id = konak.company() and t.id = $1', tab)
	into row using record_id;
	select left(string_agg(row ->> k, ' '), 200) into title
	from jsonb_array_elements_text(case jsonb_typeof(p.spec -> 'title')
	    when 'array' then p.spec -> 'title'
	    else jsonb_build_array(p.spec -> 'title') end) k;
	kind := case tab when 'credentials' then row ->> 'type'
	    when 'mail_accounts' then 'mail' else p.record end;
	customer_id := (row ->> 'customer_id')::uuid;
	select c.company_name into customer from konak.customers c
	where c.company_id = konak.company() and c.id = secret_about.customer_id;
	return next;
end $$;

/*
 * Everything that must be so before a secret is opened: the record is the
 * caller's to see, the secret the caller's to open, a reason is there where
 * the company wants one, the hour's number is not used up. Then it is written
 * down, and the box is given. The server opens it when this is committed.
 */
create function konak.secret_open(record text, record_id uuid, field text,
    secret uuid default null, purpose text default 'reveal',
    reason text default null)
    returns table (box bytea, tenant uuid, changed_at timestamptz)
language plpgsql security definer set search_path = pg_catalog, konak, pg_temp
as $$
#variable_conflict use_variable
declare
	t konak.secret_types;
	f jsonb;
	s konak.secrets;
	rule konak.vault_settings;
	about record;
	may boolean;
	n integer;
	oldest timestamptz;
begin
	select x.* into t from konak.secret_types x where x.record = record;
	f := t.spec -> 'secrets' -> field;
	if f is null or not konak.visible(record, record_id) then
		perform konak.no_row();
	end if;
	execute format('select %s from konak.%I where %2$I.company_id '
	    '= konak.company() and %2$I.id = $1 and %2$I.deleted_at is null',
	    konak.protect_condition(f || jsonb_build_object('scopes',
		coalesce(t.spec -> 'scopes', '{}')), 'reveal', false),
	    t.table_name)
	into may using record_id;
	if may is null then
		perform konak.no_row();
	elsif not may then
		raise exception using errcode = '42501', message =
		    (select r.key from jsonb_each(f -> 'reveal') r
			order by r.key like '%.view\_%' desc,
			    r.key like '%\_granted', r.key limit 1);
	end if;
	if secret is null then
		execute format('select t.%I from konak.%I t '
		    'where t.company_id = konak.company() and t.id = $1', field,
		    t.table_name)
		into secret using record_id;
	end if;
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
	select a.* into about from konak.secret_about(t.table_name, record_id) a;
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

-- The values that a field had, newest first, without their boxes.
create function konak.secret_past(record text, record_id uuid, field text)
    returns table (id uuid, at timestamptz, by uuid, by_name text,
	until timestamptz, strength smallint, current boolean)
language plpgsql stable security definer
set search_path = pg_catalog, konak, pg_temp
as $$
#variable_conflict use_variable
begin
	if not konak.visible(record, record_id)
	    or konak.audit_hidden(record) @> array[field] then
		perform konak.no_row();
	end if;
	return query
	select s.id, s.created_at, s.created_by, u.name, s.replaced_at,
	    s.strength, s.is_current
	from konak.secrets s left join konak.users u on u.id = s.created_by
	where s.company_id = konak.company() and s.record_id = record_id
	    and s.record_type = record and s.field = field
	order by s.created_at desc, s.id desc limit 100;
end $$;

grant execute on function
    konak.secret_put(uuid, text, uuid, text, bytea, bytea, smallint),
    konak.secret_open(text, uuid, text, uuid, text, text),
    konak.secret_past(text, uuid, text)
    to konak_app;
set local role konak_owner;

-- The one call that makes columns of a protected table into secrets; what
-- konakctl defs sql prints after konak.protect().
create function konak.protect_secrets(tab regclass, spec jsonb) returns void
language plpgsql
as $$
declare
	t text;
	k text;
	f jsonb;
	cols text;
begin
	select c.relname into t from pg_class c join konak.protected p
	    on p.table_name = c.relname
	where c.oid = tab and c.relnamespace = 'konak'::regnamespace;
	if t is null then
		raise exception 'protect_secrets: % is not protected', tab;
	end if;
	for k in select jsonb_object_keys(spec) loop
		if k <> all ('{record,scopes,secrets}') then
			raise exception 'protect_secrets(%): unknown word "%"', t, k;
		end if;
	end loop;
	for k, f in select * from jsonb_each(spec -> 'secrets') loop
		if not exists (select from pg_attribute a where a.attrelid = tab
		    and a.attname = k and a.atttypid = 'uuid'::regtype) then
			raise exception 'protect_secrets(%): % is no uuid column', t, k;
		end if;
		if konak.protect_condition(f || jsonb_build_object('scopes',
		    coalesce(spec -> 'scopes', '{}')), 'reveal', false) is null then
			raise exception 'protect_secrets(%): nobody may open %', t, k;
		end if;
	end loop;
	insert into konak.secret_types as s (table_name, record, spec)
	values (t, spec ->> 'record', spec)
	on conflict on constraint secret_types_pkey do update set
	    record = excluded.record, spec = excluded.spec;
	select string_agg(quote_literal(c), ', ') into cols
	from jsonb_object_keys(spec -> 'secrets') c;
	execute format('create or replace trigger %I after insert on %s '
	    'for each row execute function konak.secrets_follow(%L, %s)',
	    t || '_40_secrets', tab, spec ->> 'record', cols);
	execute format('create or replace trigger %I after update on %s '
	    'for each row when (%s) execute function konak.secrets_follow(%L, %s)',
	    t || '_41_secrets', tab, (select string_agg(format(
		'old.%1$I is distinct from new.%1$I', c), ' or ')
		from (select jsonb_object_keys(spec -> 'secrets') c
		    union select 'deleted_at' where exists (select
			from pg_attribute a where a.attrelid = tab
			and a.attname = 'deleted_at')) x),
	    spec ->> 'record', cols);
end $$;
