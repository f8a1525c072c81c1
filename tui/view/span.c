/* span.c - see span.h. */
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/tz.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/frame.h"
#include "tui/view/span.h"

const struct val *
span_view(const struct def *d, const char *name)
{
	const struct val	*v = d == NULL ? NULL : val_get(d->v, name);

	return v == NULL || !def_can(d, "list") ? NULL : v;
}

int32_t
span_today(void)
{
	struct value_ctx	ctx = app_ctx();
	struct date		d;
	int			s;

	tz_local(ctx.tz, ctx.now, &d, &s);
	return date_days(&d);
}

int32_t
span_day(const struct field *f, const struct record *r, int *s)
{
	struct value_ctx	 ctx = app_ctx();
	const char		*text = f == NULL ? NULL :
				    val_str(record_get(r, f->name));
	struct date		 d;
	int64_t			 us;

	*s = -1;
	if (text == NULL)
		return SPAN_NONE;
	if (f->rules.type == VALUE_DATE)
		return date_read(text, strlen(text), &d) == DATE_OK ?
		    date_days(&d) : SPAN_NONE;
	if (timestamp_read(text, strlen(text), &us) != DATE_OK)
		return SPAN_NONE;
	tz_local(ctx.tz, us, &d, s);
	return date_days(&d);
}

struct val *
span_at(const struct field *f, int32_t day)
{
	struct value_ctx	ctx = app_ctx();
	struct date		d = date_from_days(day);
	char			text[DATE_TEXT];

	if (f->rules.type == VALUE_DATE)
		date_write(&d, text);
	else
		timestamp_write(tz_utc(ctx.tz, &d, 0), text);
	return val_text(text);
}

struct val *
span_later(const struct field *f, const struct record *r, int days)
{
	struct value_ctx	ctx = app_ctx();
	struct date		d;
	int32_t			day;
	char			text[DATE_TEXT];
	int			s;

	if ((day = span_day(f, r, &s)) == SPAN_NONE)
		return val_null();
	if (s < 0)
		return span_at(f, day + days);
	d = date_from_days(day + days);
	timestamp_write(tz_utc(ctx.tz, &d, s), text);
	return val_text(text);
}

bool
span_done(const struct val *view, const struct record *r)
{
	const struct val	*done = val_get(view, "done"), *list;
	const char		*have;
	size_t			 i, k;

	for (i = 0; i < val_count(done); i++) {
		have = val_str(record_get(r, val_key(done, i)));
		list = done->item[i];
		for (k = 0; have != NULL && k < val_count(list); k++)
			if (strcmp(val_word(val_at(list, k)), have) == 0)
				return true;
	}
	return false;
}

void
span_text(const struct def *d, const struct val *view,
    const struct record *r, struct buf *b)
{
	const struct val	*show = val_get(view, "show");
	const struct field	*f;
	struct buf		 one = BUF_INIT;
	size_t			 i;

	record_title(d, r, b);
	for (i = 0; i < val_count(show); i++) {
		f = def_field(d, val_str(show->item[i]));
		buf_clear(&one);
		if (f != NULL)
			record_text(d, f, r, &one);
		if (buf_len(&one) > 0)
			buf_printf(b, " · %s", buf_text(&one));
	}
	buf_free(&one);
}

static void
columns_add(struct val *columns, const char *name)
{
	struct val	*one;
	size_t		 i;

	for (i = 0; i < val_count(columns); i++)
		if (strcmp(val_word(val_at(columns->item[i], 0)), name) == 0)
			return;
	one = val_array();
	val_add(one, val_text(name));
	val_add(one, val_int(0));
	val_add(columns, one);
}

struct val *
span_columns(const struct def *d, const struct val *view)
{
	static const char *const	one[] = { "start", "end", "group" };
	const struct val		*title = val_get(d->v, "title");
	const struct val		*show = val_get(view, "show");
	const struct val		*done = val_get(view, "done");
	struct val			*columns = val_array();
	size_t				 i;

	for (i = 0; i < val_count(title); i++)
		columns_add(columns, val_str(title->item[i]));
	for (i = 0; i < sizeof one / sizeof one[0]; i++)
		if (val_get_str(view, one[i]) != NULL)
			columns_add(columns, val_get_str(view, one[i]));
	for (i = 0; i < val_count(show); i++)
		columns_add(columns, val_str(show->item[i]));
	for (i = 0; i < val_count(done); i++)
		columns_add(columns, val_key(done, i));
	return columns;
}

const struct field *
span_person(const struct def *d)
{
	size_t	i;

	for (i = 0; i < d->nreal; i++)
		if (d->fields[i].ref != NULL &&
		    strcmp(d->fields[i].ref, "users") == 0)
			return &d->fields[i];
	return NULL;
}

struct moved {
	char	*type, *what;
};

/* Said, too: who hears the screen, or looked away, knows that it is done. */
static void
moved_cb(const struct link_reply *r, void *arg)
{
	struct moved	*m = arg;

	if (!r->ok)
		app_error(r);
	else
		toast(TOAST_GOOD, NULL, "%s, %s", m->what,
		    T("views.undo_hint"));
	watch_touch(m->type);
	free(m->type);
	free(m->what);
	free(m);
}

void
span_move(const char *type, const char *title, const char *verb,
    struct val *args)
{
	struct moved	*m = xcalloc(1, sizeof *m);

	m->type = xstrdup(type);
	m->what = xstrdup(TF("span.moved", "what", title, NULL));
	app_write(verb, args, NULL, m->what, moved_cb, m);
}
