/*
 * A school's timetables, as far as konakd itself works on them: the verbs'
 * arguments and answers (verbs.c), files (fet.c, exchange.c) and the engine that
 * makes timetables (engine.c, generate.c). What must hold stands in SQL.
 */
#ifndef KONAK_TIMETABLE_H
#define KONAK_TIMETABLE_H

struct event_base;
struct job;
struct req;

/* More changed lessons than these are told as "look again". */
#define TIMETABLE_NAMED	40

/* The request's arguments as JSON, with "_lang". */
const char	*timetable_args(struct req *);
/* Tells what a function says it has changed: [[type, id, version, op], …]. */
void		 timetable_changed(struct req *, const char *json);

/* generate.c: the job of that name; start() before jobs are taken. */
void		 timetable_start(struct event_base *);
void		 timetable_generate(struct job *);

/* exchange.c */
void		 timetable_import(struct req *);
void		 timetable_export(struct req *);

/* print.c */
void		 timetable_pdf(struct req *);

#endif
