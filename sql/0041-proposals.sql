-- 0041-proposals.sql - offers, their lines and revisions, and templates of them.

do $$ begin
	perform konak.grant_default('proposals.view', 'proposals',
	    'Teklifleri görüntüle', 'View proposals',
	    '["owner","admin","manager","employee","intern"]');
	perform konak.grant_default('proposals.create', 'proposals',
	    'Teklif ekle', 'Add proposals',
	    '["owner","admin","manager"]');
	perform konak.grant_default('proposals.edit', 'proposals',
	    'Teklif düzenle', 'Edit proposals',
	    '["owner","admin","manager","employee"]');
	perform konak.grant_default('proposals.delete', 'proposals',
	    'Teklif sil', 'Delete proposals',
	    '["owner","admin","manager"]');
	perform konak.grant_default('proposals.view_prices', 'proposals',
	    'Teklif tutarlarını gör', 'See prices of proposals',
	    '["owner","admin","manager","employee"]');
end $$;

create table konak.proposal_templates (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	name text not null,
	valid_days integer not null default 30,
	terms text,
	is_active boolean not null default true,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(name)) stored,
	constraint proposal_templates_pkey primary key (company_id, id),
	constraint proposal_templates_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint proposal_templates_name_length check (length(name) between 1 and 255),
	constraint proposal_templates_valid_days_range check (valid_days between 1 and 365),
	constraint proposal_templates_terms_length check (length(terms) <= 20000)
);

select konak.sort_index('konak.proposal_templates', 'name');
select konak.sort_index('konak.proposal_templates', 'name', '{is_active}');
create index proposal_templates_search on konak.proposal_templates
    using gin (company_id, search gin_trgm_ops);
create unique index proposal_templates_name_key on konak.proposal_templates
    (company_id, konak.fold(name)) where deleted_at is null;

select konak.protect('konak.proposal_templates', '{"record": "proposal_templates", "module": "proposals", "audit": "PROPOSAL_TEMPLATE", "title": "name", "view": {"proposals.view": "all"}, "create": {"proposals.create": "all"}, "edit": {"proposals.edit": "all"}, "delete": {"proposals.delete": "all"}, "internal": ["search"]}'::jsonb);

create type konak.proposal_template_line_unit as enum
    ('piece', 'hour', 'day', 'month', 'year');

create table konak.proposal_template_lines (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	template_id uuid not null,
	sort_order integer not null default 0,
	description text not null,
	quantity numeric(14,4) not null default 1,
	unit konak.proposal_template_line_unit not null default 'piece',
	unit_price numeric(14,2) not null default 0,
	tax_rate numeric(14,2) not null default 20,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint proposal_template_lines_pkey primary key (company_id, id),
	constraint proposal_template_lines_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint proposal_template_lines_template_id_fkey foreign key (company_id, template_id)
	    references konak.proposal_templates,
	constraint proposal_template_lines_sort_order_range check (sort_order between 0 and 9999),
	constraint proposal_template_lines_description_length check (length(description) between 1 and 500),
	constraint proposal_template_lines_quantity_range check (quantity >= 0),
	constraint proposal_template_lines_unit_price_range check (unit_price >= 0),
	constraint proposal_template_lines_tax_rate_range check (tax_rate between 0 and 100)
);

select konak.sort_index('konak.proposal_template_lines', 'sort_order',
    '{template_id}');
select konak.sort_index('konak.proposal_template_lines', 'sort_order');

select konak.protect('konak.proposal_template_lines', '{"record": "proposal_template_lines", "module": "proposals", "audit": "PROPOSAL_TEMPLATE_LINE", "title": "description", "view": {"proposals.view_prices": "all"}, "create": {"proposals.edit": "all"}, "edit": {"proposals.edit": "all"}, "delete": {"proposals.edit": "all"}, "once": ["template_id"], "parent": {"table": "proposal_templates", "column": "template_id"}}'::jsonb);

create type konak.proposal_status as enum
    ('draft', 'sent', 'accepted', 'rejected', 'expired', 'replaced');

