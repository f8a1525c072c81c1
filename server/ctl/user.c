/*
 * user.c - people, from the operator's side: the first owner of a tenant, one
 * more person, a one-time code instead of a lost password, a new start with
 * 2FA. Passwords are never typed here: a code of one day sets them.
 */
#include <stdio.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/tr.h"
#include "lib/uuid.h"
#include "server/auth/password.h"
#include "server/ctl/ctl.h"

PGconn *
operator_begin(struct ctl *ctl)
{
	struct tenant_file	*t = tenant_chosen(ctl);
	PGconn			*conn;

	conn = pg_connect(ctl, t, t->migrate_user, t->migrate_password);
	pg_exec(conn, "begin");
	pg_exec(conn, "set local role konak_owner");
	pg_value(ctl, conn, "select set_config('konak.company', "
	    "konak.group_company()::text, true)", 0, NULL);
	return conn;
}

void
operator_commit(PGconn *conn)
{
	pg_exec(conn, "commit");
	PQfinish(conn);
}

/* A code that sets a new password once, within a day. */
static void
print_code(struct ctl *ctl, PGconn *conn, const char *email)
{
	char		 shown[CODE_TEXT], plain[CODE_TEXT];
	const char	*params[2] = { email, plain };

	if (pg_value(ctl, conn, "select 1 from konak.users "
	    "where lower(email) = lower($1)", 1, params) == NULL)
		ctl_die("nobody has the e-mail %s", email);
	code_new(shown, CODE_RESET);
	if (!code_plain(plain, CODE_RESET, shown))
		ctl_die("bug: a code that is none");
	pg_value(ctl, conn, "select konak.op_reset($1, $2)", 2, params);
	printf("%s chooses a password with this one-time code within a day "
	    "(konak asks for it after Ctrl+E):\n%s\n", email, shown);
}

static const char *
person(struct ctl *ctl, PGconn *conn, const char *email)
{
	char		 id[UUID_TEXT];
	const char	*first = ctl_opt(ctl, "first-name");
	const char	*last = ctl_opt(ctl, "last-name");
	const char	*at = strchr(email, '@');
	const char	*params[4] = { id, email, first, last };

	if (at == NULL)
		ctl_die("%s is no e-mail address", email);
	if (first == NULL)
		params[2] = arena_strndup(ctl->arena, email,
		    (size_t)(at - email));
	if (last == NULL)
		params[3] = "-";
	uuid_v7_text(id);
	return pg_value(ctl, conn, "select konak.op_user($1::uuid, $2, $3, "
	    "$4, '{}'::jsonb, null)", 4, params);
}

int
user_add_run(struct ctl *ctl)
{
	const char	*email = ctl->argv[0], *role = ctl_opt(ctl, "role");
	const char	*slug = ctl_opt(ctl, "company"), *params[3];
	PGconn		*conn = operator_begin(ctl);

	if (slug == NULL)
		ctl_die("say --company and its short name, one of: %s",
		    pg_value(ctl, conn, "select coalesce(string_agg(slug, "
		    "', ' order by slug), '(there is none)') from "
		    "konak.companies where company_type <> 'group'", 0, NULL));
	params[1] = pg_value(ctl, conn,
	    "select id from konak.companies where slug = $1", 1, &slug);
	if (params[1] == NULL)
		ctl_die("there is no company %s", slug);
	params[0] = person(ctl, conn, email);
	params[2] = role != NULL ? role : "employee";
	pg_value(ctl, conn, "select konak.op_member($1::uuid, $2::uuid, $3, "
	    "false, false)", 3, params);
	print_code(ctl, conn, email);
	operator_commit(conn);
	return 0;
}

/* The company's short name: letters and digits of its name. */
static char *
slug_of(struct ctl *ctl, const char *name)
{
	char	*folded = tr_fold(ctl->arena, name, strlen(name));
	char	*slug = arena_alloc(ctl->arena, strlen(name) + 2), *p = slug;

	if (folded == NULL)
		ctl_die("--company is not UTF-8");
	for (; *folded != '\0' && p - slug < 60; folded++)
		if ((*folded >= 'a' && *folded <= 'z') ||
		    (*folded >= '0' && *folded <= '9'))
			*p++ = *folded;
		else if (p > slug && p[-1] != '-')
			*p++ = '-';
	while (p > slug && p[-1] == '-')
		*--p = '\0';
	return p > slug ? slug : arena_strdup(ctl->arena, "company");
}

int
owner_create_run(struct ctl *ctl)
{
	const char	*email = ctl->argv[0], *kind = ctl_opt(ctl, "kind");
	const char	*name = ctl_opt(ctl, "company");
	const char	*params[4];
	PGconn		*conn = operator_begin(ctl);

	if (name != NULL) {
		params[0] = name;
		params[1] = slug_of(ctl, name);
		params[2] = email;
		params[3] = kind != NULL ? kind : "agency";
		pg_value(ctl, conn, "insert into konak.companies (name, slug, "
		    "email, kind, company_type) values ($1, $2, $3, $4, "
		    "'main') on conflict do nothing", 4, params);
		if (pg_value(ctl, conn, "select 1 from konak.companies where "
		    "slug = $1", 1, &params[1]) == NULL)
			ctl_die("%s is the address of another company: who "
			    "owns the group makes further companies in konak, "
			    "under \"Şirketler\"", email);
	}
	if (pg_value(ctl, conn, "select 1 from konak.companies where "
	    "company_type <> 'group'", 0, NULL) == NULL)
		ctl_die("there is no company yet: say --company NAME");
	params[0] = person(ctl, conn, email);
	pg_value(ctl, conn, "select konak.op_group_role($1::uuid, true, true)",
	    1, params);
	pg_value(ctl, conn, "select konak.op_member($1::uuid, id, "
	    "case kind when 'agency' then 'owner' else 'admin' end, true, "
	    "false) from konak.companies where company_type <> 'group'", 1,
	    params);
	print_code(ctl, conn, email);
	operator_commit(conn);
	return 0;
}

int
user_reset_run(struct ctl *ctl)
{
	PGconn	*conn = operator_begin(ctl);

	print_code(ctl, conn, ctl->argv[0]);
	operator_commit(conn);
	return 0;
}

int
user_reset_2fa_run(struct ctl *ctl)
{
	const char	*email = ctl->argv[0];
	PGconn		*conn = operator_begin(ctl);

	pg_value(ctl, conn, "select konak.op_totp_clear($1)", 1, &email);
	operator_commit(conn);
	printf("%s sets up 2FA again at the next sign-in; all sessions have "
	    "ended\n", email);
	return 0;
}
