/*
 * companies.c - what companies.yaml cannot say: of the networks people may
 * come from, the one that is wrong is named. The rule itself is a constraint.
 */
#include <string.h>

#include "lib/arena.h"
#include "lib/ids.h"
#include "server/module.h"
#include "server/record/record.h"

/* The next member of an array literal as value_read() makes it, unescaped;
 * NULL at its end. */
static const char *
next_item(struct req *r, const char **at)
{
	const char	*s = strchr(*at, '"');
	char		*item, *out;

	if (s == NULL)
		return NULL;
	item = out = arena_alloc(r->arena, strlen(s));
	for (s++; *s != '"' && *s != '\0'; s++) {
		if (*s == '\\' && s[1] != '\0')
			s++;
		*out++ = *s;
	}
	*out = '\0';
	*at = *s == '"' ? s + 1 : s;
	return item;
}

static bool
companies_check(struct req *r, struct record_values *v)
{
	const struct record_value	*n = record_value(v,
	    "allowed_networks");
	const char			*at, *item;

	if (n == NULL || !n->given || n->text == NULL)
		return true;
	for (at = n->text; (item = next_item(r, &at)) != NULL; ) {
		if (strcmp(item, "local") == 0 ||
		    inet_check(item, strlen(item)) == ID_OK)
			continue;
		req_bad(r, "allowed_networks", "company.network", "typed",
		    item, NULL);
		return false;
	}
	return true;
}

static const struct module_hooks companies_hooks[] = {
	{ .record = "companies", .check = companies_check },
	{ .record = NULL }
};
const struct module companies_module = { "companies", NULL,
    companies_hooks };
