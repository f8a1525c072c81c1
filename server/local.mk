# server/: konakd's own files, without main.c.
libkonakd_a_SOURCES += \
	server/db/db.h \
	server/module.h \
	server/req.h \
	server/verb.h
