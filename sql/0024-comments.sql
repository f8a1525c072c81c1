-- 0024-comments.sql - comments on any record, @names in them, and who watches
-- which record (rule M16). A comment is seen by those who may read comments and
-- may see the record; nobody else learns that it is there.

do $$ begin
	perform konak.grant_default('comments.view', 'core',
	    'Yorumları görüntüle', 'View comments',
	    '["owner","admin","manager","employee","intern","school:class_teacher","school:subject_teacher","studio:staff"]');
	perform konak.grant_default('comments.create', 'core',
	    'Yorum yaz', 'Write comments',
	    '["owner","admin","manager","employee","intern","school:class_teacher","school:subject_teacher","studio:staff"]');
	perform konak.grant_default('comments.moderate', 'core',
	    'Başkasının yorumunu sil', 'Delete comments of others',
	    '["owner","admin"]');
end $$;

-- konak.visible(), asked once for a record: the rows of one card all ask the
-- same. Kept for the transaction, by person and record.
create function konak.seen(record_type text, record_id uuid) returns boolean
language plpgsql stable
as $$
declare
	key text := concat(konak.company(), konak.me(), record_type, record_id);
begin
	if current_setting('konak.seen', true) = key then
		return true;
	elsif not konak.visible(record_type, record_id) then
		return false;
	end if;
	perform set_config('konak.seen', key, true);
	return true;
end $$;
grant execute on function konak.seen(text, uuid) to konak_app, konak_definer;

create table konak.comments (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	record_type text not null,
	record_id uuid not null,
	body text not null,
	-- people named in it, who may see the record or not
	mentions uuid[] not null default '{}',
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint comments_pkey primary key (company_id, id),
	constraint comments_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint comments_record_type_value check (record_type not in
	    ('comments', 'notifications', 'reminders', 'jobs', 'audit')),
	constraint comments_body_length check (length(body) between 1 and 10000)
);
create index comments_record_id_idx on konak.comments
    (company_id, record_id, created_at, id) where deleted_at is null;
create index comments_created_at_idx on konak.comments
    (company_id, created_at, id) where deleted_at is null;
create index comments_created_by_idx on konak.comments (company_id, created_by);

select konak.protect('konak.comments', '{"record": "comments", "module": "core", "audit": "COMMENT", "title": "body", "view": {"comments.view": "seen"}, "create": {"comments.create": "seen"}, "edit": {"comments.create": "own"}, "delete": {"comments.create": "own", "comments.moderate": "seen"}, "scopes": {"seen": "konak.seen(record_type, record_id)", "own": "created_by = konak.me() and konak.seen(record_type, record_id)"}, "once": ["record_type", "record_id"], "internal": ["mentions"]}'::jsonb);

-- One row a person and record that was ever opened or watched: since when
-- something is new for that person.
create table konak.watchers (
	company_id uuid not null default konak.company(),
	user_id uuid not null default konak.me(),
	record_type text not null,
	record_id uuid not null,
	watching boolean not null default false,
	seen_at timestamptz not null default konak.now(),
	constraint watchers_pkey primary key
	    (company_id, record_id, record_type, user_id),
	constraint watchers_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint watchers_user_id_fkey foreign key (company_id, user_id)
	    references konak.memberships (company_id, user_id)
);
create index watchers_user_id_idx on konak.watchers (company_id, user_id);
alter table konak.watchers enable row level security;
alter table konak.watchers force row level security;
create policy owner_all on konak.watchers to konak_owner
    using (true) with check (true);
create policy definer_all on konak.watchers to konak_definer
    using (company_id = (select konak.company()))
    with check (company_id = (select konak.company()));
create policy app_all on konak.watchers to konak_app
    using (company_id = (select konak.company())
	and user_id = (select konak.me()))
    with check (company_id = (select konak.company())
	and user_id = (select konak.me()));
grant select, insert, update on konak.watchers to konak_definer;
grant select on konak.watchers to konak_app;

set local role konak_definer;

