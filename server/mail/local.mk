# server/mail/: the program that speaks to mail servers, and konakd's side.
libkonakd_a_SOURCES += \
	server/mail/mail.c \
	server/mail/mail.h \
	server/mail/message.c \
	server/mail/message.h \
	server/mail/outbox.c \
	server/mail/outbox.h \
	server/mail/wire.h
konak_mail_SOURCES = server/mail/main.c
