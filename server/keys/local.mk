# server/keys/: the key process, a program of its own, and the server's side.
libkonakd_a_SOURCES += \
	server/keys/head.c \
	server/keys/head.h \
	server/keys/keys.c \
	server/keys/keys.h \
	server/keys/wire.h
konak_keys_SOURCES = \
	server/keys/confine.c \
	server/keys/confine.h \
	server/keys/main.c
