/* rows.c - windows of a list; see rows.h. */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/tz.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/rows.h"

#define ROWS_WINDOW	200
#define ROWS_AHEAD	60	/* fetch on when so few are left below */
#define ROWS_AGAIN	1000	/* so many are fetched again after a change */
#define ROWS_FRESH	16
#define ROWS_OPENS	4	/* types that rows stand for */

struct rows {
	char		*type;
	struct val	*fixed;
	struct val	*filter;
	char		*search;
	char		*sort;
	void		(*changed)(void *);
	void		(*gone)(const char *, void *);
	void		*arg;
	struct watch	*watch;
	struct watch	*opens[ROWS_OPENS];	/* of the types that rows
						 * stand for */
	struct event	*soon;		/* a reload, once pushes have gathered */
	struct event	*fade;		/* marks of others' changes go */

	struct val	*chosen;	/* columns to ask for; NULL: the
					 * definition's */
	struct val	*columns;
	struct val	**row;
	size_t		 n, cap;
	char		*next;		/* NULL: complete (when loaded) */
	bool		 loaded;
	char		 error[300];

	/* The request under way; fresh rows replace the old ones when `want`
	 * of them are there. */
	uint64_t	 call;
	bool		 replacing;
	bool		 seeking;	/* the rows here answer another question */
	struct val	*new_columns;
	struct val	**new_row;
	size_t		 new_n, new_cap;
	size_t		 want;
	size_t		 needed;	/* so many rows, from where loading began */
	bool		 from_end;	/* rows are loaded backwards: the first
					 * of them is the list's last */
	bool		 again;		/* reload once the present one is done */

	uint64_t	 count_call;
	int64_t		 count;
	bool		 count_more;

	struct {
		char	id[40];
		int64_t	at;
	} fresh[ROWS_FRESH];
	unsigned	 nfresh;
};

static void rows_fetch(struct rows *, const char *after);

static void
rows_drop(struct val **row, size_t n)
{
	size_t	i;

	for (i = 0; i < n; i++)
		val_free(row[i]);
	free(row);
}

/* The filter for the wire: what always holds, and what was chosen. */
static struct val *
rows_filter(const struct rows *r)
{
	return val_both(r->fixed, r->filter);
}

static struct val *
rows_args(const struct rows *r)
{
	struct val	*args = val_map(), *f = rows_filter(r);

	if (r->search != NULL && r->search[0] != '\0')
		val_put_text(args, "search", r->search);
	if (f->n > 0)
		val_put(args, "filter", f);
	else
		val_free(f);
	return args;
}

static void
rows_count_cb(const struct link_reply *reply, void *arg)
{
	struct rows	*r = arg;

	r->count_call = 0;
	if (!reply->ok)
		return;
	r->count = val_get_int(reply->body, "count", -1);
	r->count_more = val_get_bool(reply->body, "more");
	r->changed(r->arg);
}

static void
rows_ask_count(struct rows *r)
{
	char	verb[128];

	if (r->count_call != 0)
		app_forget(r->count_call);
	r->count_call = 0;
	if (r->next == NULL) {
		r->count = (int64_t)r->n;
		r->count_more = false;
		return;
	}
	if (!def_can(rows_def(r), "count"))
		return;
	snprintf(verb, sizeof verb, "%s.count", r->type);
	r->count_call = app_call(verb, rows_args(r), rows_count_cb, r);
}

static void
rows_append(struct val ***row, size_t *n, size_t *cap, const struct val *list)
{
	size_t	i;

	for (i = 0; i < val_count(list); i++) {
		if (*n == *cap) {
			*cap = *cap == 0 ? ROWS_WINDOW : *cap * 2;
			*row = xreallocarray(*row, *cap, sizeof **row);
		}
		(*row)[(*n)++] = val_copy(list->item[i]);
	}
}

static void
rows_swap(struct rows *r)
{
	rows_drop(r->row, r->n);
	val_free(r->columns);
	r->row = r->new_row;
	r->n = r->new_n;
	r->cap = r->new_cap;
	r->columns = r->new_columns;
	r->new_row = NULL;
	r->new_n = r->new_cap = 0;
	r->new_columns = NULL;
	r->replacing = r->seeking = false;
}

