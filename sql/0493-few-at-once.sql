-- 0493-few-at-once.sql - what a person may have is counted by one transaction at
-- a time: two that count together would each find room for the last one.

do $$ begin
	perform konak.rewrite('konak.few_of_one()',
	    E'\tif tg_table_name = ''reminders'' then\n',
	    E'\tperform pg_advisory_xact_lock(hashtextextended(concat_ws('' '',\n'
	    '\t    ''few'', tg_table_name, new.company_id, konak.me()), 0));\n'
	    '\tif tg_table_name = ''reminders'' then\n');
end $$;
