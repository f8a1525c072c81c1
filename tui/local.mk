# tui/: terminal, keys, theme, dialogs, sign-in (without main.c).
libtui_a_SOURCES += \
	tui/actions.def \
	tui/dialog.c \
	tui/dialog.h \
	tui/draw.c \
	tui/draw.h \
	tui/edit.c \
	tui/edit.h \
	tui/frame.c \
	tui/frame.h \
	tui/goto.c \
	tui/help.c \
	tui/help.h \
	tui/input.c \
	tui/input.h \
	tui/keys.c \
	tui/keys.h \
	tui/lang.c \
	tui/lang.h \
	tui/menu.c \
	tui/menu.h \
	tui/palette-int.h \
	tui/palette.c \
	tui/palette.h \
	tui/pick.c \
	tui/pick.h \
	tui/picker.c \
	tui/picker.h \
	tui/plain.c \
	tui/qr.c \
	tui/qr.h \
	tui/sheet.c \
	tui/signin-draw.c \
	tui/signin-int.h \
	tui/signin.c \
	tui/signin.h \
	tui/status.c \
	tui/status.h \
	tui/term-copy.c \
	tui/term-int.h \
	tui/term-run.c \
	tui/term-show.c \
	tui/term.c \
	tui/term.h \
	tui/theme.c \
	tui/theme.h \
	tui/ui-int.h \
	tui/ui.c \
	tui/ui.h \
	tui/view.c \
	tui/view.h

# tui/: link, store, script, application.
libtui_a_SOURCES += \
	tui/app.c \
	tui/app.h \
	tui/call.c \
	tui/call.h \
	tui/chart.c \
	tui/chart.h \
	tui/known.c \
	tui/link.c \
	tui/link.h \
	tui/rows.c \
	tui/rows.h \
	tui/script.c \
	tui/script.h \
	tui/store.c \
	tui/store.h \
	tui/val.c \
	tui/val.h \
	tui/val_cbor.c \
	tui/wire.c \
	tui/wire.h
