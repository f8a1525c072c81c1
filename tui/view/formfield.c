/* formfield.c - see formfield.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/date.h"
#include "lib/tr.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/input.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view/form.h"
#include "tui/view/formfield.h"
#include "tui/view/formlines.h"

#define FIELD_ITEMS 192
#define LABEL_LEN	160

/* Has it room for many lines? */
static bool
field_is_long(const struct field *f)
{
	return f->rules.type == VALUE_LONGTEXT ||
	    (f->rules.type == VALUE_SECRET &&
	    f->rules.holds == HOLDS_LONGTEXT);
}

static bool
field_is_typed(enum value_type t)
{
	return t != VALUE_CHOICE && t != VALUE_CHOICES && t != VALUE_BOOL;
}

void
formfield_init(struct formfield *ff, struct form *form, const struct field *f)
{
	unsigned	flags = 0;

	memset(ff, 0, sizeof *ff);
	ff->form = form;
	ff->f = f;
	ff->typed = field_is_typed(f->rules.type);
	if (field_is_long(f))
		flags |= EDIT_LINES;
	else if (f->rules.type == VALUE_SECRET)
		flags |= EDIT_MASKED;
	/* No limit while typing: too long is said, not cut. */
	edit_init(&ff->edit, flags, 0);
	ff->start_text = xstrdup("");
}

void
formfield_free(struct formfield *ff)
{
	edit_free(&ff->edit);
	formlines_free(ff->lines);
	free(ff->canon);
	free(ff->title);
	free(ff->taken);
	free(ff->start);
	free(ff->start_text);
	free(ff->error);
}

static void
field_replace(char **slot, const char *s)
{
	char	*old = *slot;

	*slot = s == NULL ? NULL : xstrdup(s);
	free(old);
}

void
formfield_set(struct formfield *ff, const char *canon, const char *title,
    bool as_loaded)
{
	struct value_ctx	ctx = app_ctx();
	struct buf		b = BUF_INIT;

	if (canon != NULL && canon[0] == '\0')
		canon = NULL;
	if (ff->f->rules.type == VALUE_REF)
		buf_addz(&b, canon == NULL ? "" : title == NULL ?
		    TF("views.hidden_ref", NULL) : title);
	else if (canon != NULL)
		value_edit_text(&ff->f->rules, &ctx, canon, &b);
	if (ff->typed)
		edit_set(&ff->edit, buf_text(&b));
	field_replace(&ff->title, title);
	field_replace(&ff->canon, canon);
	if (as_loaded) {
		field_replace(&ff->start, canon);
		field_replace(&ff->start_text, buf_text(&b));
	}
	buf_free(&b);
	field_replace(&ff->error, NULL);
	ui_redraw();
}

bool
formfield_dirty(const struct formfield *ff)
{
	if (ff->lines != NULL)
		return formlines_dirty(ff->lines);
	if (ff->fixed)
		return false;
	if (ff->typed && ff->f->rules.type != VALUE_REF)
		return strcmp(ff->edit.text, ff->start_text) != 0;
	if (ff->canon == NULL || ff->start == NULL)
		return ff->canon != ff->start;
	return strcmp(ff->canon, ff->start) != 0;
}

void
formfield_error(struct formfield *ff, const char *text)
{
	field_replace(&ff->error, text);
	ui_redraw();
}

/* A reference's text that names nothing chosen. */
static bool
field_check_ref(struct formfield *ff)
{
	if (ff->edit.text[0] == '\0')
		field_replace(&ff->canon, NULL);
	else if (ff->canon == NULL || ff->title == NULL ||
	    strcmp(ff->title, ff->edit.text) != 0)
		formfield_error(ff, TF("views.choose_ref", NULL));
	return ff->error == NULL;
}

/* One that is there stays while nothing is typed. */
static bool
field_keeps_secret(const struct formfield *ff)
{
	return ff->f->rules.type == VALUE_SECRET && ff->start != NULL;
}

/* What is typed, as it is kept. An amount is in the currency that stands beside
 * it, whatever else was typed. */
