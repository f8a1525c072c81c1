/* screens.c - see screens.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/mod/grid.h"
#include "tui/mod/gridfile.h"
#include "tui/palette.h"
#include "tui/screens.h"
#include "tui/store.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/account.h"
#include "tui/view/board.h"
#include "tui/view/calendar.h"
#include "tui/view/chartview.h"
#include "tui/view/gantt.h"
#include "tui/view/group.h"
#include "tui/view/home.h"
#include "tui/view/searchview.h"

static uint64_t	 searching;	/* the palette's search under way, */
static char	 searched[400];	/* and its text */

static void
put(char *out, size_t size, const char *s)
{
	snprintf(out, size, "%s", s == NULL ? "" : s);
}

/* --- Opening --------------------------------------------------------------------- */

/* A screen of the menu stands on the dashboard, not on what was open. False: what
 * is open is not saved. */
static bool
to_home(void)
{
	if (view_unsaved() != NULL)
		return false;
	view_pop_above(view_find(&home_view));
	return true;
}

static void
open_screen(void *arg)
{
	if (to_home())
		app_open_list(arg);
}

static void
open_home(void *arg)
{
	(void)arg;
	to_home();
}

static void
open_group(void *arg)
{
	(void)arg;
	if (to_home())
		group_open();
}

/* --- Searching ------------------------------------------------------------------- */

/* A record found by the palette, or a chart. */
struct hit {
	char	type[64];
	char	id[64];
};

static void
open_hit(void *arg)
{
	struct hit	*h = arg;

	app_open_record(h->type, h->id);
}

static void
found(const struct def *d, const struct val *row)
{
	struct hit		*h = xcalloc(1, sizeof *h);
	struct palette_entry	 e;

	put(h->type, sizeof h->type, d->name);
	put(h->id, sizeof h->id, val_str(val_at(row, 0)));
	e = (struct palette_entry){
		.source = "search", .kind = PALETTE_RECORD,
		.tr = val_str(val_at(row, 1)), .detail = app_label(d->label),
		.run = open_hit, .drop = free, .arg = h
	};
	e.en = e.tr;
	if (e.tr == NULL)
		free(h);
	else
		palette_add(&e);
}

static void
open_search(void *arg)
{
	search_open(arg);
}

static const struct val *
found_of(const struct val *groups, const struct def *d)
{
	const char	*type;
	size_t		 i;

	for (i = 0; i < val_count(groups); i++) {
		type = val_get_str(groups->item[i], "type");
		if (type != NULL && strcmp(type, d->name) == 0)
			return val_get(groups->item[i], "rows");
	}
	return NULL;
}

/* In the order of the menu: who types a customer's name means the customer,
 * not one of the records named after it. The whole search, of the text that
 * was asked for, is one line below. */
static void
found_cb(const struct link_reply *r, void *arg)
{
	const struct val	*groups = val_get(r->body, "groups"), *rows;
	struct palette_entry	 e;
	size_t			 i, k;

	(void)arg;
	searching = 0;
	for (i = 0; r->ok && i < defs_count(); i++) {
		rows = found_of(groups, defs_at(i));
		for (k = 0; k < val_count(rows); k++)
			found(defs_at(i), rows->item[k]);
	}
	e = (struct palette_entry){
		.source = "search", .kind = PALETTE_MORE,
		.tr = TF("views.search_all", "text", searched, NULL),
		.run = open_search, .drop = free,
		.arg = xstrdup(searched)
	};
	e.en = e.tr;
	if (r->ok && val_count(groups) > 0)
		palette_add(&e);
	else
		free(e.arg);
	palette_found();
}

void
screens_search(const char *text)
{
	struct val	*args;

	palette_drop("search");
	if (searching != 0)
		app_forget(searching);
	searching = 0;
	if (text == NULL || text[0] == '\0' || app.company == NULL)
		return;
	put(searched, sizeof searched, text);
	args = val_put_text(val_map(), "text", text);
	val_put_int(args, "limit", 4);
	searching = app_call("search.all", args, found_cb, NULL);
}

/* --- What a company has ---------------------------------------------------------- */

static void
open_chart(void *arg)
{
	struct hit	*h = arg;

	if (to_home())
		chart_open(h->type, h->id);
}

static void
offer_charts(const struct def *d)
{
	const struct val	*charts = val_get(d->v, "charts"), *label;
	struct palette_entry	 e;
	struct hit		*h;
	size_t			 i;

	for (i = 0; i < val_count(charts); i++) {
		label = val_get(charts->item[i], "label");
		h = xcalloc(1, sizeof *h);
		put(h->type, sizeof h->type, d->name);
		put(h->id, sizeof h->id,
		    val_get_str(charts->item[i], "name"));
		e = (struct palette_entry){
			.source = "defs", .kind = PALETTE_CHART,
			.tr = val_str(val_at(label, 0)),
			.en = val_str(val_at(label, 1)),
			.run = open_chart, .drop = free, .arg = h
		};
		palette_add(&e);
	}
}

/* How records of a type may be looked at beside their list. */
static void
open_kanban(void *arg)
{
	if (to_home())
		board_open(arg, NULL);
}

