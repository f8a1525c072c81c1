/*
 * The log: one line an event, to standard error or syslog. A line carries the
 * level, the tenant and the event; values are quoted, control characters
 * escaped, so that nobody's text can forge a line. A struct secret cannot be
 * given to any of these.
 */
#ifndef KONAK_LOG_H
#define KONAK_LOG_H

#include <stdbool.h>

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

/* Where lines go. LOG_TO_STDERR leaves the time out when standard error is
 * journald's. */
enum log_target {
	LOG_TO_STDERR,
	LOG_TO_SYSLOG
};

/* ident must live as long as the process. Before the first call lines of
 * level info and worse go to standard error. */
void	log_open(const char *ident, enum log_target, enum log_level);
void	log_set_level(enum log_level);
bool	log_level_parse(const char *, enum log_level *);
bool	log_wants(enum log_level);

/* tenant may be NULL. The text becomes the line's msg="…"; no newline. */
void	log_at(enum log_level, const char *tenant, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
#define log_error(tenant, ...)	log_at(LOG_LEVEL_ERROR, tenant, __VA_ARGS__)
#define log_warn(tenant, ...)	log_at(LOG_LEVEL_WARN, tenant, __VA_ARGS__)
#define log_info(tenant, ...)	log_at(LOG_LEVEL_INFO, tenant, __VA_ARGS__)
#define log_debug(tenant, ...)	log_at(LOG_LEVEL_DEBUG, tenant, __VA_ARGS__)

/* An event with key, value pairs of strings ended by NULL; a pair whose value
 * is NULL is left out:
 *	log_kv(LOG_LEVEL_INFO, t, "client.drop", "peer", p, "why", w, NULL); */
void	log_kv(enum log_level, const char *tenant, const char *event, ...)
	    __attribute__((sentinel));

/* For states that are our own mistake, and never reachable from a peer's
 * bytes, a database row or a file somebody uploaded. fatal() adds
 * strerror(errno). */
void	fatal(const char *fmt, ...)
	    __attribute__((format(printf, 1, 2), noreturn));
void	fatalx(const char *fmt, ...)
	    __attribute__((format(printf, 1, 2), noreturn));

#endif