static void
rows_abort(struct rows *r)
{
	if (r->call != 0)
		app_forget(r->call);
	r->call = 0;
	rows_drop(r->new_row, r->new_n);
	r->new_row = NULL;
	r->new_n = r->new_cap = 0;
	val_free(r->new_columns);
	r->new_columns = NULL;
	r->replacing = r->seeking = false;
}

static void
rows_failed(struct rows *r, const struct link_reply *reply)
{
	snprintf(r->error, sizeof r->error, "%s", reply->text);
	rows_abort(r);
	if (strcmp(reply->code, "denied") == 0) {
		/* What may not be seen any more is not left on the screen. */
		rows_drop(r->row, r->n);
		r->row = NULL;
		r->n = r->cap = 0;
	}
	r->loaded = true;
	/* Old rows stay and hide the sentence: say it below. */
	if (r->n > 0)
		app_error(reply);
	r->changed(r->arg);
}

static void rows_more(struct rows *);

static void
rows_list_cb(const struct link_reply *reply, void *arg)
{
	struct rows		*r = arg;
	const struct val	*list = val_get(reply->body, "rows");
	const char		*next = val_get_str(reply->body, "next");
	bool			 first = false;

	r->call = 0;
	if (!reply->ok) {
		rows_failed(r, reply);
		return;
	}
	r->error[0] = '\0';
	if (r->replacing) {
		val_free(r->new_columns);
		r->new_columns = val_copy(val_get(reply->body, "columns"));
		rows_append(&r->new_row, &r->new_n, &r->new_cap, list);
		if (next != NULL && r->new_n < r->want) {
			rows_fetch(r, next);
			return;
		}
		rows_swap(r);
		first = true;
	} else {
		rows_append(&r->row, &r->n, &r->cap, list);
	}
	free(r->next);
	r->next = next == NULL ? NULL : xstrdup(next);
	r->loaded = true;
	if (first || r->next == NULL)
		rows_ask_count(r);
	if (r->again) {
		r->again = false;
		rows_reload(r);
	} else if (r->next != NULL) {
		rows_more(r);
	}
	r->changed(r->arg);
}

static void
rows_column(struct val *out, const char *name)
{
	size_t	i;

	for (i = 0; name != NULL && i < out->n; i++) {
		if (strcmp(out->item[i]->s, name) == 0)
			return;
	}
	if (name != NULL)
		val_add(out, val_text(name));
}

/* The columns shown, those that name a record, and what actions ask about:
 * not the long texts of 200 rows. */
static struct val *
rows_columns(const struct rows *r)
{
	const struct def	*d = rows_def(r);
	const struct val	*cols, *title, *actions, *when, *opens;
	struct val		*out;
	size_t			 i, k;

	if (d == NULL)
		return NULL;
	cols = r->chosen != NULL ? r->chosen :
	    val_get(val_get(d->v, "list"), "columns");
	title = val_get(d->v, "title");
	if (val_count(cols) == 0)
		return NULL;
	out = val_array();
	for (i = 0; i < cols->n; i++)
		if (def_field(d, val_str(val_at(cols->item[i], 0))) != NULL)
			rows_column(out, val_str(val_at(cols->item[i], 0)));
	for (i = 0; i < val_count(title); i++)
		rows_column(out, val_str(title->item[i]));
	actions = val_get(d->v, "actions");
	for (i = 0; i < val_count(actions); i++) {
		when = val_get(actions->item[i], "when");
		for (k = 0; k < val_count(when); k++)
			rows_column(out, val_key(when, k));
	}
	opens = val_get(d->v, "opens");
	for (i = 0; i < val_count(opens); i++)
		rows_column(out, val_str(opens->item[i]));
	for (i = 0; i < d->nreal; i++) {
		if (d->fields[i].rules.type == VALUE_CURRENCY)
			rows_column(out, d->fields[i].name);
	}
	return out;
}

