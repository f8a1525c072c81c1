-- 0531-snapshot-protected.sql - the column that 0530 added is guarded as the
-- others of its table.
do $$ begin
	perform konak.protect_again('konak.school_analytics');
end $$;
