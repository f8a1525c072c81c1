# server/def/: record definitions.
libkonakd_a_SOURCES += \
	server/def/boards.c \
	server/def/check.c \
	server/def/def.h \
	server/def/fields.c \
	server/def/kanban.c \
	server/def/link.c \
	server/def/load.c \
	server/def/loader.h \
	server/def/perm.c \
	server/def/send.c \
	server/def/spans.c \
	server/def/spans.h \
	server/def/spec.c \
	server/def/views.c
