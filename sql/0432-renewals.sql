-- 0432-renewals.sql - 30 days before a domain ends there is a task to renew it
-- and, if it has a price, a line for the next invoice: once for each term, however
-- often the day is gone through.

create table konak.domain_renewals (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	title text not null,
	domain_id uuid not null,
	expire_date date not null,
	task_id uuid,
	draft_id uuid,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint domain_renewals_pkey primary key (company_id, id),
	constraint domain_renewals_term_key
	    unique (company_id, domain_id, expire_date),
	constraint domain_renewals_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint domain_renewals_domain_id_fkey
	    foreign key (company_id, domain_id) references konak.domains,
	constraint domain_renewals_task_id_fkey foreign key (company_id, task_id)
	    references konak.tasks,
	constraint domain_renewals_draft_id_fkey foreign key (company_id, draft_id)
	    references konak.invoice_drafts,
	constraint domain_renewals_title_length
	    check (length(title) between 1 and 300)
);

select konak.sort_index('konak.domain_renewals', 'expire_date');
select konak.sort_index('konak.domain_renewals', 'expire_date', '{domain_id}');
select konak.sort_index('konak.domain_renewals', 'expire_date', '{task_id}');
select konak.sort_index('konak.domain_renewals', 'expire_date', '{draft_id}');

select konak.protect('konak.domain_renewals', '{"record": "domain_renewals", "module": "domains", "audit": "DOMAIN_RENEWAL", "title": "title", "view": {"domains.view": "all"}, "see": {"draft_id": "finance.view"}, "readonly": ["title", "domain_id", "expire_date", "task_id", "draft_id"], "parent": {"table": "domains", "column": "domain_id"}}'::jsonb);

-- As a line of a proposal has it.
alter table konak.invoice_drafts alter column tax_rate set default 20;

set local role konak_definer;

-- The task is whose the domain is, as long as that person is here.
create function konak.domains_renew() returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	d konak.domains;
	term text;
	task uuid;
	draft uuid;
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
		insert into konak.tasks as t (company_id, title, priority,
		    due_date, assigned_to)
		values (d.company_id, left('Alan adı yenileme: ' || term, 255),
		    'high', d.expire_date, (select m.user_id
			from konak.memberships m
			where m.company_id = d.company_id
			    and m.user_id = d.created_by
			    and m.deleted_at is null))
		returning t.id into task;
		return next row('tasks', task, 1, 'create', null)::konak.changed;
		draft := null;
		if d.renewal_price > 0 then
			insert into konak.invoice_drafts as i (company_id,
			    customer_id, description, amount, currency)
			values (d.company_id, d.customer_id,
			    'Alan adı yenileme: ' || term, d.renewal_price,
			    d.currency)
			returning i.id into draft;
			return next row('invoice_drafts', draft, 1, 'create',
			    null)::konak.changed;
		end if;
		insert into konak.domain_renewals as r (company_id, title,
		    domain_id, expire_date, task_id, draft_id)
		values (d.company_id, term, d.id, d.expire_date, task, draft)
		returning r.id into made;
		return next row('domain_renewals', made, 1, 'create',
		    null)::konak.changed;
	end loop;
end $$;
revoke execute on function konak.domains_renew() from public;

alter function konak.due_daily(jsonb) rename to due_tell;
revoke execute on function konak.due_tell(jsonb) from konak_app;
create function konak.due_daily(args jsonb) returns setof konak.changed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return query select * from konak.domains_renew();
	return query select * from konak.due_tell(args);
end $$;
grant execute on function konak.due_daily(jsonb) to konak_app;

set local role konak_owner;
