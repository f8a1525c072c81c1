# lib/: one line per file, sorted; headers too.
libkonak_a_SOURCES += \
	lib/arena.c lib/arena.h \
	lib/buf.c lib/buf.h \
	lib/cbor.c lib/cbor.h \
	lib/conf.c lib/conf.h \
	lib/csv.c lib/csv.h \
	lib/date.c lib/date.h \
	lib/frame.c lib/frame.h \
	lib/hex.c lib/hex.h \
	lib/ics.c lib/ics.h \
	lib/ids.c lib/ids.h \
	lib/json.c lib/json.h \
	lib/lang.c lib/lang.h \
	lib/log.c lib/log.h \
	lib/money.c lib/money.h \
	lib/net.c lib/net.h \
	lib/msg.c lib/msg.h \
	lib/period.c lib/period.h \
	lib/proto.c lib/proto.h \
	lib/seal.c lib/seal.h \
	lib/secret.c lib/secret.h \
	lib/strength.c lib/strength.h \
	lib/totp.c lib/totp.h \
	lib/tr.c lib/tr.h \
	lib/tz.c lib/tz.h \
	lib/uuid.c lib/uuid.h \
	lib/value.c lib/value.h \
	lib/value_int.h lib/value_secret.c lib/value_text.c \
	lib/when.c lib/when.h \
	lib/xmalloc.c lib/xmalloc.h \
	lib/yaml.c lib/yaml.h
