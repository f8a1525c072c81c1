/*
 * boards.c - charts of a record type, and dashboards: files of their own whose
 * panels are lists, counts and charts of any type. A type may add panels to a
 * dashboard from its own definition.
 */
#include <stdlib.h>
#include <string.h>

#include "server/def/loader.h"

#define PANEL_ROWS	20

/* The list with room for one more. */
static void *
grown(struct loader *l, void *list, size_t n, size_t size)
{
	char	*more = arena_array(l->arena, n + 1, size);

	if (n > 0)
		memcpy(more, list, n * size);
	return more;
}

/* --- Conditions ------------------------------------------------------------ */

/* $today, $today+7, $today-30, $now and $me are worked out by the server when
 * the list is asked for. */
static bool
moving(const struct field *f, const char *s)
{
	enum value_type	t = field_type(f);

	if (strcmp(s, "$me") == 0)
		return t == VALUE_REF && f->ref != NULL &&
		    strcmp(f->ref->name, "users") == 0;
	if (strcmp(s, "$now") == 0)
		return t == VALUE_TIMESTAMP;
	if (strncmp(s, "$today", 6) != 0 ||
	    (t != VALUE_DATE && t != VALUE_TIMESTAMP))
		return false;
	s += 6;
	if (*s == '\0')
		return true;
	return (*s == '+' || *s == '-') && s[1] != '\0' && strlen(s) < 7 &&
	    strspn(s + 1, "0123456789") == strlen(s + 1);
}

static void
check_value(struct loader *l, const struct field *f, const struct ynode *n)
{
	struct value_rules	rules = f->rules;
	struct value_error	error;

	if (n->type != YNODE_SCALAR || n->text[0] == '\0') {
		fault(l, n, "a value is expected here");
		return;
	}
	if (n->text[0] == '$') {
		if (!moving(f, n->text))
			fault(l, n, "\"%s\" is no value of field \"%s\"",
			    n->text, f->name);
		return;
	}
	if (rules.type == VALUE_CHOICES)
		rules.type = VALUE_CHOICE;
	else if (rules.type == VALUE_TAGS)
		rules.type = VALUE_TEXT;
	else if (rules.type == VALUE_TIMESTAMP && strlen(n->text) == 10)
		rules.type = VALUE_DATE;
	if (rules.type == VALUE_REF)
		fault(l, n, "of a reference only $me and null can be said "
		    "here");
	else if (!value_parse_wire(&rules, n->text, strlen(n->text), &error))
		fault(l, n, "\"%s\" is no value of field \"%s\": %s", n->text,
		    f->name, value_error_text(l->arena, LANG_EN, &error));
}

static void
add_cond(struct loader *l, struct def_conds *cs, struct field *f,
    const char *op, const struct ynode *n)
{
	struct def_cond	*c;
	size_t		 i, count = n->type == YNODE_LIST ? n->n : 1;

	cs->list = grown(l, cs->list, cs->n, sizeof *cs->list);
	c = &cs->list[cs->n++];
	c->field = f;
	c->op = op;
	c->values = arena_array(l->arena, count + 1, sizeof *c->values);
	for (i = 0; i < count; i++) {
		const struct ynode *v = n->type == YNODE_LIST ? &n->child[i] :
		    n;

		if (strcmp(op, "null") != 0)
			check_value(l, f, v);
		c->values[c->n++] = v->text;
	}
}

static void
load_cond(struct loader *l, struct def_conds *cs, struct field *f,
    const struct ynode *n)
{
	static const char *const ops[] = { "eq", "ne", "lt", "le", "gt", "ge",
	    NULL };
	size_t	i, j;

	if (yaml_is_null(n))
		add_cond(l, cs, f, "null", n);
	else if (n->type == YNODE_LIST)
		add_cond(l, cs, f, "in", n);
	else if (n->type == YNODE_SCALAR)
		add_cond(l, cs, f, "eq", n);
	for (i = 0; n->type == YNODE_MAP && i < n->n; i++) {
		for (j = 0; ops[j] != NULL; j++)
			if (strcmp(ops[j], n->child[i].key) == 0)
				break;
		if (ops[j] == NULL)
			fault(l, &n->child[i], "there is no operator \"%s\"",
			    n->child[i].key);
		else if (n->child[i].type != YNODE_SCALAR)
			fault(l, &n->child[i], "a value is expected here");
		else
			add_cond(l, cs, f, ops[j], &n->child[i]);
	}
}

