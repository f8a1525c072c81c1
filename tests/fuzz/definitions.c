/* A record definition or a dashboard, beside two whole ones that it may
 * refer to. */
#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "server/def/def.h"
#include "tests/fuzz/fuzz.h"

static const char	good[] =
"record: good\nmodule: customers\nlabel: { tr: İyi, en: Good }\n"
"labels: { tr: İyiler, en: Goods }\ntitle: name\naudit: GOOD\n"
"perm: { view: { customers.view: all }, create: customers.create, "
"edit: customers.edit, delete: customers.delete }\nsearch: [name]\n"
"fields:\n"
"  name: { type: text, max: 200, required: true, sort: true, "
"label: { tr: Ad, en: Name } }\n"
"  amount: { type: money, label: { tr: Tutar, en: Amount } }\n"
"  day: { type: date, sort: true, filter: true, "
"label: { tr: Gün, en: Day } }\n"
"  kind: { type: choice, filter: true, label: { tr: Tür, en: Kind }, "
"values: { a: { tr: A, en: A }, b: { tr: B, en: B } } }\n"
"views:\n  list: { columns: [name, kind, day], sort: name }\n"
"  form: [ { label: { tr: Genel, en: General }, "
"fields: [name, kind, amount, day] } ]\n";

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)fuzz_file("good.yaml", good, sizeof good - 1);
	log_set_level(LOG_LEVEL_ERROR);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	const char		*dirs[] = { fuzz_folder(), NULL };
	struct def_errors	 errors = { NULL, 0 };

	(void)fuzz_file("thing.yaml", p, len);
	if (defs_load(dirs, &errors) == (errors.n > 0))
		abort();
	def_errors_free(&errors);
	defs_free();
	return 0;
}
