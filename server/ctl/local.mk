# server/ctl/: konakctl, a file per command group.
konakctl_SOURCES += \
	server/ctl/audit-row.c \
	server/ctl/audit.c \
	server/ctl/audit.h \
	server/ctl/cluster.c \
	server/ctl/cmds.c \
	server/ctl/conf.c \
	server/ctl/ctl.c \
	server/ctl/ctl.h \
	server/ctl/defs.c \
	server/ctl/doctor.c \
	server/ctl/files.c \
	server/ctl/heads.c \
	server/ctl/keys.c \
	server/ctl/list.c \
	server/ctl/main.c \
	server/ctl/migrate.c \
	server/ctl/pg.c \
	server/ctl/ping.c \
	server/ctl/plan.c \
	server/ctl/reload.c \
	server/ctl/sample-data.c \
	server/ctl/sample-data.h \
	server/ctl/sample-rows.c \
	server/ctl/sample-secret.c \
	server/ctl/sample-value.c \
	server/ctl/sample.c \
	server/ctl/sample.h \
	server/ctl/signer.c \
	server/ctl/tenant.c \
	server/ctl/user.c \
	server/ctl/waiting.c \
	server/ctl/words.c \
	server/ctl/words.h
