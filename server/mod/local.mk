# server/mod/: C files of modules (their .yaml needs no line).
libkonakd_a_SOURCES += \
	server/mod/jobs.c \
	server/mod/leads.c \
	server/mod/notifications.c \
	server/mod/reminders.c