static bool
field_parse(const struct formfield *ff, struct arena *a, const char **canon,
    struct value_error *err)
{
	struct value_rules	 rules = ff->f->rules;
	struct value_ctx	 ctx = app_ctx();
	struct buf		 b = BUF_INIT;

	form_currency(ff->form, ff, &b);
	if (buf_len(&b) > 0)
		rules.currency = arena_strdup(a, buf_text(&b) + 1);
	buf_free(&b);
	return value_parse_typed(&rules, &ctx, ff->edit.text, ff->edit.len, a,
	    canon, err);
}

/* Of many choices none may be taken where the server then takes its own. */
static bool
field_needed(const struct formfield *ff)
{
	return ff->f->required && !(ff->f->rules.type == VALUE_CHOICES &&
	    ff->f->start != NULL && ff->start == NULL);
}

void
formfield_gone(struct formfield *ff)
{
	ff->fixed = ff->gone = true;
	formfield_error(ff, TF("views.field_gone", NULL));
}

bool
formfield_check(struct formfield *ff, bool saving)
{
	struct value_error	 err;
	struct arena		*a;
	const char		*canon = NULL;

	if (ff->lines != NULL)
		return formlines_check(ff->lines, saving);
	if (ff->fixed || ff->hidden)
		return true;
	field_replace(&ff->error, NULL);
	if (ff->f->rules.type == VALUE_REF) {
		if (!field_check_ref(ff))
			return false;
	} else if (ff->typed) {
		a = arena_new();
		if (!field_parse(ff, a, &canon, &err))
			formfield_error(ff, value_error_text(a, ui_lang(),
			    &err));
		else
			field_replace(&ff->canon, canon);
		arena_free(a);
	}
	if (ff->error == NULL && saving && ff->canon == NULL &&
	    field_needed(ff) && !field_keeps_secret(ff))
		formfield_error(ff, TF("views.required", NULL));
	return ff->error == NULL;
}

bool
formfield_read(const struct formfield *ff, struct buf *b)
{
	struct value_error	 err;
	struct arena		*a;
	const char		*canon = ff->canon;
	bool			 good = true;

	a = arena_new();
	if (ff->typed && !ff->fixed && ff->f->rules.type != VALUE_REF)
		good = field_parse(ff, a, &canon, &err);
	if (good && canon != NULL)
		buf_addz(b, canon);
	arena_free(a);
	return good && canon != NULL;
}

/* --- Choosing ------------------------------------------------------------------------ */

static void
field_changed(struct formfield *ff)
{
	field_replace(&ff->error, NULL);
	form_touched(ff->form, ff);
	ui_redraw();
}

static void
field_chosen_cb(int i, void *arg)
{
	struct formfield	*ff = arg;
	bool			 none = !ff->f->required;

	if (i < 0)
		return;
	if (none && i == 0)
		field_replace(&ff->canon, NULL);
	else
		field_replace(&ff->canon,
		    ff->f->rules.choices[i - none].code);
	field_changed(ff);
}

static void
field_ticked_cb(int n, const int *at, void *arg)
{
	struct formfield	*ff = arg;
	struct buf		 b = BUF_INIT;
	int			 i;

	if (n < 0)
		return;
	for (i = 0; i < n; i++)
		buf_printf(&b, "%s%s", i > 0 ? "," : "",
		    ff->f->rules.choices[at[i]].code);
	field_replace(&ff->canon, n == 0 ? NULL : buf_text(&b));
	buf_free(&b);
	field_changed(ff);
}

/* Is the code among the canonical ones (commas between)? */
static bool
field_has_code(const struct formfield *ff, const char *code)
{
	const char	*p = ff->canon;
	size_t		 n = strlen(code);

	while (p != NULL && *p != '\0') {
		if (strncmp(p, code, n) == 0 && (p[n] == ',' || p[n] == '\0'))
			return true;
		if ((p = strchr(p, ',')) != NULL)
			p++;
	}
	return false;
}

static int
field_choice_at(const struct formfield *ff)
{
	size_t	i;

	for (i = 0; ff->canon != NULL && i < ff->f->rules.nchoices; i++) {
		if (strcmp(ff->f->rules.choices[i].code, ff->canon) == 0)
			return (int)i;
	}
	return -1;
}

