/*
 * plan.c - what companies buy of the operator: plans of schools with their
 * limits, who has which until when, and a studio's credit.
 */
#include <stdio.h>
#include <string.h>

#include "lib/arena.h"
#include "server/ctl/ctl.h"

/* The company with this short name, of the kind that such a thing is for. */
static const char *
company_of(struct ctl *ctl, PGconn *conn, const char *slug, const char *kind)
{
	const char	*params[2] = { slug, kind }, *id;

	id = pg_value(ctl, conn, "select id from konak.companies "
	    "where slug = $1 and kind = $2 and company_type <> 'group'", 2,
	    params);
	if (id == NULL)
		ctl_die("there is no %s %s; there are: %s", kind, slug,
		    pg_value(ctl, conn, "select coalesce(string_agg(slug, "
		    "', ' order by slug), '(none)') from konak.companies "
		    "where company_type <> 'group' and kind = $1", 1, &kind));
	return id;
}

/* A limit as text; NULL: none. */
static const char *
limit_of(struct ctl *ctl, const char *name)
{
	long	n = ctl_number(ctl, name, -1, 0, 1000000);

	return n < 0 ? NULL : arena_printf(ctl->arena, "%ld", n);
}

int
plan_set_run(struct ctl *ctl)
{
	const char	*params[6] = { ctl->argv[0], ctl_opt(ctl, "price"),
	    limit_of(ctl, "teachers"), limit_of(ctl, "students"),
	    limit_of(ctl, "classes"), ctl_opt(ctl, "features") };
	PGconn		*conn = operator_begin(ctl);

	if (params[1] == NULL)
		ctl_die("say --price and the price of a month");
	if (params[5] == NULL)
		params[5] = "";
	pg_value(ctl, conn, "select konak.op_plan($1, $2::numeric, "
	    "$3::integer, $4::integer, $5::integer, "
	    "array_remove(string_to_array($6, ','), ''))", 6, params);
	operator_commit(conn);
	return 0;
}

int
plan_give_run(struct ctl *ctl)
{
	const char	*params[4] = { NULL, ctl->argv[1],
	    ctl_opt(ctl, "status"), ctl_opt(ctl, "until") };
	PGconn		*conn = operator_begin(ctl);

	params[0] = company_of(ctl, conn, ctl->argv[0], "school");
	if (params[2] == NULL)
		params[2] = params[3] == NULL ? "active" : "trial";
	pg_value(ctl, conn, "select konak.op_subscribe($1::uuid, $2, $3, "
	    "$4::date::timestamp at time zone (select c.timezone "
	    "from konak.companies c where c.id = $1::uuid))", 4, params);
	operator_commit(conn);
	return 0;
}

/* Plans, then schools, those that end first on top. */
int
plan_list_run(struct ctl *ctl)
{
	PGconn		*conn = operator_begin(ctl);
	PGresult	*res;
	int		 i;

	res = pg_query(conn, "select p.name, p.price::text, "
	    "coalesce(p.max_teachers::text, '-'), "
	    "coalesce(p.max_students::text, '-'), "
	    "coalesce(p.max_classes::text, '-'), "
	    "(select count(*) from konak.companies c "
	    "where c.subscription_plan_id = p.id) "
	    "from konak.subscription_plans p where p.is_active "
	    "order by p.price, p.name", 0, NULL);
	printf("%-20s %10s %9s %9s %9s %9s\n", "PLAN", "PRICE", "TEACHERS",
	    "STUDENTS", "CLASSES", "SCHOOLS");
	for (i = 0; i < PQntuples(res); i++)
		printf("%-20s %10s %9s %9s %9s %9s\n", PQgetvalue(res, i, 0),
		    PQgetvalue(res, i, 1), PQgetvalue(res, i, 2),
		    PQgetvalue(res, i, 3), PQgetvalue(res, i, 4),
		    PQgetvalue(res, i, 5));
	PQclear(res);
	res = pg_query(conn, "select c.slug, coalesce((select p.name "
	    "from konak.subscription_plans p "
	    "where p.id = c.subscription_plan_id), '-'), "
	    "coalesce(c.subscription_status::text, '-'), "
	    "coalesce(to_char(c.trial_ends_at at time zone c.timezone, "
	    "'YYYY-MM-DD'), '-') from konak.companies c "
	    "where c.kind = 'school' and c.company_type <> 'group' "
	    "order by c.trial_ends_at nulls last, c.slug", 0, NULL);
	printf("\n%-20s %-20s %-10s %s\n", "SCHOOL", "PLAN", "STATUS",
	    "TRIAL ENDS");
	for (i = 0; i < PQntuples(res); i++)
		printf("%-20s %-20s %-10s %s\n", PQgetvalue(res, i, 0),
		    PQgetvalue(res, i, 1), PQgetvalue(res, i, 2),
		    PQgetvalue(res, i, 3));
	PQclear(res);
	operator_commit(conn);
	return 0;
}

int
credit_give_run(struct ctl *ctl)
{
	const char	*params[3] = { NULL, ctl->argv[1],
	    ctl_opt(ctl, "reason") };
	PGconn		*conn = operator_begin(ctl);
	const char	*left;

	if (params[2] == NULL)
		ctl_die("say --reason and what it is for");
	params[0] = company_of(ctl, conn, ctl->argv[0], "studio");
	left = pg_value(ctl, conn, "select konak.op_credit($1::uuid, "
	    "$2::integer, $3)", 3, params);
	operator_commit(conn);
	printf("%s has %s credits\n", ctl->argv[0], left);
	return 0;
}
