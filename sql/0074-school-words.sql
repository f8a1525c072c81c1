-- 0074-school-words.sql - announcements, parents' questions, complaints.

do $$
declare
	p record;
begin
	for p in select * from (values
	('announcements.view', 'Duyuruları görüntüle', 'View announcements', '{"owner": "all", "admin": "all", "class_teacher": "target", "subject_teacher": "target", "parent": "target", "student": "target"}', '{all,target}'),
	('announcements.create', 'Duyuru ekle', 'Add announcements', '{"owner": "all", "admin": "all", "class_teacher": "class"}', '{all,class}'),
	('announcements.edit', 'Duyuru düzenle', 'Edit announcements', '{"owner": "all", "admin": "all", "class_teacher": "class"}', '{all,class}'),
	('announcements.delete', 'Duyuru sil', 'Delete announcements', '{"owner": "all", "admin": "all", "class_teacher": "class"}', '{all,class}'),
	('qa.view', 'Veli sorularını görüntüle', 'View questions', '{"owner": "all", "admin": "all", "class_teacher": "class", "parent": "own"}', '{all,class,own}'),
	('qa.create', 'Soru sor', 'Ask questions', '{"parent": "own"}', '{own}'),
	('qa.edit', 'Soru yanıtla', 'Answer questions', '{"class_teacher": "class"}', '{class}'),
	('complaints.view', 'Şikâyetleri görüntüle', 'View complaints', '{"owner": "all", "admin": "all", "class_teacher": "class", "subject_teacher": "own", "parent": "own", "student": "own"}', '{all,class,own}'),
	('complaints.create', 'Şikâyet et', 'Complain', '{"parent": "own", "student": "own"}', '{own}'),
	('complaints.edit', 'Şikâyet sonuçlandır', 'Settle complaints', '{"owner": "all", "admin": "all", "class_teacher": "class"}', '{all,class}')
	) v(code, tr, en, roles, scopes)
	loop
		perform konak.grant_default(p.code, 'school', p.tr, p.en,
		    p.roles::jsonb, p.scopes::text[]);
	end loop;
end $$;

-- Whom announcements reach through the person of this transaction: teachers;
-- students, and those who read for them; their classes and grades.
set local role konak_definer;
create function konak.my_audience_classes() returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return konak.my_taught() || konak.my_children_classes()
	    || konak.my_own_classes();
end $$;

