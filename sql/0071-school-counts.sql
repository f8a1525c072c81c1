-- 0071-school-counts.sql - how many teachers, students and classes a school
-- has, what its plan allows, and what it pays for that.

do $$ begin
	perform konak.grant_default('school.stats', 'school',
	    'Okul sayılarını gör', 'See the school''s figures', '["owner","admin"]');
	perform konak.grant_default('billing.view', 'school',
	    'Aboneliği görüntüle', 'View the subscription', '["owner","admin"]');
end $$;

create table konak.school_stats (
	company_id uuid not null default konak.company(),
	id uuid not null generated always as (company_id) stored,
	total_teachers integer not null default 0,
	total_students integer not null default 0,
	total_classes integer not null default 0,
	total_schedules integer not null default 0,
	completion_rate numeric(5,2) not null default 0,
	last_updated timestamptz not null default konak.now(),
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	constraint school_stats_pkey primary key (company_id, id),
	constraint school_stats_company_id_fkey foreign key (company_id)
	    references konak.companies (id)
);

select konak.protect('konak.school_stats', '{"record": "school_stats", "module": "school", "title": "total_students", "view": {"school.stats": "all"}}'::jsonb);

create table konak.subscription_plans (
	company_id uuid not null default konak.group_company(),
	id uuid not null default konak.uuid7(),
	name text not null,
	price numeric(14,2) not null,
	max_teachers integer,
	max_students integer,
	max_classes integer,
	features text[] not null default '{}',
	is_active boolean not null default true,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	constraint subscription_plans_pkey primary key (company_id, id),
	constraint subscription_plans_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint subscription_plans_name_length
	    check (length(name) between 1 and 100)
);
-- What a company's plan refers to.
alter table konak.subscription_plans
    add constraint subscription_plans_id_key unique (id);
create unique index subscription_plans_name_key on konak.subscription_plans
    (company_id, konak.fold(name));
select konak.protect('konak.subscription_plans', '{"module": "school",
    "audit": "SUBSCRIPTION_PLAN", "title": ["name"],
    "rows": {"view": "(company_id = (select konak.group_company()) and (select konak.may(''billing.view'')))"}}');
alter table konak.companies add column subscription_plan_id uuid,
    add constraint companies_subscription_plan_id_fkey
	foreign key (subscription_plan_id)
	references konak.subscription_plans (id);
create index companies_subscription_plan_id_idx
    on konak.companies (subscription_plan_id);
-- The whole of it again, with the new column.
select konak.protect('konak.companies', jsonb_set(p.spec, '{readonly}',
    p.spec -> 'readonly' || '["subscription_plan_id"]'))
from konak.protected p where p.table_name = 'companies';
create policy group_select on konak.companies for select to konak_group
    using ((select konak.may('group.view')));
grant select on konak.companies to konak_group;

create type konak.subscription_invoices_status as enum (
    'pending', 'paid', 'cancelled', 'refunded');
create table konak.subscription_invoices (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	invoice_number text not null,
	subscription_plan_id uuid,
	amount numeric(14,2) not null,
	tax_amount numeric(14,2) not null,
	total_amount numeric(14,2) not null,
	currency char(3) not null default 'TRY',
	status konak.subscription_invoices_status not null default 'pending',
	billing_date date not null,
	due_date date not null,
	paid_at timestamptz,
	payment_method text,
	transaction_id text,
	notes text,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	constraint subscription_invoices_pkey primary key (company_id, id),
	constraint subscription_invoices_company_id_fkey
	    foreign key (company_id)
	    references konak.companies (id),
	constraint subscription_invoices_invoice_number_length
	    check (length(invoice_number) between 1 and 50),
	constraint subscription_invoices_subscription_plan_id_fkey
	    foreign key (subscription_plan_id)
	    references konak.subscription_plans (id),
	constraint subscription_invoices_payment_method_length
	    check (length(payment_method) <= 50),
	constraint subscription_invoices_transaction_id_length
	    check (length(transaction_id) <= 255),
	constraint subscription_invoices_notes_length
	    check (length(notes) <= 5000)
);
select konak.sort_index('konak.subscription_invoices', 'invoice_number');
create index on konak.subscription_invoices (subscription_plan_id);
select konak.sort_index('konak.subscription_invoices', 'billing_date', '{subscription_plan_id}');
select konak.sort_index('konak.subscription_invoices', 'billing_date', '{status}');
select konak.sort_index('konak.subscription_invoices', 'billing_date');
select konak.sort_index('konak.subscription_invoices', 'due_date');
create unique index subscription_invoices_invoice_number_key
    on konak.subscription_invoices (company_id, invoice_number);
create index subscription_invoices_due_date_status_idx
    on konak.subscription_invoices (company_id, due_date, status);

select konak.protect('konak.subscription_invoices', '{"record": "subscription_invoices", "module": "school", "title": "invoice_number", "view": {"billing.view": "all"}}'::jsonb);

