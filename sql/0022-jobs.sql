-- 0022-jobs.sql - work that is done later, or in the background: a row each,
-- taken by one konakd at a time. What a job does and that it is done are one
-- transaction (architecture.md, "Jobs").
--
-- TO ADD A KIND: 1. a row in konak.job_kinds; 2. its function in SQL,
-- konak.NAME(args jsonb) returns setof konak.changed, or `run` null and a row in
-- konakd's table (server/job/job.h); 3. whoever orders it calls
-- konak.job_order() (a person's work) or, in a trigger, konak.job_put().

create table konak.job_kinds (
	kind text not null,
	-- null: konakd's own code
	run text,
	-- null: the rights of whoever ordered it, as they are at that moment
	rights text,
	max_attempts integer not null default 5,
	lease interval not null default '1 minute',
	backoff interval not null default '10 seconds',
	-- once a day at this time of the company; null: when ordered
	daily time,
	-- of a daily one: every company's, or the group's
	per text not null default 'company',
	name_tr text not null,
	name_en text not null,
	constraint job_kinds_pkey primary key (kind),
	constraint job_kinds_kind_form check (kind ~ '^[a-z_]+\.[a-z_]+$'),
	constraint job_kinds_run_form check (run ~ '^[a-z0-9_]+$'),
	constraint job_kinds_per_value check (per in ('company', 'group'))
);

create table konak.jobs (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	kind text not null,
	-- One job of a kind with this key; null: any number.
	key text,
	ordered_by uuid,
	args jsonb not null default '{}',
	state text not null default 'waiting',
	-- Waiting: when it is to run. Running: when its lease is over. Else null.
	due_at timestamptz,
	attempts integer not null default 0,
	done bigint not null default 0,
	total bigint,
	result jsonb,
	error text,
	lease uuid,
	created_at timestamptz not null default konak.now(),
	started_at timestamptz,
	ended_at timestamptz,
	constraint jobs_pkey primary key (company_id, id),
	constraint jobs_key_key unique (company_id, kind, key),
	constraint jobs_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint jobs_ordered_by_fkey foreign key (company_id, ordered_by)
	    references konak.memberships (company_id, user_id),
	constraint jobs_state_value check
	    (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
	constraint jobs_due_at_state check
	    ((due_at is not null) = (state in ('waiting', 'running'))),
	constraint jobs_lease_state check
	    ((lease is not null) = (state = 'running')),
	constraint jobs_error_length check (length(error) <= 1000)
) with (fillfactor = 80);
create index jobs_due_at_idx on konak.jobs (due_at) where due_at is not null;
create index jobs_created_at_idx on konak.jobs (company_id, created_at, id);
create index jobs_ordered_by_idx on konak.jobs (company_id, ordered_by);
create index jobs_state_idx on konak.jobs (company_id, state);
create index jobs_kind_idx on konak.jobs (company_id, kind);
create index jobs_ended_at_idx on konak.jobs (ended_at)
    where ended_at is not null;

do $$
declare
	t text;
begin
	foreach t in array array['jobs', 'job_kinds'] loop
		execute format('alter table konak.%I enable row level security', t);
		execute format('alter table konak.%I force row level security', t);
		execute format('create policy owner_all on konak.%I to konak_owner '
		    'using (true) with check (true)', t);
		execute format('create policy auth_all on konak.%I to konak_auth '
		    'using (true) with check (true)', t);
	end loop;
end $$;
grant select, insert, update, delete on konak.jobs to konak_auth;
grant select on konak.job_kinds to konak_auth;
-- One's own, and all of the company for those who see its settings.
create policy app_select on konak.jobs for select to konak_app
    using (company_id = (select konak.company())
	and (ordered_by = (select konak.me())
	    or (select konak.may('settings.view'))));
grant select (company_id, id, kind, key, ordered_by, state, due_at, attempts,
    done, total, result, error, created_at, started_at, ended_at)
    on konak.jobs to konak_app;

-- What a job has changed, for everybody's push; person: only that one's
-- screens show it.
create type konak.changed as (
	record_type text,
	record_id uuid,
	version integer,
	op text,
	person uuid
);

set local role konak_auth;

-- Orders a job, or moves the one with this key to another time, also one that
-- has run already. One that runs at this moment loses its lease: its effect is
-- rolled back, and it runs again when it is due.
create function konak.job_put(company uuid, kind text, args jsonb,
    run_at timestamptz default null, key text default null,
    person uuid default null) returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
	job uuid;
begin
	if not exists (select from konak.job_kinds k where k.kind = kind) then
		raise exception 'there is no job kind "%"', kind;
	end if;
	insert into konak.jobs as j
	    (company_id, kind, key, ordered_by, args, due_at)
	values (company, kind, key, person, coalesce(args, '{}'),
	    coalesce(run_at, konak.now()))
	on conflict on constraint jobs_key_key do update set
	    ordered_by = excluded.ordered_by, args = excluded.args,
	    due_at = excluded.due_at, state = 'waiting', attempts = 0,
	    done = 0, total = null, result = null, error = null, lease = null,
	    started_at = null, ended_at = null
	returning id into job;
	return job;
end $$;

create function konak.job_drop(company uuid, kind text, key text) returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
	update konak.jobs j set state = 'cancelled', due_at = null, lease = null,
	    ended_at = konak.now()
	where j.company_id = job_drop.company and j.kind = job_drop.kind
	    and j.key = job_drop.key and j.due_at is not null
$$;

-- A person's order: runs with that person's rights.
create function konak.job_order(kind text, args jsonb default '{}',
    run_at timestamptz default null, key text default null) returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	if konak.company() is null or konak.me() is null or exists (
	    select from konak.job_kinds k
	    where k.kind = job_order.kind and k.rights is not null) then
		perform konak.denied('jobs.order');
	end if;
	return konak.job_put(konak.company(), kind, args, run_at, key,
	    konak.me());
end $$;

-- Daily jobs that are not there yet: the key is the day, so that each is made
-- once, whoever asks. Asked for at konakd's start and every few minutes.
create function konak.jobs_plan() returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
	insert into konak.jobs (company_id, kind, key, due_at)
	select c.id, k.kind, to_char(d.day, 'YYYY-MM-DD'),
	    (d.day + k.daily) at time zone c.timezone
	from konak.job_kinds k
	join konak.companies c on c.is_active
	    and (c.company_type = 'group') = (k.per = 'group')
	cross join lateral (select (konak.now() at time zone c.timezone)::date
	    + n as day from generate_series(0, 1) n) d
	where k.daily is not null
	on conflict on constraint jobs_key_key do nothing
$$;

-- Seconds until something is due; null: nothing is waiting.
create function konak.due() returns double precision
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select extract(epoch from min(j.due_at) - konak.now())
	from konak.jobs j where j.due_at is not null
$$;

-- Takes one that is due: a new lease, or that of a konakd which has died. What
-- has died too often is given up. No row: nothing is due.
create function konak.job_take(known text[])
    returns table (company_id uuid, id uuid, kind text, run text, args text,
	lease uuid, lease_ms bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	j konak.jobs;
	k konak.job_kinds;
begin
	loop
		select x.* into j from konak.jobs x
		join konak.job_kinds y on y.kind = x.kind
		where x.due_at <= konak.now()
		    and (y.run is not null or x.kind = any (known))
		order by x.due_at limit 1 for no key update of x skip locked;
		if not found then
			return;
		end if;
		select y.* into k from konak.job_kinds y where y.kind = j.kind;
		exit when j.attempts < k.max_attempts;
		update konak.jobs x set state = 'failed', due_at = null,
		    lease = null, ended_at = konak.now(),
		    error = coalesce(x.error, 'interrupted')
		where x.company_id = j.company_id and x.id = j.id;
	end loop;
	update konak.jobs x set state = 'running', attempts = x.attempts + 1,
	    lease = gen_random_uuid(), due_at = konak.now() + k.lease,
	    started_at = coalesce(x.started_at, konak.now())
	where x.company_id = j.company_id and x.id = j.id
	returning x.lease into j.lease;
	return query select j.company_id, j.id, j.kind, k.run, j.args::text,
	    j.lease, (extract(epoch from k.lease) * 1000)::bigint;
end $$;

-- The job's row under its lease, locked until the end of the transaction, so
-- that nobody takes it meanwhile. 28000 when another konakd has it by now.
create function auth.job_hold(company uuid, job uuid, lease uuid)
    returns konak.jobs
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	j konak.jobs;
begin
	select x.* into j from konak.jobs x
	where x.company_id = job_hold.company and x.id = job_hold.job
	    and x.lease = job_hold.lease
	for no key update;
	if not found then
		raise exception using errcode = '28000', message = 'lease';
	end if;
	return j;
end $$;

-- First statement of every transaction of a job: what konak.enter() is for a
-- request. The job's id is the request's, so that whoever ordered it can undo
-- all it has done.
create function konak.enter_job(company uuid, job uuid, lease uuid)
    returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	j konak.jobs := auth.job_hold(company, job, lease);
	rights text := (select k.rights from konak.job_kinds k
	    where k.kind = j.kind);
begin
	if rights is null then
		rights := auth.rights_on(j.company_id,
		    auth.rights_of(j.ordered_by, j.company_id));
		if not exists (select from konak.memberships m
		    join konak.users u on u.id = m.user_id and u.is_active
		    where m.company_id = j.company_id
			and m.user_id = j.ordered_by
			and m.deleted_at is null) then
			raise exception using errcode = '28000',
			    message = 'orderer';
		end if;
	end if;
	perform set_config('konak.company', j.company_id::text, true),
	    set_config('konak.user', coalesce(j.ordered_by::text, ''), true),
	    set_config('konak.rights', rights, true),
	    set_config('konak.request', j.id::text, true),
	    set_config('konak.action', '', true),
	    set_config('konak.ip', 'local', true),
	    set_config('konak.client', 'konakd ' || j.kind, true);
end $$;

-- How far it is; the lease begins anew. For jobs of more than one transaction.
create function konak.job_progress(company uuid, job uuid, lease uuid,
    done bigint, total bigint default null) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
begin
	perform auth.job_hold(company, job, lease);
	update konak.jobs j set done = done,
	    total = coalesce(total, j.total), due_at = konak.now() + k.lease
	from konak.job_kinds k
	where j.company_id = company and j.id = job and k.kind = j.kind;
end $$;

-- In the same transaction as the job's effect.
create function konak.job_done(company uuid, job uuid, lease uuid,
    result jsonb default null) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	perform auth.job_hold(company, job, lease);
	update konak.jobs j set state = 'done', due_at = null, lease = null,
	    done = greatest(j.done, coalesce(j.total, 0)), error = null,
	    result = job_done.result, ended_at = konak.now()
	where j.company_id = job_done.company and j.id = job_done.job;
end $$;

-- In a transaction of its own: another try later, each wait twice as long as
-- the one before; or none, when no try can help. Nothing when the lease is lost.
create function konak.job_failed(company uuid, job uuid, lease uuid,
    error text, again boolean default true) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
	j konak.jobs;
	k konak.job_kinds;
begin
	select x.* into j from konak.jobs x
	where x.company_id = company and x.id = job and x.lease = lease
	for no key update;
	if not found then
		return;
	end if;
	select y.* into k from konak.job_kinds y where y.kind = j.kind;
	again := again and j.attempts < k.max_attempts;
	update konak.jobs x set lease = null, error = left(error, 1000),
	    state = case when again then 'waiting' else 'failed' end,
	    due_at = case when again then konak.now() + least(
		k.backoff * power(2, j.attempts - 1), interval '1 hour') end,
	    ended_at = case when not again then konak.now() end
	where x.company_id = company and x.id = job;
end $$;

-- Whoever ordered it, or runs the company, ends it or has it tried again.
create function konak.job_set(job uuid, state text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	if state = 'cancelled' then
		update konak.jobs j set state = 'cancelled', due_at = null,
		    lease = null, ended_at = konak.now()
		where j.company_id = konak.company() and j.id = job
		    and j.due_at is not null and (j.ordered_by = konak.me()
			or konak.may('settings.edit'));
	else
		update konak.jobs j set state = 'waiting', attempts = 0,
		    due_at = konak.now(), error = null, ended_at = null
		where j.company_id = konak.company() and j.id = job
		    and j.state = 'failed' and (j.ordered_by = konak.me()
			or konak.may('settings.edit'));
	end if;
	if not found then
		perform konak.no_row();
	end if;
end $$;

-- What ended a month ago is of no use to anybody.
create function konak.jobs_keep(args jsonb) returns setof konak.changed
language sql security definer set search_path = pg_catalog, pg_temp
as $$
	delete from konak.jobs j where j.ended_at < konak.now() - interval '30 days';
	select null::konak.changed where false
$$;

grant execute on function konak.job_order(text, jsonb, timestamptz, text),
    konak.jobs_plan(), konak.due(), konak.job_take(text[]),
    konak.enter_job(uuid, uuid, uuid),
    konak.job_progress(uuid, uuid, uuid, bigint, bigint),
    konak.job_done(uuid, uuid, uuid, jsonb),
    konak.job_failed(uuid, uuid, uuid, text, boolean),
    konak.job_set(uuid, text), konak.jobs_keep(jsonb) to konak_app;
grant execute on function
    konak.job_put(uuid, text, jsonb, timestamptz, text, uuid),
    konak.job_drop(uuid, text, text) to konak_owner, konak_definer;

set local role konak_owner;

-- The work of a kind that is a function, by its name in konak.job_kinds.
create function konak.job_call(run text, args jsonb)
    returns setof konak.changed
language plpgsql
as $$
begin
	return query execute format('select * from konak.%I($1)', run)
	using args;
end $$;
grant execute on function konak.job_call(text, jsonb) to konak_app;

insert into konak.job_kinds (kind, run, rights, daily, per, name_tr, name_en)
values ('jobs.keep', 'jobs_keep', '', '03:30', 'group',
    'Eski işleri temizle', 'Clear old jobs');
