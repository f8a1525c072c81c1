/* cardpane.c - the piece of a screen that shows one record; see card.h. */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/tr.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/mod/secret.h"
#include "tui/term.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/act.h"
#include "tui/view/around.h"
#include "tui/view/card.h"

#define CARD_LABEL	18	/* columns of the labels, at least */

/* --- Tabs ------------------------------------------------------------------------ */

static void
tab_label(struct card_tab *t, const struct val *v, const char *const other[])
{
	const struct val	*pair = val_get(v, "label");

	t->label[LANG_TR] = val_str(val_at(pair, 0));
	t->label[LANG_EN] = val_str(val_at(pair, 1));
	if (t->label[LANG_TR] == NULL)
		t->label[LANG_TR] = other[LANG_TR];
	if (t->label[LANG_EN] == NULL)
		t->label[LANG_EN] = other[LANG_EN];
}

static const char *
tab_by(const struct def *d, const char *related)
{
	const struct val	*list = val_get(d->v, "related");
	const char		*name;
	size_t			 i;

	for (i = 0; i < val_count(list); i++) {
		name = val_get_str(list->item[i], "record");
		if (name != NULL && strcmp(name, related) == 0)
			return val_get_str(list->item[i], "by");
	}
	return NULL;
}

static void
tab_add(struct cardpane *c, const struct def *d, const struct val *v)
{
	static const char *const	details[] = { "Detaylar", "Details" };
	static const char *const	history[] = { "Geçmiş", "History" };
	static const char *const	timeline[] = { "Akış", "Timeline" };
	static const char *const	comments[] = { "Yorumlar",
	    "Comments" };
	const char			*related = val_get_str(v, "related");
	const struct def		*other = defs_find(related);
	struct card_tab			*t = &c->tab[c->ntabs];

	if (c->ntabs == CARD_TABS)
		return;
	memset(t, 0, sizeof *t);
	if (related != NULL) {
		t->kind = TAB_RELATED;
		t->related = related;
		t->by = tab_by(d, related);
		/* What the role may not see has no tab. */
		if (other == NULL || t->by == NULL ||
		    !def_can(other, "list"))
			return;
		tab_label(t, v, other->labels);
	} else if (val_get(v, "timeline") != NULL) {
		t->kind = TAB_TIMELINE;
		t->kinds = val_get(v, "timeline");
		tab_label(t, v, timeline);
	} else if (val_get_bool(v, "comments")) {
		t->kind = TAB_COMMENTS;
		tab_label(t, v, comments);
	} else if (val_get_bool(v, "history")) {
		t->kind = TAB_HISTORY;
		if (!def_can(d, "history"))
			return;
		tab_label(t, v, history);
	} else {
		t->kind = TAB_FIELDS;
		t->fields = val_get(v, "fields");
		tab_label(t, v, details);
	}
	c->ntabs++;
}

static void
cardpane_tabs(struct cardpane *c, const struct def *d)
{
	static const struct val	 all = { .kind = VAL_MAP };
	const struct val	*tabs = val_get(d->v, "card");
	size_t			 i;

	c->ntabs = c->at = 0;
	for (i = 0; i < val_count(tabs); i++)
		tab_add(c, d, tabs->item[i]);
	if (c->ntabs == 0)
		tab_add(c, d, &all);
}

static void
cardpane_tab_close(struct cardpane *c)
{
	if (c->list != NULL)
		listpane_free(c->list);
	free(c->list);
	c->list = NULL;
	if (c->hist != NULL)
		histpane_free(c->hist);
	free(c->hist);
	c->hist = NULL;
	if (c->time != NULL)
		timepane_free(c->time);
	free(c->time);
	c->time = NULL;
}

