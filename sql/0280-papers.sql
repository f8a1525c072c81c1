-- 0280-papers.sql - what stands at the head of a company's papers.

set local role konak_definer;

-- Everybody who works for a company may know what is printed on its letters.
create function konak.paper_head() returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select jsonb_build_object(
	    'name', c.name,
	    'lines', (select coalesce(jsonb_agg(l order by n), '[]')
		from unnest(array[
		    nullif(c.address, ''),
		    nullif(concat_ws(' ', c.postal_code, c.city), ''),
		    nullif(concat_ws(' · ', c.phone, c.email), ''),
		    c.website,
		    nullif(concat_ws(' ', c.tax_office, c.tax_number), '')
		]) with ordinality x(l, n) where l is not null),
	    'logo', encode(c.logo, 'base64'),
	    'date_format', c.date_format,
	    'date', to_char(konak.now() at time zone 'UTC',
		'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
	from konak.companies c where c.id = konak.company()
$$;
grant execute on function konak.paper_head() to konak_app;
grant select (id, name, address, postal_code, city, phone, email, website,
    tax_office, tax_number, logo, date_format) on konak.companies
    to konak_definer;

set local role konak_owner;