create type konak.payments_status as enum (
    'pending', 'completed', 'failed', 'refunded');
create table konak.payments (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	invoice_id uuid not null,
	provider text not null,
	provider_transaction_id text not null,
	amount numeric(14,2) not null,
	currency char(3) not null default 'TRY',
	status konak.payments_status not null default 'pending',
	payment_method text not null,
	error_message text,
	metadata jsonb not null default '{}',
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	constraint payments_pkey primary key (company_id, id),
	constraint payments_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint payments_invoice_id_fkey
	    foreign key (company_id, invoice_id)
	    references konak.subscription_invoices,
	constraint payments_provider_length
	    check (length(provider) between 1 and 50),
	constraint payments_provider_transaction_id_length
	    check (length(provider_transaction_id) between 1 and 255),
	constraint payments_payment_method_length
	    check (length(payment_method) between 1 and 50),
	constraint payments_error_message_length
	    check (length(error_message) <= 2000)
);
select konak.sort_index('konak.payments', 'created_at', '{invoice_id}');
select konak.sort_index('konak.payments', 'created_at', '{status}');
select konak.sort_index('konak.payments', 'created_at');
-- A repeated callback changes nothing.
create unique index payments_provider_key on konak.payments
    (company_id, provider, provider_transaction_id);

select konak.protect('konak.payments', '{"record": "payments", "module": "school", "title": "provider_transaction_id", "view": {"billing.view": "all"}, "internal": ["metadata"]}'::jsonb);

insert into konak.job_kinds (kind, run, rights, per, name_tr, name_en)
values ('school.counts', 'school_counts', '', 'company',
    'Okul sayılarını yaz', 'Write a school''s counts');
set local role konak_auth;
grant execute on function konak.job_put(uuid, text, jsonb, timestamptz, text,
    uuid), konak.job_drop(uuid, text, text) to konak_definer;
set local role konak_owner;

-- Counts are kept by statement, not by row: a class of forty enrolled at once
-- is one change of its class and one of its school. The rows that hold the
-- counts are what everybody who enrols waits for, so that neither a class nor
-- a plan is ever over its limit.
set local role konak_definer;

-- The limits of the company's plan; empty means none.
create function konak.plan_check(school uuid, what text, total integer)
    returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	most integer;
begin
	select case what when 'teachers' then p.max_teachers
	    when 'students' then p.max_students else p.max_classes end
	into most
	from konak.companies c
	join konak.subscription_plans p on p.id = c.subscription_plan_id
	where c.id = school;
	if total > most then
		perform konak.fail('plan.limit', jsonb_build_object(
		    'limit', most, 'what', what));
	end if;
end $$;

create function konak.school_count(school uuid, what text, more bigint)
    returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	total integer;
begin
	insert into konak.school_stats as s (company_id, total_teachers,
	    total_students, total_classes)
	values (school, case what when 'teachers' then more else 0 end,
	    case what when 'students' then more else 0 end,
	    case what when 'classes' then more else 0 end)
	on conflict on constraint school_stats_pkey do update set
	    total_teachers = s.total_teachers + excluded.total_teachers,
	    total_students = s.total_students + excluded.total_students,
	    total_classes = s.total_classes + excluded.total_classes,
	    last_updated = konak.now()
	returning case what when 'teachers' then s.total_teachers
	    when 'students' then s.total_students else s.total_classes end
	into total;
	if more > 0 then
		perform konak.plan_check(school, what, total);
	end if;
end $$;

-- Students come into a class, or leave it.
create function konak.class_count(school uuid, class uuid, more bigint)
    returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	c konak.classes;
begin
	select x.* into c from konak.classes x
	where x.company_id = school and x.id = class for no key update;
	if more > 0 and c.deleted_at is not null then
		perform konak.fail('record.parent_deleted', '{}', 'class_id');
	elsif more > 0 and c.current_students + more > c.capacity then
		perform konak.fail('students.class_full', '{}', 'class_id');
	end if;
	update konak.classes x set current_students = x.current_students + more
	where x.company_id = school and x.id = class;
end $$;

-- After each statement on teachers, students and classes, for those that
-- live. What a migration or a sample loads for many companies is counted for
-- each of them. The argument is the column of the class, if there is one.
create function konak.school_counted() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	before constant text := current_setting('konak.company', true);
	live constant text := 'select company_id, ' || coalesce(tg_argv[0],
	    'null::uuid') || ' as class, %s as n from %s '
	    'where is_active and deleted_at is null';
	g record;
	c record;