bool
formfield_choose(struct formfield *ff)
{
	struct dialog_item	items[FIELD_ITEMS];
	const struct value_rules *r = &ff->f->rules;
	bool			none = r->type == VALUE_CHOICE &&
				    !ff->f->required;
	size_t			i;
	int			n = 0;

	if (ff->fixed || (r->type != VALUE_CHOICE && r->type != VALUE_CHOICES))
		return false;
	memset(items, 0, sizeof items);
	if (none)
		items[n++].label = "-";
	for (i = 0; i < r->nchoices && n < FIELD_ITEMS; i++, n++) {
		items[n].label = r->choices[i].label[ui_lang()];
		items[n].ticked = r->type == VALUE_CHOICES &&
		    field_has_code(ff, r->choices[i].code);
	}
	if (r->type == VALUE_CHOICES)
		dialog_tick(app_label(ff->f->label), items, n, false,
		    field_ticked_cb, ff);
	else
		dialog_choose(app_label(ff->f->label), items, n,
		    field_choice_at(ff) + none < 0 ? 0 :
		    field_choice_at(ff) + none, field_chosen_cb, ff);
	return true;
}

/* ← → and first letters go through the choices without a popup. */
static bool
field_choice_key(struct formfield *ff, const struct input *in)
{
	const struct value_rules	*r = &ff->f->rules;
	struct arena			*a;
	char				 typed[5] = "", *want, *label;
	int				 at = field_choice_at(ff), i, k;

	if (r->type != VALUE_CHOICE || r->nchoices == 0 ||
	    in->kind != INPUT_KEY)
		return false;
	if (in->mods == 0 && (in->code == K_LEFT || in->code == K_RIGHT)) {
		at += in->code == K_LEFT ? -1 : 1;
		if (at < 0 || at >= (int)r->nchoices)
			at = at < 0 ? (int)r->nchoices - 1 : 0;
		field_replace(&ff->canon, r->choices[at].code);
		field_changed(ff);
		return true;
	}
	if (in->code == K_DELETE || in->code == K_BACKSPACE) {
		if (!ff->f->required)
			field_replace(&ff->canon, NULL);
		field_changed(ff);
		return true;
	}
	if (!input_is_text(in) || in->code == K_SPACE)
		return false;
	typed[utf8_put(typed, in->code)] = '\0';
	a = arena_new();
	want = tr_fold(a, typed, strlen(typed));
	for (i = 1; want != NULL && i <= (int)r->nchoices; i++) {
		k = (at + i) % (int)r->nchoices;
		label = tr_fold(a, r->choices[k].label[ui_lang()],
		    strlen(r->choices[k].label[ui_lang()]));
		if (label == NULL || strncmp(label, want, strlen(want)) != 0)
			continue;
		field_replace(&ff->canon, r->choices[k].code);
		field_changed(ff);
		break;
	}
	arena_free(a);
	return true;
}

static bool
field_bool_key(struct formfield *ff, const struct input *in)
{
	bool	on = ff->canon != NULL && strcmp(ff->canon, "true") == 0;

	if (ff->f->rules.type != VALUE_BOOL || in->kind != INPUT_KEY)
		return false;
	if (in->code != K_SPACE && in->code != K_ENTER && in->code != K_LEFT &&
	    in->code != K_RIGHT)
		return false;
	field_replace(&ff->canon, on ? "false" : "true");
	field_changed(ff);
	return true;
}

/* ↑ ↓ a day, PgUp PgDn a month. */
static bool
field_date_key(struct formfield *ff, const struct input *in)
{
	struct value_ctx	ctx = app_ctx();
	struct date		d, today;
	char			out[DATE_TEXT];
	int			s, days = 0, months = 0;

	if (ff->f->rules.type != VALUE_DATE || in->kind != INPUT_KEY ||
	    in->mods != 0)
		return false;
	switch (in->code) {
	case K_UP:
		days = 1;
		break;
	case K_DOWN:
		days = -1;
		break;
	case K_PGUP:
		months = 1;
		break;
	case K_PGDN:
		months = -1;
		break;
	default:
		return false;
	}
	tz_local(ctx.tz, ctx.now, &today, &s);
	if (date_parse(ctx.lang, ff->edit.text, ff->edit.len, &today, &d) !=
	    DATE_OK)
		d = today;
	else
		d = months != 0 ? date_add_months(d, months) :
		    date_add_days(d, days);
	date_write(&d, out);
	formfield_set(ff, out, NULL, false);
	field_changed(ff);
	return true;
}