create table konak.proposals (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	number text not null,
	revision integer not null default 1,
	title text not null,
	customer_id uuid,
	lead_id uuid,
	template_id uuid,
	status konak.proposal_status not null default 'draft',
	issue_date date not null default konak.today(),
	valid_until date,
	currency char(3) not null default 'TRY',
	subtotal numeric(14,2) default 0,
	tax_total numeric(14,2) default 0,
	total numeric(14,2) default 0,
	assigned_to uuid default konak.me(),
	terms text,
	notes text,
	sent_at timestamptz,
	decided_at timestamptz,
	replaces_id uuid,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(number
	    || ' ' || title)) stored,
	constraint proposals_pkey primary key (company_id, id),
	constraint proposals_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint proposals_number_length check (length(number) between 1 and 30),
	constraint proposals_title_length check (length(title) between 1 and 255),
	constraint proposals_customer_id_fkey foreign key (company_id, customer_id)
	    references konak.customers,
	constraint proposals_lead_id_fkey foreign key (company_id, lead_id)
	    references konak.leads,
	constraint proposals_template_id_fkey foreign key (company_id, template_id)
	    references konak.proposal_templates,
	constraint proposals_currency_form check (currency ~ '^[A-Z]{3}$'),
	constraint proposals_assigned_to_fkey foreign key (company_id, assigned_to)
	    references konak.memberships (company_id, user_id),
	constraint proposals_terms_length check (length(terms) <= 20000),
	constraint proposals_notes_length check (length(notes) <= 20000),
	constraint proposals_replaces_id_fkey foreign key (company_id, replaces_id)
	    references konak.proposals,
	constraint proposals_customer_id_needed check
	    (num_nonnulls(customer_id, lead_id) > 0),
	constraint proposals_valid_until_order check (valid_until >= issue_date)
);

select konak.sort_index('konak.proposals', 'number', numbered => true);
select konak.sort_index('konak.proposals', 'title');
select konak.sort_index('konak.proposals', 'issue_date', '{customer_id}');
select konak.sort_index('konak.proposals', 'issue_date', '{lead_id}');
select konak.sort_index('konak.proposals', 'issue_date', '{template_id}');
select konak.sort_index('konak.proposals', 'status');
select konak.sort_index('konak.proposals', 'issue_date');
select konak.sort_index('konak.proposals', 'valid_until');
select konak.sort_index('konak.proposals', 'issue_date', '{assigned_to}');
select konak.sort_index('konak.proposals', 'issue_date', '{replaces_id}');
select konak.sort_index('konak.proposals', 'created_at');
create index proposals_search on konak.proposals
    using gin (company_id, search gin_trgm_ops);
create unique index proposals_number_key on konak.proposals
    (company_id, number, revision);
create index proposals_next_idx on konak.proposals
    (company_id, length(number), number);

set local role konak_definer;

-- The next of the numbers that begin so, PREFIX-0001 and on: a company's are
-- given one at a time. Gaps may come (a deleted draft); invoices have a counter
-- of their own.
create function konak.next_number(tab text, company uuid, prefix text)
    returns text
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
	last text;
begin
	perform pg_advisory_xact_lock(hashtextextended(tab || company, 0));
	execute format('select number from konak.%I where company_id = $1 '
	    'and number like $2 order by length(number) desc, number desc '
	    'limit 1', tab) into last using company, prefix || '%';
	return prefix || lpad((coalesce(substr(last, length(prefix) + 1)::int,
	    0) + 1)::text, 4, '0');
end $$;
grant execute on function konak.next_number(text, uuid, text) to konak_app;

set local role konak_owner;

create function konak.proposals_number() returns trigger
language plpgsql
as $$
begin
	new.number := coalesce(new.number, konak.next_number('proposals',
	    new.company_id, format('T-%s-', extract(year from konak.today()))));
	if new.template_id is not null then
		select coalesce(new.terms, t.terms), coalesce(new.valid_until,
		    new.issue_date + t.valid_days)
		into new.terms, new.valid_until
		from konak.proposal_templates t
		where t.company_id = new.company_id and t.id = new.template_id;
	end if;
	return new;
