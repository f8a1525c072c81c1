# server/auth/: signing in, sessions, companies, roles.
libkonakd_a_SOURCES += \
	server/auth/auth.c \
	server/auth/auth.h \
	server/auth/drafts.c \
	server/auth/email.c \
	server/auth/group.c \
	server/auth/leave.c \
	server/auth/nowhere.c \
	server/auth/password.c \
	server/auth/password.h \
	server/auth/people.c \
	server/auth/roles.c \
	server/auth/session.c \
	server/auth/setup.c \
	server/auth/signin.c \
	server/auth/totpbox.h \
	server/auth/work.c
