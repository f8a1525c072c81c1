# tui/: terminal, keys, theme, dialogs, sign-in (without main.c).
libtui_a_SOURCES +=

# tui/: link, store, script, application.
libtui_a_SOURCES += \
	tui/known.c tui/link.c tui/rows.c tui/script.c tui/store.c \
	tui/val.c tui/val_cbor.c tui/wire.c