end $$;
create trigger proposals_10_number before insert on konak.proposals
    for each row execute function konak.proposals_number();

-- What was accepted or replaced stays as it is; only a new revision replaces.
create function konak.proposals_state() returns trigger
language plpgsql
as $$
begin
	if tg_op = 'UPDATE' and old.status in ('accepted', 'replaced') then
		perform konak.fail('proposals.final');
	elsif new.status = 'replaced' and current_user <> 'konak_definer' then
		perform konak.fail('proposals.replaced', field => 'status');
	end if;
	if tg_op = 'UPDATE' and new.status = old.status then
		return new;
	end if;
	if new.status in ('sent', 'accepted') and (tg_op = 'INSERT'
	    or not exists (select from konak.proposal_lines l
		where l.company_id = new.company_id and l.proposal_id = new.id
		    and l.deleted_at is null)) then
		perform konak.fail('proposals.empty', field => 'status');
	end if;
	if new.status = 'sent' then
		new.sent_at := konak.now();
	end if;
	new.decided_at := case when new.status in ('accepted', 'rejected')
	    then konak.now() end;
	return new;
end $$;

select konak.protect('konak.proposals', '{"record": "proposals", "module": "proposals", "audit": "PROPOSAL", "title": ["number", "title"], "view": {"proposals.view": "all"}, "create": {"proposals.create": "all"}, "edit": {"proposals.edit": "all"}, "delete": {"proposals.delete": "all"}, "see": {"subtotal": "proposals.view_prices", "tax_total": "proposals.view_prices", "total": "proposals.view_prices"}, "once": ["template_id"], "readonly": ["number", "revision", "subtotal", "tax_total", "total", "sent_at", "decided_at", "replaces_id"], "internal": ["search"], "quiet": ["subtotal", "tax_total", "total"]}'::jsonb);

create type konak.proposal_line_unit as enum
    ('piece', 'hour', 'day', 'month', 'year');

create table konak.proposal_lines (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	proposal_id uuid not null,
	sort_order integer not null default 0,
	description text not null,
	quantity numeric(14,4) not null default 1,
	unit konak.proposal_line_unit not null default 'piece',
	unit_price numeric(14,2) not null default 0,
	discount numeric(14,2) not null default 0,
	tax_rate numeric(14,2) not null default 20,
	total numeric(14,2) generated always as
	    (round(quantity * unit_price * (100 - discount) / 100, 2)) stored,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint proposal_lines_pkey primary key (company_id, id),
	constraint proposal_lines_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint proposal_lines_proposal_id_fkey foreign key (company_id, proposal_id)
	    references konak.proposals,
	constraint proposal_lines_sort_order_range check (sort_order between 0 and 9999),
	constraint proposal_lines_description_length check (length(description) between 1 and 500),
	constraint proposal_lines_quantity_range check (quantity >= 0),
	constraint proposal_lines_unit_price_range check (unit_price >= 0),
	constraint proposal_lines_discount_range check (discount between 0 and 100),
	constraint proposal_lines_tax_rate_range check (tax_rate between 0 and 100)
);

select konak.sort_index('konak.proposal_lines', 'sort_order', '{proposal_id}');
select konak.sort_index('konak.proposal_lines', 'sort_order');

create trigger proposals_20_state before insert or update on konak.proposals
    for each row execute function konak.proposals_state();

-- A template's lines are the first lines of what is made from it.
select konak.protect_define('proposals_template', $f$
begin
	insert into konak.proposal_lines (company_id, proposal_id, sort_order,
	    description, quantity, unit, unit_price, tax_rate)
	select t.company_id, new.id, t.sort_order, t.description, t.quantity,
	    t.unit::text::konak.proposal_line_unit, t.unit_price, t.tax_rate
	from konak.proposal_template_lines t
	where t.company_id = new.company_id and t.template_id = new.template_id
	    and t.deleted_at is null;
	return null;
end $f$);
create trigger proposals_80_template after insert on konak.proposals
    for each row when (new.template_id is not null)
    execute function konak.proposals_template();