static void
rows_fetch(struct rows *r, const char *after)
{
	struct val	*args = rows_args(r), *columns = rows_columns(r);
	char		 verb[128], sort[128];
	bool		 turned;

	snprintf(verb, sizeof verb, "%s.list", r->type);
	val_put_int(args, "limit", ROWS_WINDOW);
	if (columns != NULL)
		val_put(args, "columns", columns);
	if (r->sort != NULL) {
		turned = r->sort[0] == '-';
		snprintf(sort, sizeof sort, "%s%s", turned != r->from_end ?
		    "-" : "", r->sort + turned);
		val_put_text(args, "sort", sort);
	}
	if (after != NULL)
		val_put_text(args, "after", after);
	r->call = app_call(verb, args, rows_list_cb, r);
}

static void
rows_soon_cb(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	rows_reload(arg);
}

static void
rows_fade_cb(evutil_socket_t fd, short what, void *arg)
{
	struct rows	*r = arg;

	(void)fd;
	(void)what;
	r->changed(r->arg);
}

static void
rows_note_fresh(struct rows *r, const struct val *items)
{
	struct timeval	 tv = { 2, 100000 };
	const char	*id, *op;
	size_t		 i;

	if (val_count(items) > 0)
		evtimer_add(r->fade, &tv);
	for (i = 0; i < val_count(items); i++) {
		id = val_str(val_at(items->item[i], 0));
		op = val_str(val_at(items->item[i], 2));
		if (id != NULL && op != NULL && r->gone != NULL &&
		    strcmp(op, "delete") == 0)
			r->gone(id, r->arg);
		if (id == NULL ||
		    app_is_mine(val_str(val_at(items->item[i], 3))))
			continue;
		snprintf(r->fresh[r->nfresh % ROWS_FRESH].id,
		    sizeof r->fresh[0].id, "%s", id);
		r->fresh[r->nfresh % ROWS_FRESH].at = clock_mono();
		r->nfresh++;
	}
}

static void
rows_watch_cb(const struct val *items, void *arg)
{
	struct rows	*r = arg;
	struct timeval	 tv = { 0, 40000 };

	rows_note_fresh(r, items);
	if (!evtimer_pending(r->soon, NULL))
		evtimer_add(r->soon, &tv);
}

struct rows *
rows_new(const char *type, struct val *fixed, void (*changed)(void *),
    void *arg)
{
	struct rows		*r = xcalloc(1, sizeof *r);
	const struct val	*opens;
	const struct field	*f;
	size_t			 i;

	r->type = xstrdup(type);
	r->fixed = fixed;
	r->changed = changed;
	r->arg = arg;
	r->count = -1;
	r->soon = evtimer_new(app.base, rows_soon_cb, r);
	r->fade = evtimer_new(app.base, rows_fade_cb, r);
	r->watch = watch_add(type, rows_watch_cb, r);
	opens = rows_def(r) == NULL ? NULL : val_get(rows_def(r)->v, "opens");
	for (i = 0; i < val_count(opens) && i < ROWS_OPENS; i++) {
		f = def_field(rows_def(r), val_str(opens->item[i]));
		if (f != NULL && f->ref != NULL)
			r->opens[i] = watch_add(f->ref, rows_watch_cb, r);
	}
	return r;
}

void
rows_on_gone(struct rows *r, void (*gone)(const char *, void *))
{
	r->gone = gone;
}

void
rows_free(struct rows *r)
{
	size_t	i;

	if (r == NULL)
		return;
	rows_abort(r);
	if (r->count_call != 0)
		app_forget(r->count_call);
	watch_free(r->watch);
	for (i = 0; i < ROWS_OPENS; i++)
		if (r->opens[i] != NULL)
			watch_free(r->opens[i]);
	event_free(r->soon);
	event_free(r->fade);
	rows_drop(r->row, r->n);
	val_free(r->columns);
	val_free(r->chosen);
	val_free(r->fixed);
	val_free(r->filter);
	free(r->search);
	free(r->sort);
	free(r->next);
	free(r->type);
	free(r);
}

void
rows_query(struct rows *r, const char *search, struct val *filter,
    const char *sort)
{
	const struct def	*d = rows_def(r);
	char			*old = r->search, *old_sort = r->sort;

	/* of what is found by its words the nearest comes first */
	if (sort == NULL && d != NULL && d->words && search != NULL &&
	    search[0] != '\0')
		sort = "words";
	else if (sort == NULL && d != NULL)
		sort = val_get_str(val_get(d->v, "list"), "sort");
	r->search = search == NULL ? NULL : xstrdup(search);
	r->sort = sort == NULL ? NULL : xstrdup(sort);
	free(old);
	free(old_sort);
	val_free(r->filter);
	r->filter = filter;
	r->count = -1;
	rows_seek(r, false);
}