static void
load_conds(struct loader *l, const struct def *d, const struct ynode *map,
    struct def_conds *cs)
{
	const struct ynode	*n = yaml_get(map, "filter");
	struct field		*f;
	size_t			 i;

	if (n == NULL)
		return;
	if (n->type != YNODE_MAP) {
		fault(l, n, "\"filter\" must be a map of fields");
		return;
	}
	for (i = 0; i < n->n; i++) {
		if ((f = def_field(d, n->child[i].key)) == NULL)
			fault(l, &n->child[i], "%s has no field \"%s\"",
			    d->name, n->child[i].key);
		else if (!f->filter)
			fault(l, &n->child[i], "field \"%s\" cannot be "
			    "filtered", f->name);
		else
			load_cond(l, cs, f, &n->child[i]);
	}
}

/* --- Charts ---------------------------------------------------------------- */

static bool
is_day(const struct field *f)
{
	return field_type(f) == VALUE_DATE || field_type(f) == VALUE_TIMESTAMP;
}

/* What bars can be made of: few values, or the first of many. */
static bool
groups(const struct field *f)
{
	switch (field_type(f)) {
	case VALUE_CHOICE:
	case VALUE_BOOL:
	case VALUE_REF:
	case VALUE_TEXT:
	case VALUE_CURRENCY:
	case VALUE_INT:
		return true;
	default:
		return is_day(f);
	}
}

static bool
adds_up(const struct field *f)
{
	switch (field_type(f)) {
	case VALUE_INT:
	case VALUE_DECIMAL:
	case VALUE_MONEY:
	case VALUE_PERCENT:
	case VALUE_DURATION:
		return true;
	default:
		return false;
	}
}

static struct field *
load_measure(struct loader *l, const struct def *d, const struct ynode *n,
    const char *key)
{
	const struct ynode	*c = yaml_get(n, key);
	struct field		*f;

	if (c == NULL || (f = load_field_ref(l, d, c)) == NULL)
		return NULL;
	if (!adds_up(f) || f->column == NULL)
		fault(l, c, "field \"%s\" is no number", f->name);
	return f;
}

static int
load_periods(struct loader *l, const struct ynode *n, const char *key,
    int preset)
{
	int64_t	v;

	if (!load_int(l, n, key, &v))
		return preset;
	if (v < 0 || v > 400)
		fault(l, yaml_get(n, key), "\"%s\" is from 0 to 400", key);
	return (int)v;
}

/* Which word of a list the key has; the first by default. */
static int
load_word(struct loader *l, const struct ynode *n, const char *key,
    const char *const *words, int preset)
{
	const char	*s = load_text(l, n, key, false);
	int		 i;

	if (s == NULL)
		return preset;
	for (i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], s) == 0)
			return i;
	fault(l, yaml_get(n, key), "there is no %s \"%s\"", key, s);
	return preset;
}

static const char *const draw_words[] = { "bars", "spark", "heat", NULL };
static const char *const period_words[] = { "day", "week", "month", "year",
    NULL };

const char *
chart_draw_name(enum chart_draw draw)
{
	return draw_words[draw];
}

const char *
chart_period_name(enum chart_period period)
{
	return period_words[period];
}

bool
chart_period_parse(const char *s, enum chart_period *period)
{
	int	i;

	for (i = 0; period_words[i] != NULL; i++)
		if (strcmp(period_words[i], s) == 0) {
			*period = (enum chart_period)i;
			return true;
		}
	return false;
}

/* Days for a calendar, months for a line, unless said otherwise. */
static void
load_times(struct loader *l, const struct ynode *n, struct def_chart *c)
{
	static const int presets[] = { [PERIOD_DAY] = 30, [PERIOD_WEEK] = 12,
	    [PERIOD_MONTH] = 12, [PERIOD_YEAR] = 5 };
	bool	heat;

	if (!is_day(c->by)) {
		if (c->draw != CHART_BARS)
			fault(l, yaml_get(n, "draw"), "only a date is drawn "
			    "like this");
		if (yaml_get(n, "period") != NULL)
			fault(l, yaml_get(n, "period"), "only a date has a "
			    "period");
		return;
	}
	if (yaml_get(n, "draw") == NULL)
		c->draw = CHART_SPARK;
	heat = c->draw == CHART_HEAT;
	c->period = load_word(l, n, "period", period_words,
	    heat ? PERIOD_DAY : PERIOD_MONTH);
	if (heat && c->period != PERIOD_DAY)
		fault(l, yaml_get(n, "period"), "a calendar has days");
	c->last = load_periods(l, n, "last", heat ? 182 : presets[c->period]);
	c->next = load_periods(l, n, "next", 0);
	if (c->last + c->next == 0)
		fault(l, n, "a chart of no time");
}

