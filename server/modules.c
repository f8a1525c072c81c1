/*
 * The modules that have C of their own. TO ADD ONE: two lines here and its file
 * in server/mod/local.mk.
 */
#include "server/module.h"

extern const struct module agency_module;
extern const struct module companies_module;
extern const struct module custom_module;	/* record/custom.c */
extern const struct module jobs_module;
extern const struct module mails_module;
extern const struct module notifications_module;
extern const struct module privacy_module;
extern const struct module proposals_module;
extern const struct module reminders_module;
extern const struct module timetable_module;	/* timetable/verbs.c */
extern const struct module vault_module;
extern const struct module tasks_module;
extern const struct module time_module;
extern const struct module timesheets_module;

const struct module *const modules[] = {
	&agency_module,
	&companies_module,
	&custom_module,
	&jobs_module,
	&mails_module,
	&notifications_module,
	&privacy_module,
	&proposals_module,
	&reminders_module,
	&timetable_module,
	&vault_module,
	&tasks_module,
	&time_module,
	&timesheets_module,
	NULL
};