/* Makes what the tab needs; fields need only the record. */
static void
cardpane_tab_open(struct cardpane *c)
{
	struct card_tab	*t = &c->tab[c->at];
	struct val	*fixed;

	if (c->ntabs == 0 || c->id[0] == '\0')
		return;
	if (t->kind == TAB_RELATED && c->list == NULL) {
		fixed = val_map();
		val_put(fixed, t->by, val_uuid(c->id));
		c->list = xcalloc(1, sizeof *c->list);
		listpane_init(c->list, t->related, fixed, t->by, NULL, NULL, NULL);
	} else if (t->kind == TAB_HISTORY && c->hist == NULL) {
		c->hist = xcalloc(1, sizeof *c->hist);
		histpane_init(c->hist, c->type, c->id);
		histpane_load(c->hist);
	} else if ((t->kind == TAB_TIMELINE || t->kind == TAB_COMMENTS) &&
	    c->time == NULL) {
		c->time = xcalloc(1, sizeof *c->time);
		timepane_init(c->time, c->type, c->id, t->kinds);
		if (val_get_int(c->social, "unread", 0) > 0)
			around_seen(c->type, c->id);
	}
}

void
cardpane_tab(struct cardpane *c, int at)
{
	if (at < 0 || at >= c->ntabs || at == c->at)
		return;
	cardpane_tab_close(c);
	c->at = at;
	c->field = c->top = 0;
	cardpane_tab_open(c);
	ui_redraw();
}

/* --- The record -------------------------------------------------------------------- */

static void
cardpane_cb(const struct link_reply *r, void *arg)
{
	struct cardpane	*c = arg;

	c->call = 0;
	snprintf(c->error, sizeof c->error, "%s", r->ok ? "" : r->text);
	/* A row of the list's own may stand in {"row": …} or be the map. */
	if (r->ok || strcmp(r->code, "unavailable") != 0) {
		val_free(c->rec);
		c->rec = r->ok ? val_copy(r->body) : NULL;
	}
	ui_redraw();
}

static void
cardpane_ask(struct cardpane *c)
{
	struct val	*args = val_map();
	char		 verb[128];

	if (c->call != 0)
		app_forget(c->call);
	val_put(args, "id", val_uuid(c->id));
	snprintf(verb, sizeof verb, "%s.get", c->type);
	c->call = app_call(verb, args, cardpane_cb, c);
}

/* What is new around it, and whether one watches it. */
static void
social_cb(const struct link_reply *r, void *arg)
{
	struct cardpane	*c = arg;

	c->social_call = 0;
	val_free(c->social);
	c->social = r->ok ? val_copy(r->body) : NULL;
	if (c->time != NULL && val_get_int(c->social, "unread", 0) > 0)
		around_seen(c->type, c->id);
	ui_redraw();
}

static void
social_ask(const struct val *items, void *arg)
{
	struct cardpane	*c = arg;
	struct val	*args;

	(void)items;
	if (c->social_call != 0)
		app_forget(c->social_call);
	c->social_call = 0;
	if (c->id[0] == '\0' || !around_can(defs_find(c->type), ACT_WATCH))
		return;
	args = val_map();
	val_put_text(args, "type", c->type);
	val_put(args, "id", val_uuid(c->id));
	c->social_call = app_call("records.social", args, social_cb, c);
}

static void cardpane_switch(struct cardpane *, const char *, const char *);

/* A menu over the pane speaks of what its tab holds: that stays until the menu
 * is gone, and the next frame asks again. */
static bool
cardpane_spoken_of(const struct cardpane *c)
{
	return view_top() != view_base() && (c->list != NULL ||
	    c->hist != NULL || c->time != NULL);
}

static void
cardpane_pause_cb(evutil_socket_t fd, short what, void *arg)
{
	struct cardpane	*c = arg;

	char		 id[sizeof c->next];

	(void)fd;
	(void)what;
	snprintf(id, sizeof id, "%s", c->next);
	c->next[0] = '\0';
	if (!cardpane_spoken_of(c))
		cardpane_switch(c, c->type, id);
}

void
cardpane_reload(struct cardpane *c)
{
	if (c->id[0] == '\0')
		return;
	cardpane_ask(c);
	if (c->hist != NULL)
		histpane_load(c->hist);
	if (c->time != NULL)
		timepane_load(c->time);
	social_ask(NULL, c);
}

