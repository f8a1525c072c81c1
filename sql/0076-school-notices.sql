-- 0076-school-notices.sql - who is told what in a school: parents of an absent
-- or late mark, students and parents of homework and announcements, the class
-- teacher of a question or complaint, and whoever asked of the answer. Many
-- people are told by a job; konak.notify() leaves out whoever may not see it.

insert into konak.job_kinds (kind, run, rights, daily, per, name_tr, name_en)
values ('homework.tell', 'homework_tell', '', null, 'company',
	'Ödevi duyur', 'Tell of homework'),
    ('announcements.tell', 'announcements_tell', '', null, 'company',
	'Duyuruyu bildir', 'Tell of an announcement'),
    ('school.analytics', 'school_analytics_daily', '', '23:30', 'group',
	'Okul analizini al', 'Take the schools'' snapshots');

set local role konak_definer;

-- Pupils of some classes, and their parents.
create function konak.families(classes uuid[]) returns uuid[]
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select array_remove(array_agg(p), null)
	from konak.students s, unnest(array[s.user_id, s.parent_id]) p
	where s.company_id = konak.company() and s.class_id = any (classes)
	    and s.is_active and s.deleted_at is null
$$;

create function konak.homework_tell(args jsonb) returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	h konak.homework;
begin
	select x.* into h from konak.homework x
	where x.company_id = konak.company() and x.id = (args ->> 'id')::uuid
	    and x.is_published and x.is_active and x.deleted_at is null;
	if found then
		perform konak.notify(konak.families(array[h.class_id]), 'homework',
		    h.title, left(h.description, 500), 'homework', h.id);
	end if;
end $$;

create function konak.announcements_tell(args jsonb)
    returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	a konak.announcements;
	people uuid[];
begin
	select x.* into a from konak.announcements x
	where x.company_id = konak.company() and x.id = (args ->> 'id')::uuid
	    and x.published_at <= konak.now() and x.is_active
	    and coalesce(x.expires_at, 'infinity') > konak.now()
	    and x.deleted_at is null;
	if not found then
		return;
	end if;
	case a.target_type
	when 'all' then
		select array_agg(m.user_id) into people from konak.memberships m
		where m.company_id = konak.company() and m.deleted_at is null;
	when 'teachers' then
		select array_agg(t.user_id) into people from konak.teachers t
		where t.company_id = konak.company() and t.is_active
		    and t.deleted_at is null;
	else
		people := konak.families(array(select c.id from konak.classes c
		    where c.company_id = konak.company() and c.deleted_at is null
			and (a.target_type = 'students' or c.id = a.class_id
			    or c.grade = a.grade)));
	end case;
	perform konak.notify(array_remove(people, a.author_id), 'announcement',
	    a.title, left(a.content, 500), 'announcements', a.id,
	    a.priority::text, a.author_id);
end $$;

create function konak.school_analytics_daily(args jsonb)
    returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	perform konak.school_analytics_take();
end $$;

-- One trigger function for the five tables: who is to be told of this row.
create function konak.school_told() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	who uuid;
	lang text;
	pupil text;
begin
	-- What a migration or the operator loads is told to nobody.
	if konak.company() is distinct from new.company_id then
		return null;
	end if;
	case coalesce(tg_argv[0], tg_table_name)	-- a partition has its own name
	when 'homework' then
		perform konak.job_put(new.company_id, 'homework.tell',
		    jsonb_build_object('id', new.id), null, new.id::text);
	when 'announcements' then
		if new.published_at is null then
			perform konak.job_drop(new.company_id,
			    'announcements.tell', new.id::text);
		else
			perform konak.job_put(new.company_id,
			    'announcements.tell', jsonb_build_object('id', new.id),
			    greatest(new.published_at, konak.now()), new.id::text);
		end if;
	when 'attendance' then
		select s.parent_id, s.name, u.language into who, pupil, lang
		from konak.students s left join konak.users u on u.id = s.parent_id
		where s.company_id = new.company_id and s.id = new.student_id;
		perform konak.notify(array[who], 'attendance', concat_ws(' ', pupil,
		    to_char(new.date, 'DD.MM.YYYY'), case
		    when lang = 'en' then new.status::text
		    when new.status = 'absent' then 'gelmedi'
		    else 'geç geldi' end), new.remarks, 'attendance', new.id,
		    'high', new.marked_by);
	when 'qa_messages' then
		if tg_op = 'INSERT' then
			select t.user_id into who from konak.teachers t
			where t.company_id = new.company_id
			    and t.id = new.class_teacher_id;
			perform konak.notify(array[who], 'qa', left(new.message, 200),
			    new.message, 'qa_messages', new.id,
			    new.priority::text, new.parent_id);
		else
			perform konak.notify(array[new.parent_id], 'qa',
			    left(new.reply, 200), new.reply, 'qa_messages', new.id,
			    'normal', konak.me());
		end if;
	when 'complaints' then
		if tg_op = 'INSERT' then
			select t.user_id into who from konak.teachers t
			where t.company_id = new.company_id
			    and t.id = new.class_teacher_id;
			perform konak.notify(array[who], 'complaint', new.subject,
			    left(new.description, 500), 'complaints', new.id,
			    new.priority::text, new.complainant_id);
		else
			perform konak.notify(array[new.complainant_id], 'complaint',
			    new.subject, new.resolution, 'complaints', new.id,
			    'normal', konak.me());
		end if;
	end case;
	return null;
end $$;
grant execute on function konak.school_told() to konak_owner;
grant execute on function konak.homework_tell(jsonb),
    konak.announcements_tell(jsonb), konak.school_analytics_daily(jsonb)
    to konak_app;

set local role konak_owner;

create trigger homework_75_told_new after insert on konak.homework
    for each row when (new.is_published) execute function konak.school_told();
create trigger homework_75_told after update on konak.homework
    for each row when (new.is_published and not old.is_published)
    execute function konak.school_told();
create trigger announcements_75_told_new after insert on konak.announcements
    for each row when (new.published_at is not null)
    execute function konak.school_told();
create trigger announcements_75_told after update on konak.announcements
    for each row when (new.published_at is distinct from old.published_at)
    execute function konak.school_told();
create trigger attendance_75_told_new after insert on konak.attendance
    for each row when (new.status in ('absent', 'late'))
    execute function konak.school_told('attendance');
create trigger attendance_75_told after update on konak.attendance
    for each row when (new.status in ('absent', 'late')
	and old.status is distinct from new.status)
    execute function konak.school_told('attendance');
create trigger qa_messages_75_told_new after insert on konak.qa_messages
    for each row execute function konak.school_told();
create trigger qa_messages_75_told after update on konak.qa_messages
    for each row when (new.reply is not null
	and new.reply is distinct from old.reply)
    execute function konak.school_told();
create trigger complaints_75_told_new after insert on konak.complaints
    for each row execute function konak.school_told();
create trigger complaints_75_told after update on konak.complaints
    for each row when (new.status = 'resolved' and old.status <> 'resolved')
    execute function konak.school_told();
