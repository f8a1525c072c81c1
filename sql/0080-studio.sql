-- 0080-studio.sql - a studio's catalogue, its render jobs, and the credit
-- that pays for them: never negative, always the sum of its log.

do $$ begin
	perform konak.grant_default('carpets.view', 'studio',
	    'Kataloğu görüntüle', 'View the catalogue', '["owner","admin","staff"]');
	perform konak.grant_default('carpets.create', 'studio',
	    'Halı ekle', 'Add carpets', '["owner","admin"]');
	perform konak.grant_default('carpets.edit', 'studio',
	    'Halı düzenle', 'Edit carpets', '["owner","admin"]');
	perform konak.grant_default('carpets.delete', 'studio',
	    'Halı sil', 'Delete carpets', '["owner","admin"]');
	perform konak.grant_default('renders.view', 'studio',
	    'Render işlerini görüntüle', 'View render jobs',
	    '{"owner": "all", "admin": "all", "staff": "own"}', '{all,own}');
	perform konak.grant_default('credits.view', 'credits',
	    'Kalan krediyi gör', 'See the remaining credit',
	    '["owner","admin","staff"]');
	perform konak.grant_default('credits.log', 'credits',
	    'Kredi hareketlerini gör', 'See the credit log', '["owner","admin"]');
end $$;

create table konak.carpets (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	name text not null,
	code text not null,
	size text,
	color text,
	material text,
	pictures text[],
	is_active boolean not null default true,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(name || ' '
	    || code || ' '
	    || coalesce(material, ''))) stored,
	constraint carpets_pkey primary key (company_id, id),
	constraint carpets_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint carpets_name_length check (length(name) between 1 and 255),
	constraint carpets_code_length check (length(code) between 1 and 20),
	constraint carpets_size_length check (length(size) <= 50),
	constraint carpets_color_length check (length(color) <= 50),
	constraint carpets_material_length check (length(material) <= 100)
);
select konak.sort_index('konak.carpets', 'name');
select konak.sort_index('konak.carpets', 'code');
select konak.sort_index('konak.carpets', 'material');
select konak.sort_index('konak.carpets', 'name', '{is_active}');
create index carpets_search on konak.carpets
    using gin (company_id, search gin_trgm_ops);
create unique index carpets_code_key on konak.carpets
    (company_id, code) where deleted_at is null;

select konak.protect('konak.carpets', '{"record": "carpets", "module": "studio", "audit": "CARPET", "title": "name", "view": {"carpets.view": "all"}, "create": {"carpets.create": "all"}, "edit": {"carpets.edit": "all"}, "delete": {"carpets.delete": "all"}, "internal": ["search"]}'::jsonb);

create type konak.render_jobs_status as enum (
    'queued', 'processing', 'success', 'failed');
create table konak.render_jobs (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	user_id uuid,
	carpet_id uuid,
	mode text not null,
	status konak.render_jobs_status not null default 'queued',
	input_file text,
	output_file text,
	error_text text,
	cost integer not null default 1,
	started_at timestamptz,
	finished_at timestamptz,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	constraint render_jobs_pkey primary key (company_id, id),
	constraint render_jobs_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint render_jobs_user_id_fkey foreign key (company_id, user_id)
	    references konak.memberships (company_id, user_id),
	constraint render_jobs_carpet_id_fkey
	    foreign key (company_id, carpet_id)
	    references konak.carpets,
	constraint render_jobs_mode_length
	    check (length(mode) between 1 and 50),
	constraint render_jobs_input_file_length
	    check (length(input_file) <= 255),
	constraint render_jobs_output_file_length
	    check (length(output_file) <= 255),
	constraint render_jobs_error_text_length
	    check (length(error_text) <= 5000)
);
select konak.sort_index('konak.render_jobs', 'created_at', '{user_id}');
select konak.sort_index('konak.render_jobs', 'created_at', '{carpet_id}');
select konak.sort_index('konak.render_jobs', 'created_at', '{status}');
select konak.sort_index('konak.render_jobs', 'created_at');
alter table konak.render_jobs
    add constraint render_jobs_cost_range check (cost >= 0),
    add constraint render_jobs_finished_at_order
	check (finished_at >= started_at);

select konak.protect('konak.render_jobs', '{"record": "render_jobs", "module": "studio", "title": "mode", "view": {"renders.view": ["all", "own"]}, "scopes": {"own": "user_id = (select konak.me())"}}'::jsonb);

