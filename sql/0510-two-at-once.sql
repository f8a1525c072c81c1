-- 0510-two-at-once.sql - what two people do in the same moment no longer leaves
-- behind what neither of them did: a proposal's total without one of two lines,
-- a project's progress that forgets a task, a task that runs for ever, a consent
-- and its withdrawal both in force, two default templates, a card in a column
-- that is gone, somebody in a role that is gone. Each first takes a lock that the
-- other waits for, and then looks.

grant execute on function konak.rewrite(regprocedure, text, text)
    to konak_definer, konak_auth;
set local role konak_definer;

-- Before the line is written, so that nobody holds a weaker lock on the proposal
-- already: two that add a line would wait for each other.
create or replace function konak.proposal_lines_fixed() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	stands text;
begin
	select p.status::text into stands from konak.proposals p
	where p.company_id = new.company_id and p.id = new.proposal_id
	for no key update;
	if stands in ('accepted', 'replaced') then
		perform konak.fail('proposals.final');
	end if;
	return new;
end $$;

do $$ begin
	perform konak.rewrite('konak.tasks_progress()', 'begin
', 'begin
	perform from konak.projects p
	where p.company_id = new.company_id and p.id in (new.project_id,
	    case when tg_op = ''UPDATE'' then old.project_id end)
	order by p.id for no key update;
');
	perform konak.rewrite('konak.time_entries_runs()', 'begin
', 'begin
	perform from konak.tasks t
	where t.company_id = new.company_id and t.id in (new.task_id,
	    case when tg_op = ''UPDATE'' then old.task_id end)
	order by t.id for no key update;
');
	perform konak.rewrite('konak.consents_newest()', 'begin
', 'begin
	perform pg_advisory_xact_lock(hashtextextended(''consents ''
	    || new.company_id || new.contact_id || new.channel, 0));
');
	perform konak.rewrite('konak.invoice_templates_default()', 'begin
', 'begin
	perform pg_advisory_xact_lock(hashtextextended(
	    ''invoice_templates '' || new.company_id || new.language, 0));
');
	-- the lock that whoever moves a card into it holds
	perform konak.rewrite('konak.board_columns_cards()', 'begin
', 'begin
	perform pg_advisory_xact_lock(hashtextextended(
	    ''board tasks '' || old.company_id || old.id, 0));
');
end $$;

-- A card whose column went while it lay in the bin stands in another one when it
-- comes back; no other card comes into a column that is gone.
create function konak.tasks_column() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	perform pg_advisory_xact_lock(hashtextextended(
	    'board tasks ' || new.company_id || new.board_column_id, 0));
	if not exists (select from konak.board_columns c
	    where c.company_id = new.company_id and c.id = new.board_column_id
		and c.deleted_at is not null) then
		return new;
	elsif tg_op = 'INSERT' or old.deleted_at is null then
		perform konak.fail('tasks.column_gone', field => 'board_column_id');
	end if;
	new.board_column_id := konak.task_column(new.company_id, new.status);
	perform pg_advisory_xact_lock(hashtextextended(
	    'board tasks ' || new.company_id || new.board_column_id, 0));
	select konak.board_key(null, min(x.sort_order)) into new.sort_order
	from konak.tasks x
	where x.company_id = new.company_id
	    and x.board_column_id = new.board_column_id
	    and x.id <> new.id and x.deleted_at is null;
	return new;
end $$;
grant execute on function konak.tasks_column() to konak_owner;

-- After the guard, which takes a restored record as it was deleted.
set local role konak_owner;
create trigger tasks_52_column before insert on konak.tasks
    for each row when (new.board_column_id is not null)
    execute function konak.tasks_column();
create trigger tasks_53_column before update on konak.tasks
    for each row when (new.board_column_id is not null
	and new.deleted_at is null
	and (new.board_column_id is distinct from old.board_column_id
	or old.deleted_at is not null))
    execute function konak.tasks_column();

set local role konak_auth;
do $$ begin
	perform konak.rewrite('auth.organisation_rules()',
	    '		if new.deleted_at is null and exists (select from konak.roles r',
	    '		-- Who is deleting it is waited for, or waits.
		if new.deleted_at is null and (tg_op = ''INSERT''
		    or new.role_id <> old.role_id or old.deleted_at is not null) then
			perform from konak.roles r
			where r.company_id = new.company_id and r.id = new.role_id
			for share;
		end if;
		if new.deleted_at is null and exists (select from konak.roles r');
end $$;

set local role konak_owner;
revoke execute on function konak.rewrite(regprocedure, text, text)
    from konak_definer, konak_auth;

-- What such a moment has left behind. What was accepted stays as it was signed.
update konak.proposals p set subtotal = s.net, tax_total = s.tax,
    total = s.net + s.tax
from (select l.company_id, l.proposal_id, sum(l.total) as net,
	sum(round(l.total * l.tax_rate / 100, 2)) as tax
    from konak.proposal_lines l where l.deleted_at is null group by 1, 2) s
where p.company_id = s.company_id and p.id = s.proposal_id
    and p.status not in ('accepted', 'replaced') and p.deleted_at is null
    and (p.subtotal, p.tax_total) is distinct from (s.net, s.tax);

update konak.projects p set progress = s.done
from (select t.company_id, t.project_id, (100 * count(*) filter (
	where t.status = 'completed') / count(*))::int as done
    from konak.tasks t where t.status <> 'cancelled' and t.deleted_at is null
	and t.project_id is not null group by 1, 2) s
where p.company_id = s.company_id and p.id = s.project_id
    and p.progress <> s.done;

update konak.tasks t set running_since = (
	select min(e.started_at) from konak.time_entries e
	where e.company_id = t.company_id and e.task_id = t.id
	    and e.ended_at is null and e.deleted_at is null)
where t.running_since is not null and t.running_since is distinct from (
	select min(e.started_at) from konak.time_entries e
	where e.company_id = t.company_id and e.task_id = t.id
	    and e.ended_at is null and e.deleted_at is null);

update konak.consents c set is_current = false
where c.is_current and c.deleted_at is null and exists (
    select from konak.consents n
    where n.company_id = c.company_id and n.contact_id = c.contact_id
	and n.channel = c.channel and n.deleted_at is null
	and (n.decided_at, n.id) > (c.decided_at, c.id));

-- A card in a column that is gone comes to stand on top of the one of its status,
-- be that full, or of another status: how far the task is stays as it is.
alter table konak.tasks disable trigger tasks_06_place,
    disable trigger tasks_41_board;
do $$
declare
	c record;
begin
	set local konak.audit = 'off';
	for c in select t.company_id, t.id, t.status from konak.tasks t
	    join konak.board_columns b on b.company_id = t.company_id
		and b.id = t.board_column_id and b.deleted_at is not null
	    where t.deleted_at is null
	    order by t.company_id, t.sort_order desc, t.id loop
		perform set_config('konak.company', c.company_id::text, true);
		update konak.tasks t set (board_column_id, sort_order) = (
		    select k.id, konak.board_key(null, (
			select min(x.sort_order) from konak.tasks x
			where x.company_id = k.company_id
			    and x.board_column_id = k.id
			    and x.deleted_at is null))
		    from konak.board_columns k
		    where k.company_id = c.company_id and k.deleted_at is null
		    order by (k.task_status = c.status) desc nulls last,
			k.is_default desc, k.sort_order, k.id limit 1)
		where t.company_id = c.company_id and t.id = c.id
		    and exists (select from konak.board_columns k
			where k.company_id = c.company_id
			    and k.deleted_at is null);
	end loop;
	perform set_config('konak.company', '', true);
	set local konak.audit = '';
end $$;
alter table konak.tasks enable trigger tasks_06_place,
    enable trigger tasks_41_board;
