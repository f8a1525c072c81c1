-- 0462-entry-colours.sql - a lesson's own colour wins over its subject's: the
-- grid is told of it.
grant execute on function konak.rewrite(regprocedure, text, text)
    to konak_definer;
set local role konak_definer;

do $$ begin
	perform konak.rewrite('konak.tt_load(jsonb)',
	    'e.room_id, e.locked, e.version)',
	    'e.room_id, e.locked, e.version, e.color)'),
	    konak.rewrite('konak.tt_places(jsonb)', 'limit 1) end)), ''[]'')',
	    'limit 1) end, e.color)), ''[]'')');
end $$;

set local role konak_owner;
revoke execute on function konak.rewrite(regprocedure, text, text)
    from konak_definer;
