# server/paper/: konak-paper, a program of its own, and the server's side.
libkonakd_a_SOURCES += \
	server/paper/paper.c \
	server/paper/paper.h
konak_paper_SOURCES = \
	server/paper/draw.c \
	server/paper/draw.h \
	server/paper/main.c
konak_paper_CFLAGS = $(AM_CFLAGS) $(PAPER_CFLAGS)
