/* own.c - what company.fields says, put into what defs.list said. */
#ifndef KONAK_TUI_OWN_H
#define KONAK_TUI_OWN_H

#include "tui/val.h"

/* A new map like `plain` (of defs.list), with the company's fields and
 * defaults. */
struct val	*own_defs(const struct val *plain, const struct val *company);

#endif
