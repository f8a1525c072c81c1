-- What an accepted proposal begins, by the tables alone: a project, its tasks, a
-- draft line for each rate of tax; once, whoever asks how often, or not at all.

begin;
select plan(20);
\ir setup.psql

\set offer '''7e570000-0000-7000-8000-00000000aa01'''
\set draft '''7e570000-0000-7000-8000-00000000aa02'''
\set other '''7e570000-0000-7000-8000-00000000aa03'''

set local role none;
set local session_replication_role = replica;
insert into konak.customers (company_id, id, company_name) values (:a, md5('k')::uuid, 'Kabul AŞ'), (:b, md5('kb')::uuid, 'Öteki AŞ');
insert into konak.proposals (company_id, id, number, title, customer_id, status, subtotal, tax_total, total)
values (:a, :offer, 'T-1', 'Site', md5('k')::uuid, 'sent', 2000, 310, 2310),
    (:a, :draft, 'T-2', 'Taslak', md5('k')::uuid, 'draft', 0, 0, 0),
    (:b, :other, 'T-1', 'Öteki', md5('kb')::uuid, 'sent', 100, 20, 120);
insert into konak.proposal_lines (company_id, proposal_id, sort_order, description, quantity, unit, unit_price, tax_rate)
values (:a, :offer, 1, 'Tasarım', 3, 'day', 300, 20), (:a, :offer, 2, 'Yazılım', 10, 'hour', 20, 20),
    (:a, :offer, 3, 'Kitap', 9, 'piece', 100, 10);
set local session_replication_role = origin;

create function pg_temp.accept(who text, proposal uuid, stand integer, deposit numeric) returns text language sql as $$
	select pg_temp.try(who, '7e570000-0000-7000-8000-00000000000a', format(
	    'select string_agg(record_type || '' '' || op, '', '' order by record_type, op) from konak.proposals_accept(%L, %s, null, %L)',
	    proposal, stand, deposit))
$$;

select is(pg_temp.accept('intern', :offer, 1, 40), '42501 proposals.edit', 'not by whoever may not');
select is(pg_temp.accept('employee', :offer, 1, 40), '42501 projects.create', 'nor by whoever may make no projects');
select is(pg_temp.accept('manager', :offer, 7, 40), 'KN001 stale', 'not what has changed since');
select is(pg_temp.accept('manager', :draft, 1, 40), 'KN002 proposals.accept_state', 'nor a draft');
select is(pg_temp.accept('manager', :offer, 1, 101), 'KN002 proposals.deposit', 'nor with more than all in advance');
select matches(pg_temp.accept('manager', :other, 1, 40), '^KN', 'nor another company''s');
select is((select count(*)::int from konak.projects where company_id = :a), 0, 'of all that, nothing is left');
select is(pg_temp.accept('manager', :offer, 1, 40),
    'invoice_drafts create, invoice_drafts create, projects create, proposal_acceptances create, proposals edit, '
    'tasks create, tasks create, tasks create', 'then all of it at once');
select is((select row(p.name, p.customer_id, p.status::text, p.budget, p.manager_id, p.start_date)::text from konak.projects p where p.company_id = :a),
    row('Site', md5('k')::uuid, 'active', 2000.00::numeric(14,2), pg_temp.uid('manager'), konak.today())::text,
    'the project: name, customer, budget without tax, who leads it, from today');
select results_eq($$select title, estimated_hours, customer_id from konak.tasks where company_id = '7e570000-0000-7000-8000-00000000000a' order by title collate "C"$$,
    $$values ('Kitap', null::numeric, md5('k')::uuid), ('Tasarım', 24.00, md5('k')::uuid), ('Yazılım', 10.00, md5('k')::uuid)$$,
    'a task a line: days and hours are its estimate');
select results_eq($$select tax_rate, amount, currency::text from konak.invoice_drafts where company_id = '7e570000-0000-7000-8000-00000000000a' order by 1$$,
    $$values (10.00, 360.00, 'TRY'), (20.00, 440.00, 'TRY')$$, 'the deposit, a line for each rate of tax');
select is((select status::text from konak.proposals where company_id = :a and id = :offer), 'accepted', 'the proposal is accepted');
select is(pg_temp.accept('manager', :offer, 1, 40), 'projects edit', 'once more gives what was made');
select is(pg_temp.accept('owner', :offer, 99, 90), 'projects edit', 'whoever asks, and however');
select is((select count(*)::text || ' ' || (select count(*) from konak.tasks where company_id = :a) || ' '
    || (select count(*) from konak.invoice_drafts where company_id = :a) from konak.projects where company_id = :a), '1 3 2', 'and nothing twice');
select matches(pg_temp.try('owner', :a, format($$update konak.proposals set title = 'Başka' where id = %L returning title$$, :offer)),
    '^KN002 proposals.final', 'what was accepted stays as it was');
select matches(pg_temp.try('owner', :a, format($$insert into konak.proposal_lines (proposal_id, description, unit_price) values (%L, 'Ek', 1) returning 'x'$$, :offer)),
    '^KN002', 'with the lines that it had');
select is(pg_temp.try('owner', :a, $$insert into konak.proposal_acceptances (title) values ('x') returning 'x'$$), '42501 permission denied for table proposal_acceptances',
    'an acceptance is made by accepting');
select is(pg_temp.try('owner', :a, $$update konak.invoice_drafts set amount = 1 returning 'x'$$), '42501 permission denied for table invoice_drafts',
    'and a draft line by nobody''s hand');
select throws_ok(format($$insert into konak.proposal_acceptances (company_id, title, proposal_id, customer_id, project_id)
    select company_id, 'x', proposal_id, customer_id, project_id from konak.proposal_acceptances where company_id = %L$$, :a), '23505', null,
    'the table itself takes one a proposal');

select * from finish();
rollback;
