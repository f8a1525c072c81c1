-- 0044-teams.sql - teams: what the scope "team" means.

create table konak.teams (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	name text not null,
	lead_user_id uuid,
	description text,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(name)) stored,
	constraint teams_pkey primary key (company_id, id),
	constraint teams_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint teams_name_length check (length(name) between 1 and 100),
	constraint teams_lead_user_id_fkey foreign key (company_id, lead_user_id)
	    references konak.memberships (company_id, user_id),
	constraint teams_description_length check (length(description) <= 2000)
);

select konak.sort_index('konak.teams', 'name');
select konak.sort_index('konak.teams', 'name', '{lead_user_id}');
create index teams_search on konak.teams
    using gin (company_id, search gin_trgm_ops);
create unique index teams_name_key on konak.teams
    (company_id, konak.fold(name)) where deleted_at is null;

select konak.protect('konak.teams', '{"record": "teams", "module": "core", "audit": "TEAM", "title": "name", "view": "*", "create": {"users.manage": "all"}, "edit": {"users.manage": "all"}, "delete": {"users.manage": "all"}, "internal": ["search"]}'::jsonb);

create table konak.team_members (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	team_id uuid not null,
	user_id uuid not null,
	duty text,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint team_members_pkey primary key (company_id, id),
	constraint team_members_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint team_members_team_id_fkey foreign key (company_id, team_id)
	    references konak.teams,
	constraint team_members_user_id_fkey foreign key (company_id, user_id)
	    references konak.memberships (company_id, user_id),
	constraint team_members_duty_length check (length(duty) <= 100)
);

select konak.sort_index('konak.team_members', 'created_at', '{team_id}');
select konak.sort_index('konak.team_members', 'created_at', '{user_id}');
select konak.sort_index('konak.team_members', 'created_at');
create unique index team_members_user_id_key on konak.team_members
    (company_id, team_id, user_id) where deleted_at is null;

select konak.protect('konak.team_members', '{"record": "team_members", "module": "core", "audit": "TEAM_MEMBER", "title": "user_id", "view": "*", "create": {"users.manage": "all"}, "edit": {"users.manage": "all"}, "delete": {"users.manage": "all"}, "once": ["team_id"], "parent": {"table": "teams", "column": "team_id"}}'::jsonb);

-- The people of the teams that I lead or belong to, and I.
set local role konak_definer;
create function konak.my_team() returns uuid[]
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	with mine as (
		select t.id from konak.teams t
		where t.company_id = konak.company() and t.deleted_at is null
		    and (t.lead_user_id = konak.me() or exists (
			select from konak.team_members m
			where m.company_id = t.company_id and m.team_id = t.id
			    and m.user_id = konak.me()
			    and m.deleted_at is null)))
	select array(select konak.me()
	    union select m.user_id from konak.team_members m
		join mine on mine.id = m.team_id
		where m.company_id = konak.company() and m.deleted_at is null
	    union select t.lead_user_id from konak.teams t
		join mine on mine.id = t.id
		where t.company_id = konak.company()
		    and t.lead_user_id is not null)
$$;
grant execute on function konak.my_team() to konak_app;
set local role konak_owner;
