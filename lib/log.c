/*
 * log.c - one line an event. A line is built whole and goes out in a single
 * write, so that lines of threads do not mix.
 */
#include "lib/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096

struct line {
	char	text[LINE_MAX_BYTES];
	size_t	len;
};

static const char		*log_ident;
static enum log_target		 log_target = LOG_TO_STDERR;
static enum log_level		 log_level = LOG_LEVEL_INFO;
static bool			 log_timed;

static const char *const level_names[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARN] = "warn",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug"
};

void
log_open(const char *ident, enum log_target target, enum log_level level)
{
	log_ident = ident;
	log_target = target;
	log_level = level;
	/* journald stamps the lines itself. */
	log_timed = getenv("JOURNAL_STREAM") == NULL;
	if (target == LOG_TO_SYSLOG)
		openlog(ident, LOG_PID, LOG_DAEMON);
}

void
log_set_level(enum log_level level)
{
	log_level = level;
}

bool
log_level_parse(const char *word, enum log_level *level)
{
	size_t i;

	for (i = 0; i < sizeof(level_names) / sizeof(level_names[0]); i++)
		if (strcmp(word, level_names[i]) == 0) {
			*level = (enum log_level)i;
			return true;
		}
	return false;
}

bool
log_wants(enum log_level level)
{
	return level <= log_level;
}

static void
line_byte(struct line *l, char c)
{
	/* Room is kept for an ellipsis and the newline. */
	if (l->len < sizeof(l->text) - 8)
		l->text[l->len++] = c;
}

static void
line_add(struct line *l, const char *s)
{
	while (*s != '\0')
		line_byte(l, *s++);
}

/* Quotes, backslashes and control characters are escaped, bare words are
 * left without quotes. */
static void
line_value(struct line *l, const char *s)
{
	static const char hex[] = "0123456789abcdef";
	const char *p;
	bool bare = *s != '\0';

	for (p = s; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || *p == '"' || *p == '=' ||
		    *p == '\\' || *p == 127)
			bare = false;
	if (bare) {
		line_add(l, s);
		return;
	}
	line_byte(l, '"');
	for (p = s; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\') {
			line_byte(l, '\\');
			line_byte(l, *p);
		} else if (*p == '\n') {
			line_add(l, "\\n");
		} else if ((unsigned char)*p < ' ' || *p == 127) {
			line_add(l, "\\x");
			line_byte(l, hex[(unsigned char)*p >> 4]);
			line_byte(l, hex[*p & 15]);
		} else {
			line_byte(l, *p);
		}
	}
	line_byte(l, '"');
}

static void
line_start(struct line *l, enum log_level level, const char *tenant)
{
	struct timespec ts;
	struct tm tm;
	char when[64];

	l->len = 0;
	if (log_target == LOG_TO_STDERR && log_timed) {
		clock_gettime(CLOCK_REALTIME, &ts);
		gmtime_r(&ts.tv_sec, &tm);
		snprintf(when, sizeof(when),
		    "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ ",
		    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		    tm.tm_min, tm.tm_sec, ts.tv_nsec / 1000000);
		line_add(l, when);
	}
	if (log_target == LOG_TO_STDERR && log_ident != NULL) {
		line_add(l, log_ident);
		line_add(l, ": ");
	}
	line_add(l, level_names[level]);
	if (tenant != NULL) {
		line_add(l, " tenant=");
		line_value(l, tenant);
	}
}

static void
line_end(struct line *l, enum log_level level)
{
	static const int priority[] = {
		[LOG_LEVEL_ERROR] = LOG_ERR,
		[LOG_LEVEL_WARN] = LOG_WARNING,
		[LOG_LEVEL_INFO] = LOG_INFO,
		[LOG_LEVEL_DEBUG] = LOG_DEBUG
	};
	ssize_t n;

	if (l->len >= sizeof(l->text) - 8) {
		memcpy(l->text + l->len, "...", 3);
		l->len += 3;
	}
	if (log_target == LOG_TO_SYSLOG) {
		l->text[l->len] = '\0';
		syslog(priority[level], "%s", l->text);
		return;
	}
	l->text[l->len++] = '\n';
	do
		n = write(STDERR_FILENO, l->text, l->len);
	while (n == -1 && errno == EINTR);
}

static void
log_message(enum log_level level, const char *tenant, const char *suffix,
    const char *fmt, va_list ap)
{
	struct line l;
	char msg[LINE_MAX_BYTES];
	int saved = errno, n;

	if (!log_wants(level))
		return;
	n = vsnprintf(msg, sizeof(msg), fmt, ap);
	if (n < 0)
		msg[0] = '\0';
	else if ((size_t)n < sizeof(msg) && suffix != NULL)
		snprintf(msg + n, sizeof(msg) - (size_t)n, ": %s", suffix);
	line_start(&l, level, tenant);
	line_add(&l, " msg=");
	line_value(&l, msg);
	line_end(&l, level);
	errno = saved;
}

void
log_at(enum log_level level, const char *tenant, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_message(level, tenant, NULL, fmt, ap);
	va_end(ap);
}

void
log_kv(enum log_level level, const char *tenant, const char *event, ...)
{
	struct line l;
	const char *key, *value;
	int saved = errno;
	va_list ap;

	if (!log_wants(level))
		return;
	line_start(&l, level, tenant);
	line_add(&l, " event=");
	line_value(&l, event);
	va_start(ap, event);
	while ((key = va_arg(ap, const char *)) != NULL) {
		if ((value = va_arg(ap, const char *)) == NULL)
			continue;
		line_byte(&l, ' ');
		line_add(&l, key);
		line_byte(&l, '=');
		line_value(&l, value);
	}
	va_end(ap);
	line_end(&l, level);
	errno = saved;
}

void
fatal(const char *fmt, ...)
{
	const char *why = strerror(errno);
	va_list ap;

	va_start(ap, fmt);
	log_message(LOG_LEVEL_ERROR, NULL, why, fmt, ap);
	va_end(ap);
	exit(1);
}

void
fatalx(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_message(LOG_LEVEL_ERROR, NULL, NULL, fmt, ap);
	va_end(ap);
	exit(1);
}
