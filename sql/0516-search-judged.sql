-- 0516-search-judged.sql - what a search of everything has found is judged by
-- statements that stand, and the company's and the group's are looked for at
-- once. Judging people took longer than finding everything: the statement was
-- put together and planned anew for each search.

-- Whom the company has, by person.
create index memberships_accepted_idx on konak.memberships
    (company_id, user_id)
    where deleted_at is null and accepted_at is not null;

-- Makes konak.search_seen(): those of the records $2 of type $1 that the caller
-- may see, as far as the policies of konak.protect() go. A right that knows no
-- scopes is the same for all of them.
create function konak.search_judges() returns void
language plpgsql
as $$
declare
	was constant text := current_setting('role');
	p record;
	body text := '';
begin
	for p in
		select x.table_name as t, x.record as name,
		    x.spec ? 'rows' as shared,
		    not x.spec ?| array['rows', 'scopes'] as plain,
		    coalesce(konak.protect_condition(x.spec, 'view',
			x.spec ?| array['rows', 'scopes']), 'false') as may
		from konak.protected x
		join konak.search_tables s on s.table_name = x.table_name
		    and s.record = x.record
		order by x.record collate "C"
	loop
		body := body || format(E'\twhen %L then\n', p.name)
		    || case when p.plain then format(
			E'\t\treturn case when %s then $2 else ''{}'' end;\n',
			p.may)
		    else format(E'\t\treturn coalesce((select '
			'array_agg(%1$I.id) from konak.%1$I where '
			'%1$I.company_id = (select konak.%2$s()) and '
			'%1$I.id = any ($2) and %3$s), ''{}'');\n', p.t,
			case when p.shared then 'group_company'
			    else 'company' end, p.may)
		    end;
	end loop;
	perform set_config('role', 'konak_definer', true);
	execute format(E'create or replace function konak.search_seen('
	    'record_type text, keys uuid[])\n'
	    '    returns uuid[]\nlanguage plpgsql stable security definer\n'
	    'set search_path = pg_catalog, konak, pg_temp as %L',
	    E'\n#variable_conflict use_column\nbegin\n'
	    '\tif $2 is null then\n\t\treturn null;\n\tend if;\n'
	    || case when body = '' then '' else
		E'\tcase $1\n' || body || E'\telse\n\t\treturn ''{}'';\n'
		'\tend case;\n' end
	    || E'\treturn ''{}'';\nend ');
	perform set_config('role', was, true);
end $$;

-- After the migrations, any of which may have changed a policy, konakctl calls
-- this as it called what stands behind it now.
alter function konak.search_sync(boolean) rename to search_fill;
create function konak.search_sync(again boolean default false) returns void
language plpgsql
as $$
begin
	perform konak.search_fill(again);
	perform konak.search_judges();
end $$;
select konak.search_judges();

set local role konak_definer;

-- The records of these types, of the present company or the group, in whose
-- words all of the patterns stand: those that the caller may see, as far as the
-- policies of konak.protect() go. Null in place of them: more than are worth
-- looking at, the type has to be asked itself.
--
-- Of a rare word the search index tells all. A word that stands in many records
-- stands among the newest of a type as well: these are looked at instead.
create or replace function konak.search_hits(patterns text[], types text[],
    enough integer) returns table (record text, ids uuid[])
language plpgsql stable security definer
set search_path = pg_catalog, konak, pg_temp
as $$
#variable_conflict use_column
declare
	most constant integer := 500;
	newest constant integer := 200;
	company constant uuid := konak.company();
	house constant uuid := konak.group_company();
	-- the longest say most
	word constant text[] := case when cardinality(patterns) = 1
	    then patterns else (select array_agg(p order by length(p) desc)
		from unnest(patterns) p) end;
	one constant text := word[1];
	two constant text := word[2];
	owner uuid;
	records text[];
	found uuid[];
	r record;
begin
	foreach owner in array case when company = house then array[house]
	    else array[house, company] end
	loop
		if two is null then
			select array_agg(h.record), array_agg(h.id)
			into records, found
			from (select s.record, s.id from konak.search_index s
			    where s.company_id = owner and s.search like one
			    limit most + 1) h;
		else
			select array_agg(h.record), array_agg(h.id)
			into records, found
			from (select s.record, s.id from konak.search_index s
			    where s.company_id = owner and s.search like one
				and s.search like two and (word[3] is null
				or s.search like all (word[3:]))
			    limit most + 1) h;
		end if;
		continue when found is null;
		exit when owner = company and cardinality(found) > most;
		-- What is the group's, for whom its own conditions let see it.
		if cardinality(found) > most then
			for record in
				select p.record from konak.protected p
				where p.record = any (types) and p.spec ? 'rows'
			loop
				return next;
			end loop;
			continue;
		end if;
		for r in
			select h.record, array_agg(h.id) as ids
			from unnest(records, found) h(record, id)
			where h.record = any (types) group by h.record
			having owner = company or (select p.spec ? 'rows'
			    from konak.protected p where p.record = h.record)
		loop
			record := r.record;
			ids := konak.search_seen(r.record, r.ids);
			if ids <> '{}' then
				return next;
			end if;
		end loop;
		ids := null;
	end loop;
	if coalesce(cardinality(found), 0) <= most then
		return;
	end if;
	for r in
		select t.record, count(*) as rows, array_agg(x.id)
		    filter (where x.hit) as ids
		from (select u.record from unnest(types) u(record)
		    where konak.audit_hidden(u.record) is not null) t
		cross join lateral (
		    select s.id, s.search like all (patterns) as hit
		    from konak.search_index s
		    where s.company_id = company and s.record = t.record
		    order by s.id desc limit newest) x
		group by t.record
	loop
		record := r.record;
		ids := konak.search_seen(r.record, r.ids);
		if r.rows = newest
		    and coalesce(cardinality(ids), 0) <= enough then
			ids := null;
			return next;
		elsif ids <> '{}' then
			return next;
		end if;
	end loop;
end $$;

set local role konak_owner;