-- "@Ayşe Yılmaz" in a text: the members of the company whose whole name stands
-- after the sign, the longest one that fits.
create function konak.mentions(body text) returns uuid[]
language sql stable security definer set search_path = pg_catalog, konak, pg_temp
as $$
	select coalesce(array_agg(distinct x.user_id), '{}')
	from (select m.user_id,
		rank() over (partition by p.n order by length(f.name) desc) as r
	    from regexp_split_to_table(konak.fold(body), '@')
		with ordinality p(part, n)
	    cross join (konak.memberships m join konak.users u
		on u.id = m.user_id and u.is_active)
	    cross join lateral (select konak.fold(u.name) as name) f
	    where p.n > 1 and m.company_id = konak.company()
		and m.deleted_at is null and starts_with(p.part, f.name)
		and substr(p.part, length(f.name) + 1, 1) !~ '[[:alnum:]]') x
	where x.r = 1
$$;

create function konak.comments_set() returns trigger
language plpgsql security definer set search_path = pg_catalog, konak, pg_temp
as $$
begin
	new.mentions := konak.mentions(new.body);
	return new;
end $$;

-- Whoever is named is told, and so are those who watch the record; who writes
-- watches it from now on. Names that an edit adds are told as well.
create function konak.comments_tell() returns trigger
language plpgsql security definer set search_path = pg_catalog, konak, pg_temp
as $$
declare
	named uuid[] := new.mentions;
	title text := konak.title_of(new.record_type, new.record_id);
begin
	-- Loaded by a migration: nobody is told.
	if konak.company() is null then
		return null;
	elsif tg_op = 'UPDATE' then
		named := array(select unnest(new.mentions)
		    except select unnest(old.mentions));
	end if;
	named := array_remove(named, new.created_by);
	if named <> '{}' then
		perform konak.notify(named, 'mention', title, new.body,
		    new.record_type, new.record_id, 'normal', new.created_by);
	end if;
	if tg_op = 'UPDATE' then
		return null;
	end if;
	perform konak.notify(array(select w.user_id from konak.watchers w
	    where w.company_id = new.company_id and w.record_id = new.record_id
		and w.record_type = new.record_type and w.watching
		and w.user_id is distinct from new.created_by
		and w.user_id <> all (new.mentions)), 'comment', title, new.body,
	    new.record_type, new.record_id, 'normal', new.created_by);
	if new.created_by is not null then
		perform konak.record_watch(new.record_type, new.record_id,
		    true, new.created_by);
	end if;
	return null;
end $$;

-- The name of a record, whoever asks: for words to people who may see it.
create function konak.title_of(record_type text, record_id uuid) returns text
language plpgsql stable security definer set search_path = pg_catalog, konak, pg_temp
as $$
begin
	return konak.record_title(record_type, record_id);
end $$;

-- Watches a record or no longer (null: as before), and everything of it has
-- been seen by now.
create function konak.record_watch(record_type text, record_id uuid,
    watching boolean, person uuid default konak.me()) returns void
language sql security definer set search_path = pg_catalog, konak, pg_temp
as $$
	insert into konak.watchers as w
	    (company_id, user_id, record_type, record_id, watching)
	values (konak.company(), person, record_watch.record_type,
	    record_watch.record_id, coalesce(record_watch.watching, false))
	on conflict on constraint watchers_pkey do update set
	    watching = coalesce(record_watch.watching, w.watching),
	    seen_at = konak.now()
$$;

-- A watched record was changed by somebody else.
create function konak.watched_tell() returns trigger
language plpgsql security definer set search_path = pg_catalog, konak, pg_temp
as $$
declare
	people uuid[];
begin
	select array_agg(w.user_id) into people from konak.watchers w
	where w.company_id = new.company_id and w.record_id = new.record_id
	    and w.record_type = new.record_type and w.watching
	    and w.user_id is distinct from new.user_id;
	if people is not null and new.company_id = konak.company() then
		perform konak.notify(people, 'change',
		    konak.title_of(new.record_type, new.record_id), null,
		    new.record_type, new.record_id, 'normal', new.user_id);
	end if;
	return null;