create function konak.my_audiences() returns text[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return array_remove(array[
	    case when konak.my_teacher() is not null then 'teachers' end,
	    case when konak.my_children() <> '{}' or konak.my_self() <> '{}'
		then 'students' end], null);
end $$;

create function konak.my_audience_grades() returns text[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return array(select distinct c.grade from konak.classes c
	    where c.company_id = konak.company() and c.grade is not null
		and c.id = any (konak.my_audience_classes()));
end $$;
grant execute on function konak.my_audience_classes(), konak.my_audiences(),
    konak.my_audience_grades() to konak_app;
set local role konak_owner;

create type konak.announcements_target_type as enum (
    'all', 'teachers', 'students', 'class', 'grade');
create type konak.announcements_priority as enum ('normal', 'high', 'urgent');
create table konak.announcements (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	title text not null,
	content text not null,
	target_type konak.announcements_target_type not null default 'all',
	class_id uuid,
	grade text,
	priority konak.announcements_priority not null default 'normal',
	published_at timestamptz,
	expires_at timestamptz,
	author_id uuid not null default konak.me(),
	is_active boolean not null default true,
	words tsvector not null generated always as (setweight(to_tsvector('simple', konak.fold(title)), 'A') || setweight(to_tsvector('simple', konak.fold(content)), 'B')) stored,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(title)) stored,
	constraint announcements_pkey primary key (company_id, id),
	constraint announcements_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint announcements_title_length
	    check (length(title) between 1 and 255),
	constraint announcements_content_length
	    check (length(content) between 1 and 20000),
	constraint announcements_class_id_fkey
	    foreign key (company_id, class_id)
	    references konak.classes,
	constraint announcements_grade_length check (length(grade) <= 10),
	constraint announcements_author_id_fkey
	    foreign key (company_id, author_id)
	    references konak.memberships (company_id, user_id)
);
select konak.sort_index('konak.announcements', 'title');
select konak.sort_index('konak.announcements', 'published_at', '{target_type}');
select konak.sort_index('konak.announcements', 'published_at', '{class_id}');
select konak.sort_index('konak.announcements', 'priority');
select konak.sort_index('konak.announcements', 'published_at');
select konak.sort_index('konak.announcements', 'published_at', '{author_id}');
create index announcements_search on konak.announcements
    using gin (company_id, search gin_trgm_ops);
alter table konak.announcements
    add constraint announcements_class_id_target
	check ((target_type = 'class') = (class_id is not null)),
    add constraint announcements_grade_target
	check ((target_type = 'grade') = (grade is not null)),
    add constraint announcements_expires_at_order
	check (expires_at > published_at);
create index announcements_target_idx on konak.announcements
    (company_id, target_type, class_id, grade) where deleted_at is null;
create index announcements_words on konak.announcements
    using gin (company_id, words);

select konak.protect('konak.announcements', '{"record": "announcements", "module": "school", "audit": "ANNOUNCEMENT", "title": "title", "view": {"announcements.view": ["all", "target"]}, "create": {"announcements.create": ["all", "class"]}, "edit": {"announcements.edit": ["all", "class"]}, "delete": {"announcements.delete": ["all", "class"]}, "scopes": {"target": "author_id = (select konak.me()) or (published_at <= konak.now() and coalesce(expires_at, ''infinity'') > konak.now() and (target_type = ''all'' or target_type::text = any ((select konak.my_audiences())::text[]) or class_id = any ((select konak.my_audience_classes())::uuid[]) or grade = any ((select konak.my_audience_grades())::text[])))", "class": "target_type = ''class'' and class_id = any ((select konak.my_class())::uuid[])"}, "readonly": ["author_id"], "internal": ["search", "words"]}'::jsonb);

-- Full text, the nearest first. Which rows hold the words is found by their
-- index in the whole company; the policies then leave those that the caller
-- may read.
set local role konak_definer;
create function konak.announcements_matching(text text)
    returns table (id uuid, rank real)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
	q tsquery := (select to_tsquery('simple', string_agg(
	    quote_literal(w) || ':*', ' & '))
	    from regexp_split_to_table(konak.fold(text), '[^[:alnum:]]+') w
	    where w <> '');
begin
	return query select a.id, ts_rank(a.words, q) from konak.announcements a
	where a.company_id = konak.company() and a.deleted_at is null
	    and a.words @@ q;
end $$;
grant execute on function konak.announcements_matching(text)
    to konak_app, konak_owner;
set local role konak_owner;

create function konak.announcements_find(text text, lim integer default 50)
    returns table (id uuid, title text, published_at timestamptz,
	snippet text, rank real)
language sql stable
as $$
	select a.id, a.title, a.published_at, left(a.content, 200), m.rank
	from konak.announcements_matching(text) m
	join konak.announcements a
	    on a.company_id = konak.company() and a.id = m.id
	order by m.rank desc, a.published_at desc nulls last, a.id
	limit greatest(1, least(lim, 200))
$$;
grant execute on function konak.announcements_find(text, integer) to konak_app;

create type konak.qa_messages_status as enum ('pending', 'replied', 'closed');
create type konak.qa_messages_priority as enum (
    'low', 'normal', 'high', 'urgent');
create table konak.qa_messages (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	student_id uuid not null,
	parent_id uuid not null default konak.me(),
	class_teacher_id uuid,
	message text not null,
	reply text,
	status konak.qa_messages_status not null default 'pending',
	priority konak.qa_messages_priority not null default 'normal',
	replied_at timestamptz,
	closed_at timestamptz,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	search text not null generated always as (' ' || konak.fold(message)) stored,
	constraint qa_messages_pkey primary key (company_id, id),
	constraint qa_messages_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint qa_messages_student_id_fkey
	    foreign key (company_id, student_id)
	    references konak.students,
	constraint qa_messages_parent_id_fkey
	    foreign key (company_id, parent_id)
	    references konak.memberships (company_id, user_id),
	constraint qa_messages_class_teacher_id_fkey
	    foreign key (company_id, class_teacher_id)
	    references konak.teachers,
	constraint qa_messages_message_length
	    check (length(message) between 1 and 5000),
	constraint qa_messages_reply_length check (length(reply) <= 5000)
);
select konak.sort_index('konak.qa_messages', 'created_at', '{student_id}');
select konak.sort_index('konak.qa_messages', 'created_at', '{parent_id}');
select konak.sort_index('konak.qa_messages', 'created_at', '{class_teacher_id}');
select konak.sort_index('konak.qa_messages', 'created_at', '{status}');
select konak.sort_index('konak.qa_messages', 'priority');
select konak.sort_index('konak.qa_messages', 'created_at');
create index qa_messages_search on konak.qa_messages
    using gin (company_id, search gin_trgm_ops);
alter table konak.qa_messages add constraint qa_messages_reply_required
	check (status <> 'replied' or reply is not null);

-- A question goes to the class teacher of the day; a reply answers it.
create function konak.qa_messages_state() returns trigger
language plpgsql
as $$
begin
	if tg_op = 'INSERT' then
		new.parent_id := coalesce(konak.me(), new.parent_id);
		new.class_teacher_id := coalesce(new.class_teacher_id,
		    (select c.class_teacher_id from konak.students s
		    join konak.classes c on c.company_id = s.company_id
			and c.id = s.class_id
		    where s.company_id = new.company_id
			and s.id = new.student_id));
		return new;
	end if;
	if new.reply is distinct from old.reply and new.reply is not null then
		new.replied_at := konak.now();
		if new.status = 'pending' then
			new.status := 'replied';
		end if;
	end if;
	if new.status is distinct from old.status then
		new.closed_at := case new.status when 'closed' then konak.now() end;
	end if;
	return new;
end $$;
create trigger qa_messages_10_state before insert or update
    on konak.qa_messages for each row
    execute function konak.qa_messages_state();

select konak.protect('konak.qa_messages', '{"record": "qa_messages", "module": "school", "audit": "QA_MESSAGE", "title": "message", "view": {"qa.view": ["all", "class", "own"]}, "create": {"qa.create": "own"}, "edit": {"qa.edit": "class"}, "scopes": {"class": "student_id = any ((select konak.my_class_students())::uuid[])", "own": "parent_id = (select konak.me()) and student_id = any ((select konak.my_children())::uuid[])"}, "write": {"reply": "qa.edit", "status": "qa.edit"}, "once": ["student_id", "message"], "readonly": ["parent_id", "class_teacher_id", "replied_at", "closed_at"], "internal": ["search"]}'::jsonb);

create type konak.complaints_category as enum (
    'academic', 'behavioral', 'disciplinary', 'other');
create type konak.complaints_status as enum (
    'open', 'in_progress', 'resolved', 'closed');
create type konak.complaints_priority as enum (
    'low', 'normal', 'high', 'urgent');
create table konak.complaints (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.uuid7(),
	subject text not null,
	description text not null,
	student_id uuid,
	complainant_id uuid not null default konak.me(),
	class_teacher_id uuid,
	category konak.complaints_category not null default 'other',
	status konak.complaints_status not null default 'open',
	priority konak.complaints_priority not null default 'normal',
	resolution text,
	resolved_by uuid,
	resolved_at timestamptz,
	closed_at timestamptz,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	search text not null generated always as (' ' || konak.fold(subject)) stored,
	constraint complaints_pkey primary key (company_id, id),
	constraint complaints_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint complaints_subject_length
	    check (length(subject) between 1 and 255),
	constraint complaints_description_length
	    check (length(description) between 1 and 10000),
	constraint complaints_student_id_fkey
	    foreign key (company_id, student_id)
	    references konak.students,
	constraint complaints_complainant_id_fkey
	    foreign key (company_id, complainant_id)
	    references konak.memberships (company_id, user_id),
	constraint complaints_class_teacher_id_fkey
	    foreign key (company_id, class_teacher_id)
	    references konak.teachers,
	constraint complaints_resolution_length
	    check (length(resolution) <= 10000),
	constraint complaints_resolved_by_fkey
	    foreign key (company_id, resolved_by)
	    references konak.memberships (company_id, user_id)
);
select konak.sort_index('konak.complaints', 'subject');
select konak.sort_index('konak.complaints', 'created_at', '{student_id}');
select konak.sort_index('konak.complaints', 'created_at', '{complainant_id}');
select konak.sort_index('konak.complaints', 'created_at', '{class_teacher_id}');
select konak.sort_index('konak.complaints', 'created_at', '{category}');
select konak.sort_index('konak.complaints', 'created_at', '{status}');
select konak.sort_index('konak.complaints', 'priority');
select konak.sort_index('konak.complaints', 'created_at', '{resolved_by}');
select konak.sort_index('konak.complaints', 'created_at');
create index complaints_search on konak.complaints
    using gin (company_id, search gin_trgm_ops);
alter table konak.complaints add constraint complaints_resolution_required
	check (status <> 'resolved' or resolution is not null);

create function konak.complaints_state() returns trigger
language plpgsql
as $$
begin
	if tg_op = 'INSERT' then
		new.complainant_id := coalesce(konak.me(), new.complainant_id);
		new.class_teacher_id := coalesce(new.class_teacher_id,
		    (select c.class_teacher_id from konak.students s
		    join konak.classes c on c.company_id = s.company_id
			and c.id = s.class_id
		    where s.company_id = new.company_id
			and s.id = new.student_id));
		return new;
	end if;
	if new.status is distinct from old.status then
		if new.status = 'resolved' then
			new.resolved_by := konak.me();
			new.resolved_at := konak.now();
		elsif new.status in ('open', 'in_progress') then
			new.resolved_by := null;
			new.resolved_at := null;
		end if;
		new.closed_at := case new.status when 'closed' then konak.now() end;
	end if;
	return new;
end $$;
create trigger complaints_10_state before insert or update
    on konak.complaints for each row
    execute function konak.complaints_state();

select konak.protect('konak.complaints', '{"record": "complaints", "module": "school", "audit": "COMPLAINT", "title": "subject", "view": {"complaints.view": ["all", "class", "own"]}, "create": {"complaints.create": "own"}, "edit": {"complaints.edit": ["all", "class"]}, "scopes": {"class": "student_id = any ((select konak.my_class_students())::uuid[])", "own": "complainant_id = (select konak.me()) and (student_id is null or student_id = any ((select konak.my_students())::uuid[]))"}, "write": {"status": "complaints.edit", "resolution": "complaints.edit"}, "once": ["subject", "description", "student_id", "category"], "readonly": ["complainant_id", "class_teacher_id", "resolved_by", "resolved_at", "closed_at"], "internal": ["search"]}'::jsonb);