static void
cardpane_watch_cb(const struct val *items, void *arg)
{
	struct cardpane	*c = arg;
	const char	*id;
	size_t		 i;

	if (c->id[0] == '\0' || c->next[0] != '\0')
		return;
	for (i = 0; i < val_count(items); i++) {
		id = val_str(val_at(items->item[i], 0));
		if (id != NULL && strcmp(id, c->id) == 0)
			break;
	}
	if (items == NULL || i < items->n)
		cardpane_reload(c);
}

void
cardpane_init(struct cardpane *c)
{
	memset(c, 0, sizeof *c);
	c->pause = evtimer_new(app.base, cardpane_pause_cb, c);
	if (defs_find("comments") != NULL)
		c->talk = watch_add("comments", social_ask, c);
}

void
cardpane_free(struct cardpane *c)
{
	if (c->call != 0)
		app_forget(c->call);
	if (c->social_call != 0)
		app_forget(c->social_call);
	cardpane_tab_close(c);
	watch_free(c->watch);
	watch_free(c->talk);
	event_free(c->pause);
	val_free(c->social);
	val_free(c->rec);
}

/* What was shown stays until the new record is here: less to draw while the
 * cursor runs. */
static void
cardpane_switch(struct cardpane *c, const char *type, const char *id)
{
	const struct def	*d = defs_find(type);
	int			 tab = c->at;
	bool			 same = strcmp(type, c->type) == 0;

	cardpane_tab_close(c);
	val_free(c->social);
	c->social = NULL;
	c->next[0] = '\0';
	c->error[0] = '\0';
	c->field = c->top = 0;
	if (!same || id[0] == '\0') {
		val_free(c->rec);
		c->rec = NULL;
	}
	if (!same || c->watch == NULL) {
		watch_free(c->watch);
		c->watch = watch_add(type, cardpane_watch_cb, c);
	}
	snprintf(c->type, sizeof c->type, "%s", type);
	snprintf(c->id, sizeof c->id, "%s", id);
	if (d != NULL)
		cardpane_tabs(c, d);
	if (same && tab < c->ntabs)
		c->at = tab;
	if (c->id[0] == '\0')
		return;
	cardpane_ask(c);
	social_ask(NULL, c);
	cardpane_tab_open(c);
}

void
cardpane_show(struct cardpane *c, const char *type, const char *id, bool soon)
{
	struct timeval	tv = { 0, 120000 };
	bool		same = strcmp(type, c->type) == 0;

	if (id == NULL)
		id = "";
	if (same && strcmp(c->next[0] != '\0' ? c->next : c->id, id) == 0)
		return;
	if (cardpane_spoken_of(c))
		return;
	evtimer_del(c->pause);
	if (!soon || !same || id[0] == '\0') {
		cardpane_switch(c, type, id);
		return;
	}
	snprintf(c->next, sizeof c->next, "%s", id);
	evtimer_add(c->pause, &tv);
}

/* --- Drawing -------------------------------------------------------------------------- */

static void
tab_name(const struct cardpane *c, int i, char *out, size_t len)
{
	snprintf(out, len, "%d %s", i + 1, app_label(c->tab[i].label));
}

/* The first tab shown: the present one stands on the screen, whole. */
static int
tabs_from(const struct cardpane *c, int cols)
{
	char	label[120];
	int	from = c->at, width = 4, i;

	for (i = c->at; i >= 0; i--) {
		tab_name(c, i, label, sizeof label);
		width += text_width(label, strlen(label)) + 2;
		if (width > cols)
			break;
		from = i;
	}
	return from;
}

