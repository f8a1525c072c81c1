-- 0538-warned-once.sql - two who move the same lessons at once record a warning
-- once: the slower of them was refused with "exists", about a record that nobody
-- had asked for.

grant execute on function konak.rewrite(regprocedure, text, text)
    to konak_definer;
set local role konak_definer;
do $$ begin
	perform konak.rewrite('konak.tt_check(uuid, uuid[])',
	    'and (c.resolved_at is null or c.resolved_by is not null))',
	    'and (c.resolved_at is null or c.resolved_by is not null))
	on conflict do nothing');
end $$;
set local role konak_owner;
revoke execute on function konak.rewrite(regprocedure, text, text)
    from konak_definer;
