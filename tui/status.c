/*
 * status.c - toasts and the log of errors. A toast takes over the status row
 * for a while; nothing here is ever modal.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <event2/event.h>

#include "tui/frame.h"
#include "tui/status.h"
#include "tui/term.h"
#include "tui/theme.h"
#include "tui/ui-int.h"
#include "tui/ui.h"

#define LOG_MAX		200
#define NOTICE_MS	2000
#define ERROR_MS	4000

static struct toast_entry ring[LOG_MAX];
static int ring_next, ring_count;

static struct {
	struct event	*timer;
	enum toast	 kind;
	char		 text[400];
	bool		 on;
	bool		 old;	/* an error whose 4 s are over: a key clears it */
} now;

static void
timer_cb(evutil_socket_t fd, short what, void *arg)
{
	if (now.kind == TOAST_ERROR) {
		now.old = true;
		return;
	}
	toast_clear();
}

void
toast_start(struct event_base *base)
{
	now.timer = evtimer_new(base, timer_cb, NULL);
	now.on = false;
}

void
toast_stop(void)
{
	if (now.timer != NULL)
		event_free(now.timer);
	memset(&now, 0, sizeof(now));
	explicit_bzero(ring, sizeof(ring));
	ring_next = ring_count = 0;
}

static void
log_error(const char *request)
{
	struct toast_entry *e = &ring[ring_next];
	time_t at = time(NULL);
	struct tm tm;

	ring_next = (ring_next + 1) % LOG_MAX;
	if (ring_count < LOG_MAX)
		ring_count++;
	if (localtime_r(&at, &tm) == NULL ||
	    strftime(e->at, sizeof(e->at), "%H:%M:%S", &tm) == 0)
		e->at[0] = '\0';
	snprintf(e->request, sizeof(e->request), "%s",
	    request == NULL ? "" : request);
	snprintf(e->text, sizeof(e->text), "%s", now.text);
}

const struct toast_entry *
toast_log(int n)
{
	if (n < 0 || n >= ring_count)
		return NULL;
	return &ring[(ring_next - 1 - n + 2 * LOG_MAX) % LOG_MAX];
}

void
toast(enum toast kind, const char *request, const char *fmt, ...)
{
	struct timeval tv = { 0, 0 };
	va_list ap;
	int ms = kind >= TOAST_WARN ? ERROR_MS : NOTICE_MS;

	va_start(ap, fmt);
	vsnprintf(now.text, sizeof(now.text), fmt, ap);
	va_end(ap);
	now.kind = kind;
	now.on = true;
	now.old = false;
	if (kind == TOAST_ERROR)
		log_error(request);
	tv.tv_sec = ms / 1000;
	/* A screen under test must not change while it is compared: there a
	 * key ends every toast. */
	if (getenv("KONAK_TEST") != NULL)
		now.old = true;
	else if (now.timer != NULL)
		evtimer_add(now.timer, &tv);
	if (term_caps()->plain)
		term_say(now.text);
	ui_redraw();
}

void
toast_key(void)
{
	if (now.on && now.old)
		toast_clear();
}

void
toast_clear(void)
{
	if (now.timer != NULL)
		evtimer_del(now.timer);
	if (now.on)
		ui_redraw();
	now.on = false;
}

bool
status_toast(const char **text, uint32_t *style, char *sign)
{
	static const struct {
		uint32_t	style;
		char		sign;
	} look[] = {
		[TOAST_NOTICE] = { STYLE_STATUS, 0 },
		[TOAST_GOOD] = { STYLE_GOOD, 0 },
		[TOAST_WARN] = { STYLE_WARN, '!' },
		[TOAST_ERROR] = { STYLE_ERROR, '!' }
	};

	if (!now.on)
		return false;
	*text = now.text;
	*style = look[now.kind].style;
	*sign = look[now.kind].sign;
	return true;
}
