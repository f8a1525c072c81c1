/*
 * cmds.c - the grammar of konakctl as data. Parsing, the lists of help and
 * the checks of the manual page come from this table.
 *
 * TO ADD A COMMAND: 1. its row here; 2. its function, in the file of its
 * group; 3. its section in man/konakctl.8 (tests/lint compares); 4. a test.
 */
#include "server/ctl/ctl.h"

#define TENANT_OPT	{ "tenant", "NAME", \
	"the tenant; may be left out when there is only one" }

const struct ctl_cmd ctl_cmds[] = {
	{ .words = "cluster init", .operands = "DIR",
	  .help = "make a PostgreSQL cluster with Konak's settings",
	  .min = 1, .max = 1, .run = cluster_init_run,
	  .opts = {
		{ "user", "USER", "system user who owns and runs it" },
		{ "socket", "DIR", "folder of its Unix socket" },
		{ "port", "N", "port (5432)" },
		{ "listen", "ADDRESSES", "TCP addresses (none)" },
		{ "map", "USER", "system user who may act as superuser" },
		{ "throwaway", NULL, "for tests: never wait for the disk" } } },
	{ .words = "tenant create", .operands = "NAME",
	  .help = "make or complete a tenant; safe to run again",
	  .min = 1, .max = 1, .run = tenant_create_run,
	  .opts = {
		{ "host", "HOST", "TLS server name (NAME.domain)" },
		{ "group", "NAME", "name of its group of companies" } } },
	{ .words = "tenant migrate", .operands = "",
	  .help = "bring tenants to the newest schema",
	  .run = tenant_migrate_run,
	  .opts = {
		{ "tenant", "NAME", "only this one (all)" },
		{ "jobs", "N", "tenants at the same time (4)" },
		{ "dry-run", NULL, "say what would run, change nothing" },
		{ "fake-initial", NULL,
		    "take the first migration as applied where its tables "
		    "stand" } } },
	{ .words = "tenant list", .operands = "",
	  .help = "name, host, version, size, connections and state",
	  .run = tenant_list_run,
	  .opts = {
		{ "sort", "KEY", "name, size or connections, largest first" } } },
	{ .words = "owner create", .operands = "EMAIL",
	  .help = "make a tenant's first owner and first company",
	  .min = 1, .max = 1, .run = owner_create_run,
	  .opts = {
		TENANT_OPT,
		{ "company", "NAME", "the first company" },
		{ "kind", "KIND", "its kind: agency, school or studio" },
		{ "first-name", "NAME", "" },
		{ "last-name", "NAME", "" } } },
	{ .words = "user add", .operands = "EMAIL",
	  .help = "add a person to a company; prints a one-time password",
	  .min = 1, .max = 1, .run = user_add_run,
	  .opts = {
		TENANT_OPT,
		{ "company", "SLUG", "the company's short name" },
		{ "role", "NAME", "role there (employee)" },
		{ "first-name", "NAME", "" },
		{ "last-name", "NAME", "" } } },
	{ .words = "user reset", .operands = "EMAIL",
	  .help = "print a one-time code that sets a new password",
	  .min = 1, .max = 1, .run = user_reset_run, .opts = { TENANT_OPT } },
	{ .words = "user reset-2fa", .operands = "EMAIL",
	  .help = "let a person set up 2FA again; ends all sessions",
	  .min = 1, .max = 1, .run = user_reset_2fa_run,
	  .opts = { TENANT_OPT } },
	{ .words = "plan set", .operands = "NAME",
	  .help = "make or change a plan that schools subscribe to",
	  .min = 1, .max = 1, .run = plan_set_run,
	  .opts = {
		TENANT_OPT,
		{ "price", "AMOUNT", "a month's price" },
		{ "teachers", "N", "at most so many (no limit)" },
		{ "students", "N", "at most so many (no limit)" },
		{ "classes", "N", "at most so many (no limit)" },
		{ "features", "A,B", "what belongs to it" } } },
	{ .words = "plan list", .operands = "",
	  .help = "plans, and schools by the end of their trials",
	  .run = plan_list_run, .opts = { TENANT_OPT } },
	{ .words = "plan give", .operands = "SLUG NAME",
	  .help = "put a school on a plan",
	  .min = 2, .max = 2, .run = plan_give_run,
	  .opts = {
		TENANT_OPT,
		{ "status", "WORD", "trial, active, past_due or cancelled" },
		{ "until", "DATE", "the day a trial ends" } } },
	{ .words = "credit give", .operands = "SLUG N",
	  .help = "add to a studio's credit, or take from it",
	  .min = 2, .max = 2, .run = credit_give_run,
	  .opts = {
		TENANT_OPT,
		{ "reason", "TEXT", "what for; stands in its log" } } },
	{ .words = "unseal", .operands = "",
	  .help = "open a tenant's keys in the running server by hand",
	  .run = unseal_run,
	  .opts = {
		TENANT_OPT,
		{ "file", "FILE", "the key file (standard input)" } } },
	{ .words = "keys status", .operands = "",
	  .help = "whose keys are open, and how many secrets each has sealed",
	  .run = keys_status_run,
	  .opts = {
		{ "tenant", "NAME", "only this one (all)" } } },
	{ .words = "keys rotate", .operands = "",
	  .help = "seal everything with a new key while people work; goes on "
	    "after it was stopped",
	  .run = keys_rotate_run,
	  .opts = {
		TENANT_OPT,
		{ "file", "FILE", "the key file (the tenant's own)" } } },
	{ .words = "keys seal", .operands = "",
	  .help = "seal what stood in plain before an update; goes on after it "
	    "was stopped",
	  .run = keys_seal_run,
	  .opts = {
		TENANT_OPT,
		{ "file", "FILE", "the key file (the tenant's own)" } } },
	{ .words = "sample", .operands = "",
	  .help = "fill a tenant with the sample holding, up to these sizes",
	  .run = sample_run,
	  .opts = {
		TENANT_OPT,
		{ "seed", "N", "the same seed makes the same data (1)" },
		{ "customers", "N", "customers in all (127)" },
		{ "companies", "N", "companies (8, the holding of the "
		    "manual)" },
		{ "today", "DATE", "the day the histories end at (today)" },
		{ "accounts", "FILE", "write the sample's accounts there" } } },
	{ .words = "defs sql", .operands = "RECORD ...",
	  .help = "print the line that a record's migration contains",
	  .min = 1, .max = 100, .run = defs_sql_run,
	  .opts = {
		{ "definitions", "DIR", "folders of definitions, with colons "
		    "between" } } },
	{ .words = "defs check", .operands = "",
	  .help = "compare definitions with themselves and the databases",
	  .run = defs_check_run,
	  .opts = {
		{ "tenant", "NAME", "only this one (all)" },
		{ "files", NULL, "the files alone, no database" },
		{ "definitions", "DIR", "folders of definitions, with colons "
		    "between" } } },
	{ .words = "audit verify", .operands = "",
	  .help = "recompute the audit chain; name the first row that is wrong",
	  .run = audit_verify_run,
	  .opts = {
		TENANT_OPT,
		{ "company", "SLUG", "only this one (all)" },
		{ "heads", "FILE", "further heads that were signed" },
		{ "key", "FILE", "the public key they were signed with" },
		{ "file", "FILE", "check an export instead of the database" } } },
	{ .words = "audit export", .operands = "",
	  .help = "write the audit and its chain to standard output",
	  .run = audit_export_run,
	  .opts = {
		TENANT_OPT,
		{ "company", "SLUG", "only this one (all)" } } },
	{ .words = "audit heads", .operands = "",
	  .help = "sign where the chains end now; keep it, and print it",
	  .run = audit_heads_run, .opts = { TENANT_OPT } },
	{ .words = "doctor", .operands = "[NAME]",
	  .help = "check everything, say how to mend what is wrong",
	  .max = 1, .run = doctor_run },
	{ .words = "ping", .operands = "[NAME]",
	  .help = "wait until the server answers for its tenants",
	  .max = 1, .run = ping_run,
	  .opts = { { "timeout", "SECONDS", "how long to wait (5)" } } },
	{ .words = "reload", .operands = "",
	  .help = "make the server read its tenants and certificate again",
	  .run = reload_run },
	{ .words = NULL }
};
