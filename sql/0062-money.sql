-- 0062-money.sql - the company's banks, cards and rates, and the words of its
-- expenses and invoices. What moves money comes with invoices and expenses.

create table konak.bank_accounts (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	bank_name text not null,
	account_name text not null,
	branch text,
	last4 text,
	currency char(3) not null default 'TRY',
	current_balance numeric(14,2) not null default 0,
	is_active boolean not null default true,
	notes text,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(bank_name
	    || ' ' || account_name)) stored,
	constraint bank_accounts_pkey primary key (company_id, id),
	constraint bank_accounts_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint bank_accounts_bank_name_length check (length(bank_name) between 1 and 100),
	constraint bank_accounts_account_name_length check (length(account_name) between 1 and 100),
	constraint bank_accounts_branch_length check (length(branch) <= 100),
	constraint bank_accounts_last4_length check (length(last4) <= 4),
	constraint bank_accounts_currency_form check (currency ~ '^[A-Z]{3}$'),
	constraint bank_accounts_notes_length check (length(notes) <= 2000),
	constraint bank_accounts_last4_form check (last4 ~ '^[0-9]{4}$')
);

select konak.sort_index('konak.bank_accounts', 'bank_name');
select konak.sort_index('konak.bank_accounts', 'account_name');
select konak.sort_index('konak.bank_accounts', 'bank_name', '{is_active}');
create index bank_accounts_search on konak.bank_accounts
    using gin (company_id, search gin_trgm_ops);
create unique index bank_accounts_account_name_key on konak.bank_accounts
    (company_id, konak.fold(bank_name), konak.fold(account_name))
    where deleted_at is null;

select konak.protect('konak.bank_accounts', '{"record": "bank_accounts", "module": "finance", "audit": "BANK_ACCOUNT", "title": "account_name", "view": {"finance.view": "all"}, "create": {"finance.manage_income": "all"}, "edit": {"finance.manage_income": "all"}, "delete": {"finance.manage_income": "all"}, "once": ["currency", "current_balance"], "internal": ["search"]}'::jsonb);

create type konak.bank_card_card_type as enum
    ('debit', 'credit', 'virtual');

create table konak.bank_cards (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	card_name text not null,
	card_number_last4 text not null,
	card_type konak.bank_card_card_type not null default 'credit',
	account_id uuid,
	holder_id uuid,
	expire_date date,
	card_limit numeric(14,2),
	statement_day integer,
	is_active boolean not null default true,
	notes text,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(card_name
	    || ' ' || card_number_last4)) stored,
	constraint bank_cards_pkey primary key (company_id, id),
	constraint bank_cards_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint bank_cards_card_name_length check (length(card_name) between 1 and 100),
	constraint bank_cards_card_number_last4_length check (length(card_number_last4) between 1 and 4),
	constraint bank_cards_account_id_fkey foreign key (company_id, account_id)
	    references konak.bank_accounts,
	constraint bank_cards_holder_id_fkey foreign key (company_id, holder_id)
	    references konak.memberships (company_id, user_id),
	constraint bank_cards_card_limit_range check (card_limit >= 0),
	constraint bank_cards_statement_day_range check (statement_day between 1 and 31),
	constraint bank_cards_notes_length check (length(notes) <= 2000),
	constraint bank_cards_card_number_last4_form check
	    (card_number_last4 ~ '^[0-9]{4}$')
);

select konak.sort_index('konak.bank_cards', 'card_name');
select konak.sort_index('konak.bank_cards', 'card_name', '{card_type}');
select konak.sort_index('konak.bank_cards', 'card_name', '{account_id}');
select konak.sort_index('konak.bank_cards', 'card_name', '{holder_id}');
select konak.sort_index('konak.bank_cards', 'expire_date');
select konak.sort_index('konak.bank_cards', 'card_name', '{is_active}');
create index bank_cards_search on konak.bank_cards
    using gin (company_id, search gin_trgm_ops);
create unique index bank_cards_card_name_key on konak.bank_cards
    (company_id, konak.fold(card_name), card_number_last4)
    where deleted_at is null;