bool
formfield_key(struct formfield *ff, const struct input *in)
{
	if (ff->fixed)
		return false;
	if (field_choice_key(ff, in) || field_bool_key(ff, in) ||
	    field_date_key(ff, in))
		return true;
	if (!ff->typed) {
		/* Letters and pastes mean nothing here, not a command. */
		return in->kind == INPUT_PASTE ||
		    (in->kind == INPUT_KEY && input_is_text(in) &&
		    in->code != K_SPACE);
	}
	/* Typing on a chosen record looks for another one. */
	if (ff->f->rules.type == VALUE_REF && ff->title != NULL &&
	    (in->kind == INPUT_PASTE || input_is_text(in)) &&
	    strcmp(ff->title, ff->edit.text) == 0)
		edit_set(&ff->edit, "");
	if (!edit_key(&ff->edit, in))
		return false;
	field_changed(ff);
	return true;
}

/* --- Drawing ---------------------------------------------------------------------------- */

static int
field_width(const struct formfield *ff, int room)
{
	int	want;

	switch (ff->f->rules.type) {
	case VALUE_DATE:
	case VALUE_TIME:
	case VALUE_INT:
	case VALUE_PERCENT:
	case VALUE_DURATION:
	case VALUE_CURRENCY:
	case VALUE_COLOR:
	case VALUE_BOOL:
		want = 14;
		break;
	case VALUE_TIMESTAMP:
	case VALUE_MONEY:
	case VALUE_DECIMAL:
	case VALUE_PHONE:
	case VALUE_VKN:
	case VALUE_TCKN:
	case VALUE_TAX_NO:
		want = 20;
		break;
	case VALUE_CHOICE:
		want = 24;
		break;
	case VALUE_LONGTEXT:
		want = room;
		break;
	default:
		want = 46;
		break;
	}
	return want > room ? room : want;
}

int
formfield_rows(struct formfield *ff, int cols, int screen, bool focus)
{
	int	rows = 1, width = cols - form_indent(ff->form) - 1;

	if (ff->hidden)
		return 0;
	if (ff->lines != NULL)
		return formlines_rows(ff->lines);
	if (field_is_long(ff->f) && !ff->fixed)
		rows = screen >= 30 ? 6 : 3;
	if (ff->section[ui_lang()] != NULL)
		rows += 2;
	if (ff->error != NULL)
		rows += draw_wrap(NULL, 0, 0, width, 2, STYLE_ERROR,
		    ff->error, 0) > 1 ? 2 : 1;
	else if (focus && ff->f->help[ui_lang()] != NULL)
		rows++;
	return rows;
}

/* What the typed words mean, said at once: "→ Sal 25.08.2026". */
static void
field_echo(struct formfield *ff, struct surface *s, int row, int col)
{
	struct value_ctx	 ctx = app_ctx();
	struct value_error	 err;
	struct arena		*a;
	struct buf		 b = BUF_INIT;
	const char		*canon = NULL;
	char			 day[DATE_TEXT];
	struct date		 d;

	switch (ff->f->rules.type) {
	case VALUE_DATE: case VALUE_TIME: case VALUE_TIMESTAMP:
	case VALUE_MONEY: case VALUE_DECIMAL: case VALUE_PERCENT:
	case VALUE_DURATION: case VALUE_PHONE: case VALUE_IBAN:
		break;
	default:
		return;
	}
	a = arena_new();
	if (field_parse(ff, a, &canon, &err) && canon != NULL) {
		if (ff->f->rules.type == VALUE_DATE && date_read(canon,
		    strlen(canon), &d) == DATE_OK) {
			date_format_day(ctx.lang, &d, ctx.date_pattern, day);
			buf_addz(&b, day);
		} else {
			value_format(&ff->f->rules, &ctx, canon, &b);
		}
		form_currency(ff->form, ff, &b);
		if (strcmp(buf_text(&b), ff->edit.text) != 0)
			draw_fmt(s, row, col, -1, STYLE_DIM, "%s %s",
			    glyph(GLYPH_ARROW), buf_text(&b));
	}
	buf_free(&b);
	arena_free(a);
}

