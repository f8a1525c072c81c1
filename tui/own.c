/* own.c - definitions as a company has them: with the fields and defaults that
 * it added by itself; see store.h. */
#include <stdlib.h>
#include <string.h>

#include "tui/own.h"

static struct val *
own_label(const char *tr, const char *en)
{
	struct val	*v = val_array();

	val_add(v, val_text(tr));
	val_add(v, val_text(en));
	return v;
}

/* In the form as a section of their own, on the card behind the others. */
static void
own_fields(struct val *d, const struct val *fields)
{
	struct val		*all = (struct val *)val_get(d, "fields");
	struct val		*form = (struct val *)val_get(d, "form");
	const struct val	*tab = val_at(val_get(d, "card"), 0);
	struct val		*shown = (struct val *)val_get(tab, "fields");
	struct val		*section = val_map(), *names = val_array();
	const char		*name;
	size_t			 i;

	for (i = 0; i < fields->n; i++) {
		name = val_get_str(fields->item[i], "name");
		if (name == NULL || all == NULL)
			continue;
		val_add(all, val_copy(fields->item[i]));
		val_add(names, val_text(name));
		if (shown != NULL)
			val_add(shown, val_text(name));
	}
	val_put(section, "label", own_label("Şirketin alanları",
	    "Fields of the company"));
	val_put(section, "fields", names);
	if (form != NULL)
		val_add(form, section);
	else
		val_free(section);
}

static void
own_default(struct val *d, const char *field, const struct val *value)
{
	const struct val	*fields = val_get(d, "fields");
	size_t			 i;

	for (i = 0; i < val_count(fields); i++)
		if (strcmp(val_get_word(fields->item[i], "name"),
		    field) == 0) {
			val_put(fields->item[i], "default", val_copy(value));
			val_drop(fields->item[i], "default_is");
		}
}

struct val *
own_defs(const struct val *plain, const struct val *company)
{
	const struct val	*fields = val_get(company, "fields");
	const struct val	*defaults = val_get(company, "defaults"), *f;
	struct val		*all = val_copy(plain);
	const struct val	*array = val_get(all, "defs");
	const char		*name;
	size_t			 i, k, len;

	for (i = 0; i < val_count(array); i++) {
		name = val_get_str(array->item[i], "name");
		if (name == NULL)
			continue;
		if ((f = val_get(fields, name)) != NULL && f->n > 0)
			own_fields(array->item[i], f);
		len = strlen(name);
		for (k = 0; k < val_count(defaults); k++)
			if (strncmp(val_key(defaults, k), name, len) == 0 &&
			    val_key(defaults, k)[len] == '.')
				own_default(array->item[i],
				    val_key(defaults, k) + len + 1,
				    defaults->item[k]);
	}
	return all;
}