select konak.protect('konak.bank_cards', '{"record": "bank_cards", "module": "finance", "audit": "BANK_CARD", "title": "card_name", "view": {"finance.view": "all"}, "create": {"finance.manage_expense": "all"}, "edit": {"finance.manage_expense": "all"}, "delete": {"finance.manage_expense": "all"}, "internal": ["search"]}'::jsonb);

create table konak.expense_categories (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	name text not null,
	code text,
	color text not null default '#7f8c8d',
	sort_order integer not null default 100,
	is_active boolean not null default true,
	notes text,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(name)) stored,
	constraint expense_categories_pkey primary key (company_id, id),
	constraint expense_categories_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint expense_categories_name_length check (length(name) between 1 and 100),
	constraint expense_categories_code_length check (length(code) <= 30),
	constraint expense_categories_color_form check (konak.color_ok(color)),
	constraint expense_categories_sort_order_range check (sort_order between 0 and 9999),
	constraint expense_categories_notes_length check (length(notes) <= 2000)
);

select konak.sort_index('konak.expense_categories', 'name');
select konak.sort_index('konak.expense_categories', 'sort_order');
select konak.sort_index('konak.expense_categories', 'sort_order',
    '{is_active}');
create index expense_categories_search on konak.expense_categories
    using gin (company_id, search gin_trgm_ops);
create unique index expense_categories_name_key
    on konak.expense_categories (company_id, konak.fold(name))
    where deleted_at is null;
create unique index expense_categories_code_key
    on konak.expense_categories (company_id, code)
    where deleted_at is null;

select konak.protect('konak.expense_categories', '{"record": "expense_categories", "module": "finance", "audit": "EXPENSE_CATEGORY", "title": "name", "view": {"finance.view": "all"}, "create": {"finance.manage_expense": "all"}, "edit": {"finance.manage_expense": "all"}, "delete": {"finance.manage_expense": "all"}, "readonly": ["code"], "internal": ["search"]}'::jsonb);

-- What every company spends on, from its first day; the codes are those that
-- reports know.
set local role konak_definer;
create function konak.expense_categories_usual(company uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	before constant text := current_setting('konak.company', true);
begin
	perform set_config('konak.company', company::text, true);
	insert into konak.expense_categories
	    (company_id, name, code, color, sort_order)
	select company, v.name, v.code, v.color, v.n * 10
	from (values (1, 'Kira', 'rent', '#c0392b'),
	    (2, 'Faturalar', 'utilities', '#d35400'),
	    (3, 'Maaş', 'salary', '#2980b9'),
	    (4, 'Yazılım/Abonelik', 'software', '#8e44ad'),
	    (5, 'Donanım', 'hardware', '#16a085'),
	    (6, 'Pazarlama', 'marketing', '#e67e22'),
	    (7, 'Domain/Hosting', 'domain_hosting', '#27ae60'),
	    (8, 'Ofis Giderleri', 'office', '#f39c12'),
	    (9, 'Vergi', 'tax', '#2c3e50'),
	    (10, 'Diğer', 'other', '#7f8c8d')) v (n, name, code, color);
	perform set_config('konak.company', coalesce(before, ''), true);
end $$;
create function konak.companies_expense_categories() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	perform konak.expense_categories_usual(new.id);
	return null;
end $$;
grant execute on function konak.expense_categories_usual(uuid),
    konak.companies_expense_categories() to konak_owner;
set local role konak_owner;
create trigger companies_92_expense_categories after insert
    on konak.companies for each row when (new.company_type <> 'group')
    execute function konak.companies_expense_categories();
do $$ begin
	perform konak.expense_categories_usual(c.id) from konak.companies c
	where c.company_type <> 'group';
end $$;

create type konak.invoice_template_language as enum
    ('tr', 'en');

create table konak.invoice_templates (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	name text not null,
	language konak.invoice_template_language not null default 'tr',
	is_default boolean not null default false,
	due_days integer not null default 14,
	heading text,
	footer text,
	payment_note text,
	email_subject text,
	email_text text,
	is_active boolean not null default true,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(name)) stored,
	constraint invoice_templates_pkey primary key (company_id, id),
	constraint invoice_templates_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint invoice_templates_name_length check (length(name) between 1 and 100),
	constraint invoice_templates_due_days_range check (due_days between 0 and 365),
	constraint invoice_templates_heading_length check (length(heading) <= 1000),
	constraint invoice_templates_footer_length check (length(footer) <= 2000),
	constraint invoice_templates_payment_note_length check (length(payment_note) <= 1000),
	constraint invoice_templates_email_subject_length check (length(email_subject) <= 255),
	constraint invoice_templates_email_text_length check (length(email_text) <= 5000),
	constraint invoice_templates_is_default_active check (is_active or not is_default)
);

