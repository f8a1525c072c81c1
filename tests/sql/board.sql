-- The keys that keep the order of a board, and leads that stand still.

begin;
select plan(17);
\ir setup.psql

-- ------------------------------------------------------------------------ keys

select is(konak.board_key(null, null), 'a0', 'the first card');
select is(konak.board_key('a0', null), 'a1', 'below it');
select is(konak.board_key(null, 'a0'), 'Zz', 'above it');
select is(konak.board_key('az', null), 'b00', 'a longer number when all of one digit are used');
select is(konak.board_key(null, 'Z0'), 'Yzz', 'and so upwards');
select is(konak.board_key('a0', 'a1'), 'a0a0', 'between two that touch');
select is(konak.board_key('a0', 'a2'), 'a1', 'between two that do not');
select is(konak.board_key('a0', 'a0a0'), 'a0Zz', 'above the one between');
select is(konak.board_key('a0a0', 'a1'), 'a0a1', 'and below it');
select ok(konak.board_nth(2) < konak.board_key(konak.board_nth(2), konak.board_nth(3)) collate "C"
    and konak.board_key(konak.board_nth(2), konak.board_nth(3)) < konak.board_nth(3) collate "C",
    'between two of a column that was filled at once');

-- Puts cards at places that `where_to` names, and tells what went wrong.
create function pg_temp.fill(where_to text, n integer) returns text
language plpgsql as $$
declare
	keys text[] := '{}';
	at integer;
	k text;
	longest integer := 0;
begin
	for i in 1..n loop
		at := case where_to when 'top' then 0
		    when 'bottom' then coalesce(cardinality(keys), 0)
		    when 'second' then least(1, cardinality(keys))
		    else floor(random() * (cardinality(keys) + 1))::int end;
		k := konak.board_key(keys[at], keys[at + 1]);
		if k is null or k <= keys[at] collate "C"
		    or k >= keys[at + 1] collate "C" then
			return format('%s is not between %s and %s', k, keys[at],
			    keys[at + 1]);
		end if;
		keys := keys[1:at] || k || keys[at + 1:];
		longest := greatest(longest, length(k));
	end loop;
	return case when longest > 40 then 'as long as ' || longest else '' end;
end $$;

select setseed(0.5) \g /dev/null
select is(pg_temp.fill(place, 2000), '', '2,000 cards, each put: ' || place)
from unnest(array['top', 'bottom', 'second', 'anywhere']) place;

-- -------------------------------------------------------------- leads that stand

set local role konak_owner;
insert into konak.leads (company_id, id, company_name, assigned_to, stage_entered_at)
values (:a, :p1, 'Bekleyen AŞ', pg_temp.uid('employee'), konak.now());
alter table konak.leads disable trigger user;
update konak.leads set stage_entered_at = konak.now() - interval '9 days' where id = :p1;
alter table konak.leads enable trigger user;
reset role;

create function pg_temp.morning() returns text language plpgsql as $$
declare
	out text;
begin
	delete from konak.notifications;
	perform set_config('konak.company', '7e570000-0000-7000-8000-00000000000a', true);
	perform konak.leads_stalled('{}');
	perform set_config('konak.company', '', true);
	select string_agg(u.first_name, ',' order by u.first_name) into out
	from konak.notifications n join konak.users u on u.id = n.user_id;
	return coalesce(out, '');
end $$;

select is(pg_temp.morning() || '/' || pg_temp.morning(), 'employee/', 'nine days in a stage of seven: its owner, once');
set local role konak_owner;
alter table konak.leads disable trigger user;
update konak.leads set stage_entered_at = konak.now() - interval '15 days' where id = :p1;
alter table konak.leads enable trigger user;
reset role;
select is(pg_temp.morning() || '/' || pg_temp.morning(), 'admin,manager,owner/', 'after twice as long those above, once');
set local role konak_owner;
update konak.leads set status = 'contacted' where id = :p1;
reset role;
select is((select stalled_told from konak.leads where id = :p1)::int, 0, 'another stage, another clock');

select * from finish();
rollback;