static void
card_draw_tabs(struct cardpane *c, struct surface *s)
{
	char	label[120];
	int	i, from = tabs_from(c, s->cols), col = from > 0 ? 3 : 1;

	if (from > 0)
		draw_text(s, 0, 1, 1, STYLE_DIM, glyph(GLYPH_MORE));
	for (i = 0; i < from; i++)
		c->tab_col[i] = 0;
	for (; i < c->ntabs && col < s->cols - 4; i++) {
		tab_name(c, i, label, sizeof label);
		c->tab_col[i] = col;
		col += draw_text(s, 0, col, s->cols - col, i == c->at ?
		    STYLE_TITLE | STYLE_REVERSE : STYLE_DIM, label) + 2;
	}
	/* A label that is cut says itself that there is more. */
	if (i < c->ntabs && col < s->cols + 2)
		draw_text(s, 0, s->cols - 1, 1, STYLE_DIM, glyph(GLYPH_MORE));
	c->tab_shown = i;
	c->tab_col[i] = col;
}

/* One field: its label, and its text on as many rows as it needs. */
static int
card_draw_field(struct cardpane *c, struct surface *s, int row,
    const struct def *d, const struct field *f, int label, bool here)
{
	struct record	r = { NULL, c->rec };
	struct buf	b = BUF_INIT;
	uint32_t	style = record_style(f, &r);
	int		rows = 1, width = s->cols - label - 4;

	record_text(d, f, &r, &b);
	if (buf_len(&b) == 0)
		buf_addz(&b, "-");
	draw_text(s, row, 2, label - 1, STYLE_DIM, app_label(f->label));
	if (f->rules.type == VALUE_REF && style == STYLE_TEXT)
		style = STYLE_LINK;
	if (f->rules.type == VALUE_LONGTEXT)
		rows = draw_wrap(s, row, label + 2, width,
		    s->rows - row, style, buf_text(&b), 0);
	else
		draw_text(s, row, label + 2, width, style, buf_text(&b));
	if (here) {
		draw_text(s, row, 0, 1, STYLE_KEY, glyph(GLYPH_MARK));
		draw_style(s, row, 0, 1, s->cols, STYLE_SELECTED);
		draw_cursor(s, row, 0);
	}
	buf_free(&b);
	return rows < 1 ? 1 : rows;
}

static bool
card_has(const struct cardpane *c, const struct card_tab *t,
    const struct def *d, size_t i, const struct field **f)
{
	if (t->fields != NULL) {
		*f = def_field(d, val_str(val_at(t->fields, i)));
	} else {
		*f = i < d->nreal ? &d->fields[i] : NULL;
	}
	/* Absent from the record: not this role's to see. */
	return *f != NULL && val_get(c->rec, (*f)->name) != NULL;
}

/* As wide as the longest label, as long as values keep most of the room. */
static int
card_label(const struct cardpane *c, const struct card_tab *t,
    const struct def *d, int cols)
{
	const struct field	*f;
	const char		*text;
	size_t			 i, n;
	int			 most = CARD_LABEL, w;

	n = t->fields != NULL ? val_count(t->fields) : d->nreal;
	for (i = 0; i < n; i++) {
		if (!card_has(c, t, d, i, &f))
			continue;
		text = app_label(f->label);
		w = text_width(text, strlen(text)) + 1;
		most = w > most ? w : most;
	}
	if (cols < 44)
		return cols / 3;
	return most > cols * 2 / 5 ? cols * 2 / 5 : most;
}

static void
card_draw_fields(struct cardpane *c, struct surface *s, const struct def *d,
    bool focus)
{
	const struct card_tab	*t = &c->tab[c->at];
	const struct field	*f;
	size_t			 i, n;
	int			 row = 0, k = 0;
	int			 label = card_label(c, t, d, s->cols);

	n = t->fields != NULL ? val_count(t->fields) : d->nreal;
	c->page = s->rows;
	if (c->field < c->top)
		c->top = c->field;
	if (c->field >= c->top + s->rows)
		c->top = c->field - s->rows + 1;
	for (i = 0; i < n && k < 64; i++) {
		if (!card_has(c, t, d, i, &f))
			continue;
		c->shown[k] = f->name;
		if (k >= c->top && row < s->rows)
			row += card_draw_field(c, s, row, d, f, label,
			    focus && k == c->field);
		else if (k == c->field && row >= s->rows)
			/* Long texts above pushed it out: scroll on. */
			c->top++;
		k++;
	}
	c->nfields = k;
}

