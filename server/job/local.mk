# server/job/: the scheduler.
libkonakd_a_SOURCES += \
	server/job/job.c \
	server/job/job.h \
	server/job/schedule.c
