/*
 * sample.c - konakctl sample: XYZ Holding with its companies and accounts, or
 * a larger one of the same kind for load tests. All in one transaction. What
 * is there already stays, and is filled up to the sizes asked for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/date.h"
#include "lib/hex.h"
#include "lib/seal.h"
#include "lib/secret.h"
#include "lib/totp.h"
#include "lib/tz.h"
#include "server/auth/password.h"
#include "server/auth/totpbox.h"
#include "server/ctl/ctl.h"
#include "server/ctl/sample.h"
#include "server/ctl/words.h"

#define PASSWORD	"konak-demo"

struct company_row {
	const char	*slug;
	const char	*name;
	const char	*parent;	/* slug; NULL: a main company */
	const char	*kind;
	const char	*description;
	const char	*primary, *secondary;	/* colours */
	const char	*prefix;		/* of invoices */
	int		 trade;
	int		 share;		/* of 127 customers */
};

static const struct company_row company_rows[] = {
	{ "dijital", "DİJİTAL AŞ", NULL, "agency",
	  "Dijital pazarlama ve web hizmetleri", "#2563eb", "#60a5fa", "DJT",
	  TRADE_DIGITAL, 65 },
	{ "seo", "SEO Birimi", "dijital", "agency",
	  "SEO ve içerik hizmetleri", "#3b82f6", "#93c5fd", "SEO",
	  TRADE_SEO, 12 },
	{ "tasarim", "Tasarım Stüdyo", "dijital", "agency",
	  "Grafik ve UI/UX tasarım", "#1d4ed8", "#818cf8", "TSR",
	  TRADE_DESIGN, 8 },
	{ "yazilim", "YAZILIM AŞ", NULL, "agency",
	  "Yazılım geliştirme hizmetleri", "#16a34a", "#4ade80", "YZL",
	  TRADE_SOFTWARE, 28 },
	{ "mobil", "Mobil Dev Departmanı", "yazilim", "agency",
	  "iOS ve Android uygulama geliştirme", "#15803d", "#86efac", "MBL",
	  TRADE_MOBILE, 6 },
	{ "medya", "MEDYA LTD", NULL, "agency",
	  "Sosyal medya ve içerik üretimi", "#ea580c", "#fb923c", "MDY",
	  TRADE_MEDIA, 8 },
	{ "mavi-koleji", "Mavi Koleji", NULL, "school",
	  "Anaokulundan liseye özel okul", "#0891b2", "#67e8f9", "MVK", -1,
	  0 },
	{ "hali-render", "Halı Render", NULL, "studio",
	  "Halı ve kilim görselleştirme stüdyosu", "#9333ea", "#c084fc",
	  "HLR", -1, 0 },
};

#define ROWS		((long)(sizeof company_rows / sizeof company_rows[0]))
#define ALL_CUSTOMERS	127
#define ALL		(~0u)

/* Bits of companies in the order above. */
struct account_row {
	const char	*email;
	const char	*first, *last;
	const char	*role;
	const char	*phone;
	unsigned	 companies;
	bool		 owner, consolidated, manage;
	bool		 two_fa;
};

static const struct account_row account_rows[SAMPLE_USERS] = {
	{ "patron@xyz.example", "Ahmet", "Karaca", "owner", "+905321000001",
	  ALL, true, true, true, true },
	{ "yonetici@xyz.example", "Zeynep", "Arslan", "admin",
	  "+905321000002", ALL, false, true, false, true },
	{ "mudur@xyz.example", "Mert", "Demir", "manager", "+905321000003",
	  0x07, false, false, false, true },
	{ "calisan@xyz.example", "Ayşe", "Kaya", "employee", "+905321000004",
	  0x03, false, false, false, true },
	{ "stajyer@xyz.example", "Ali", "Çetin", "intern", "+905321000005",
	  0x01, false, false, false, true },
	{ "yeni@xyz.example", "Elif", "Şahin", "employee", "+905321000006",
	  0x01, false, false, false, false },
	{ "ogretmen@xyz.example", "Nurcan", "Aksoy", "class_teacher",
	  "+905321000007", 0x40, false, false, false, true },
	{ "brans@xyz.example", "Hakan", "Ergin", "subject_teacher",
	  "+905321000008", 0x40, false, false, false, true },
	{ "veli@xyz.example", "Serap", "Tunç", "parent", "+905321000009",
	  0x40, false, false, false, true },
	{ "ogrenci@xyz.example", "Deniz", "Tunç", "student",
	  "+905321000010", 0x40, false, false, false, true },
	{ "render@xyz.example", "Gökhan", "Usta", "staff", "+905321000011",
	  0x80, false, false, false, true },
};