bool
rows_choose(struct rows *r, const struct val *columns)
{
	if (val_equal(r->chosen, columns))
		return false;
	val_free(r->chosen);
	r->chosen = columns == NULL ? NULL : val_copy(columns);
	return true;
}

void
rows_empty(struct rows *r)
{
	rows_abort(r);
	rows_drop(r->row, r->n);
	r->row = NULL;
	r->n = r->cap = 0;
	r->count = -1;
}

void
rows_seek(struct rows *r, bool end)
{
	r->from_end = end && r->sort != NULL;
	r->needed = 0;
	r->again = false;
	rows_abort(r);
	r->replacing = r->seeking = true;
	r->want = 1;
	rows_fetch(r, NULL);
}

bool
rows_from_end(const struct rows *r)
{
	return r->from_end;
}

/* Fetches again what has been looked at; deep in a long list only the first
 * windows, the rest follows when it is needed. */
void
rows_reload(struct rows *r)
{
	if (r->call != 0) {
		r->again = true;
		return;
	}
	r->replacing = true;
	r->want = r->n == 0 ? 1 : r->n;
	if (r->want > ROWS_AGAIN && r->needed + ROWS_WINDOW > ROWS_AGAIN)
		r->want = r->needed + 1;
	else if (r->want > ROWS_AGAIN)
		r->want = ROWS_AGAIN;
	rows_fetch(r, NULL);
}

static void
rows_more(struct rows *r)
{
	if (r->call == 0 && r->next != NULL && r->n < ROWS_MAX &&
	    r->needed + ROWS_AHEAD >= r->n)
		rows_fetch(r, r->next);
}

void
rows_need(struct rows *r, size_t i)
{
	if (r->from_end)
		i = i < r->n ? r->n - 1 - i : 0;
	if (i > r->needed)
		r->needed = i;
	rows_more(r);
}

const struct def *
rows_def(const struct rows *r)
{
	return defs_find(r->type);
}

const struct val *
rows_fixed(const struct rows *r)
{
	return r->fixed;
}

size_t
rows_n(const struct rows *r)
{
	return r->n;
}

struct record
rows_at(const struct rows *r, size_t i)
{
	return (struct record){ r->columns, i >= r->n ? NULL :
	    r->row[r->from_end ? r->n - 1 - i : i] };
}

long
rows_find(const struct rows *r, const char *id)
{
	struct record	rec;
	size_t		i;

	for (i = 0; i < r->n; i++) {
		rec = rows_at(r, i);
		if (strcmp(record_id(&rec), id) == 0)
			return (long)i;
	}
	return -1;
}

bool
rows_loaded(const struct rows *r)
{
	return r->loaded;
}

bool
rows_loading(const struct rows *r)
{
	return r->call != 0;
}

bool
rows_seeking(const struct rows *r)
{
	return r->seeking;
}

bool
rows_complete(const struct rows *r)
{
	return r->loaded && r->next == NULL;
}

const char *
rows_error(const struct rows *r)
{
	return r->error;
}

int64_t
rows_before(const struct rows *r)
{
	if (!r->from_end)
		return 0;
	return r->count < 0 || r->count_more ? -1 :
	    r->count - (int64_t)r->n;
}

int64_t
rows_count(const struct rows *r, bool *more)
{
	*more = r->count_more;
	return r->count;
}

const char *
rows_sort(const struct rows *r)
{
	return r->sort == NULL ? "" : r->sort;
}

bool
rows_fresh(const struct rows *r, const char *id)
{
	int64_t		now = clock_mono();
	unsigned	i;

	for (i = 0; i < ROWS_FRESH; i++) {
		if (r->fresh[i].at != 0 && now - r->fresh[i].at < 2000 &&
		    strcmp(r->fresh[i].id, id) == 0)
			return true;
	}
	return false;
}
