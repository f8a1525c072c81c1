-- 0530-active-schedules.sql - a snapshot of the school says of its timetable, as of
-- all else, how much there is and how much of it is in use. What stood as all was
-- what is in use.

alter table konak.school_analytics
    add column active_schedules integer not null default 0;
update konak.school_analytics set active_schedules = total_schedules;

grant execute on function konak.rewrite(regprocedure, text, text)
    to konak_definer;
set local role konak_definer;

do $$ begin
	perform konak.rewrite('konak.school_analytics_take(date)',
	    'total_schedules, completion_rate)',
	    'total_schedules, active_schedules, completion_rate)');
	perform konak.rewrite('konak.school_analytics_take(date)',
	    's.total_classes, s.total_schedules, s.completion_rate',
	    's.total_classes, (select count(*)
			from konak.timetable_entries t
			where t.company_id = c.id and t.deleted_at is null
			    and t.timetable_id = (select p.id
				from konak.timetables p
				where p.company_id = c.id
				    and p.status = ''published''
				    and p.deleted_at is null
				order by p.end_date < konak.today(),
				    p.start_date limit 1)),
		    s.total_schedules, s.completion_rate');
	perform konak.rewrite('konak.school_analytics_take(date)',
	    'total_schedules = excluded.total_schedules,',
	    'total_schedules = excluded.total_schedules,
		    active_schedules = excluded.active_schedules,');
end $$;

set local role konak_owner;
revoke execute on function konak.rewrite(regprocedure, text, text)
    from konak_definer;
