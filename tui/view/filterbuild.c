/* filterbuild.c - a filter by questions: which field, which operator, which
 * value; see filterbuild.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view/filterbuild.h"
#include "tui/view/refpick.h"

#define FILTER_ITEMS 192

/* Field, operator, value: one question each. */
struct build {
	struct filter		*filter;
	const char		*type;
	void			(*changed)(void *);
	void			*arg;
	const struct field	*f;
	const char		*op;	/* as typed, or "null", "pick" */
};

static const struct {
	const char	*op, *tr, *en;
} build_ops[] = {
	{ "=", "= eşittir", "= is" },
	{ "!=", "!= değildir", "!= is not" },
	{ ">", "> büyük, sonra", "> greater, after" },
	{ ">=", ">= en az", ">= at least" },
	{ "<", "< küçük, önce", "< less, before" },
	{ "<=", "<= en çok", "<= at most" },
	{ "..", ".. arasında", ".. between" },
	{ "null", "boş", "empty" },
	{ "filled", "dolu", "filled" }
};
#define BUILD_OPS (sizeof build_ops / sizeof build_ops[0])

static void
build_add(struct build *b, struct cond *c, const char *title)
{
	if (c != NULL) {
		filter_add(b->filter, c, title);
		b->changed(b->arg);
	}
	free(b);
}

static void
build_value(struct build *b, const char *op, struct val *value,
    const char *title)
{
	struct cond	c = { .f = b->f, .value = value };

	snprintf(c.op, sizeof c.op, "%s", b->f->virtual ? "" : op);
	build_add(b, value == NULL ? NULL : &c, title);
}

static void
build_ref_cb(const char *id, const char *title, void *arg)
{
	struct build	*b = arg;

	build_value(b, b->op[0] == '!' ? "ne" : "eq",
	    id == NULL ? NULL : val_uuid(id), title);
}

static bool
build_check(const char *words, char *why, size_t size, void *arg)
{
	struct build	*b = arg;
	struct cond	 c;

	if (words[0] == '\0')
		return true;
	if (!cond_parse(b->f, strcmp(b->op, "..") == 0 ? "=" : b->op, words,
	    &c, why, size))
		return false;
	cond_free(&c);
	return true;
}

static void
build_line_cb(const char *words, void *arg)
{
	struct build	*b = arg;
	struct cond	 c;
	char		 why[240];
	bool		 good;

	good = words != NULL && words[0] != '\0' && cond_parse(b->f,
	    strcmp(b->op, "..") == 0 ? "=" : b->op, words, &c, why,
	    sizeof why);
	build_add(b, good ? &c : NULL, NULL);
}

static void
build_choices_cb(int n, const int *at, void *arg)
{
	struct build	*b = arg;
	struct val	*in = val_array();
	int		 i;

	for (i = 0; i < n; i++)
		val_add(in, val_text(b->f->rules.choices[at[i]].code));
	if (n <= 0) {
		val_free(in);
		in = NULL;
	}
	build_value(b, b->op[0] == '!' ? "not_in" : "in", in, NULL);
}

static void
build_bool_cb(int choice, void *arg)
{
	build_value(arg, "eq", choice < 0 ? NULL : val_bool(choice == 0),
	    NULL);
}

static void
build_choices(struct build *b)
{
	struct dialog_item	items[FILTER_ITEMS];
	size_t			i;

	memset(items, 0, sizeof items);
	for (i = 0; i < b->f->rules.nchoices && i < FILTER_ITEMS; i++)
		items[i].label = b->f->rules.choices[i].label[ui_lang()];
	dialog_tick(app_label(b->f->label), items, (int)i, true,
	    build_choices_cb, b);
}

static void
build_bool(struct build *b)
{
	struct dialog_item	items[2];

	memset(items, 0, sizeof items);
	items[0].label = TF("views.yes", NULL);
	items[1].label = TF("views.no", NULL);
	dialog_choose(app_label(b->f->label), items, 2, 0, build_bool_cb, b);
}

static const char *
build_example(const struct build *b)
{
	bool	days = b->f->rules.type == VALUE_DATE ||
		    b->f->rules.type == VALUE_TIMESTAMP;

	if (strcmp(b->op, "..") == 0)
		return days ? TF("lists.like_days", NULL) :
		    TF("lists.like_range", NULL);
	return days ? TF("lists.like_day", NULL) : NULL;
}

static void
build_line(struct build *b)
{
	struct buf		title = BUF_INIT;
	const char		*like = build_example(b);
	struct dialog_line	line = {
		.label = strcmp(b->op, "..") == 0 ? "" : b->op, .max = 200,
		.check = build_check, .done = build_line_cb, .arg = b
	};

	buf_addz(&title, app_label(b->f->label));
	if (like != NULL)
		buf_printf(&title, " (%s)", like);
	line.title = buf_text(&title);
	dialog_line(&line);
	buf_free(&title);
}

