/*
 * twins.c - records that may be the same one twice: the warning before a new
 * one is saved, the pairs of a type, and making one of two.
 */
#ifndef KONAK_TUI_VIEW_TWINS_H
#define KONAK_TUI_VIEW_TWINS_H

struct buf;
struct def;
struct link_reply;
struct listpane;
struct val;

/* The two marked records. */
void	 twins_merge(struct listpane *);
/* All pairs, to choose one and merge it. */
void	 twins_list(const struct def *);
/* What R.similar has found: save all the same (0), look at one of them (its
 * place from 1), or go on typing (-1). */
void	 twins_warn(const struct def *, const struct link_reply *,
	    void (*done)(int, void *), void *arg);

/* "Telefon, E-posta": why two are held for the same one. */
void	 twins_fields(const struct def *, const struct val *names,
	    struct buf *);

#endif