end $$;

-- What a card says beside its record: comments, those that are new for the
-- caller, changes by others that are new, whether it is watched, the next own
-- reminder. Counted to a hundred.
create function konak.record_social(record_type text, record_id uuid)
    returns table (watching boolean, comments bigint, unread bigint,
	remind_at timestamptz, watchers bigint)
language plpgsql stable security definer set search_path = pg_catalog, konak, pg_temp
as $$
#variable_conflict use_column
declare
	t text := record_social.record_type;
	r uuid := record_social.record_id;
	since timestamptz;
begin
	if not konak.visible(t, r) then
		perform konak.no_row();
	end if;
	select w.watching, w.seen_at into watching, since
	from konak.watchers w
	where w.company_id = konak.company() and w.user_id = konak.me()
	    and w.record_type = t and w.record_id = r;
	watching := coalesce(watching, false);
	select count(*), count(*) filter (where c.created_at > since
	    and c.created_by is distinct from konak.me())
	into comments, unread
	from (select x.created_at, x.created_by from konak.comments x
	    where x.company_id = konak.company() and x.record_id = r
		and x.record_type = t and x.deleted_at is null
		and konak.may('comments.view')
	    order by x.created_at desc limit 100) c;
	if watching then
		unread := unread + (select count(*) from (select
		    from konak.audit_logs l
		    where l.company_id = konak.company() and l.record_id = r
			and l.record_type = t and l.op = 'edit'
			and l.user_id is distinct from konak.me()
			and l.at > since limit 100) x);
	end if;
	select min(m.remind_at) into remind_at from konak.reminders m
	where m.company_id = konak.company() and m.user_id = konak.me()
	    and m.record_id = r and m.record_type = t and m.done_at is null
	    and m.deleted_at is null;
	select count(*) into watchers from konak.watchers w
	where w.company_id = konak.company() and w.record_id = r
	    and w.record_type = t and w.watching;
	return next;
end $$;

-- Members of the company whose names begin so and who may see the record:
-- what stands after an @ while somebody writes.
create function konak.mention_names(record_type text, record_id uuid,
    start text) returns table (id uuid, name text)
language sql stable security definer set search_path = pg_catalog, konak, pg_temp
as $$
	select u.id, u.name
	from konak.memberships m
	join konak.users u on u.id = m.user_id and u.is_active
	where m.company_id = konak.company() and m.deleted_at is null
	    and ' ' || konak.fold(u.name) like '% ' || replace(replace(replace(
		konak.fold(start), '\', '\\'), '%', '\%'), '_', '\_') || '%'
	    and konak.visible(mention_names.record_type,
		mention_names.record_id)
	    and konak.sees(u.id, mention_names.record_type,
		mention_names.record_id)
	order by u.name collate "tr-x-icu" limit 8
$$;

grant execute on function konak.comments_set(), konak.comments_tell(),
    konak.watched_tell() to konak_owner;
grant execute on function konak.record_social(text, uuid),
    konak.mention_names(text, uuid, text) to konak_app;

set local role konak_owner;

grant execute on function konak.record_title(text, uuid) to konak_definer;
-- Only what one sees can be watched.
create function konak.record_follow(record_type text, record_id uuid,
    watching boolean) returns void
language plpgsql
as $$
begin
	if not konak.visible(record_type, record_id) then
		perform konak.no_row();
	end if;
	perform konak.record_watch(record_type, record_id, watching);
end $$;
grant execute on function konak.record_follow(text, uuid, boolean) to konak_app;
set local role konak_definer;
grant execute on function konak.record_watch(text, uuid, boolean, uuid)
    to konak_app;
set local role konak_owner;

create trigger comments_20_set before insert or update of body
    on konak.comments for each row execute function konak.comments_set();
create trigger comments_80_tell after insert or update of body
    on konak.comments for each row execute function konak.comments_tell();
create trigger audit_logs_81_watched after insert on konak.audit_logs
    for each row when (new.op = 'edit') execute function konak.watched_tell();
