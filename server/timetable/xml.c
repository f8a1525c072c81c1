/* xml.c - see xml.h. */
#include <ctype.h>
#include <expat.h>
#include <string.h>

#include "lib/arena.h"
#include "server/timetable/xml.h"

#define DEPTH_MAX	32
#define NODES_MAX	4000000
#define TEXT_MAX	65536

struct reader {
	XML_Parser	 parser;
	struct arena	*arena;
	struct xnode	*stack[DEPTH_MAX];
	struct xnode	*root;
	unsigned	 depth, nodes;
	char		 text[TEXT_MAX];
	size_t		 len;
	const char	*why;
};

static void
stop(struct reader *x, const char *why)
{
	if (x->why == NULL)
		x->why = why;
	XML_StopParser(x->parser, XML_FALSE);
}

static void XMLCALL
start_cb(void *arg, const char *name, const char **attrs)
{
	struct reader	*x = arg;
	struct xnode	*n, *up;

	if (x->depth == DEPTH_MAX || ++x->nodes > NODES_MAX) {
		stop(x, "too deep or too large");
		return;
	}
	n = arena_alloc(x->arena, sizeof *n);
	n->name = arena_strdup(x->arena, name);
	n->text = n->raw = "";
	n->start = (size_t)XML_GetCurrentByteIndex(x->parser);
	/* The only attribute that is read: the version of a file. */
	if (x->depth == 0 && attrs[0] != NULL &&
	    strcmp(attrs[0], "version") == 0)
		n->text = arena_strdup(x->arena, attrs[1]);
	if (x->depth == 0)
		x->root = n;
	else {
		up = x->stack[x->depth - 1];
		if (up->last == NULL)
			up->child = n;
		else
			up->last->next = n;
		up->last = n;
	}
	x->stack[x->depth++] = n;
	x->len = 0;
}

static void XMLCALL
end_cb(void *arg, const char *name)
{
	struct reader	*x = arg;
	struct xnode	*n = x->stack[--x->depth];
	size_t		 i = 0;

	n->end = (size_t)XML_GetCurrentByteIndex(x->parser) +
	    (size_t)XML_GetCurrentByteCount(x->parser);
	if (n->child == NULL && x->len > 0)
		n->raw = arena_strndup(x->arena, x->text, x->len);
	while (i < x->len && isspace((unsigned char)x->text[i]))
		i++;
	while (x->len > i && isspace((unsigned char)x->text[x->len - 1]))
		x->len--;
	if (n->child == NULL && x->len > i)
		n->text = arena_strndup(x->arena, x->text + i, x->len - i);
	x->len = 0;
}

static void XMLCALL
text_cb(void *arg, const char *s, int len)
{
	struct reader	*x = arg;

	if (x->len + (size_t)len > sizeof x->text) {
		stop(x, "a text is too long");
		return;
	}
	memcpy(x->text + x->len, s, (size_t)len);
	x->len += (size_t)len;
}

static void XMLCALL
doctype_cb(void *arg, const char *name, const char *sysid, const char *pubid,
    int internal)
{
	stop(arg, "document types and entities are not read");
}

struct xnode *
xml_parse(struct arena *a, const char *p, size_t len, const char **why)
{
	struct reader	*x = arena_alloc(a, sizeof *x);
	enum XML_Status	 st;

	x->arena = a;
	if (len > XML_BYTES_MAX) {
		*why = "the file is too large";
		return NULL;
	}
	x->parser = XML_ParserCreate("UTF-8");
	XML_SetUserData(x->parser, x);
	XML_SetElementHandler(x->parser, start_cb, end_cb);
	XML_SetCharacterDataHandler(x->parser, text_cb);
	XML_SetStartDoctypeDeclHandler(x->parser, doctype_cb);
	st = XML_Parse(x->parser, p, (int)len, XML_TRUE);
	if (st == XML_STATUS_ERROR) {
		*why = arena_printf(a, "line %lu: %s",
		    (unsigned long)XML_GetCurrentLineNumber(x->parser),
		    x->why != NULL ? x->why :
		    XML_ErrorString(XML_GetErrorCode(x->parser)));
		x->root = NULL;
	}
	XML_ParserFree(x->parser);
	return x->root;
}

struct xnode *
xml_child(const struct xnode *n, const char *name)
{
	struct xnode	*c;

	for (c = n == NULL ? NULL : n->child; c != NULL; c = c->next)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

const char *
xml_text(const struct xnode *n, const char *name)
{
	const struct xnode	*c = xml_child(n, name);

	return c == NULL ? "" : c->text;
}
