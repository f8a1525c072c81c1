-- 0371-identities.sql - the national id of everybody in the house, sealed. A
-- person belongs to the group, what is sealed to one company: so each company
-- keeps the number of its own members, for its own reasons, and no other one
-- learns it.

do $$ begin
	perform konak.grant_default('identities.view', 'core',
	    'TC kimlik numaralarını gör', 'See the house''s national ids',
	    '["owner","admin"]');
	perform konak.grant_default('identities.edit', 'core',
	    'TC kimlik numaralarını düzenle', 'Edit the house''s national ids',
	    '["owner","admin"]');
end $$;

create table konak.identities (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	user_id uuid not null,
	tc_no uuid,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint identities_pkey primary key (company_id, id),
	constraint identities_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint identities_user_id_fkey foreign key (company_id, user_id)
	    references konak.memberships (company_id, user_id)
);
create unique index identities_user_id_key on konak.identities
    (company_id, user_id) where deleted_at is null;
select konak.sort_index('konak.identities', 'created_at');
select konak.sort_index('konak.identities', 'created_at', '{user_id}');

select konak.protect('konak.identities', '{"record": "identities", "module": "core", "audit": "IDENTITY", "title": "user_id", "view": {"identities.view": "all"}, "create": {"identities.edit": "all"}, "edit": {"identities.edit": "all"}, "delete": {"identities.edit": "all"}, "once": ["user_id"]}'::jsonb);
select konak.protect_secrets('konak.identities', '{"record": "identities", "secrets": {"tc_no": {"reveal": {"identities.view": "all"}, "unique": true}}}'::jsonb);

-- Whoever's account is erased: the number goes, with its box.
insert into konak.personal (table_name, column_name, instead) values
    ('identities', 'tc_no', null);
insert into konak.personal_own values ('identities', 'user_id', true);
