# server/mod/: C files of modules (their .yaml needs no line).
libkonakd_a_SOURCES += \
	server/mod/agency.c \
	server/mod/companies.c \
	server/mod/jobs.c \
	server/mod/mails.c \
	server/mod/notifications.c \
	server/mod/privacy.c \
	server/mod/proposals.c \
	server/mod/reminders.c \
	server/mod/tasks.c \
	server/mod/time.c \
	server/mod/timesheets.c \
	server/mod/vault.c
