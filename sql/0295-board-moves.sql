-- 0295-board-moves.sql - what a move costs does not grow with the column: cards
-- are counted only where there is a limit, and only up to it, and the next one
-- below is found by its key.

-- The two functions of a board: the trigger that keeps order and limits, and
-- the one that finds a moved card's place.
create function konak.board_functions(tab regclass, col name, ord name,
    stages regclass default null, stage name default 'id') returns void
language plpgsql
as $$
declare
	t text;
	kind text;
begin
	select c.relname into t from pg_class c where c.oid = tab;
	select format('%I.%I', n.nspname, y.typname) into kind
	from pg_attribute a
	join pg_type y on y.oid = a.atttypid
	join pg_namespace n on n.oid = y.typnamespace
	where a.attrelid = tab and a.attname = col;

	-- Whoever changes the order in a column waits here for the one before;
	-- the card's own row is always locked first.
	perform konak.protect_define(t || '_board', format($f$
declare
	place text := coalesce(current_setting('konak.place', true), '');
	most integer;
	there integer;
begin
	if new.%2$I is null then
		return new;
	end if;
	perform pg_advisory_xact_lock(hashtextextended(
	    'board %1$s ' || new.company_id || new.%2$I, 0));
	if left(place, 37) = new.id || ' ' then
		new.%3$I := substr(place, 38);
	elsif tg_op = 'INSERT' or (new.%3$I = old.%3$I
	    and new.%2$I is distinct from old.%2$I) then
		-- What comes by itself stands on top, where it is seen.
		select konak.board_key(null, min(x.%3$I)) into new.%3$I
		from konak.%1$I x
		where x.company_id = new.company_id and x.%2$I = new.%2$I
		    and x.id <> new.id and x.deleted_at is null;
	end if;
	-- Somebody stands where an undo or a restore would put it.
	if exists (select from konak.%1$I x
	    where x.company_id = new.company_id and x.%2$I = new.%2$I
		and x.%3$I = new.%3$I and x.id <> new.id
		and x.deleted_at is null) then
		select konak.board_key(new.%3$I, min(x.%3$I)) into new.%3$I
		from konak.%1$I x
		where x.company_id = new.company_id and x.%2$I = new.%2$I
		    and x.%3$I > new.%3$I and x.id <> new.id
		    and x.deleted_at is null;
	end if;
	if %4$s then
		return new;
	end if;
	if tg_op = 'UPDATE' and new.%2$I is not distinct from old.%2$I
	    and old.deleted_at is null then
		return new;
	end if;
	select s.wip_limit into most from %5$s s
	where s.company_id = new.company_id and s.%6$I = new.%2$I
	    and s.wip_rule = 'refuse' and s.deleted_at is null;
	if most is null then
		return new;
	end if;
	select count(*) into there from (select from konak.%1$I x
	    where x.company_id = new.company_id and x.%2$I = new.%2$I
		and x.id <> new.id and x.deleted_at is null limit most) c;
	if there >= most then
		perform konak.fail('%1$s.column_full', field => '%2$s');
	end if;
	return new;
end $f$, t, col, ord, (stages is null)::text, (select 'konak.'
	    || quote_ident(c.relname) from pg_class c
	    where c.oid = coalesce(stages, tab)), stage));

	-- Where a move goes: right below one card, or right above another, or
	-- on top, when neither is in the column any more. The cards between are
	-- those of everybody, seen by the mover or not.
	set local role konak_definer;
	execute format($f$
create or replace function konak.%1$I(card uuid, into_col text, below uuid,
    above uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $b$
declare
	lo text;
	hi text;
begin
	perform from konak.%2$I x
	where x.company_id = konak.company() and x.id = card
	    and x.deleted_at is null for update;
	if not found then
		return;
	end if;
	perform pg_advisory_xact_lock(hashtextextended(
	    'board %2$s ' || konak.company() || into_col, 0));
	select x.%4$I into lo from konak.%2$I x
	where x.company_id = konak.company() and x.id = below
	    and x.%3$I = into_col::%5$s and x.deleted_at is null;
	if lo is null then
		select x.%4$I into hi from konak.%2$I x
		where x.company_id = konak.company() and x.id = above
		    and x.%3$I = into_col::%5$s and x.deleted_at is null;
		select max(x.%4$I) into lo from konak.%2$I x
		where x.company_id = konak.company()
		    and x.%3$I = into_col::%5$s and x.id <> card
		    and x.deleted_at is null and x.%4$I < hi;
	end if;
	if hi is null then
		select min(x.%4$I) into hi from konak.%2$I x
		where x.company_id = konak.company()
		    and x.%3$I = into_col::%5$s and x.id <> card
		    and x.deleted_at is null and x.%4$I > coalesce(lo, '');
	end if;
	perform set_config('konak.place', card || ' '
	    || konak.board_key(lo, hi), true);
end $b$ $f$, t || '_place', t, col, ord, kind);
	execute format('grant execute on function '
	    'konak.%I(uuid, text, uuid, uuid) to konak_app', t || '_place');
	set local role konak_owner;
end $$;

-- Makes a table's records cards: col is the column of the board that a card is
-- in, ord the card's key. stages may name the table that says how many cards
-- a column takes (wip_limit) and whether more are refused (wip_rule); its rows
-- are found by stage = col. Call it before konak.protect().
create or replace function konak.board(tab regclass, col name, ord name,
    stages regclass default null, stage name default 'id') returns void
language plpgsql
as $$
declare
	t text;
begin
	select c.relname into t from pg_class c where c.oid = tab;
	if not exists (select from pg_attribute a where a.attrelid = tab
	    and a.attname = ord and not a.attisdropped) then
		execute format('alter table %s add column %I text collate "C" '
		    'not null default ''a0''', tab, ord);
	end if;
	-- Cards that are there already, as they were ordered, or by age.
	execute format('alter table %s disable trigger user', tab);
	execute format('update %1$s t set %2$I = x.key from (select company_id, '
	    'id, konak.board_nth(row_number() over (partition by company_id, '
	    '%3$I order by %2$I, created_at, id)) as key from %1$s) x '
	    'where t.company_id = x.company_id and t.id = x.id', tab, ord, col);
	execute format('alter table %s enable trigger user', tab);
	execute format('alter table %1$s add constraint %2$I check '
	    '(%3$I ~ ''^[A-Za-z][0-9A-Za-z]+$'' and length(%3$I) <= 2000)',
	    tab, t || '_' || ord || '_form', ord);
	execute format('create index on %s (company_id, %I, %I, id) '
	    'where deleted_at is null', tab, col, ord);

	perform konak.board_functions(tab, col, ord, stages, stage);
	execute format('create trigger %I before insert on %s for each row '
	    'execute function konak.%I()', t || '_40_board', tab, t || '_board');
	execute format('create trigger %1$I before update on %2$s '
	    'for each row when (new.%3$I is distinct from old.%3$I '
	    'or new.%4$I <> old.%4$I '
	    'or (old.deleted_at is not null and new.deleted_at is null) '
	    'or (new.deleted_at is null and coalesce(current_setting('
	    '''konak.place'', true), '''') <> '''')) '
	    'execute function konak.%5$I()', t || '_41_board', tab, col, ord,
	    t || '_board');
end $$;

select konak.board_functions('konak.leads', 'status', 'sort_order',
    'konak.lead_stages', 'status');
select konak.board_functions('konak.tasks', 'board_column_id', 'sort_order',
    'konak.board_columns');
select konak.board_functions('konak.customer_requests', 'status', 'sort_order');
