-- 0492-grades-known.sql - whoever gives a mark need not say what is known: the
-- year that runs, and the one subject that he gives to the student's class.

alter table konak.grades
    alter column subject_id drop not null,
    alter column academic_year drop not null,
    add constraint grades_subject_id_required check (subject_id is not null),
    add constraint grades_academic_year_required
	check (academic_year is not null);

select konak.protect_define('grades_known', $f$
begin
	if new.academic_year is null then
		new.academic_year := (select y.name from konak.academic_years y
		    where y.company_id = new.company_id and y.is_current
			and y.deleted_at is null);
	end if;
	if new.subject_id is null then
		new.subject_id := (select case when count(*) = 1
			then min(x.subject_id::text)::uuid end
		    from (select distinct l.subject_id
			from konak.lesson_requirements l
			join konak.students s on s.company_id = l.company_id
			    and s.class_id = l.class_id
			where l.company_id = new.company_id
			    and s.id = new.student_id
			    and l.teacher_id = new.teacher_id
			    and l.is_active and l.deleted_at is null) x);
		if new.subject_id is null then
			perform konak.fail('grades.which_subject', '{}',
			    'subject_id');
		end if;
	end if;
	return new;
end $f$);
create trigger grades_15_known before insert on konak.grades for each row
    when (new.subject_id is null or new.academic_year is null)
    execute function konak.grades_known();