/* What a field says that is chosen, not typed. */
static void
field_chosen_text(const struct formfield *ff, struct buf *b)
{
	struct value_ctx	ctx = app_ctx();
	struct value_rules	rules = ff->f->rules;
	char			*copy, *save, *code;

	if (rules.type == VALUE_BOOL) {
		buf_addz(b, ff->canon != NULL &&
		    strcmp(ff->canon, "true") == 0 ?
		    TF("views.yes", NULL) : TF("views.no", NULL));
	} else if (ff->canon != NULL) {
		copy = xstrdup(ff->canon);
		rules.type = VALUE_CHOICE;
		for (code = strtok_r(copy, ",", &save); code != NULL;
		    code = strtok_r(NULL, ",", &save)) {
			if (buf_len(b) > 0)
				buf_addz(b, ", ");
			value_format(&rules, &ctx, code, b);
		}
		free(copy);
	}
}

static void
field_draw_chosen(struct formfield *ff, struct surface *s, int row, int col,
    int width, bool focus)
{
	struct buf	b = BUF_INIT;

	field_chosen_text(ff, &b);
	draw_field(s, row, col, width - 2, focus ? STYLE_FOCUS : STYLE_INPUT,
	    buf_text(&b));
	draw_field(s, row, col + width - 2, 2, focus ? STYLE_FOCUS :
	    STYLE_INPUT, glyph(GLYPH_DOWN));
	if (focus)
		draw_cursor(s, row, col);
	buf_free(&b);
}

/* Where a field is must show without colour, too. */
static void
field_brackets(struct surface *s, int row, int col, int width, bool focus)
{
	draw_text(s, row, col - 1, 1, focus ? STYLE_KEY : STYLE_DIM, "[");
	draw_text(s, row, col + width, 1, focus ? STYLE_KEY : STYLE_DIM, "]");
}

/* As people read it. */
static void
field_fixed_text(const struct formfield *ff, struct buf *b)
{
	struct value_ctx	ctx = app_ctx();

	if (ff->f->rules.type == VALUE_REF)
		buf_addz(b, ff->title == NULL ? "-" : ff->title);
	else if (ff->canon != NULL)
		value_format(&ff->f->rules, &ctx, ff->canon, b);
}

static void
field_draw_fixed(struct formfield *ff, struct surface *s, int row, int col,
    bool focus)
{
	struct buf	b = BUF_INIT;

	field_fixed_text(ff, &b);
	draw_text(s, row, col, s->cols - col - 1, STYLE_TEXT, buf_text(&b));
	if (focus)
		draw_cursor(s, row, col);
	buf_free(&b);
}

void
formfield_draw_cell(struct formfield *ff, struct surface *s, int row, int col,
    int width, bool right, bool dim, bool focus)
{
	struct buf	b = BUF_INIT;
	uint32_t	style = dim || ff->fixed ? STYLE_DIM :
			    ff->error != NULL ? STYLE_ERROR : STYLE_INPUT;

	if (ff->hidden) {
		draw_fill(s, row, col, 1, width, STYLE_TEXT);
		return;
	}
	if (focus && ff->typed && !ff->fixed) {
		edit_draw(&ff->edit, s, row, col, width, true);
		return;
	}
	if (ff->fixed)
		field_fixed_text(ff, &b);
	else if (!ff->typed)
		field_chosen_text(ff, &b);
	else if (ff->error == NULL && ff->canon != NULL &&
	    ff->f->rules.type != VALUE_REF)
		field_fixed_text(ff, &b);
	else
		buf_addz(&b, ff->edit.text);
	if (right)
		draw_right(s, row, col, width, focus ? STYLE_FOCUS : style,
		    buf_text(&b));
	else
		draw_field(s, row, col, width, focus ? STYLE_FOCUS : style,
		    buf_text(&b));
	if (focus)
		draw_cursor(s, row, col);
	buf_free(&b);
}

