-- 0010-organisation.sql - a company's address is one in the tenant whatever
-- its case, and so is its domain.

alter table konak.companies
    drop constraint companies_email_key,
    drop constraint companies_domain_key;
create unique index companies_email_key on konak.companies
    (lower(email collate "C"));
create unique index companies_domain_key on konak.companies
    (lower(domain collate "C"));
