-- 0393-school-rest.sql - what the specification of a school says of its records
-- and they did not have.

-- An invoice without tax.
alter table konak.subscription_invoices alter column tax_amount set default 0;

-- A template that is not used any more leaves the pickers, not the history.
alter table konak.schedule_templates
    add column is_active boolean not null default true;
do $$ begin
	perform konak.protect_again('konak.schedule_templates');
end $$;
grant execute on function konak.rewrite(regprocedure, text, text)
    to konak_definer;
set local role konak_definer;
do $$ begin
	perform konak.rewrite('konak.tt_templates(jsonb)',
	    'where p.deleted_at is null', 'where p.deleted_at is null
		    and p.is_active');
end $$;
set local role konak_owner;
revoke execute on function konak.rewrite(regprocedure, text, text)
    from konak_definer;

-- By what a conflict of one lesson is looked up.
create index schedule_conflicts_severity_idx on konak.schedule_conflicts
    (company_id, entry_id, severity);
