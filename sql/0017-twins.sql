-- 0017-twins.sql - records that may be the same one twice.

-- Patterns of which every text holds one that is similar (0.6 by trigrams) to
-- a name: of n trigrams it shares six in ten, so that of any 0.4 n + 1 it
-- holds one. LIKE finds them by the index of `search`; words of company forms
-- come last, because everybody has them.
create function konak.twin_patterns(name text) returns text[]
language sql immutable parallel safe
as $$
	with w as (
		select x.word, x.n, x.word in ('ltd', 'sti', 'tic', 'san', 've',
		    'as', 'limited', 'sirketi', 'sanayi', 'ticaret', 'anonim')
		    as plain
		from pg_catalog.regexp_split_to_table(konak.fold(name),
		    '[^[:alnum:]]+') with ordinality x(word, n)
		where x.word <> ''),
	t as (
		select substr(' ' || w.word, i, 3) as tri, w.plain, w.n, i
		from w, generate_series(1, length(w.word) - 1) i)
	select coalesce(array_agg('%' || tri || '%'), '{}')
	from (select t.tri from t group by t.tri
	    order by bool_and(t.plain), min(t.n), min(t.i)
	    limit (select floor(0.4 * sum(length(w.word) + 1))::integer + 1
		from w)) s
$$;
grant execute on function konak.twin_patterns(text) to konak_app;
