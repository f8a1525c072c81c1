/* place.c - see place.h. */
#include <event2/event.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/hex.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/mod/grid.h"
#include "tui/place.h"
#include "tui/store.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/board.h"
#include "tui/view/card.h"
#include "tui/view/home.h"
#include "tui/view/list.h"
#include "tui/wire.h"

#define EVERY_S		3
#define SIZE_MAX_FILE	65536
#define VIEWS_MAX	8

static struct event	*timer;
static struct val	*offer;		/* of the last start; NULL: none */
static uint8_t		*written;	/* what stands in the file */
static size_t		 nwritten;

static bool
file_path(char *path, size_t size)
{
	unsigned char	hash[32];
	char		dir[1024], hex[HEX_LEN(12) + 1];

	if (!known_dir(dir, sizeof dir) || EVP_Digest(app.server,
	    strlen(app.server), hash, NULL, EVP_sha256(), NULL) != 1)
		return false;
	hex_encode(hash, 12, hex);
	return (size_t)snprintf(path, size, "%s/place-%s", dir, hex) < size;
}

/* --- Keeping ------------------------------------------------------------------ */

/* The views from the bottom, as far as they can be opened again; the topmost of
 * them. */
static struct view *
collect(struct view *v, struct val *views)
{
	struct view	*below;
	struct val	*m;

	if (v == NULL)
		return NULL;
	below = collect(v->below, views);
	if (views->n >= VIEWS_MAX)
		return below;
	if ((m = list_where(v)) != NULL)
		val_add(views, val_put_text(m, "view", "list"));
	else if ((m = board_where(v)) != NULL)
		val_add(views, val_put_text(m, "view", "board"));
	else if ((m = grid_where(v)) != NULL)
		val_add(views, val_put_text(m, "view", "grid"));
	else if ((m = card_where(v)) != NULL)
		val_add(views, val_put_text(m, "view", "card"));
	return m == NULL ? below : v;
}

static struct val *
place_now(void)
{
	struct val	*m = val_map(), *views = val_array();
	char		 crumbs[512];

	/* A form above them is offered as a draft, if at all. */
	view_crumbs_to(collect(view_top(), views), crumbs, sizeof crumbs);
	val_put_text(m, "user", app_user_id());
	val_put_text(m, "company", app_company_id());
	val_put_text(m, "crumbs", crumbs);
	val_put(m, "views", views);
	return m;
}

static void
save(void)
{
	char		 path[1100], tmp[1120];
	struct val	*m;
	uint8_t		*buf;
	size_t		 len;
	FILE		*f;
	bool		 good;

	if (app.company == NULL || app.group || view_find(&home_view) == NULL ||
	    !file_path(path, sizeof path))
		return;
	m = place_now();
	/* As long as it may still be gone to, the old place stands. */
	if (offer != NULL && val_count(val_get(m, "views")) == 0) {
		val_free(m);
		return;
	}
	val_encode(m, &buf, &len);
	val_free(m);
	if (len == nwritten && memcmp(buf, written, len) == 0) {
		free(buf);
		return;
	}
	snprintf(tmp, sizeof tmp, "%s.%d", path, (int)getpid());
	if ((f = fopen(tmp, "we")) == NULL) {
		free(buf);
		return;
	}
	good = fwrite(buf, 1, len, f) == len;
	if (fclose(f) != 0 || !good || rename(tmp, path) == -1)
		unlink(tmp);
	free(written);
	written = buf;
	nwritten = len;
}

static void
timer_cb(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	save();
}

void
place_start(struct event_base *base)
{
	struct timeval	tv = { EVERY_S, 0 };

	timer = event_new(base, -1, EV_PERSIST, timer_cb, NULL);
	evtimer_add(timer, &tv);
}

void
place_stop(void)
{
	save();
	if (timer != NULL)
		event_free(timer);
	timer = NULL;
	free(written);
	written = NULL;
	nwritten = 0;
	val_free(offer);
	offer = NULL;
}

/* --- Going on ------------------------------------------------------------------- */

static struct val *
load(void)
{
	char		 path[1100];
	uint8_t		*buf;
	struct val	*m;
	size_t		 n;
	FILE		*f;

	if (!file_path(path, sizeof path) || (f = fopen(path, "re")) == NULL)
		return NULL;
	buf = xmalloc(SIZE_MAX_FILE);
	n = fread(buf, 1, SIZE_MAX_FILE, f);
	fclose(f);
	m = val_decode(buf, n);
	free(buf);
	return m;
}

static bool
same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

void
place_offer(void)
{
	static bool	 asked;
	struct val	*m;

	if (asked)
		return;
	asked = true;
	m = load();
	if (same(val_get_str(m, "user"), app_user_id()) &&
	    same(val_get_str(m, "company"), app_company_id()) &&
	    val_count(val_get(m, "views")) > 0)
		offer = m;
	else
		val_free(m);
}

bool
place_offered(char *out, size_t len)
{
	const char	*crumbs = val_get_str(offer, "crumbs"), *at;

	if (crumbs == NULL)
		return false;
	/* Without the dashboard, from which all of them go. */
	at = strstr(crumbs, " > ");
	snprintf(out, len, "%s", at == NULL ? crumbs : at + 3);
	return true;
}

void
place_resume(void)
{
	struct val		*m = offer;
	const struct val	*views = val_get(m, "views"), *one;
	size_t			 i;

	offer = NULL;
	for (i = 0; i < val_count(views); i++) {
		one = views->item[i];
		if (defs_find(val_get_str(one, "type")) == NULL)
			break;
		if (same(val_get_str(one, "view"), "list"))
			list_open_where(one);
		else if (same(val_get_str(one, "view"), "board"))
			board_open_where(one);
		else if (same(val_get_str(one, "view"), "grid"))
			grid_open_where(one);
		else
			card_open_where(one);
	}
	val_free(m);
	ui_redraw();
}
