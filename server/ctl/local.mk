# server/ctl/: konakctl, a file per command group.
konakctl_SOURCES += \
	server/ctl/main.c
