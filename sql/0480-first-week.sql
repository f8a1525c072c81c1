-- 0480-first-week.sql - no week before the year 2000 is sent for approval.

grant execute on function konak.rewrite(regprocedure, text, text)
    to konak_definer;
set local role konak_definer;

do $$ begin
	perform konak.rewrite('konak.timesheets_submit(date)',
	    'or week > konak.today()',
	    'or week > konak.today() or week < ''2000-01-01''');
end $$;

set local role konak_owner;
revoke execute on function konak.rewrite(regprocedure, text, text)
    from konak_definer;
