/*
 * The modules that have C of their own. TO ADD ONE: a line here and its file
 * in server/mod/local.mk.
 */
#include "server/module.h"

extern const struct module leads_module;

const struct module *const modules[] = {
	&leads_module,
	NULL
};
