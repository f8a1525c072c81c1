-- 0049-own-fields.sql - tags, and fields that a company adds by itself, on the
-- agency's main records.

do $$
declare
	t text;
begin
	foreach t in array '{leads,proposals,domains,hostings,projects,customer_requests}'::text[] loop
		perform konak.tags_add(('konak.' || t)::regclass);
	end loop;
	foreach t in array '{leads,proposals,domains,hostings,projects,tasks,customer_requests}'::text[] loop
		perform konak.custom_add(('konak.' || t)::regclass);
	end loop;
end $$;
