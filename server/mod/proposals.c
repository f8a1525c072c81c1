/*
 * proposals.c - a proposal as a paper for its customer: who offers what to
 * whom, the lines, the tax of each rate, how long it holds. And what begins
 * with its acceptance: the rules are in sql/0281-acceptance.sql.
 */
#include <jansson.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/msg.h"
#include "server/module.h"
#include "server/paper/paper.h"
#include "server/record/record.h"
#include "server/reply.h"

static const struct db_stmt	stmt_paper = { "proposals_pdf",
    "select jsonb_strip_nulls(jsonb_build_object('number', p.number, "
    "'revision', p.revision, 'title', p.title, 'issue_date', p.issue_date, "
    "'valid_until', p.valid_until, 'currency', p.currency, "
    "'terms', p.terms, 'subtotal', p.subtotal::text, "
    "'total', p.total::text, 'by', (select x.name from konak.people x "
    "where x.company_id = (select konak.register()) "
    "and x.id = p.assigned_to), "
    "'to', coalesce((select jsonb_build_array(c.company_name, "
    "c.contact_person, c.address, concat_ws(' ', c.tax_office, "
    "c.tax_number)) from konak.customers c "
    "where c.company_id = p.company_id and c.id = p.customer_id), "
    "(select jsonb_build_array(l.company_name, l.contact_person) "
    "from konak.leads l where l.company_id = p.company_id "
    "and l.id = p.lead_id)), "
    "'lines', (select jsonb_agg(jsonb_build_array(l.description, "
    "trim_scale(l.quantity)::text, l.unit, l.unit_price::text, "
    "trim_scale(l.discount)::text, trim_scale(l.tax_rate)::text, "
    "l.total::text) order by l.sort_order, l.id) "
    "from konak.proposal_lines l where l.company_id = p.company_id "
    "and l.proposal_id = p.id and l.deleted_at is null), "
    "'taxes', (select jsonb_agg(jsonb_build_array("
    "trim_scale(t.tax_rate)::text, "
    "t.tax::text) order by t.tax_rate) from (select l.tax_rate, "
    "sum(round(l.total * l.tax_rate / 100, 2)) as tax "
    "from konak.proposal_lines l where l.company_id = p.company_id "
    "and l.proposal_id = p.id and l.deleted_at is null "
    "group by l.tax_rate) t))) from konak.proposals p "
    "where p.company_id = (select konak.company()) and p.id = $1 "
    "and konak.may('proposals.view_prices') and p.deleted_at is null" };