-- Lines follow their proposal: fixed with it, added up on it.
select konak.protect_define('proposal_lines_sum', $f$
begin
	update konak.proposals p set subtotal = s.net, tax_total = s.tax,
	    total = s.net + s.tax
	from (select coalesce(sum(l.total), 0) as net,
		coalesce(sum(round(l.total * l.tax_rate / 100, 2)), 0) as tax
	    from konak.proposal_lines l
	    where l.company_id = new.company_id
		and l.proposal_id = new.proposal_id
		and l.deleted_at is null) s
	where p.company_id = new.company_id and p.id = new.proposal_id
	    and p.deleted_at is null
	    and (p.subtotal, p.tax_total) is distinct from (s.net, s.tax);
	return null;
end $f$);
create trigger proposal_lines_70_sum
    after insert or update on konak.proposal_lines
    for each row execute function konak.proposal_lines_sum();

-- Before the parent's own checks, so that the sentence is this one.
select konak.protect_define('proposal_lines_fixed', $f$
begin
	if exists (select from konak.proposals p
	    where p.company_id = new.company_id and p.id = new.proposal_id
		and p.status in ('accepted', 'replaced')) then
		perform konak.fail('proposals.final');
	end if;
	return new;
end $f$);
create trigger proposal_lines_10_fixed
    before insert or update on konak.proposal_lines
    for each row execute function konak.proposal_lines_fixed();

select konak.protect('konak.proposal_lines', '{"record": "proposal_lines", "module": "proposals", "audit": "PROPOSAL_LINE", "title": "description", "view": {"proposals.view_prices": "all"}, "create": {"proposals.edit": "all"}, "edit": {"proposals.edit": "all"}, "delete": {"proposals.edit": "all"}, "once": ["proposal_id"], "readonly": ["total"], "parent": {"table": "proposals", "column": "proposal_id"}}'::jsonb);

set local role konak_definer;

-- A new revision is a copy with the same number; what it replaces stays, and
-- says so.
create function konak.proposals_revise(proposal uuid, stand integer)
    returns table (version integer, made uuid)
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	p konak.proposals;
	next uuid;
	now_version integer;
	need text;
begin
	foreach need in array '{proposals.edit,proposals.create,proposals.view_prices}'::text[] loop
		if not konak.may(need) then
			perform konak.denied(need);
		end if;
	end loop;
	select x.* into p from konak.proposals x
	where x.company_id = konak.company() and x.id = proposal
	    and x.deleted_at is null for update;
	if p.id is null then
		perform konak.no_row();
	elsif p.version <> stand then
		raise exception using errcode = 'KN001', message = 'stale';
	elsif p.status not in ('sent', 'rejected', 'expired') then
		perform konak.fail('proposals.revise_state');
	end if;
	update konak.proposals x set status = 'replaced'
	where x.company_id = p.company_id and x.id = p.id
	returning x.version into now_version;
	insert into konak.proposals as x (company_id, number, revision, title,
	    customer_id, lead_id, issue_date, valid_until, currency,
	    assigned_to, terms, notes, replaces_id)
	values (p.company_id, p.number, p.revision + 1, p.title, p.customer_id,
	    p.lead_id, konak.today(),
	    konak.today() + (p.valid_until - p.issue_date), p.currency,
	    p.assigned_to, p.terms, p.notes, p.id)
	returning x.id into next;
	insert into konak.proposal_lines (company_id, proposal_id, sort_order,
	    description, quantity, unit, unit_price, discount, tax_rate)
	select l.company_id, next, l.sort_order, l.description, l.quantity,
	    l.unit, l.unit_price, l.discount, l.tax_rate
	from konak.proposal_lines l
	where l.company_id = p.company_id and l.proposal_id = p.id
	    and l.deleted_at is null;
	return query select now_version, next;
end $$;
grant execute on function konak.proposals_revise(uuid, integer) to konak_app;

set local role konak_owner;