create table konak.credit_balances (
	company_id uuid not null default konak.company(),
	id uuid not null generated always as (company_id) stored,
	balance integer not null default 0,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	constraint credit_balances_pkey primary key (company_id, id),
	constraint credit_balances_company_id_fkey foreign key (company_id)
	    references konak.companies (id)
);
alter table konak.credit_balances
    add constraint credit_balances_balance_range check (balance >= 0);

select konak.protect('konak.credit_balances', '{"record": "credit_balances", "module": "credits", "title": "balance", "view": {"credits.view": "all"}}'::jsonb);

create table konak.credit_logs (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	user_id uuid,
	delta integer not null,
	reason text not null,
	job_id uuid,
	balance_after integer not null,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	constraint credit_logs_pkey primary key (company_id, id),
	constraint credit_logs_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint credit_logs_user_id_fkey foreign key (company_id, user_id)
	    references konak.memberships (company_id, user_id),
	constraint credit_logs_reason_length
	    check (length(reason) between 1 and 255),
	constraint credit_logs_job_id_fkey foreign key (company_id, job_id)
	    references konak.render_jobs
);
select konak.sort_index('konak.credit_logs', 'created_at', '{user_id}');
select konak.sort_index('konak.credit_logs', 'created_at', '{job_id}');
select konak.sort_index('konak.credit_logs', 'created_at');
alter table konak.credit_logs
    add constraint credit_logs_delta_range check (delta <> 0),
    add constraint credit_logs_balance_after_range check (balance_after >= 0);
create index credit_logs_sum_idx on konak.credit_logs
    (company_id) include (delta);

select konak.protect('konak.credit_logs', '{"record": "credit_logs", "module": "credits", "title": "reason", "view": {"credits.log": "all"}}'::jsonb);

-- The log moves the balance, under its lock, and says what was left.
set local role konak_definer;
create function konak.credit_logged() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	insert into konak.credit_balances (company_id) values (new.company_id)
	on conflict do nothing;
	select b.balance + new.delta into new.balance_after
	from konak.credit_balances b
	where b.company_id = new.company_id for no key update;
	if new.balance_after < 0 then
		perform konak.fail('credits.short', jsonb_build_object(
		    'left', new.balance_after - new.delta));
	end if;
	update konak.credit_balances b set balance = new.balance_after
	where b.company_id = new.company_id;
	return new;
end $$;

create function konak.credit_frozen() returns trigger
language plpgsql
as $$
begin
	raise exception using errcode = '42501',
	    message = 'the credit log never changes';
end $$;

-- Whatever was done to either, in the end the one is the sum of the other.
create function konak.credit_summed() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	before constant text := current_setting('konak.company', true);
begin
	perform set_config('konak.company', new.company_id::text, true);
	if (select b.balance from konak.credit_balances b
	    where b.company_id = new.company_id) is distinct from
	    (select sum(l.delta) from konak.credit_logs l
	    where l.company_id = new.company_id) then
		raise exception using errcode = '23514',
		    message = 'the balance is not the sum of the credit log',
		    constraint = 'credit_balances_balance_sum';
	end if;
	perform set_config('konak.company', coalesce(before, ''), true);
	return null;
end $$;
grant execute on function konak.credit_logged(), konak.credit_frozen(),
    konak.credit_summed() to konak_owner;
set local role konak_owner;
create trigger credit_logs_10_logged before insert on konak.credit_logs
    for each row execute function konak.credit_logged();
create trigger credit_logs_15_frozen before update or delete
    on konak.credit_logs for each row execute function konak.credit_frozen();
create constraint trigger credit_logs_90_summed after insert
    on konak.credit_logs deferrable initially deferred for each row
    execute function konak.credit_summed();
create constraint trigger credit_balances_90_summed after update
    on konak.credit_balances deferrable initially deferred for each row
    execute function konak.credit_summed();

-- What the operator gives a studio to begin with, or takes.
create function konak.op_credit(studio uuid, delta integer, reason text)
    returns integer
language plpgsql
as $$
#variable_conflict use_variable
declare
	before constant text := current_setting('konak.company', true);
	left_over integer;
begin
	perform set_config('konak.company', studio::text, true);
	insert into konak.credit_logs as l (company_id, delta, reason,
	    balance_after)
	values (studio, delta, reason, 0) returning l.balance_after
	into left_over;
	set constraints all immediate;
	set constraints all deferred;
	perform set_config('konak.company', coalesce(before, ''), true);
	return left_over;
end $$;
