# tui/view/: the generic views; tui/mod/: what no definition can draw.
libtui_a_SOURCES += \
	tui/mod/rights.c \
	tui/mod/rights.h \
	tui/view/account.c \
	tui/view/account.h \
	tui/view/act.c \
	tui/view/act.h \
	tui/view/authenticator.c \
	tui/view/authenticator.h \
	tui/view/card.c \
	tui/view/card.h \
	tui/view/cardpane.c \
	tui/view/filter.c \
	tui/view/filter.h \
	tui/view/filterbox.c \
	tui/view/filterbox.h \
	tui/view/form.c \
	tui/view/form.h \
	tui/view/formfield.c \
	tui/view/formfield.h \
	tui/view/group.c \
	tui/view/group.h \
	tui/view/history.c \
	tui/view/history.h \
	tui/view/home.c \
	tui/view/home.h \
	tui/view/list.c \
	tui/view/list.h \
	tui/view/listpane.c \
	tui/view/listpane.h \
	tui/view/refpick.c \
	tui/view/refpick.h \
	tui/view/sidemenu.c \
	tui/view/sidemenu.h \
	tui/view/verb.c \
	tui/view/verb.h
