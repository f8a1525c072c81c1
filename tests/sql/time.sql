-- Time entries at 100,000 rows: a week and a project's total read what they
-- need and no more, under the policies; nothing runs twice, nothing overlaps.

begin;
select plan(12);
\ir setup.psql

set local role none;
set local session_replication_role = replica;
insert into konak.projects (company_id, id, name)
select :a, md5('p' || g)::uuid, 'Proje ' || g from generate_series(1, 100) g;
insert into konak.tasks (company_id, id, title, project_id)
select :a, md5('t' || g)::uuid, 'Görev ' || g, md5('p' || g % 100 + 1)::uuid
from generate_series(1, 1000) g;
-- The constraint is quicker over all rows at once than row by row.
alter table konak.time_entries drop constraint time_entries_started_at_overlap;
-- 50 people, 2,000 entries each of half an hour every four hours.
insert into konak.time_entries (company_id, user_id, task_id, project_id, started_at, ended_at)
select :a, case when p = 1 then pg_temp.uid('employee') else md5('u' || p)::uuid end,
    md5('t' || (p * 20 + g % 20) % 1000 + 1)::uuid, md5('p' || (p * 20 + g % 20) % 1000 % 100 + 1)::uuid,
    timestamptz '2025-01-01 00:00+03' + g * interval '4 hours',
    timestamptz '2025-01-01 00:30+03' + g * interval '4 hours'
from generate_series(1, 50) p, generate_series(0, 1999) g;
alter table konak.time_entries add constraint time_entries_started_at_overlap exclude using gist (user_id with =,
    tstzrange(started_at, ended_at) with &&) where (deleted_at is null);
set local session_replication_role = origin;
analyze konak.time_entries, konak.tasks, konak.projects;

create function pg_temp.as(who text, rights text, stmt text) returns text language plpgsql as $$
declare
	out text := '';
	l text;
begin
	perform set_config('konak.company', '7e570000-0000-7000-8000-00000000000a', true),
	    set_config('konak.user', pg_temp.uid(who)::text, true),
	    set_config('konak.rights', rights, true);
	set local role konak_app;
	for l in execute stmt loop
		out := out || l || E'\n';
	end loop;
	set local role none;
	perform set_config(s, '', true) from unnest(array['konak.company',
	    'konak.user', 'konak.rights']) s;
	return out;
end $$;
\set own '''|time.view_own=own|time.create=own|time.edit=own|time.delete=own|projects.view=all|tasks.view_own=own|'''
\set all '''|time.view_all=all|projects.view=all|tasks.view_all=all|'''

-- The median of five rounds, in milliseconds; the statements take turns.
create function pg_temp.ratio(who text, rights text, ours text, bare text) returns numeric language plpgsql as $$
declare
	a numeric[] := '{}';
	b numeric[] := '{}';
	t timestamptz;
begin
	for i in 1..7 loop
		t := clock_timestamp();
		perform pg_temp.as(who, rights, ours);
		a := a || extract(epoch from clock_timestamp() - t)::numeric;
		t := clock_timestamp();
		execute bare;
		b := b || extract(epoch from clock_timestamp() - t)::numeric;
	end loop;
	return round((select percentile_cont(0.5) within group (order by x) from unnest(a) x)::numeric
	    / (select percentile_cont(0.5) within group (order by x) from unnest(b) x)::numeric, 2);
end $$;

select is(pg_temp.as('employee', :own, $$select sum(d1 + d2 + d3 + d4 + d5 + d6 + d7)::text from konak.time_week('2025-06-02')$$),
    (42 * 1800)::text || E'\n', 'a week is what lies in it');
select is(pg_temp.as('employee', :own, $$select count(*)::text from konak.time_within(konak.me(), '2025-06-02 00:15+03', '2025-06-02 04:15+03')$$),
    E'2\n', 'what reaches into a span counts, and what begins in it');
select doesnt_match(pg_temp.as('employee', :own, $$explain select * from konak.time_within(konak.me(), '2025-06-02', '2025-06-09')$$),
    'Seq Scan on time_entries', 'a week reads no whole table');
select doesnt_match(pg_temp.as('owner', :all, format($$explain select sum(duration) from konak.time_entries
    where company_id = konak.company() and project_id = %L and deleted_at is null$$, md5('p5'))),
    'Seq Scan on time_entries', 'a project''s total neither');
select diag('project total against bare SQL: ' || pg_temp.ratio('owner', :all,
    format($$select coalesce(sum(x.duration), 0)::text from konak.time_entries x where x.company_id = konak.company()
	and x.project_id = %L and x.deleted_at is null$$, md5('p5')),
    format($$select sum(x.duration) from konak.time_entries x where x.company_id = '7e570000-0000-7000-8000-00000000000a'
	and x.project_id = %L and x.deleted_at is null$$, md5('p5'))));
