/* YAML and what reads configuration from it. */
#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"
#include "lib/conf.h"
#include "lib/yaml.h"
#include "tests/fuzz/fuzz.h"

struct all {
	bool			 b;
	int64_t			 n, size, seconds;
	const char		*text, *path;
	const char		**texts;
	const struct ynode	*node;
};

#define AT(x)	offsetof(struct all, x)
static const struct conf_row	rows[] = {
	{ "b", CONF_BOOL, AT(b), "true", CONF_RELOAD, 0, 0 },
	{ "limits.n", CONF_INT, AT(n), "5", 0, 1, 100 },
	{ "limits.size", CONF_SIZE, AT(size), "64k", 0, 0, 0 },
	{ "limits.seconds", CONF_SECONDS, AT(seconds), "2h", 0, 0, 0 },
	{ "text", CONF_TEXT, AT(text), NULL, 0, 0, 0 },
	{ "path", CONF_PATH, AT(path), NULL, CONF_REQUIRED, 0, 0 },
	{ "texts", CONF_TEXTS, AT(texts), NULL, 0, 0, 0 },
	{ "node", CONF_NODE, AT(node), NULL, 0, 0, 0 },
	{ NULL, 0, 0, NULL, 0, 0, 0 }
};

static void
changed(const struct conf_row *row, void *arg)
{
	(*(int *)arg)++;
}

static void
walk(const struct ynode *n, int depth)
{
	int64_t	i;
	bool	b;
	size_t	k;

	(void)yaml_is_null(n);
	(void)yaml_bool(n, &b);
	(void)yaml_int(n, &i);
	(void)yaml_text(n, "text", "");
	(void)yaml_path(n, "limits.n");
	for (k = 0; k < n->n && depth < YAML_DEPTH + 2; k++)
		walk(&n->child[k], depth + 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct arena	*a = arena_new();
	struct ynode	*n;
	struct all	 all, defaults;
	const char	*error;
	int		 count = 0;

	n = yaml_load(a, "fuzz.yaml", (const char *)p, len, &error);
	if (n != NULL) {
		walk(n, 0);
		if (conf_read(a, n, rows, &all, &error) &&
		    conf_read(a, NULL, rows + 6, &defaults, &error))
			conf_diff(rows + 6, &all, &defaults, changed, &count);
	}
	arena_free(a);
	return 0;
}