select konak.sort_index('konak.invoice_templates', 'name');
select konak.sort_index('konak.invoice_templates', 'name', '{language}');
select konak.sort_index('konak.invoice_templates', 'name', '{is_default}');
select konak.sort_index('konak.invoice_templates', 'name', '{is_active}');
create index invoice_templates_search on konak.invoice_templates
    using gin (company_id, search gin_trgm_ops);
create unique index invoice_templates_name_key on konak.invoice_templates
    (company_id, konak.fold(name)) where deleted_at is null;

select konak.protect('konak.invoice_templates', '{"record": "invoice_templates", "module": "finance", "audit": "INVOICE_TEMPLATE", "title": "name", "view": {"finance.view": "all"}, "create": {"finance.manage_invoice": "all"}, "edit": {"finance.manage_invoice": "all"}, "delete": {"finance.manage_invoice": "all"}, "internal": ["search"]}'::jsonb);

-- One default a language: the newest one that says so.
select konak.protect_define('invoice_templates_default', $f$
begin
	update konak.invoice_templates t set is_default = false
	where t.company_id = new.company_id and t.language = new.language
	    and t.id <> new.id and t.is_default;
	return null;
end $f$);
create trigger invoice_templates_20_default
    after insert or update on konak.invoice_templates
    for each row when (new.is_default and new.deleted_at is null)
    execute function konak.invoice_templates_default();

create type konak.exchange_rate_source as enum
    ('tcmb', 'manual');

create table konak.exchange_rates (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	rate_date date not null default konak.today(),
	currency char(3) not null,
	unit integer not null default 1,
	buying numeric(18,6) not null,
	selling numeric(18,6) not null,
	buying_one numeric(24,6) generated always as
	    (round(buying / unit, 6)) stored,
	selling_one numeric(24,6) generated always as
	    (round(selling / unit, 6)) stored,
	source konak.exchange_rate_source not null default 'manual',
	bulletin_no text,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint exchange_rates_pkey primary key (company_id, id),
	constraint exchange_rates_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint exchange_rates_currency_form check (currency ~ '^[A-Z]{3}$'),
	constraint exchange_rates_unit_range check (unit between 1 and 10000),
	constraint exchange_rates_buying_range check (buying >= 0),
	constraint exchange_rates_selling_range check (selling >= 0),
	constraint exchange_rates_bulletin_no_length check (length(bulletin_no) <= 20),
	constraint exchange_rates_selling_order check (selling >= buying)
);

select konak.sort_index('konak.exchange_rates', 'rate_date');
select konak.sort_index('konak.exchange_rates', 'currency');
select konak.sort_index('konak.exchange_rates', 'rate_date', '{source}');
create unique index exchange_rates_currency_key on konak.exchange_rates
    (company_id, currency, rate_date) where deleted_at is null;

select konak.protect('konak.exchange_rates', '{"record": "exchange_rates", "module": "finance", "audit": "EXCHANGE_RATE", "title": "currency", "view": {"finance.view": "all"}, "create": {"finance.manage_invoice": "all"}, "edit": {"finance.manage_invoice": "all"}, "delete": {"finance.manage_invoice": "all"}, "readonly": ["buying_one", "selling_one"]}'::jsonb);
