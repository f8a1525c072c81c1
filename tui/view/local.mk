# tui/view/: the generic views.
libtui_a_SOURCES +=
