-- 0040-leads.sql - possible customers, what is done about them, why some are lost.

do $$ begin
	perform konak.grant_default('leads.view', 'leads',
	    'Potansiyel müşterileri görüntüle', 'View leads',
	    '["owner","admin","manager","employee","intern"]');
	perform konak.grant_default('leads.create', 'leads',
	    'Potansiyel müşteri ekle', 'Add leads',
	    '["owner","admin","manager","employee"]');
	perform konak.grant_default('leads.edit', 'leads',
	    'Potansiyel müşteri düzenle', 'Edit leads',
	    '["owner","admin","manager","employee"]');
	perform konak.grant_default('leads.delete', 'leads',
	    'Potansiyel müşteri sil', 'Delete leads',
	    '["owner","admin","manager"]');
	perform konak.grant_default('leads.view_value', 'leads',
	    'Beklenen tutarları gör', 'See expected values',
	    '["owner","admin","manager","employee"]');
end $$;

create table konak.lost_reasons (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	name text not null,
	sort_order integer not null default 0,
	is_active boolean not null default true,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(name)) stored,
	constraint lost_reasons_pkey primary key (company_id, id),
	constraint lost_reasons_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint lost_reasons_name_length check (length(name) between 1 and 100),
	constraint lost_reasons_sort_order_range check (sort_order between 0 and 9999)
);

select konak.sort_index('konak.lost_reasons', 'name');
select konak.sort_index('konak.lost_reasons', 'sort_order');
select konak.sort_index('konak.lost_reasons', 'sort_order', '{is_active}');
create index lost_reasons_search on konak.lost_reasons
    using gin (company_id, search gin_trgm_ops);
create unique index lost_reasons_name_key on konak.lost_reasons
    (company_id, konak.fold(name)) where deleted_at is null;

select konak.protect('konak.lost_reasons', '{"record": "lost_reasons", "module": "leads", "audit": "LOST_REASON", "title": "name", "view": {"leads.view": "all"}, "create": {"settings.edit": "all"}, "edit": {"settings.edit": "all"}, "delete": {"settings.edit": "all"}, "internal": ["search"]}'::jsonb);

create type konak.lead_status as enum
    ('new', 'contacted', 'meeting_scheduled', 'proposal_sent', 'negotiation', 'won', 'lost');
create type konak.lead_source as enum
    ('website', 'whatsapp', 'referral', 'social_media', 'google_ads', 'cold_call', 'other');

create table konak.leads (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	company_name text not null,
	contact_person text,
	phone text,
	email text,
	status konak.lead_status not null default 'new',
	source konak.lead_source not null default 'other',
	expected_value numeric(14,2),
	currency char(3) not null default 'TRY',
	probability integer not null default 10,
	weighted_value numeric(14,2),
	assigned_to uuid default konak.me(),
	next_contact date,
	lost_reason_id uuid,
	stage_entered_at timestamptz not null default konak.now(),
	closed_at timestamptz,
	customer_id uuid,
	notes text,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(company_name
	    || ' ' || coalesce(contact_person, '')
	    || ' ' || coalesce(phone, '')
	    || ' ' || coalesce(email, ''))) stored,
	constraint leads_pkey primary key (company_id, id),
	constraint leads_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint leads_company_name_length check (length(company_name) between 1 and 255),
	constraint leads_contact_person_length check (length(contact_person) <= 100),
	constraint leads_phone_form check (konak.phone_ok(phone)),
	constraint leads_email_form check (konak.email_ok(email)),
	constraint leads_expected_value_range check (expected_value >= 0),
	constraint leads_currency_form check (currency ~ '^[A-Z]{3}$'),
	constraint leads_probability_range check (probability between 0 and 100),
	constraint leads_assigned_to_fkey foreign key (company_id, assigned_to)
	    references konak.memberships (company_id, user_id),
	constraint leads_lost_reason_id_fkey foreign key (company_id, lost_reason_id)
	    references konak.lost_reasons,
	constraint leads_customer_id_fkey foreign key (company_id, customer_id)
	    references konak.customers,
	constraint leads_notes_length check (length(notes) <= 20000),
	constraint leads_lost_reason_id_needed check
	    (status <> 'lost' or lost_reason_id is not null)
);

select konak.sort_index('konak.leads', 'company_name');
select konak.sort_index('konak.leads', 'contact_person');
select konak.sort_index('konak.leads', 'status');
select konak.sort_index('konak.leads', 'next_contact', '{source}');
select konak.sort_index('konak.leads', 'next_contact', '{assigned_to}');
select konak.sort_index('konak.leads', 'next_contact');
select konak.sort_index('konak.leads', 'next_contact', '{lost_reason_id}');
select konak.sort_index('konak.leads', 'stage_entered_at');
select konak.sort_index('konak.leads', 'next_contact', '{customer_id}');
select konak.sort_index('konak.leads', 'created_at');
create index leads_search on konak.leads
    using gin (company_id, search gin_trgm_ops);

-- The chance that a stage gives, a constant of the trade until a company says
-- otherwise on the lead itself.
create function konak.lead_probability(status konak.lead_status) returns integer
language sql immutable parallel safe
as $$
	select case status when 'new' then 10 when 'contacted' then 25
	    when 'meeting_scheduled' then 40 when 'proposal_sent' then 60
	    when 'negotiation' then 80 when 'won' then 100 else 0 end
$$;
grant execute on function konak.lead_probability(konak.lead_status)
    to konak_app, konak_definer;

