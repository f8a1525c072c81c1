# server/timetable/: a school's timetables.
libkonakd_a_SOURCES += \
	server/timetable/timetable.h \
	server/timetable/verbs.c