/* Each tag by itself, once nobody types there. */
static void
field_draw_chips(struct formfield *ff, struct surface *s, int row, int col,
    int width)
{
	struct surface	 in = draw_sub(s, row, col, 1, width);
	const char	*p = ff->edit.text;
	char		 chip[128];
	size_t		 n;
	int		 at = 0;

	draw_fill(&in, 0, 0, 1, width, STYLE_INPUT);
	while (*(p += strspn(p, " ,")) != '\0' && at < width) {
		n = strcspn(p, ",");
		snprintf(chip, sizeof chip, " %.*s ", (int)(n < 120 ? n : 120),
		    p);
		at += draw_text(&in, 0, at, -1, STYLE_SELECTED, chip) + 1;
		p += n;
	}
}

/* A secret that is there and stays. */
static void
field_draw_kept(struct formfield *ff, struct surface *s, int row, int col,
    int width)
{
	struct value_ctx	ctx = app_ctx();
	struct buf		b = BUF_INIT;

	value_format(&ff->f->rules, &ctx, ff->start, &b);
	draw_text(s, row, col, width, STYLE_DIM, buf_text(&b));
	buf_free(&b);
}

static void
field_label(const struct formfield *ff, char out[LABEL_LEN])
{
	snprintf(out, LABEL_LEN, "%s%s", app_label(ff->f->label),
	    field_needed(ff) && !ff->fixed ? " *" : "");
}

int
formfield_label(const struct formfield *ff)
{
	char	label[LABEL_LEN];

	if (ff->lines != NULL)
		return 0;
	field_label(ff, label);
	return text_width(label, strlen(label));
}

void
formfield_draw(struct formfield *ff, struct surface *s, int row, bool focus)
{
	char	label[LABEL_LEN];
	int	col = form_indent(ff->form), width, rows = 1, i;

	ff->row = row;
	if (ff->lines != NULL) {
		formlines_draw(ff->lines, s, row, ff->col, focus);
		return;
	}
	if (ff->section[ui_lang()] != NULL) {
		draw_text(s, row + 1, 1, s->cols - 2, STYLE_TITLE,
		    ff->section[ui_lang()]);
		row += 2;
		ff->row = row;
	}
	width = field_width(ff, s->cols - col - 3);
	field_label(ff, label);
	draw_text(s, row, 1, col - 2, ff->error != NULL ? STYLE_ERROR :
	    focus ? STYLE_TITLE : STYLE_TEXT, label);
	if (ff->fixed) {
		field_draw_fixed(ff, s, row, col, focus);
	} else if (!ff->typed) {
		field_brackets(s, row, col, width, focus);
		field_draw_chosen(ff, s, row, col, width, focus);
	} else if (field_keeps_secret(ff) && ff->edit.len == 0 && !focus) {
		field_brackets(s, row, col, width, focus);
		field_draw_kept(ff, s, row, col, width);
	} else if (field_is_long(ff->f)) {
		rows = form_screen_rows(ff->form) >= 30 ? 6 : 3;
		for (i = 0; i < rows; i++)
			field_brackets(s, row + i, col, width, focus);
		edit_draw_area(&ff->edit, s, row, col, rows, width, focus);
	} else if (ff->f->rules.type == VALUE_TAGS && !focus &&
	    ff->error == NULL) {
		field_brackets(s, row, col, width, focus);
		field_draw_chips(ff, s, row, col, width);
	} else {
		field_brackets(s, row, col, width, focus);
		edit_draw(&ff->edit, s, row, col, width, focus);
		if (ff->edit.changed || focus)
			field_echo(ff, s, row, col + width + 2);
	}
	if (ff->error != NULL) {
		draw_text(s, row + rows, col - 2, 1, STYLE_ERROR, "!");
		draw_wrap(s, row + rows, col, s->cols - col - 1, 2,
		    STYLE_ERROR, ff->error, 0);
	} else if (focus && ff->f->help[ui_lang()] != NULL)
		draw_text(s, row + rows, col, s->cols - col - 1, STYLE_DIM,
		    ff->f->help[ui_lang()]);
}