/* "2 yeni · izleniyor" at the right of the title; its width. */
static int
card_draw_social(struct cardpane *c, struct surface *s)
{
	struct value_ctx	 ctx = app_ctx();
	const char		*at = val_get_str(c->social, "remind_at");
	char			 n[24], when[DATE_TEXT];
	struct buf		 b = BUF_INIT;
	int64_t			 us;
	int			 w;

	snprintf(n, sizeof n, "%lld", (long long)val_get_int(c->social,
	    "unread", 0));
	if (val_get_int(c->social, "unread", 0) > 0)
		buf_printf(&b, "%s  ", TF("views.social_new", "n", n, NULL));
	if (at != NULL && timestamp_read(at, strlen(at), &us) == DATE_OK) {
		timestamp_format(us, ctx.tz, ctx.date_pattern, when);
		buf_printf(&b, "%s  ", TF("views.remind_at", "when", when,
		    NULL));
	}
	if (val_get_bool(c->social, "watching"))
		buf_printf(&b, "%s  ", TF("views.watched", NULL));
	w = text_width(buf_text(&b), buf_len(&b));
	if (w > 0 && w < s->cols / 2)
		draw_text(s, 0, s->cols - w - 1, w, STYLE_DIM, buf_text(&b));
	else
		w = 0;
	buf_free(&b);
	return w;
}

void
cardpane_draw(struct cardpane *c, struct surface *s, bool focus)
{
	const struct def	*d = defs_find(c->type);
	struct record		 r = { NULL, c->rec };
	struct buf		 title = BUF_INIT;
	struct surface		 body;

	if (c->id[0] == '\0' || s->rows < 4)
		return;
	if (d == NULL) {
		draw_text(s, 0, 2, s->cols - 4, STYLE_WARN, T("views.gone"));
		return;
	}
	if (c->rec != NULL)
		record_title(d, &r, &title);
	draw_text(s, 0, 1, s->cols - 2 - card_draw_social(c, s), STYLE_TITLE,
	    buf_text(&title));
	buf_free(&title);
	body = draw_sub(s, 1, 0, 1, s->cols);
	card_draw_tabs(c, &body);
	body = draw_sub(s, 3, 0, s->rows - 3, s->cols);
	if (c->error[0] != '\0') {
		draw_wrap(&body, 0, 2, body.cols - 4, 4, STYLE_ERROR,
		    c->error, 0);
	} else if (c->list != NULL) {
		listpane_draw(c->list, &body, focus);
	} else if (c->hist != NULL) {
		histpane_draw(c->hist, &body);
	} else if (c->time != NULL) {
		timepane_draw(c->time, &body, focus);
	} else if (c->rec == NULL) {
		if (frame_info()->loading)
			draw_text(&body, 0, 2, body.cols - 4, STYLE_DIM,
			    TF("views.loading", NULL));
	} else if (c->ntabs > 0 && c->tab[c->at].kind == TAB_FIELDS) {
		card_draw_fields(c, &body, d, focus);
	}
}

/* --- Keys --------------------------------------------------------------------------------- */

/* Enter on a reference opens what it names. */
static bool
card_follow(struct cardpane *c)
{
	const struct def	*d = defs_find(c->type);
	const struct field	*f;

	if (c->field >= c->nfields || c->rec == NULL)
		return false;
	f = def_field(d, c->shown[c->field]);
	if (f == NULL || f->rules.type != VALUE_REF || f->ref == NULL ||
	    !def_can(defs_find(f->ref), "get") ||
	    val_get_str(c->rec, f->name) == NULL)
		return false;
	app_open_record(f->ref, val_get_str(c->rec, f->name));
	return true;
}

