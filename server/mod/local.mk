# server/mod/: C files of modules (their .yaml needs no line).
libkonakd_a_SOURCES += \
	server/mod/leads.c
