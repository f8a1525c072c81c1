-- 0240-timetable-doors.sql - what other functions of timetables alone call, by
-- their own rights, is no door of the serving role's: asked by itself, a
-- function that names a teacher or counts a school's plans asks for no right.
set local role konak_definer;
revoke execute on function konak.tt_name(uuid, uuid),
    konak.tt_day_name(uuid, integer, text),
    konak.class_atoms(uuid, uuid), konak.tt_lesson_words(uuid),
    konak.school_schedules(uuid) from konak_app;
set local role konak_owner;