static void
card_copy_field(struct cardpane *c)
{
	const struct def	*d = defs_find(c->type);
	const struct field	*f;
	struct record		 r = { NULL, c->rec };
	struct buf		 b = BUF_INIT;

	if (c->field < c->nfields && (f = def_field(d,
	    c->shown[c->field])) != NULL)
		record_text(d, f, &r, &b);
	if (term_copy(buf_text(&b), buf_len(&b)))
		toast(TOAST_NOTICE, NULL, "%s", TF("views.copied",
		    NULL));
	else
		toast(TOAST_WARN, NULL, "%s", TF("views.no_copy", NULL));
	buf_free(&b);
}

static bool
card_field_action(struct cardpane *c, enum action a)
{
	const struct def	*d = defs_find(c->type);
	struct record		 r = { NULL, c->rec };
	int	to = c->field;

	switch (a) {
	case ACT_UP:
		to--;
		break;
	case ACT_DOWN:
		to++;
		break;
	case ACT_PAGE_UP:
		to -= c->page;
		break;
	case ACT_PAGE_DOWN:
		to += c->page;
		break;
	case ACT_TOP:
		to = 0;
		break;
	case ACT_BOTTOM:
		to = c->nfields - 1;
		break;
	case ACT_OPEN:
		return card_follow(c);
	case ACT_REVEAL:
		return c->rec != NULL && c->field < c->nfields &&
		    secret_action(d, &r, c->shown[c->field], a);
	case ACT_COPY:
		if (c->rec == NULL || c->field >= c->nfields ||
		    !secret_action(d, &r, c->shown[c->field], a))
			card_copy_field(c);
		return true;
	default:
		return false;
	}
	if (to >= c->nfields)
		to = c->nfields - 1;
	c->field = to < 0 ? 0 : to;
	ui_redraw();
	return true;
}

bool
cardpane_action(struct cardpane *c, enum action a, const struct input *in)
{
	const struct def	*d = defs_find(c->type);
	struct record		 r = { NULL, c->rec };

	switch (a) {
	case ACT_TAB:
		if (in != NULL && in->code >= '1' && in->code <= '9')
			cardpane_tab(c, (int)in->code - '1');
		return true;
	case ACT_NEXT_PANE:
	case ACT_RIGHT:
		cardpane_tab(c, c->ntabs == 0 ? 0 : (c->at + 1) % c->ntabs);
		return true;
	case ACT_PREV_PANE:
	case ACT_LEFT:
		cardpane_tab(c, c->ntabs == 0 ? 0 : (c->at + c->ntabs - 1) %
		    c->ntabs);
		return true;
	default:
		break;
	}
	if (c->list != NULL && listpane_action(c->list, a, in))
		return true;
	if (c->hist != NULL && histpane_action(c->hist, a))
		return true;
	if (c->time != NULL && timepane_action(c->time, a))
		return true;
	if (c->list == NULL && c->hist == NULL && c->time == NULL &&
	    card_field_action(c, a))
		return true;
	if (a == ACT_REFRESH) {
		cardpane_reload(c);
		return true;
	}
	if (d == NULL || c->rec == NULL || a == ACT_OPEN)
		return false;
	if (around_action(d, &r, a, val_get_bool(c->social, "watching")))
		return true;
	return act_record(d, &r, a);
}

bool
cardpane_key(struct cardpane *c, const struct input *in)
{
	struct input	moved;
	int		i;

	if (in->kind == INPUT_MOUSE && in->row == 1 &&
	    in->button == MOUSE_PRESS) {
		for (i = 0; i < c->tab_shown; i++) {
			if (in->col >= c->tab_col[i] &&
			    in->col < c->tab_col[i + 1]) {
				cardpane_tab(c, i);
				return true;
			}
		}
	}
	moved = *in;
	if (in->kind == INPUT_MOUSE)
		moved.row -= 3;
	if (c->list != NULL)
		return listpane_key(c->list, &moved);
	if (c->hist != NULL)
		return histpane_key(c->hist, &moved);
	if (c->time != NULL)
		return timepane_key(c->time, &moved);
	if (in->kind == INPUT_MOUSE && in->button == MOUSE_PRESS &&
	    moved.row >= 0 && c->top + moved.row < c->nfields) {
		c->field = c->top + moved.row;
		ui_redraw();
		return true;
	}
	return false;
}
