-- 0370-vault-entries.sql - the vault as one list: credentials and mail accounts
-- together, by what they open, with the reader's own rights on each.

create type konak.vault_place as enum ('site', 'hosting', 'gmail', 'mail',
    'social', 'other');

create view konak.vault_entries with (security_invoker = true) as
select c.company_id, c.id, (case c.type when 'site_admin' then 'site'
	when 'hosting' then 'hosting' when 'cpanel' then 'hosting'
	when 'ftp' then 'hosting' when 'database' then 'hosting'
	when 'gmail' then 'gmail' when 'social_media' then 'social'
	else 'other' end)::konak.vault_place as place,
    c.type::text as type, c.title, c.customer_id, c.username, c.url,
    -- As long for every one, and nothing of it.
    case when c.password is not null then '********' end as password,
    c.password_changed_at, c.password_strength, c.access, c.id as credential_id,
    null::uuid as mail_account_id, c.search
from konak.credentials c where c.deleted_at is null
union all
select m.company_id, m.id, 'mail', 'mail', m.email, m.customer_id, m.username,
    null, case when m.password is not null then '********' end,
    m.password_changed_at, m.password_strength, m.access, null, m.id, m.search
from konak.mail_accounts m where m.deleted_at is null;

grant select on konak.vault_entries to konak_app;
