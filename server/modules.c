/*
 * The modules that have C of their own. TO ADD ONE: a line here and its file
 * in server/mod/local.mk.
 */
#include "server/module.h"

const struct module *const modules[] = {
	NULL
};
