# server/timetable/: a school's timetables.
libkonakd_a_SOURCES += \
	server/timetable/engine.c \
	server/timetable/engine.h \
	server/timetable/exchange.c \
	server/timetable/fet.h \
	server/timetable/generate.c \
	server/timetable/lesson.h \
	server/timetable/precheck.c \
	server/timetable/print.c \
	server/timetable/read.c \
	server/timetable/repair.c \
	server/timetable/timetable.h \
	server/timetable/verbs.c \
	server/timetable/words.c \
	server/timetable/words.h \
	server/timetable/write.c \
	server/timetable/xml.c \
	server/timetable/xml.h