select diag('week sheet against bare SQL: ' || pg_temp.ratio('employee', :own,
    $$select w.d1::text from konak.time_week('2025-06-02') w$$,
    format($$select t.title, p.name, d.day, sum(extract(epoch from least(e.ended_at, d.day + interval '1 day') - greatest(e.started_at, d.day)))
    from generate_series('2025-06-02 00:00+03'::timestamptz, '2025-06-08 00:00+03', '1 day') d(day)
    join konak.time_entries e on e.company_id = '7e570000-0000-7000-8000-00000000000a' and e.user_id = %L
	and e.started_at < d.day + interval '1 day' and e.ended_at > d.day and e.started_at > '2025-05-25' and e.deleted_at is null
    left join konak.tasks t on t.company_id = e.company_id and t.id = e.task_id
    left join konak.projects p on p.company_id = e.company_id and p.id = e.project_id
    group by 1, 2, 3$$, pg_temp.uid('employee'))));

select is(pg_temp.as('employee', :own, format($$select count(*)::text from konak.time_week('2025-06-02', %L)$$, pg_temp.uid('owner'))),
    E'0\n', 'nobody else''s week');
select throws_ok(format($$insert into konak.time_entries (company_id, user_id, started_at, ended_at)
    values (%L, %L, '2025-06-02 00:15+03', '2025-06-02 00:45+03')$$, :a, pg_temp.uid('employee')),
    '23P01', null, 'no two at once');
select lives_ok(format($$insert into konak.time_entries (company_id, user_id, started_at, ended_at)
    values (%L, %L, '2025-06-02 00:30+03', '2025-06-02 00:45+03')$$, :a, pg_temp.uid('employee')),
    'one may begin when the other ends');
select is(konak.round_seconds(61, 15, 'up') || ' ' || konak.round_seconds(450, 15, 'nearest') || ' '
    || konak.round_seconds(449, 15, 'nearest') || ' ' || konak.round_seconds(61, null, null),
    '900 900 0 61', 'rounding for a bill');
-- M18: a rule of (minutes, up or nearest, per entry or per day) on a customer
-- or on a project; the project's goes before. Two people, two days; one entry
-- nobody pays, one deleted, one that still runs.
set local session_replication_role = replica;
insert into konak.customers (company_id, id, company_name) values (:a, md5('m18')::uuid, 'Yuvarlak AŞ');
insert into konak.projects (company_id, id, name, customer_id) values (:a, md5('m18')::uuid, 'Yuvarlak', md5('m18')::uuid);
insert into konak.time_entries (company_id, user_id, project_id, started_at, ended_at, is_billable, deleted_at)
select :a, pg_temp.uid(x.who), md5('m18')::uuid, x.at, x.at + x.s * interval '1 second', x.paid, x.gone
from (values ('employee', timestamptz '2024-03-04 09:00+03', 300, true, null::timestamptz),
    ('employee', '2024-03-04 23:00+03', 300, true, null), ('employee', '2024-03-05 00:30+03', 449, true, null),
    ('owner', '2024-03-04 09:00+03', 300, true, null), ('owner', '2024-03-06 09:00+03', 7200, false, null),
    ('owner', '2024-03-07 09:00+03', 7200, true, now()), ('owner', '2024-03-08 09:00+03', null, true, null)) x(who, at, s, paid, gone);
set local session_replication_role = origin;

create function pg_temp.billed(on_project text, on_customer text) returns text language plpgsql as $$
declare
	t text;
	rule text[];
begin
	foreach t in array array['projects', 'customers'] loop
		rule := string_to_array(case t when 'projects' then on_project else on_customer end, ' ');
		execute format('update konak.%I set round_minutes = $1, round_mode = $2, round_per = $3 where id = $4', t)
		using rule[1]::integer, rule[2], rule[3], md5('m18')::uuid;
	end loop;
	return pg_temp.as('owner', '|time.view_all=all|projects.view=all|projects.view_value=all|customers.view=all|tasks.view_all=all|',
	    format('select f.billed || '' '' || f.billable from konak.project_figures f where f.id = %L', md5('m18')));
end $$;
select is(string_agg(coalesce(r.rule, '-') || ': ' || pg_temp.billed(case when o.holder = 'project' then r.rule end,
	case when o.holder = 'customer' then r.rule end), '' order by o.holder, r.n),
    string_agg(coalesce(r.rule, '-') || ': ' || r.billed || E' 1349\n', '' order by o.holder, r.n),
    'M18: minutes, up or nearest, per entry or per day, on customer or project; the seconds stay')
from (values ('customer'), ('project')) o(holder),
    (values (1, null, 1349), (2, '15 up entry', 3600), (3, '15 nearest entry', 0), (4, '15 up day', 2700),
    (5, '15 nearest day', 900), (6, '1 up entry', 1380)) r(n, rule, billed);
select is(pg_temp.billed('15 up entry', '60 up day'), E'3600 1349\n', 'M18: the project''s rule goes before the customer''s');
select is(pg_temp.billed(null, '60 up day'), E'10800 1349\n', 'M18: and without one, the customer''s holds');
select is(konak.repeat_step('2026-01-31', 'monthly', 1, 1) || ' ' || konak.repeat_step('2026-01-31', 'monthly', 1, 2)
    || ' ' || konak.repeat_step('2024-02-29', 'monthly', 12, 1), '2026-02-28 2026-03-31 2025-02-28',
    'the 31st keeps its day');

select * from finish();
rollback;