static const char *
text_of(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static const char *
cell_of(const json_t *row, size_t i)
{
	const char	*s = json_string_value(json_array_get(row, i));

	return s == NULL ? "" : s;
}

/* The definition's word for a field, or for one of its values. */
static const char *
word(struct req *r, const char *record, const char *name, const char *value)
{
	const struct field	*f = def_field(def_find(record), name);
	size_t			 i;

	for (i = 0; value != NULL && i < f->rules.nchoices; i++)
		if (strcmp(f->rules.choices[i].code, value) == 0)
			return f->rules.choices[i].label[req_lang(r)];
	return label_text(&f->label, req_lang(r));
}

static void
body_add(json_t *page, const char *part, json_t *value)
{
	json_t	*o = json_object();

	json_object_set_new(o, part, value);
	json_array_append_new(json_object_get(page, "body"), o);
}

static void
add_text(json_t *page, const char *part, const char *s)
{
	if (s != NULL && s[0] != '\0')
		body_add(page, part, json_string(s));
}

static void
add_pair(json_t *pairs, const char *label, const char *value)
{
	if (value != NULL && value[0] != '\0')
		json_array_append_new(pairs, paper_row(label, value, NULL));
}

static void
add_parties(struct req *r, json_t *page, const json_t *p)
{
	const json_t	*to = json_object_get(p, "to");
	json_t		*pairs = json_array();
	const char	*d = "proposals";
	size_t		 i;

	for (i = 0; i < json_array_size(to); i++)
		add_pair(pairs, i == 0 ? msg_text(req_lang(r), "paper.to") :
		    "", cell_of(to, i));
	add_pair(pairs, word(r, d, "number", NULL), req_printf(r, "%s / %d",
	    text_of(p, "number"), (int)json_integer_value(json_object_get(p,
	    "revision"))));
	add_pair(pairs, word(r, d, "issue_date", NULL), paper_date(r,
	    text_of(p, "issue_date")));
	add_pair(pairs, word(r, d, "valid_until", NULL), paper_date(r,
	    text_of(p, "valid_until")));
	add_pair(pairs, msg_text(req_lang(r), "paper.by"), text_of(p, "by"));
	body_add(page, "pairs", pairs);
}

static void
add_column(json_t *columns, const char *title, double width,
    const char *align)
{
	json_array_append_new(columns, json_pack("{s:s, s:f, s:s}", "title",
	    title, "width", width, "align", align));
}

static void
add_total(json_t *totals, const char *what, const char *amount)
{
	json_array_append_new(totals, paper_row("", "", "", what, amount,
	    NULL));
}

/* Discounts have a place in the line that has one. */
static json_t *
line_row(struct req *r, const json_t *line)
{
	const char	*what = cell_of(line, 0), *off = cell_of(line, 4);

	if (strcmp(off, "0") != 0)
		what = req_printf(r, "%s\n%s: %%%s", what, word(r,
		    "proposal_lines", "discount", NULL), paper_number(r, off,
		    0));
	return paper_row(what, req_printf(r, "%s %s", paper_number(r,
	    cell_of(line, 1), 0), word(r, "proposal_lines", "unit",
	    cell_of(line, 2))), paper_number(r, cell_of(line, 3), 2),
	    paper_number(r, cell_of(line, 5), 0), paper_number(r,
	    cell_of(line, 6), 2), NULL);
}

static void
add_lines(struct req *r, json_t *page, const json_t *p)
{
	json_t		*table = json_object(), *columns = json_array();
	json_t		*rows = json_array(), *totals = json_array();
	const char	*d = "proposal_lines", *currency;
	const json_t	*o;
	size_t		 i;

	add_column(columns, word(r, d, "description", NULL), 6, "left");
	add_column(columns, word(r, d, "quantity", NULL), 2, "right");
	add_column(columns, word(r, d, "unit_price", NULL), 2.2, "right");
	add_column(columns, word(r, d, "tax_rate", NULL), 1.8, "right");
	add_column(columns, word(r, d, "total", NULL), 2.6, "right");
	json_array_foreach(json_object_get(p, "lines"), i, o)
		json_array_append_new(rows, line_row(r, o));
	currency = text_of(p, "currency");
	add_total(totals, word(r, "proposals", "subtotal", NULL),
	    paper_number(r, text_of(p, "subtotal"), 2));
	json_array_foreach(json_object_get(p, "taxes"), i, o)
		add_total(totals, req_printf(r, "%s %s", word(r, d,
		    "tax_rate", NULL), paper_number(r, cell_of(o, 0), 0)),
		    paper_number(r, cell_of(o, 1), 2));
	add_total(totals, word(r, "proposals", "total", NULL), req_printf(r,
	    "%s %s", paper_number(r, text_of(p, "total"), 2), currency));
	json_object_set_new(table, "columns", columns);
	json_object_set_new(table, "rows", rows);
	json_object_set_new(table, "totals", totals);
	body_add(page, "table", table);
}

static void
pdf_rows(struct req *r, PGresult *res)
{
	const char	*number;
	json_t		*p, *page;

	if (PQntuples(res) == 0) {
		req_fail(r, ERR_NOT_FOUND, "id", "record.not_found", NULL);
		return;
	}
	p = json_loads(PQgetvalue(res, 0, 0), 0, NULL);
	number = req_printf(r, "%s-%d", text_of(p, "number"),
	    (int)json_integer_value(json_object_get(p, "revision")));
	page = json_object();
	json_object_set_new(page, "title", json_string(req_printf(r, "%s %s",
	    label_text(&def_find("proposals")->label, req_lang(r)), number)));
	json_object_set_new(page, "foot", json_string(number));
	json_object_set_new(page, "body", json_array());
	add_text(page, "heading", text_of(p, "title"));
	add_parties(r, page, p);
	add_lines(r, page, p);
	if (text_of(p, "terms") != NULL) {
		add_text(page, "section", word(r, "proposals", "terms", NULL));
		add_text(page, "text", text_of(p, "terms"));
	}
	json_decref(p);
	paper_page(r, page, number);
}

static void
proposals_pdf(struct req *r)
{
	const char	*params[1] = { req_uuid(r, "id") };

	paper_begin(r);
	req_query(r, &stmt_paper, 1, params, pdf_rows);
}

static const struct db_stmt accept_stmt = { "proposals_accept",
    MODULE_CHANGED("konak.proposals_accept($1, $2, $3, $4::numeric)") };
static const struct db_stmt fill_stmt = { "projects_fill",
    MODULE_CHANGED("konak.projects_fill($1, $2, $3::date)") };
static const struct db_stmt use_stmt = { "project_templates_use",
    MODULE_CHANGED("konak.projects_from_template($1, $2, $3, $4::date)") };

static const struct verb proposals_verbs[] = {
	{ .name = "proposals.accept", .audit = "PROPOSAL_ACCEPT",
	  .need = { "proposals.edit", "proposals.view_prices",
	    "projects.create", "tasks.create" },
	  .state = VERB_COMPANY, .flags = VERB_WRITE,
	  .data = &accept_stmt, .run = module_call,
	  .args = {
		{ "id", ARG_UUID, true, 0 },
		{ "version", ARG_INT, true, 0 },
		{ "template", ARG_UUID, false, 0 },
		{ "deposit", ARG_TEXT, false, 10 } } },
	{ .name = "projects.fill", .need = { "projects.edit", "tasks.create" },
	  .state = VERB_COMPANY, .flags = VERB_WRITE,
	  .data = &fill_stmt, .run = module_call,
	  .args = {
		{ "id", ARG_UUID, true, 0 },
		{ "template", ARG_UUID, true, 0 },
		{ "start", ARG_DATE, false, 0 } } },
	{ .name = "project_templates.use",
	  .need = { "projects.create", "tasks.create" },
	  .state = VERB_COMPANY, .flags = VERB_WRITE,
	  .data = &use_stmt, .run = module_call,
	  .args = {
		{ "id", ARG_UUID, true, 0 },
		{ "name", ARG_TEXT, true, 255 },
		{ "customer_id", ARG_UUID, false, 0 },
		{ "start", ARG_DATE, false, 0 } } },
	{ .name = "proposals.pdf",
	  .need = { "proposals.view", "proposals.view_prices" },
	  .state = VERB_COMPANY,
	  .args = { { "id", ARG_UUID, true, 0 } },
	  .run = proposals_pdf },
	{ .name = NULL }
};

const struct module proposals_module = { "proposals", proposals_verbs,
	NULL };
