-- 0125-chain.sql - the audit rows of a company as a chain: each has a place
-- and a hash over its own columns and the hash before it, so that a row that
-- is changed, put in, moved or taken away shows. The head is where the chain
-- ends; konakctl signs heads and keeps them elsewhere, so that a tail that
-- was cut off, or a chain that was made anew, shows as well.
--
-- A row takes its place when its transaction commits: then the company's head
-- is locked for as long as the commit takes. (Locked with the row's insertion,
-- it would wait in a circle with locks of records.)

create table konak.audit_heads (
	company_id uuid not null,
	seq bigint not null,
	hash bytea not null,
	constraint audit_heads_pkey primary key (company_id),
	constraint audit_heads_seq_counts check (seq >= 0),
	constraint audit_heads_hash_length check (length(hash) = 32)
) with (fillfactor = 10);

create table konak.audit_chain (
	company_id uuid not null,
	at timestamptz not null,
	id uuid not null,
	seq bigint not null,
	hash bytea not null,
	constraint audit_chain_pkey primary key (company_id, at, id)
);

do $$
declare
	t text;
begin
	foreach t in array array['audit_heads', 'audit_chain'] loop
		execute format('alter table konak.%I enable row level security', t);
		execute format('alter table konak.%I force row level security', t);
		execute format('create policy owner_all on konak.%I to konak_owner '
		    'using (true) with check (true)', t);
		execute format('create policy chain on konak.%I to konak_auth '
		    'using (true) with check (true)', t);
	end loop;
end $$;
grant select, insert on konak.audit_chain to konak_auth;
grant select, insert, update on konak.audit_heads to konak_auth;

create trigger audit_chain_frozen before update or delete on konak.audit_chain
    for each row execute function konak.audit_frozen();
create trigger audit_chain_no_truncate before truncate on konak.audit_chain
    for each statement execute function konak.audit_frozen();
create trigger audit_heads_kept before delete on konak.audit_heads
    for each row execute function konak.audit_frozen();
create trigger audit_heads_no_truncate before truncate on konak.audit_heads
    for each statement execute function konak.audit_frozen();
-- A head only goes on.
create trigger audit_heads_forward before update on konak.audit_heads
    for each row when (new.company_id <> old.company_id or new.seq <= old.seq)
    execute function konak.audit_frozen();

set local role konak_auth;

-- Where the chain of a company begins.
create function konak.audit_chain_begin(company uuid) returns bytea
language sql immutable set search_path = pg_catalog, pg_temp
as $$
	select sha256(convert_to('konak audit 1 ' || company::text, 'UTF8'))
$$;

-- What is hashed of a row: its place and its columns as PostgreSQL sends a
-- record (count; of each its type, its length or -1, its bytes).
create function konak.audit_chain_bytes(place bigint, l konak.audit_logs)
    returns bytea
language sql stable set search_path = pg_catalog, pg_temp
as $$
	select record_send(row(place, l.company_id, l.at, l.id, l.request_id,
	    l.user_id, l.action, l.module, l.record_type, l.record_id,
	    l.version, l.op, l.description, l.ip, l.client, l.digest))
$$;

-- Gives the rows of this moment that have none their place in the chain; all
-- rows of the company without a moment.
create function konak.audit_chain_rows(company uuid, moment timestamptz)
    returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	place bigint;
	chained bytea;
	l konak.audit_logs;
	n bigint := 0;
begin
	insert into konak.audit_heads (company_id, seq, hash)
	values (company, 0, konak.audit_chain_begin(company))
	on conflict on constraint audit_heads_pkey do nothing;
	select h.seq, h.hash into place, chained from konak.audit_heads h
	where h.company_id = company for update;
	for l in select x.* from konak.audit_logs x
	    where x.company_id = company and (moment is null or x.at = moment)
		and not exists (select from konak.audit_chain c
		    where c.company_id = x.company_id and c.at = x.at
			and c.id = x.id)
	    order by x.at, x.id loop
		place := place + 1;
		chained := sha256(chained
		    || konak.audit_chain_bytes(place, l));
		insert into konak.audit_chain (company_id, at, id, seq, hash)
		values (company, l.at, l.id, place, chained);
		n := n + 1;
	end loop;
	if n > 0 then
		update konak.audit_heads h set seq = place, hash = chained
		where h.company_id = company;
	end if;
	return n;
end $$;