/* splitmix64 */
uint64_t
sample_random(uint64_t *state)
{
	uint64_t	z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

long
sample_pick(uint64_t *state, long n)
{
	return (long)(sample_random(state) % (uint64_t)n);
}

void
sample_uuid(uint64_t *state, int64_t at, char out[UUID_TEXT])
{
	uint64_t	ms = (uint64_t)(at / 1000);
	uint64_t	a = sample_random(state), b = sample_random(state);
	struct uuid	id;
	int		i;

	for (i = 0; i < 6; i++)
		id.b[i] = (uint8_t)(ms >> (40 - 8 * i));
	id.b[6] = (uint8_t)(0x70 | (a & 0x0f));
	id.b[7] = (uint8_t)(a >> 8);
	for (i = 0; i < 8; i++)
		id.b[8 + i] = (uint8_t)(b >> (8 * i));
	id.b[8] = (uint8_t)(0x80 | (id.b[8] & 0x3f));
	uuid_format(&id, out);
}

/* --- companies ------------------------------------------------------------ */

static void
insert_company(struct sample *s, long i, const struct company_row *row,
    const char *parent)
{
	struct sample_company	*c = &s->companies[i];
	uint64_t		 state = s->seed * 1000 + (uint64_t)i;
	const char		*params[12];

	sample_uuid(&state, s->now - INT64_C(1200) * DAY_S * SECOND_US, c->id);
	params[0] = c->id;
	params[1] = row->slug;
	params[2] = row->name;
	params[3] = parent;
	params[4] = parent != NULL ? "subsidiary" : "main";
	params[5] = row->kind;
	params[6] = row->description;
	params[7] = row->primary;
	params[8] = row->secondary;
	params[9] = row->prefix;
	params[10] = arena_printf(s->ctl->arena, "%ld", i + 1);
	params[11] = arena_printf(s->ctl->arena, "info@%s.xyz.example",
	    row->slug);
	PQclear(pg_query(s->conn, "insert into konak.companies (id, slug, "
	    "name, parent_id, company_type, kind, description, color_primary, "
	    "color_secondary, invoice_prefix, sort_order, email, city, "
	    "phone) values ($1::uuid, $2, $3, $4::uuid, $5, $6, $7, $8, $9, "
	    "$10, $11::int, $12, 'İstanbul', '+902125550000')", 12, params));
	c->trade = row->trade;
}

/* Those that are there keep their ids; their customers go on from as many. */
static bool
find_company(struct sample *s, long i, const struct company_row *row)
{
	struct sample_company	*c = &s->companies[i];
	PGresult		*res;
	bool			 found;

	res = pg_query(s->conn, "select id, (select count(*) from "
	    "konak.customers x where x.company_id = c.id) "
	    "from konak.companies c where slug = $1", 1, &row->slug);
	found = PQntuples(res) > 0;
	if (found) {
		memcpy(c->id, PQgetvalue(res, 0, 0), UUID_TEXT);
		c->from = atol(PQgetvalue(res, 0, 1));
		c->trade = row->trade;
	}
	PQclear(res);
	return found;
}

static void
make_companies(struct sample *s)
{
	struct company_row	 row;
	const char		*parent;
	long			 i, p;

	for (i = 0; i < s->ncompanies; i++) {
		if (i < ROWS)
			row = company_rows[i];
		else {
			row = (struct company_row) {
				.slug = arena_printf(s->ctl->arena,
				    "sirket-%ld", i + 1),
				.name = arena_printf(s->ctl->arena,
				    "%s %ld AŞ", word_prefixes[i % 60], i + 1),
				.kind = "agency",
				.description = "Yük denemesi şirketi",
				.primary = "#475569", .secondary = "#94a3b8",
				.prefix = "YUK", .trade = (int)(i % TRADES)
			};
		}
		if (find_company(s, i, &row))
			continue;
		parent = NULL;
		for (p = 0; p < i && row.parent != NULL; p++)
			if (strcmp(company_rows[p].slug, row.parent) == 0)
				parent = s->companies[p].id;
		insert_company(s, i, &row, parent);
	}
}

/* The holding's own numbers, or equal parts of a larger whole. */
static void
share_customers(struct sample *s, long total)
{
	long	i, with = 0, left = total;

	for (i = 0; i < s->ncompanies; i++)
		with += s->companies[i].trade >= 0;
	for (i = 0; i < s->ncompanies; i++) {
		if (s->companies[i].trade < 0)
			continue;
		if (total == ALL_CUSTOMERS && s->ncompanies == ROWS)
			s->companies[i].customers = company_rows[i].share;
		else
			s->companies[i].customers = left / with;
		left -= s->companies[i].customers;
		with--;
	}
}

/* --- people --------------------------------------------------------------- */

static bool
works_at(const struct account_row *a, long company)
{
	return a->companies == ALL ||
	    (company < ROWS && (a->companies >> company & 1) != 0);
}

/* A new 2FA secret, sealed for the person; its text for the accounts file. */
static const char *
sealed_secret(struct sample *s, struct seal *seal, const char *user,
    const char **shown)
{
	struct secret		*plain = totp_secret_new();
	struct seal_aad		 aad;
	const char		*group;
	struct buf		 box;
	char			*text, *hex;
	size_t			 len;

	group = pg_value(s->ctl, s->conn, "select konak.group_company()", 0,
	    NULL);
	aad = totpbox_aad(group, user);
	buf_init(&box);
	if (seal_close(seal, &aad, plain, &box) != SEAL_OK)
		ctl_die("a 2FA secret could not be sealed");
	len = buf_len(&box);
	hex = arena_alloc(s->ctl->arena, HEX_LEN(len) + 3);
	memcpy(hex, "\\x", 2);
	hex_encode(buf_data(&box), len, hex + 2);
	buf_free(&box);
	text = arena_alloc(s->ctl->arena, BASE32_LEN(TOTP_SECRET) + 1);
	base32_encode(secret_expose(plain), secret_len(plain), text);
	secret_free(plain);
	*shown = text;
	return hex;
}

/* Makes the account; one that is there gets a new password and 2FA secret
 * when all are to be listed, and stays as it is otherwise. */
static void
make_account(struct sample *s, int i, struct seal *seal, struct buf *list)
{
	const struct account_row	*a = &account_rows[i];
	char				 hash[PASSWORD_HASH_MAX];
	uint64_t			 state = s->seed * 77 + (uint64_t)i;
	const char			*params[7], *shown = "-", *id;

	sample_uuid(&state, s->now - INT64_C(1190) * DAY_S * SECOND_US,
	    s->users[i]);
	id = pg_value(s->ctl, s->conn, "select id from konak.users "
	    "where lower(email) = $1", 1, &a->email);
	if (id != NULL) {
		memcpy(s->users[i], id, UUID_TEXT);
		if (ctl_opt(s->ctl, "accounts") == NULL)
			return;
	}
	if (!password_hash(hash, PASSWORD))
		ctl_die("out of memory");
	params[0] = s->users[i];
	params[1] = a->email;
	params[2] = a->first;
	params[3] = a->last;
	params[4] = arena_printf(s->ctl->arena, "{\"phone\": \"%s\"}",
	    a->phone);
	params[5] = hash;
	params[6] = a->two_fa ? sealed_secret(s, seal, s->users[i], &shown) :
	    NULL;
	pg_value(s->ctl, s->conn, "select konak.op_user($1::uuid, $2, $3, $4, "
	    "$5::jsonb, $6, $7::bytea)", 7, params);
	buf_printf(list, "%s\t%s\t%s\n", a->email, PASSWORD, shown);
}

static void
make_accounts(struct sample *s, const struct tenant_file *t,
    struct buf *list)
{
	const char	*error;
	struct seal	*seal;
	int		 i;

	if ((seal = seal_new(t->key_file, &error)) == NULL)
		ctl_die("%s: %s", t->key_file, error);
	for (i = 0; i < SAMPLE_USERS; i++)
		make_account(s, i, seal, list);
	seal_free(seal);
}

static void
make_memberships(struct sample *s)
{
	const struct account_row	*a;
	struct sample_company		*c;
	const char			*params[5];
	long				 k;
	int				 i;

	for (i = 0; i < SAMPLE_USERS; i++) {
		a = &account_rows[i];
		params[0] = s->users[i];
		params[1] = a->consolidated ? "true" : "false";
		params[2] = a->manage ? "true" : "false";
		if (a->consolidated)
			pg_value(s->ctl, s->conn, "select konak.op_group_role("
			    "$1::uuid, $2::bool, $3::bool)", 3, params);
		for (k = 0; k < s->ncompanies; k++) {
			c = &s->companies[k];
			if (!works_at(a, k))
				continue;
			if (strcmp(a->role, "intern") != 0 &&
			    strcmp(a->role, "parent") != 0 &&
			    strcmp(a->role, "student") != 0)
				c->staff[c->nstaff++] = i;
			params[1] = c->id;
			params[2] = a->role;
			params[3] = a->owner ? "true" : "false";
			params[4] = k == 0 ? "true" : "false";
			pg_value(s->ctl, s->conn, "select konak.op_member("
			    "$1::uuid, $2::uuid, $3, $4::bool, $5::bool)", 5,
			    params);
		}
	}
}

/* --- the command ---------------------------------------------------------- */

static int64_t
moment(struct ctl *ctl)
{
	const char	*today = ctl_opt(ctl, "today");
	struct date	 d;
	int		 n = 0;

	if (today == NULL)
		return clock_now();
	if (sscanf(today, "%4d-%2d-%2d%n", &d.year, &d.month, &d.day,
	    &n) != 3 || today[n] != '\0' || !date_ok(&d))
		ctl_die("--today is a date like 2026-03-31");
	/* 18:00 in Istanbul */
	return ((int64_t)date_days(&d) * DAY_S + 15 * 3600) * SECOND_US;
}

static void
report(struct sample *s, const char *path, struct buf *list)
{
	char	*text = arena_strdup(s->ctl->arena, buf_text(list));

	if (path != NULL)
		file_write(s->ctl, path, text, NULL);
	else if (*text != '\0')
		printf("e-mail, password, 2FA secret:\n%s", text);
}

/* The sample's past was put before what had happened: the audit's chain begins
 * anew, with all of it. */
static void
chain_again(struct sample *s)
{
	pg_exec(s->conn, "set constraints all immediate");
	pg_exec(s->conn, "set local session_replication_role = replica");
	pg_exec(s->conn, "truncate konak.audit_chain, konak.audit_heads");
	pg_exec(s->conn, "select konak.audit_chain_rest()");
	pg_exec(s->conn, "set local session_replication_role = origin");
}

int
sample_run(struct ctl *ctl)
{
	struct tenant_file	*t = tenant_chosen(ctl);
	struct sample		 s = { .ctl = ctl };
	struct buf		 list;
	long			 customers, made, others;

	s.seed = (uint64_t)ctl_number(ctl, "seed", 1, 0, 1000000000);
	customers = ctl_number(ctl, "customers", ALL_CUSTOMERS, 0, 10000000);
	s.ncompanies = ctl_number(ctl, "companies", ROWS, 1, 5000);
	s.now = moment(ctl);
	s.companies = arena_array(ctl->arena, (size_t)s.ncompanies,
	    sizeof *s.companies);
	s.conn = pg_superuser(ctl, t->db_name);
	buf_init(&list);
	pg_exec(s.conn, "begin");
	pg_exec(s.conn, "select pg_advisory_xact_lock(hashtext('sample'))");
	pg_exec(s.conn, "set local role konak_owner");
	pg_value(ctl, s.conn, "select set_config('konak.company', "
	    "konak.group_company()::text, true)", 0, NULL);
	s.fresh = pg_value(ctl, s.conn, "select 1 from konak.companies where "
	    "company_type <> 'group'", 0, NULL) == NULL;
	s.rich = s.fresh && customers <= 5000;
	s.key_file = t->key_file;
	make_companies(&s);
	make_accounts(&s, t, &list);
	share_customers(&s, customers);
	make_memberships(&s);
	pg_exec(s.conn, "reset role");
	made = sample_rows(&s);
	others = sample_data(&s);
	/* what was loaded without triggers */
	pg_exec(s.conn, "select konak.people_fill(), konak.search_sync(true)");
	chain_again(&s);
	pg_exec(s.conn, "commit");
	if (made + others > 0)
		pg_exec(s.conn, "analyze");
	PQfinish(s.conn);
	printf("%ld customers made\n", made);
	if (others > 0)
		printf("%ld other records made\n", others);
	report(&s, ctl_opt(ctl, "accounts"), &list);
	buf_free(&list);
	return 0;
}