static void
build_ask(struct build *b)
{
	if (strcmp(b->op, "null") == 0 || strcmp(b->op, "filled") == 0) {
		build_value(b, "null", val_bool(b->op[0] == 'n'), NULL);
		return;
	}
	switch (b->f->rules.type) {
	case VALUE_REF:
		refpick_open(b->f, NULL, build_ref_cb, b);
		break;
	case VALUE_CHOICE:
	case VALUE_CHOICES:
		build_choices(b);
		break;
	case VALUE_BOOL:
		build_bool(b);
		break;
	default:
		build_line(b);
		break;
	}
}

/* Does the operator mean something for the type? */
static bool
build_fits(const struct field *f, const char *op)
{
	bool	order = f->rules.type == VALUE_INT ||
		    f->rules.type == VALUE_DECIMAL ||
		    f->rules.type == VALUE_MONEY ||
		    f->rules.type == VALUE_PERCENT ||
		    f->rules.type == VALUE_DURATION ||
		    f->rules.type == VALUE_DATE ||
		    f->rules.type == VALUE_TIME ||
		    f->rules.type == VALUE_TIMESTAMP;

	if (op[0] == '<' || op[0] == '>' || op[0] == '.')
		return order;
	if (op[0] == 'n' || op[0] == 'f')
		return !f->required;
	return true;
}

static void
build_op_cb(int choice, void *arg)
{
	struct build	*b = arg;
	size_t		 i;

	for (i = 0; choice >= 0 && i < BUILD_OPS; i++) {
		if (!build_fits(b->f, build_ops[i].op) || choice-- > 0)
			continue;
		b->op = build_ops[i].op;
		build_ask(b);
		return;
	}
	free(b);
}

static void
build_ops_ask(struct build *b)
{
	struct dialog_item	items[BUILD_OPS];
	size_t			i;
	int			n = 0;

	memset(items, 0, sizeof items);
	for (i = 0; i < BUILD_OPS; i++) {
		if (build_fits(b->f, build_ops[i].op))
			items[n++].label = ui_pick(build_ops[i].tr,
			    build_ops[i].en);
	}
	dialog_choose(app_label(b->f->label), items, n, 0, build_op_cb, b);
}

/* Chips first, to take them away; then the fields. */
static void
build_field_cb(int choice, void *arg)
{
	struct build		*b = arg;
	const struct def	*d = defs_find(b->type);
	size_t			 i;

	if (choice >= 0 && choice < (int)b->filter->nchips) {
		filter_drop(b->filter, (size_t)choice);
		b->changed(b->arg);
		choice = -1;
	}
	choice -= choice < 0 ? 0 : (int)b->filter->nchips;
	for (i = 0; choice >= 0 && d != NULL && i < d->nfields; i++) {
		if (!d->fields[i].filter || choice-- > 0)
			continue;
		b->f = &d->fields[i];
		b->op = "=";
		if (b->f->virtual || b->f->rules.type == VALUE_BOOL)
			build_ask(b);
		else
			build_ops_ask(b);
		return;
	}
	free(b);
}

void
filter_build(struct filter *f, const char *type, void (*changed)(void *),
    void *arg)
{
	const struct def	*d = defs_find(type);
	struct dialog_item	 items[FILTER_ITEMS];
	struct buf		 chip[FILTER_CHIPS] = { BUF_INIT };
	struct build		*b;
	size_t			 i, n = 0;

	memset(items, 0, sizeof items);
	for (; d != NULL && n < f->nchips; n++) {
		buf_printf(&chip[n], "%s ", glyph(GLYPH_CROSS));
		filter_chip_text(f, d, n, &chip[n]);
		items[n].label = buf_text(&chip[n]);
		items[n].detail = T("lists.take_off");
	}
	for (i = 0; d != NULL && i < d->nfields && n < FILTER_ITEMS; i++) {
		if (d->fields[i].filter)
			items[n++].label = app_label(d->fields[i].label);
	}
	if (n > 0) {
		b = xcalloc(1, sizeof *b);
		*b = (struct build){ .filter = f, .type = type,
		    .changed = changed, .arg = arg };
		dialog_choose(TF("views.filter_by", NULL), items, (int)n,
		    f->nchips < n ? (int)f->nchips : 0, build_field_cb, b);
	}
	for (i = 0; i < FILTER_CHIPS; i++)
		buf_free(&chip[i]);
}
