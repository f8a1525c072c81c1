-- 0406-merged-proposals.sql - a proposal that was accepted or replaced says for
-- ever what it said; but when its customer or lead turns out to be another
-- record, and the two become one, it goes along. (Before an update what is
-- generated is not there yet.)

create or replace function konak.proposals_state() returns trigger
language plpgsql
as $$
declare
	apart constant text[] :=
	    '{customer_id,lead_id,version,updated_at,search}';
begin
	if tg_op = 'UPDATE' and old.status in ('accepted', 'replaced') then
		if current_user = 'konak_definer'
		    and to_jsonb(new) - apart = to_jsonb(old) - apart then
			return new;
		end if;
		perform konak.fail('proposals.final');
	elsif new.status = 'replaced' and current_user <> 'konak_definer' then
		perform konak.fail('proposals.replaced', field => 'status');
	end if;
	if tg_op = 'UPDATE' and new.status = old.status then
		return new;
	end if;
	if new.status in ('sent', 'accepted') and (tg_op = 'INSERT'
	    or not exists (select from konak.proposal_lines l
		where l.company_id = new.company_id and l.proposal_id = new.id
		    and l.deleted_at is null)) then
		perform konak.fail('proposals.empty', field => 'status');
	end if;
	if new.status = 'sent' then
		new.sent_at := konak.now();
	end if;
	new.decided_at := case when new.status in ('accepted', 'rejected')
	    then konak.now() end;
	return new;
end $$;
