# server/db/: asynchronous PostgreSQL.
libkonakd_a_SOURCES += \
	server/db/conn.c \
	server/db/conn.h \
	server/db/db.h \
	server/db/pool.c \
	server/db/sqlstate.c \
	server/db/sqlstate.h \
	server/db/turn.c