begin
	for g in execute format('select company_id, sum(n) as more, '
	    'jsonb_object_agg(class, n) filter (where class is not null '
		'and n <> 0) as classes '
	    'from (select company_id, class, sum(n) as n '
		'from (%s) r group by 1, 2) d group by 1',
	    concat_ws(' union all ',
		case when tg_op <> 'DELETE' then format(live, 1, 'added') end,
		case when tg_op <> 'INSERT' then format(live, -1, 'removed') end))
	loop
		continue when g.more = 0 and g.classes is null;
		perform set_config('konak.company', g.company_id::text, true);
		if g.more <> 0 then
			perform konak.school_count(g.company_id, tg_table_name,
			    g.more::bigint);
		end if;
		for c in select e.key::uuid as id, e.value::bigint as more
		    from jsonb_each_text(g.classes) e order by 1 loop
			perform konak.class_count(g.company_id, c.id, c.more);
		end loop;
	end loop;
	perform set_config('konak.company', coalesce(before, ''), true);
	return null;
end $$;

-- The company's own row has the counts as well; written when all is done.
-- Whoever adds a row of that company at this moment holds it (an update locks
-- it wholly, its key is generated) and may wait for the counts: then nobody
-- waits for him, and a job writes them a little later.
create function konak.school_counts(args jsonb) returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	perform from konak.companies c where c.id = konak.company()
	for update nowait;
	update konak.companies c set
	    current_teachers = s.total_teachers,
	    current_students = s.total_students,
	    current_classes = s.total_classes
	from konak.school_stats s
	where c.company_id = konak.company() and s.company_id = c.id
	    and (c.current_teachers, c.current_students, c.current_classes)
		<> (s.total_teachers, s.total_students, s.total_classes);
end $$;

create function konak.school_counts_shown() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	before constant text := current_setting('konak.company', true);
begin
	perform from konak.companies c where c.id = new.company_id
	for update skip locked;
	if found then
		perform set_config('konak.company', new.company_id::text, true),
		    konak.school_counts('{}'),
		    set_config('konak.company', coalesce(before, ''), true);
	else
		perform konak.job_put(new.company_id, 'school.counts', '{}', null,
		    'counts');
	end if;
	return null;
end $$;

-- A class with pupils stays.
create function konak.classes_empty() returns trigger
language plpgsql
as $$
begin
	if new.current_students > 0 then
		perform konak.fail('classes.not_empty');
	end if;
	return new;
end $$;
grant execute on function konak.school_counts(jsonb) to konak_app;
grant execute on function konak.school_counted(),
    konak.school_counts_shown(), konak.classes_empty() to konak_owner;
set local role konak_owner;

do $$
declare
	t text;
begin
	foreach t in array array['teachers', 'students', 'classes'] loop
		execute format('create trigger %1$s_80_count_insert after insert '
		    'on konak.%1$s referencing new table as added for each '
		    'statement execute function konak.school_counted(%2$s)', t,
		    case t when 'students' then 'class_id' else '' end);
		execute format('create trigger %1$s_80_count_update after update '
		    'on konak.%1$s referencing old table as removed new table '
		    'as added for each statement '
		    'execute function konak.school_counted(%2$s)', t,
		    case t when 'students' then 'class_id' else '' end);
		execute format('create trigger %1$s_80_count_delete after delete '
		    'on konak.%1$s referencing old table as removed for each '
		    'statement execute function konak.school_counted(%2$s)', t,
		    case t when 'students' then 'class_id' else '' end);
	end loop;
end $$;
create constraint trigger school_stats_90_shown
    after insert or update on konak.school_stats
    deferrable initially deferred for each row
    execute function konak.school_counts_shown();
create trigger classes_20_empty before update on konak.classes
    for each row when (old.deleted_at is null and new.deleted_at is not null)
    execute function konak.classes_empty();

-- ------------------------------------------- what the operator writes

-- A plan by its name; a limit of null means none.
create function konak.op_plan(plan text, price numeric, max_teachers integer,
    max_students integer, max_classes integer, features text[] default '{}')
    returns uuid
language plpgsql
as $$
#variable_conflict use_variable
declare
	found_id uuid;
begin
	update konak.subscription_plans p set name = plan, price = price,
	    max_teachers = max_teachers, max_students = max_students,
	    max_classes = max_classes, features = features
	where konak.fold(p.name) = konak.fold(plan) returning p.id into found_id;
	if not found then
		insert into konak.subscription_plans as p (company_id, name,
		    price, max_teachers, max_students, max_classes, features)
		values (konak.group_company(), plan, price, max_teachers,
		    max_students, max_classes, features)
		returning p.id into found_id;
	end if;
	return found_id;
end $$;

create function konak.op_subscribe(school uuid, plan text, status text,
    trial_ends_at timestamptz default null) returns void
language plpgsql
as $$
#variable_conflict use_variable
declare
	p uuid;
begin
	select x.id into p from konak.subscription_plans x
	where konak.fold(x.name) = konak.fold(plan);
	if not found then
		raise exception 'there is no plan %', plan;
	end if;
	update konak.companies c set subscription_plan_id = p,
	    subscription_status = status, trial_ends_at = trial_ends_at
	where c.id = school and c.kind = 'school';
	if not found then
		raise exception 'there is no such school';
	end if;
end $$;
