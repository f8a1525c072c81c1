-- 0340-second-line.sql - what the tables say without the server's own judging.

-- A secret may belong to a type whose records are never deleted.
set local role konak_definer;
create or replace function konak.secret_open(record text, record_id uuid, field text,
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
	    '= konak.company() and %2$I.id = $1 '
	    'and to_jsonb(%2$I) ->> ''deleted_at'' is null',
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
set local role konak_owner;

-- Nothing to give away is no leave to ask.
create or replace function konak.tasks_reassign(person uuid, recipient uuid, which text)
    returns setof konak.changed
language plpgsql
as $$
declare
	t record;
begin
	if not (konak.may('tasks.edit') and konak.may('tasks.assign')) then
		perform konak.denied('tasks.assign');
	end if;
	if person = recipient then
		return;
	end if;
	for t in
		select x.id, x.version from konak.tasks x
		where x.company_id = konak.company() and x.assigned_to = person
		    and x.status in ('pending', 'in_progress')
		    and x.deleted_at is null
		    and case which when 'overdue' then x.due_date < konak.today()
			when 'week' then x.due_date < konak.today() + 8
			    - extract(isodow from konak.today())::integer
			else true end
		order by x.id
	loop
		return query select * from konak.tasks_set(t.id, t.version,
		    recipient);
	end loop;
end $$;