static void
open_gantt(void *arg)
{
	if (to_home())
		gantt_open(arg, NULL);
}

static void
open_calendar(void *arg)
{
	if (to_home())
		calendar_open(arg, NULL);
}

static const struct {
	bool		(*has)(const struct def *);
	void		(*open)(void *type);
	const char	*names[2];
} looks[] = {
	{ board_has,	open_kanban,	{ "Pano: ", "Board: " } },
	{ gantt_has,	open_gantt,	{ "Gantt: ", "Gantt: " } },
	{ calendar_has,	open_calendar,	{ "Takvim: ", "Calendar: " } },
};

static void
offer_looks(const struct def *d)
{
	struct palette_entry	e;
	char			name[2][160];
	size_t			i;
	int			lang;

	for (i = 0; d->menu && i < sizeof looks / sizeof looks[0]; i++) {
		if (!looks[i].has(d))
			continue;
		for (lang = 0; lang < 2; lang++)
			snprintf(name[lang], sizeof name[lang], "%s%s",
			    looks[i].names[lang], d->labels[lang]);
		e = (struct palette_entry){
			.source = "defs", .kind = PALETTE_COMMAND,
			.tr = name[LANG_TR], .en = name[LANG_EN],
			.run = looks[i].open, .drop = free,
			.arg = xstrdup(d->name)
		};
		palette_add(&e);
	}
}

static void
open_board(void *arg)
{
	if (to_home())
		dashboard_open(arg);
}

/* The first is the one below everything: it stands there already. */
static void
offer_boards(void)
{
	const struct val	*b, *label;
	const char		*name;
	struct palette_entry	 e;
	size_t			 i;

	for (i = 0; (b = boards_at(i)) != NULL; i++) {
		name = val_get_str(b, "name");
		label = val_get(b, "label");
		if (name == NULL || strcmp(name, "home") == 0 ||
		    val_count(val_get(b, "panels")) == 0)
			continue;
		e = (struct palette_entry){
			.source = "defs", .kind = PALETTE_SCREEN,
			.tr = val_word(val_at(label, 0)),
			.en = val_str(val_at(label, 1)),
			.run = open_board, .drop = free,
			.arg = xstrdup(name)
		};
		palette_add(&e);
	}
}

static void
open_grid(void *arg)
{
	if (!to_home())
		return;
	if (arg == NULL)
		grid_open(NULL);
	else
		grid_open_mine();
}

static void
import_plan(void *arg)
{
	(void)arg;
	gridfile_import();
}

static void
offer_grid(void)
{
	struct palette_entry	e = {
		.source = "defs", .kind = PALETTE_SCREEN,
		.tr = "Ders programı (ızgara)", .en = "Timetable grid",
		.run = open_grid
	};

	if (!grid_may())
		return;
	palette_add(&e);
	e.tr = "Benim haftam";
	e.en = "My week";
	e.arg = &app;
	palette_add(&e);
	if (!app_may("timetable.edit"))
		return;
	e = (struct palette_entry){
		.source = "defs", .kind = PALETTE_COMMAND,
		.tr = "Ders programı dosyası al (.fet)",
		.en = "Timetable from a file (.fet)", .run = import_plan
	};
	palette_add(&e);
}

/* Letters that definitions ask for are not given to others before. */
static void
keep_letters(void)
{
	const struct def	*d;
	char			 letters[27] = "";
	size_t			 i, n = 0;

	for (i = 0; (d = defs_at(i)) != NULL; i++)
		if (d->menu && d->key != NULL && def_can(d, "list") &&
		    n + 1 < sizeof letters && strchr(letters, d->key[0]) == NULL)
			letters[n++] = d->key[0];
	palette_keep(letters);
}

void
screens_offer(void)
{
	struct palette_entry	 e;
	const struct def	*d;
	size_t			 i;

	palette_drop("defs");
	keep_letters();
	e = (struct palette_entry){
		.source = "defs", .kind = PALETTE_SCREEN,
		.tr = "Panel", .en = "Dashboard", .go = 'p',
		.run = open_home
	};
	palette_add(&e);
	if (app_may("group.view")) {
		e.tr = "Holding Görünümü";
		e.en = "Group overview";
		e.go = 0;
		e.run = open_group;
		palette_add(&e);
	}
	for (i = 0; (d = defs_at(i)) != NULL; i++) {
		if (!d->menu || !def_can(d, "list"))
			continue;
		e = (struct palette_entry){
			.source = "defs", .kind = PALETTE_SCREEN,
			.tr = d->labels[LANG_TR], .en = d->labels[LANG_EN],
			.go = d->key == NULL ? 0 : (unsigned char)d->key[0],
			.run = open_screen, .drop = free,
			.arg = xstrdup(d->name)
		};
		palette_add(&e);
	}
	for (i = 0; (d = defs_at(i)) != NULL; i++)
		offer_looks(d);
	for (i = 0; (d = defs_at(i)) != NULL; i++)
		offer_charts(d);
	offer_boards();
	offer_grid();
	account_offer("defs");
}