static void
load_chart(struct loader *l, struct def *d, const struct ynode *n)
{
	static const char *const words[] = { "label", "draw", "by", "sum",
	    "average", "period", "last", "next", "filter", NULL };
	struct def_chart	*c = &d->charts[d->ncharts];
	const struct ynode	*by;

	if (!load_keys(l, n, words))
		return;
	c->name = n->key;
	load_label(l, n, "label", true, &c->label);
	c->draw = load_word(l, n, "draw", draw_words, CHART_BARS);
	c->sum = load_measure(l, d, n, "sum");
	c->average = load_measure(l, d, n, "average");
	if (c->sum != NULL && c->average != NULL)
		fault(l, n, "a chart has one of sum and average");
	load_conds(l, d, n, &c->conds);
	if ((by = yaml_get(n, "by")) == NULL) {
		fault(l, n, "\"by\" is missing");
		return;
	}
	if ((c->by = load_field_ref(l, d, by)) == NULL)
		return;
	if (!groups(c->by) || !c->by->filter) {
		fault(l, by, "no chart can be made by field \"%s\": it needs "
		    "\"filter: true\" and few values", c->by->name);
		return;
	}
	load_times(l, n, c);
	d->ncharts++;
}

void
link_charts(struct loader *l, struct def *d, const struct ynode *n)
{
	size_t	i;

	if (n == NULL)
		return;
	if (n->type != YNODE_MAP || n->n == 0) {
		fault(l, n, "\"chart\" must be a map of charts");
		return;
	}
	d->charts = arena_array(l->arena, n->n, sizeof *d->charts);
	for (i = 0; i < n->n; i++)
		load_chart(l, d, &n->child[i]);
	d->verbs |= 1u << DV_STATS;
}

/* --- Panels ---------------------------------------------------------------- */

static const struct def_chart *
find_chart(struct loader *l, const struct def *d, const struct ynode *n)
{
	const char	*s = n->type == YNODE_SCALAR ? n->text : "";
	size_t		 i;

	for (i = 0; i < d->ncharts; i++)
		if (strcmp(d->charts[i].name, s) == 0)
			return &d->charts[i];
	fault(l, n, "%s has no chart \"%s\"", d->name, s);
	return NULL;
}

static void
load_panel_list(struct loader *l, const struct ynode *n, struct def_panel *p)
{
	const char	*s;
	int64_t		 rows = 5;

	p->kind = PANEL_LIST;
	p->columns = load_fields_ref(l, p->def, n, "list", &p->ncolumns);
	if (p->ncolumns == 0)
		fault(l, yaml_get(n, "list"), "a list without columns");
	p->sort = p->def->sort;
	p->sort_desc = p->def->sort_desc;
	if ((s = load_text(l, n, "sort", false)) != NULL) {
		p->sort_desc = s[0] == '-';
		p->sort = def_field(p->def, s + p->sort_desc);
		if (p->sort == NULL || !p->sort->sort)
			fault(l, yaml_get(n, "sort"), "%s has no field \"%s\" "
			    "with \"sort: true\"", p->def->name,
			    s + p->sort_desc);
	}
	if (load_int(l, n, "rows", &rows) && (rows < 1 || rows > PANEL_ROWS))
		fault(l, yaml_get(n, "rows"), "\"rows\" is from 1 to %d",
		    PANEL_ROWS);
	p->rows = (int)rows;
}

