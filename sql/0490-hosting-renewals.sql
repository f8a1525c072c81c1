-- 0490-hosting-renewals.sql - a hosting's term that is about to end has its task
-- and its line, exactly like a domain's (M10): once a term, 30 days before.

create table konak.hosting_renewals (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	title text not null,
	hosting_id uuid not null,
	expire_date date not null,
	task_id uuid,
	draft_id uuid,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint hosting_renewals_pkey primary key (company_id, id),
	constraint hosting_renewals_term_key
	    unique (company_id, hosting_id, expire_date),
	constraint hosting_renewals_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint hosting_renewals_hosting_id_fkey
	    foreign key (company_id, hosting_id) references konak.hostings,
	constraint hosting_renewals_task_id_fkey
	    foreign key (company_id, task_id) references konak.tasks,
	constraint hosting_renewals_draft_id_fkey
	    foreign key (company_id, draft_id) references konak.invoice_drafts,
	constraint hosting_renewals_title_length
	    check (length(title) between 1 and 300)
);

select konak.sort_index('konak.hosting_renewals', 'expire_date');
select konak.sort_index('konak.hosting_renewals', 'expire_date',
    '{hosting_id}');
select konak.sort_index('konak.hosting_renewals', 'expire_date', '{task_id}');
select konak.sort_index('konak.hosting_renewals', 'expire_date', '{draft_id}');

select konak.protect('konak.hosting_renewals', '{"record": "hosting_renewals", "module": "domains", "audit": "HOSTING_RENEWAL", "title": "title", "view": {"domains.view": "all"}, "see": {"draft_id": "finance.view"}, "readonly": ["title", "hosting_id", "expire_date", "task_id", "draft_id"], "parent": {"table": "hostings", "column": "hosting_id"}}'::jsonb);

set local role konak_definer;

-- The task and the line of one term. The task is whose the thing is, as long as
-- that person is here.
create function konak.term_made(word text, term text, due date, person uuid,
    customer uuid, price numeric, code text, out task uuid, out draft uuid)
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	insert into konak.tasks as t (company_id, title, priority, due_date,
	    assigned_to)
	values (konak.company(), left(word || ': ' || term, 255), 'high', due,
	    (select m.user_id from konak.memberships m
		where m.company_id = konak.company() and m.user_id = person
		    and m.deleted_at is null))
	returning t.id into task;
	if price > 0 then
		insert into konak.invoice_drafts as i (company_id, customer_id,
		    description, amount, currency)
		values (konak.company(), customer, word || ': ' || term, price,
		    code)
		returning i.id into draft;
	end if;
end $$;
revoke execute on function konak.term_made(text, text, date, uuid, uuid,
    numeric, text) from public;

create or replace function konak.domains_renew() returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	d konak.domains;
	term text;
	m record;
	made uuid;
begin
	for d in
		select x.* from konak.domains x
		where x.company_id = konak.company() and x.deleted_at is null
		    and x.expire_date between konak.today() and konak.today() + 30
		    and not exists (select from konak.domain_renewals r
			where r.company_id = x.company_id
			    and r.domain_id = x.id
			    and r.expire_date = x.expire_date)
		order by x.expire_date, x.id for update of x
	loop
		term := format('%s (%s)', d.domain_name,
		    to_char(d.expire_date, 'DD.MM.YYYY'));
		m := konak.term_made('Alan adı yenileme', term, d.expire_date,
		    d.created_by, d.customer_id, d.renewal_price, d.currency);
		insert into konak.domain_renewals as r (company_id, title,
		    domain_id, expire_date, task_id, draft_id)
		values (d.company_id, term, d.id, d.expire_date, m.task, m.draft)
		returning r.id into made;
		return query select x.t, x.id, 1, 'create', null::uuid
		from (values ('tasks', m.task), ('invoice_drafts', m.draft),
		    ('domain_renewals', made)) x (t, id)
		where x.id is not null;
	end loop;
end $$;

create function konak.hostings_renew() returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	h konak.hostings;
	term text;
	m record;
	made uuid;
begin
	for h in
		select x.* from konak.hostings x
		where x.company_id = konak.company() and x.deleted_at is null
		    and x.expire_date between konak.today() and konak.today() + 30
		    and not exists (select from konak.hosting_renewals r
			where r.company_id = x.company_id
			    and r.hosting_id = x.id
			    and r.expire_date = x.expire_date)
		order by x.expire_date, x.id for update of x
	loop
		term := format('%s %s (%s)', h.provider, h.plan_name,
		    to_char(h.expire_date, 'DD.MM.YYYY'));
		m := konak.term_made('Hosting yenileme', term, h.expire_date,
		    h.created_by, h.customer_id, h.renewal_price, h.currency);
		insert into konak.hosting_renewals as r (company_id, title,
		    hosting_id, expire_date, task_id, draft_id)
		values (h.company_id, term, h.id, h.expire_date, m.task, m.draft)
		returning r.id into made;
		return query select x.t, x.id, 1, 'create', null::uuid
		from (values ('tasks', m.task), ('invoice_drafts', m.draft),
		    ('hosting_renewals', made)) x (t, id)
		where x.id is not null;
	end loop;
end $$;
revoke execute on function konak.hostings_renew() from public;

create or replace function konak.due_daily(args jsonb)
    returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return query select * from konak.domains_renew();
	return query select * from konak.hostings_renew();
	return query select * from konak.due_tell(args);
end $$;

set local role konak_owner;