-- When a lead entered its stage and when it was closed, and what it is worth
-- at its chance; a lead that became a
-- customer is won and stays so.
create function konak.leads_stage() returns trigger
language plpgsql
as $$
begin
	if new.status <> 'lost' then
		new.lost_reason_id := null;
	end if;
	if tg_op = 'UPDATE' and new.status = old.status then
		new.weighted_value := new.expected_value * new.probability / 100;
		return new;
	end if;
	if tg_op = 'UPDATE' and old.customer_id is not null then
		perform konak.fail('leads.converted', field => 'status');
	end if;
	if tg_op = 'UPDATE' and new.probability = old.probability
	    or new.status in ('won', 'lost') then
		new.probability := konak.lead_probability(new.status);
	end if;
	new.weighted_value := new.expected_value * new.probability / 100;
	new.stage_entered_at := konak.now();
	new.closed_at := case when new.status in ('won', 'lost')
	    then konak.now() end;
	return new;
end $$;
create trigger leads_10_stage before insert or update on konak.leads
    for each row execute function konak.leads_stage();

select konak.protect('konak.leads', '{"record": "leads", "module": "leads", "audit": "LEAD", "title": "company_name", "view": {"leads.view": "all"}, "create": {"leads.create": "all"}, "edit": {"leads.edit": "all"}, "delete": {"leads.delete": "all"}, "see": {"expected_value": "leads.view_value", "weighted_value": "leads.view_value"}, "readonly": ["weighted_value", "stage_entered_at", "closed_at", "customer_id"], "internal": ["search"]}'::jsonb);

create type konak.lead_activity_activity_type as enum
    ('call', 'meeting', 'email', 'whatsapp', 'proposal', 'note');

create table konak.lead_activities (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	lead_id uuid not null,
	activity_type konak.lead_activity_activity_type not null default 'call',
	contact_date timestamptz not null default konak.now(),
	description text not null,
	next_action text,
	next_action_date date,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(description
	    || ' ' || coalesce(next_action, ''))) stored,
	constraint lead_activities_pkey primary key (company_id, id),
	constraint lead_activities_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint lead_activities_lead_id_fkey foreign key (company_id, lead_id)
	    references konak.leads,
	constraint lead_activities_description_length check (length(description) between 1 and 20000),
	constraint lead_activities_next_action_length check (length(next_action) <= 255),
	constraint lead_activities_next_action_needed check
	    (next_action_date is null or next_action is not null)
);

select konak.sort_index('konak.lead_activities', 'contact_date', '{lead_id}');
select konak.sort_index('konak.lead_activities', 'contact_date',
    '{activity_type}');
select konak.sort_index('konak.lead_activities', 'contact_date');
select konak.sort_index('konak.lead_activities', 'next_action_date');
create index lead_activities_search on konak.lead_activities
    using gin (company_id, search gin_trgm_ops);

select konak.protect('konak.lead_activities', '{"record": "lead_activities", "module": "leads", "audit": "LEAD_ACTIVITY", "title": "description", "view": {"leads.view": "all"}, "create": {"leads.create": "all"}, "edit": {"leads.edit": "all"}, "delete": {"leads.delete": "all"}, "once": ["lead_id"], "internal": ["search"], "parent": {"table": "leads", "column": "lead_id"}}'::jsonb);

-- What is to be done next is the lead's next contact: that of its latest
-- activity which names one.
select konak.protect_define('lead_activities_next', $f$
begin
	update konak.leads l set next_contact = new.next_action_date
	where l.company_id = new.company_id and l.id = new.lead_id
	    and l.status not in ('won', 'lost')
	    and l.next_contact is distinct from new.next_action_date
	    and not exists (select from konak.lead_activities a
		where a.company_id = new.company_id and a.lead_id = new.lead_id
		    and a.id <> new.id and a.deleted_at is null
		    and a.next_action_date is not null
		    and a.contact_date > new.contact_date);
	return null;
end $f$);
create trigger lead_activities_20_next
    after insert or update on konak.lead_activities
    for each row when (new.next_action_date is not null
	and new.deleted_at is null)
    execute function konak.lead_activities_next();

set local role konak_definer;

-- A lead becomes a customer once: the customer gets what is known of the firm
-- and its contact; the lead is won, and its history stays with it. The lead's
-- link to its customer is nobody's to write, hence the definer.
create function konak.leads_convert(lead uuid, stand integer)
    returns table (version integer, made uuid)
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	l konak.leads;
	customer uuid;
begin
	if not konak.may('leads.edit') then
		perform konak.denied('leads.edit');
	elsif not konak.may('customers.create') then
		perform konak.denied('customers.create');
	end if;
	select x.* into l from konak.leads x
	where x.company_id = konak.company() and x.id = lead
	    and x.deleted_at is null for update;
	if l.customer_id is not null then
		perform konak.fail('leads.converted_twice');
	elsif l.id is null then
		perform konak.no_row();
	elsif l.version <> stand then
		raise exception using errcode = 'KN001', message = 'stale';
	elsif l.status = 'lost' then
		perform konak.fail('leads.convert_lost');
	end if;
	insert into konak.customers as c (company_id, company_name,
	    contact_person, phone, email, notes)
	values (l.company_id, l.company_name, l.contact_person, l.phone,
	    l.email, l.notes)
	returning c.id into customer;
	if l.contact_person is not null then
		insert into konak.customer_contacts (company_id, customer_id,
		    name, phone, email, is_primary)
		values (l.company_id, customer, l.contact_person, l.phone, l.email,
		    true);
	end if;
	return query update konak.leads x set status = 'won',
	    customer_id = customer
	where x.company_id = l.company_id and x.id = lead
	returning x.version, customer;
end $$;
grant execute on function konak.leads_convert(uuid, integer) to konak_app;

set local role konak_owner;