static void
load_panel(struct loader *l, struct def *own, struct def_board *board,
    const struct ynode *n)
{
	static const char *const words[] = { "of", "on", "label", "order",
	    "list", "count", "chart", "sort", "rows", "filter", NULL };
	struct def_panel	*p = arena_alloc(l->arena, sizeof *p);
	const char		*s;
	int64_t			 order = 100;

	if (!load_keys(l, n, words))
		return;
	if (own == NULL && (s = load_text(l, n, "of", true)) != NULL &&
	    (own = load_def(l, s)) == NULL)
		fault(l, yaml_get(n, "of"), "there is no record \"%s\"", s);
	s = load_text(l, n, "on", false);
	if (board == NULL && (board = load_board(l, s != NULL ? s : "home")) ==
	    NULL)
		fault(l, s != NULL ? yaml_get(n, "on") : n, "there is no "
		    "dashboard \"%s\"", s != NULL ? s : "home");
	if (own == NULL || board == NULL)
		return;
	p->def = own;
	load_int(l, n, "order", &order);
	p->order = (int)order;
	p->label = own->labels;
	if ((yaml_get(n, "list") != NULL) + (yaml_get(n, "chart") != NULL) +
	    load_bool(l, n, "count") != 1)
		fault(l, n, "a panel has one of list, count and chart");
	else if (yaml_get(n, "list") != NULL)
		load_panel_list(l, n, p);
	else if (yaml_get(n, "chart") != NULL) {
		p->kind = PANEL_CHART;
		p->chart = find_chart(l, own, yaml_get(n, "chart"));
		if (p->chart == NULL)
			return;
		p->label = p->chart->label;
	} else
		p->kind = PANEL_COUNT;
	load_label(l, n, "label", false, &p->label);
	load_conds(l, own, n, &p->conds);
	board->panels = grown(l, board->panels, board->npanels, sizeof *board->panels);
	board->panels[board->npanels++] = p;
}

static void
load_panels(struct loader *l, struct def *own, struct def_board *board,
    const struct ynode *n)
{
	size_t	i;

	if (n != NULL && n->type != YNODE_LIST)
		fault(l, n, "\"panels\" must be a list");
	for (i = 0; n != NULL && n->type == YNODE_LIST && i < n->n; i++)
		load_panel(l, own, board, &n->child[i]);
}

/* --- Dashboards ------------------------------------------------------------ */

struct def_board *
load_board(const struct loader *l, const char *name)
{
	size_t	i;

	for (i = 0; i < l->nboards; i++)
		if (strcmp(l->boards[i]->name, name) == 0)
			return l->boards[i];
	return NULL;
}

void
load_board_file(struct loader *l, const char *name, const struct ynode *node)
{
	static const char *const words[] = { "dashboard", "label", "order",
	    "panels", NULL };
	struct def_board	*b = arena_alloc(l->arena, sizeof *b);
	const char		*s = load_name(l, node, "dashboard", true);
	int64_t			 order = 0;

	load_keys(l, node, words);
	if (s != NULL && strcmp(s, name) != 0)
		fault(l, yaml_get(node, "dashboard"), "the dashboard is called "
		    "\"%s\", but its file %s.yaml", s, name);
	if (load_board(l, name) != NULL)
		fault(l, node, "the dashboard \"%s\" is defined twice", name);
	b->name = name;
	b->node = node;
	load_label(l, node, "label", true, &b->label);
	load_int(l, node, "order", &order);
	b->order = (int)order;
	l->boards = grown(l, l->boards, l->nboards, sizeof *l->boards);
	l->boards[l->nboards++] = b;
}

static int
by_order(const void *a, const void *b)
{
	const struct def_panel *const *x = a, *const *y = b;

	if ((*x)->order != (*y)->order)
		return (*x)->order < (*y)->order ? -1 : 1;
	if ((*x)->def != (*y)->def)
		return (*x)->def->index < (*y)->def->index ? -1 : 1;
	return (*x)->place < (*y)->place ? -1 : (*x)->place > (*y)->place;
}

static int
board_by_order(const void *a, const void *b)
{
	const struct def_board *const *x = a, *const *y = b;

	if ((*x)->order != (*y)->order)
		return (*x)->order < (*y)->order ? -1 : 1;
	return strcmp((*x)->name, (*y)->name);
}

void
link_boards(struct loader *l)
{
	struct def_board	*b;
	size_t			 i, k;

	for (i = 0; i < l->nboards; i++)
		load_panels(l, NULL, l->boards[i],
		    yaml_get(l->boards[i]->node, "panels"));
	for (i = 0; i < l->ndefs; i++)
		load_panels(l, l->defs[i], NULL,
		    yaml_get(l->defs[i]->node, "panels"));
	for (i = 0; i < l->nboards; i++) {
		b = l->boards[i];
		for (k = 0; k < b->npanels; k++)
			b->panels[k]->place = k;
		if (b->npanels > 0)
			qsort(b->panels, b->npanels, sizeof *b->panels,
			    by_order);
	}
	if (l->nboards > 0)
		qsort(l->boards, l->nboards, sizeof *l->boards,
		    board_by_order);
}