-- Whether an audit row is the first of its company in this transaction: then
-- its trigger waits for the commit, and takes those that follow along.
-- konak.chain says which was the last: 'company moment', with + behind it
-- when there are more, and * before it when others have been there.
create function konak.audit_chain_first(company uuid, moment timestamptz)
    returns boolean
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
	was text := coalesce(current_setting('konak.chain', true), '');
	key text := company || ' ' || moment;
begin
	if was = '' then
		perform set_config('konak.chain', key, true);
		return true;
	elsif was = key then
		perform set_config('konak.chain', key || '+', true);
		return false;
	elsif was = key || '+' or was = '*' || key then
		return false;
	end if;
	perform set_config('konak.chain', '*' || key, true);
	return true;
end $$;

create function konak.audit_chain() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	was text := current_setting('konak.chain', true);
	place bigint;
	chained bytea;
begin
	perform set_config('konak.chain', '*', true);
	-- The everyday case: the transaction's only row.
	if was = new.company_id || ' ' || new.at then
		update konak.audit_heads h
		set seq = h.seq + 1, hash = sha256(h.hash
		    || record_send(row(h.seq + 1, new.company_id, new.at, new.id,
			new.request_id, new.user_id, new.action, new.module,
			new.record_type, new.record_id, new.version, new.op,
			new.description, new.ip, new.client, new.digest)))
		where h.company_id = new.company_id
		returning h.seq, h.hash into place, chained;
		if found then
			insert into konak.audit_chain
			    (company_id, at, id, seq, hash)
			values (new.company_id, new.at, new.id, place, chained);
			return null;
		end if;
	end if;
	perform konak.audit_chain_rows(new.company_id, new.at);
	return null;
end $$;

-- All rows that have no place yet: those from before there was a chain.
create function konak.audit_chain_rest() returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	c uuid;
	n bigint := 0;
begin
	for c in select distinct l.company_id from konak.audit_logs l
	    order by l.company_id loop
		n := n + konak.audit_chain_rows(c, null);
	end loop;
	return n;
end $$;

revoke execute on function konak.audit_chain_begin(uuid),
    konak.audit_chain_bytes(bigint, konak.audit_logs),
    konak.audit_chain_rows(uuid, timestamptz),
    konak.audit_chain_first(uuid, timestamptz), konak.audit_chain(),
    konak.audit_chain_rest() from public;
grant execute on function konak.audit_chain_first(uuid, timestamptz)
    to konak_definer, konak_owner;
grant execute on function konak.audit_chain(), konak.audit_chain_rest()
    to konak_owner;

set local role konak_owner;

-- Nothing is written between the old rows and the trigger.
lock table konak.audit_logs in share row exclusive mode;
do $$ begin perform konak.audit_chain_rest(); end $$;

create constraint trigger audit_logs_90_chain after insert on konak.audit_logs
    deferrable initially deferred
    for each row when (konak.audit_chain_first(new.company_id, new.at))
    execute function konak.audit_chain();

-- As in 0003, after what waits for the commit has been done: a table with
-- events in the queue cannot be altered.
create or replace function konak.audit_partitions(ahead integer default 3)
    returns integer
language plpgsql
as $$
declare
	base text;
	part text;
	m timestamptz;
	made integer := 0;
begin
	perform pg_advisory_xact_lock(hashtextextended('konak audit', 0));
	for i in 0 .. ahead loop
		m := (date_trunc('month', now() at time zone 'UTC')
		    + make_interval(months => i)) at time zone 'UTC';
		foreach base in array array['audit_logs', 'audit_values'] loop
			part := base || '_' || to_char(m at time zone 'UTC', 'YYYYMM');
			continue when to_regclass('konak.' || part) is not null;
			if made = 0 then
				set constraints konak.audit_logs_90_chain immediate;
				set constraints konak.audit_logs_90_chain deferred;
			end if;
			execute format('create table konak.%I (like konak.%I '
			    'including defaults including constraints)', part, base);
			execute format('alter table konak.%I disable trigger user',
			    base || '_default');
			execute format('with gone as (delete from konak.%I '
			    'where at >= %L and at < %L returning *) '
			    'insert into konak.%I select * from gone',
			    base || '_default', m, m + interval '1 month', part);
			execute format('alter table konak.%I enable trigger user',
			    base || '_default');
			execute format('alter table konak.%I attach partition konak.%I '
			    'for values from (%L) to (%L)', base, part, m,
			    (date_trunc('month', m at time zone 'UTC')
			    + interval '1 month') at time zone 'UTC');
			perform konak.audit_partition_close(('konak.' || part)::regclass);
			made := made + 1;
		end loop;
	end loop;
	return made;
end $$;
