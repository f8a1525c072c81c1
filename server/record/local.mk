# server/record/: the verbs every definition gets.
libkonakd_a_SOURCES += \
	server/record/act.c \
	server/record/after.c \
	server/record/audit.c \
	server/record/board.c \
	server/record/call.c \
	server/record/compute.c \
	server/record/custom.c \
	server/record/engine.h \
	server/record/export.c \
	server/record/filter.c \
	server/record/history.c \
	server/record/import.c \
	server/record/importrun.c \
	server/record/lines.c \
	server/record/list.c \
	server/record/many.c \
	server/record/merge.c \
	server/record/names.c \
	server/record/notice.c \
	server/record/one.c \
	server/record/past.c \
	server/record/record.h \
	server/record/row.c \
	server/record/save.c \
	server/record/screens.c \
	server/record/search.c \
	server/record/secret.c \
	server/record/social.c \
	server/record/sql.c \
	server/record/stats.c \
	server/record/tags.c \
	server/record/tenants.c \
	server/record/timeline.c \
	server/record/totals.c \
	server/record/twins.c \
	server/record/verbs.c
