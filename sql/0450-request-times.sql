-- 0450-request-times.sql - how long a customer waited for the first answer,
-- and for the end: for the reports.

alter table konak.customer_requests
    add column answer_time integer generated always as
	(case when first_answered_at is not null then greatest(0, extract(epoch
	    from first_answered_at - created_at))::integer end) stored,
    add column solve_time integer generated always as
	(case when resolved_at is not null then greatest(0, extract(epoch
	    from resolved_at - created_at))::integer end) stored;

update konak.protected p set spec = p.spec || jsonb_build_object(
    'readonly', p.spec -> 'readonly' || '["answer_time", "solve_time"]',
    'quiet', p.spec -> 'quiet' || '["answer_time", "solve_time"]')
where p.table_name = 'customer_requests';
do $$ begin
	perform konak.protect_again('konak.customer_requests');
end $$;
revoke insert (answer_time, solve_time), update (answer_time, solve_time)
    on konak.customer_requests from konak_app;
