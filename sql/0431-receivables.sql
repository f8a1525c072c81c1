-- 0431-receivables.sql - what customers owe or will owe: the lines that wait for
-- their invoice, and of accepted proposals what no such line covers. Invoices,
-- once there are, join this view.

create index proposals_accepted_idx on konak.proposals
    (company_id, created_at, id)
    where status = 'accepted' and deleted_at is null;
create index proposals_accepted_customer_idx on konak.proposals
    (company_id, customer_id, created_at, id)
    where status = 'accepted' and deleted_at is null;

create view konak.receivables with (security_invoker = true) as
select e.company_id, e.id, e.kind, e.title, e.customer_id, e.currency, e.net,
    e.total - e.net as tax, e.total, e.created_at
from (select d.company_id, d.id, 'line' as kind, d.description as title,
	d.customer_id, d.currency::text as currency, d.amount as net,
	d.amount + round(d.amount * d.tax_rate / 100, 2) as total, d.created_at
    from konak.invoice_drafts d
    where d.deleted_at is null
    union all
    select p.company_id, p.id, 'proposal', p.number || ' ' || p.title,
	p.customer_id, p.currency::text,
	p.subtotal - (select coalesce(sum(d.amount), 0)
	    from konak.invoice_drafts d
	    where d.company_id = p.company_id and d.proposal_id = p.id
		and d.deleted_at is null),
	p.total - (select coalesce(sum(d.amount
		+ round(d.amount * d.tax_rate / 100, 2)), 0)
	    from konak.invoice_drafts d
	    where d.company_id = p.company_id and d.proposal_id = p.id
		and d.deleted_at is null),
	p.created_at
    from konak.proposals p
    where p.deleted_at is null and p.status = 'accepted') e
where (select konak.may('finance.view')) and e.total > 0;

grant select on konak.receivables to konak_app;
