/*
 * sample-rows.c - customers, the people there, what was talked about, and the
 * audit rows that tell how it came to be so. A customer is made from the
 * seed, its company and its number alone; each table is one COPY that makes
 * them all again and keeps only its own rows.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/date.h"
#include "lib/tr.h"
#include "server/ctl/ctl.h"
#include "server/ctl/sample.h"
#include "server/ctl/words.h"

#define DAY_US		(INT64_C(86400) * SECOND_US)
#define HOUR_US		(INT64_C(3600) * SECOND_US)
#define ZONE_US		(3 * HOUR_US)	/* Istanbul */

#define PHONE		32
#define PEOPLE_MAX	3
#define TALKS_MAX	9
#define CHUNK		65536

struct person {
	char		 id[UUID_TEXT];
	const char	*first, *polite, *last, *title;
	char		 phone[PHONE];
	char		*email;
};

struct talk {
	char		 id[UUID_TEXT];
	const char	*kind;
	const char	*text;		/* with its $ words */
	int64_t		 at, remind;	/* remind 0: none */
	int		 person, staff;
	uint64_t	 numbers;	/* for $t and $g */
};

struct customer {
	const struct sample_company	*company;
	char			 id[UUID_TEXT];
	const char		*name, *status, *sector, *notes;
	const char		*city, *office, *site, *address;
	char			 phone[PHONE], tax[11], old_phone[PHONE];
	int64_t			 created, edited;	/* 0: never */
	int			 maker, editor;		/* of users */
	bool			 was_potential;
	struct person		 people[PEOPLE_MAX];
	int			 npeople;
	struct talk		 talks[TALKS_MAX];
	int			 ntalks;
};

struct copy {
	struct sample	*sample;
	struct buf	 buf;
	struct arena	*arena;		/* of one customer */
	bool		 first;		/* column of the row */
};

static long
count(const void *const *words)
{
	long	n = 0;

	while (words[n] != NULL)
		n++;
	return n;
}

#define PICK(state, words)	\
	(words)[sample_pick((state), count((const void *const *)(words)))]

/* --- one customer --------------------------------------------------------- */

/* A weekday's working hour at or after the moment. */
static int64_t
office_hour(uint64_t *state, int64_t at)
{
	int64_t	day = (at + ZONE_US) / DAY_US;
	int	weekday = (int)((day + 3) % 7);		/* 0 Monday */

	if (weekday > 4)
		day += 7 - weekday;
	return day * DAY_US - ZONE_US + (9 + sample_pick(state, 9)) * HOUR_US +
	    sample_pick(state, 60) * 60 * SECOND_US;
}

/* Letters and digits of a name, for addresses on the net. */
static char *
net_name(struct arena *arena, const char *name)
{
	char	*folded = tr_fold(arena, name, strlen(name));
	char	*out = arena_alloc(arena, strlen(folded) + 1), *p = out;

	for (; *folded != '\0'; folded++)
		if ((*folded >= 'a' && *folded <= 'z') ||
		    (*folded >= '0' && *folded <= '9'))
			*p++ = *folded;
	return out;
}

/* A tax number with its check digit; n gives a different one each. */
static void
tax_number(uint64_t n, char out[11])
{
	uint64_t	base = 100000000 +
			    n % 900000000 * UINT64_C(616318177) % 900000000;
	int		i, d, v, w, sum = 0;

	snprintf(out, 11, "%09d0", (int)base);
	for (i = 1; i <= 9; i++) {
		d = out[i - 1] - '0';
		v = (d + 10 - i) % 10;
		if (v == 0)
			continue;
		w = v * (1 << (10 - i)) % 9;
		sum += w == 0 ? 9 : w;
	}
	out[9] = (char)('0' + (10 - sum % 10) % 10);
}

static void
mobile(uint64_t *state, char out[PHONE])
{
	static const char *const	nets[] = { "530", "532", "533", "535",
					    "536", "541", "542", "544", "546",
					    "505", "506", "552", "555", NULL };

	snprintf(out, PHONE, "+90%s%07ld", PICK(state, nets),
	    1000000 + sample_pick(state, 9000000));
}

/* The first names are given so that the manual's examples are there. */
static void
make_name(struct customer *c, struct copy *copy, uint64_t *state, long k)
{
	static const char *const	known[] = { "ABC Ltd", "XYZ AŞ", NULL };
	const struct word_sector	*sector;
	long				 all, nouns, forms, prefixes, n;
	const char			*prefix, *noun;

	prefixes = count((const void *const *)word_prefixes);
	forms = count((const void *const *)word_forms);
	for (nouns = 0; word_sectors[nouns / 4].name != NULL; nouns++)
		continue;
	all = prefixes * nouns * forms;
	/* Steps of a prime through all combinations: no name comes twice. */
	n = (long)((copy->sample->seed * 7919 + (uint64_t)k * 15485863) %
	    (uint64_t)all);
	prefix = word_prefixes[n % prefixes];
	sector = &word_sectors[n / prefixes % nouns / 4];
	noun = sector->nouns[n / prefixes % nouns % 4];
	c->name = arena_printf(copy->arena, "%s %s %s", prefix, noun,
	    word_forms[n / prefixes / nouns]);
	if (k >= all)
		c->name = arena_printf(copy->arena, "%s (%ld)", c->name,
		    k / all + 1);
	c->site = net_name(copy->arena, arena_printf(copy->arena, "%s %s",
	    prefix, noun));
	c->sector = sector->name;
	c->notes = sample_pick(state, 10) < 4 ? sector->note : NULL;
	if (c->company->trade == TRADE_DIGITAL && k < 2 &&
	    c->company == copy->sample->companies) {
		c->name = known[k];
		c->site = net_name(copy->arena, known[k]);
		c->sector = word_sectors[k].name;
		c->notes = word_sectors[k].note;
	}
}

static void
make_people(struct customer *c, struct copy *copy, uint64_t *state)
{
	const struct word_person	*word;
	struct person			*p;
	long				 names = 0;
	int				 i;

	while (word_people[names].first != NULL)
		names++;
	c->npeople = copy->sample->rich ? 1 + (int)sample_pick(state, 3) : 1;
	for (i = 0; i < c->npeople; i++) {
		p = &c->people[i];
		sample_uuid(state, c->created, p->id);
		word = &word_people[sample_pick(state, names)];
		p->first = word->first;
		p->polite = word->polite;
		p->last = PICK(state, word_surnames);
		p->title = PICK(state, word_titles);
		mobile(state, p->phone);
		if (i == 0 && strcmp(c->name, "ABC Ltd") == 0) {
			p->first = "Ahmet";
			p->polite = "Bey";
			p->last = "Yılmaz";
		}
		p->email = arena_printf(copy->arena, "%s.%s@%s.example",
		    net_name(copy->arena, p->first),
		    net_name(copy->arena, p->last), c->site);
	}
}

static const char *
talk_kind(uint64_t *state, const char *text)
{
	static const char *const	kinds[] = { "call", "call", "email",
					    "whatsapp", "note", NULL };

	if (strstr(text, "oplantı") != NULL || strstr(text, "yerinde") != NULL ||
	    strstr(text, "sunuldu") != NULL)
		return "meeting";
	if (strstr(text, "WhatsApp") != NULL)
		return "whatsapp";
	if (strstr(text, "önderildi") != NULL ||
	    strstr(text, "iletildi") != NULL)
		return "email";
	if (strstr(text, "aradı") != NULL || strstr(text, "arandı") != NULL ||
	    strstr(text, "arama:") != NULL)
		return "call";
	return PICK(state, kinds);
}

/* First contact, meeting, offer, then the daily work, in this order. */
static const char *
talk_text(uint64_t *state, const struct word_trade *trade, int i)
{
	switch (i) {
	case 0:
		return trade->first[sample_pick(state, 4)];
	case 1:
		return trade->meeting[sample_pick(state, 4)];
	case 2:
		return trade->offer[sample_pick(state, 4)];
	default:
		return sample_pick(state, 3) == 0 ? PICK(state, word_talk) :
		    trade->work[sample_pick(state, 8)];
	}
}

static void
make_talks(struct customer *c, struct copy *copy, uint64_t *state)
{
	const struct word_trade	*trade = &word_trades[c->company->trade];
	int64_t			 at, step, now = copy->sample->now;
	struct talk		*t;
	int			 i, n;

	n = copy->sample->rich ? 2 + (int)sample_pick(state, TALKS_MAX - 2) :
	    1;
	step = (now - c->created) / (n + 1);
	for (i = 0; i < n; i++) {
		at = office_hour(state, c->created + step * i +
		    sample_pick(state, step / DAY_US + 1) * DAY_US / 2);
		if (at > now)
			break;
		t = &c->talks[c->ntalks++];
		t->at = at;
		sample_uuid(state, at, t->id);
		t->text = talk_text(state, trade, i);
		t->kind = talk_kind(state, t->text);
		t->person = (int)sample_pick(state, c->npeople);
		t->staff = c->company->staff[sample_pick(state,
		    c->company->nstaff)];
		t->numbers = sample_random(state);
		t->remind = 0;
	}
	if (c->ntalks > 1 && sample_pick(state, 4) == 0) {
		t = &c->talks[c->ntalks - 1];
		t->text = trade->later[sample_pick(state, 4)];
		t->kind = "note";
		t->remind = office_hour(state, now +
		    (sample_pick(state, 12) - 2) * DAY_US);
	}
}

static void
make_customer(struct customer *c, struct copy *copy,
    const struct sample_company *company, long k)
{
	static const char *const	status[] = { "active", "active",
					    "active", "active", "active",
					    "potential", "passive", NULL };
	const struct word_city		*city;
	struct sample			*s = copy->sample;
	uint64_t			 state;
	long				 number = company - s->companies;
	long				 cities = 0;

	memset(c, 0, sizeof *c);
	c->company = company;
	state = s->seed ^ (uint64_t)(number + 1) << 40 ^ (uint64_t)(k + 1);
	sample_random(&state);
	c->created = office_hour(&state, s->now - DAY_US *
	    (20 + sample_pick(&state, 1000)));
	sample_uuid(&state, c->created, c->id);
	c->maker = company->staff[sample_pick(&state, company->nstaff)];
	make_name(c, copy, &state, k);
	while (word_cities[cities].name != NULL)
		cities++;
	city = &word_cities[sample_pick(&state, cities)];
	c->city = city->name;
	c->office = city->offices[sample_pick(&state, 3)];
	c->address = arena_printf(copy->arena, "%s No: %ld, %s",
	    PICK(&state, word_streets), 1 + sample_pick(&state, 180),
	    city->districts[sample_pick(&state, 4)]);
	snprintf(c->phone, sizeof c->phone, "+90%s%07ld", city->code,
	    2000000 + sample_pick(&state, 7000000));
	c->status = strlen(c->name) < 8 ? "active" : PICK(&state, status);
	tax_number(s->seed * 104729 + (uint64_t)number * 10000000 +
	    (uint64_t)k, c->tax);
	make_people(c, copy, &state);
	make_talks(c, copy, &state);
	if (s->rich && sample_pick(&state, 3) == 0) {
		c->edited = office_hour(&state, c->created +
		    (s->now - c->created) / 2);
		c->editor = company->staff[sample_pick(&state,
		    company->nstaff)];
		c->was_potential = strcmp(c->status, "active") == 0 &&
		    sample_pick(&state, 2) == 0;
		snprintf(c->old_phone, sizeof c->old_phone, "+90%s%07ld",
		    city->code, 2000000 + sample_pick(&state, 7000000));
	}
}

/* --- COPY ----------------------------------------------------------------- */

static void
column(struct copy *copy, const char *text)
{
	if (!copy->first)
		buf_addz(&copy->buf, "\t");
	copy->first = false;
	if (text == NULL) {
		buf_addz(&copy->buf, "\\N");
		return;
	}
	for (; *text != '\0'; text++) {
		if (*text == '\\' || *text == '\t' || *text == '\n')
			buf_addz(&copy->buf, "\\");
		buf_add(&copy->buf, text, 1);
	}
}

static void
columns(struct copy *copy, ...)
{
	va_list		 ap;
	const char	*text;

	va_start(ap, copy);
	while ((text = va_arg(ap, const char *)) != (const char *)-1)
		column(copy, text);
	va_end(ap);
}
#define END_OF_COLUMNS ((const char *)-1)

static void
send(struct copy *copy)
{
	if (PQputCopyData(copy->sample->conn,
	    (const char *)buf_data(&copy->buf), (int)buf_len(&copy->buf)) != 1)
		ctl_die("%s", PQerrorMessage(copy->sample->conn));
	buf_clear(&copy->buf);
}

static void
row_end(struct copy *copy)
{
	buf_addz(&copy->buf, "\n");
	copy->first = true;
	if (buf_len(&copy->buf) >= CHUNK)
		send(copy);
}

static const char *
stamp(struct copy *copy, int64_t at)
{
	char	text[DATE_TEXT];

	if (at == 0)
		return NULL;
	timestamp_write(at, text);
	return arena_strdup(copy->arena, text);
}

static void
customer_row(struct copy *copy, const struct customer *c)
{
	const struct person	*p = &c->people[0];

	columns(copy, c->company->id, c->id, c->name,
	    arena_printf(copy->arena, "%s %s", p->first, p->last), c->status,
	    c->sector, c->phone,
	    arena_printf(copy->arena, "info@%s.example", c->site),
	    arena_printf(copy->arena, "https://www.%s.example", c->site),
	    c->address, c->city, c->office, c->tax, c->notes,
	    stamp(copy, c->created),
	    stamp(copy, c->edited != 0 ? c->edited : c->created),
	    copy->sample->users[c->maker], c->edited != 0 ? "2" : "1",
	    END_OF_COLUMNS);
	row_end(copy);
}

static void
people_rows(struct copy *copy, const struct customer *c)
{
	const struct person	*p;

	for (p = c->people; p < c->people + c->npeople; p++) {
		columns(copy, c->company->id, p->id, c->id,
		    arena_printf(copy->arena, "%s %s", p->first, p->last),
		    p->title, p->phone, p->email, p == c->people ? "t" : "f",
		    stamp(copy, c->created), stamp(copy, c->created),
		    copy->sample->users[c->maker], END_OF_COLUMNS);
		row_end(copy);
	}
}

/* 45.000 TL, from the talk's own number. */
static void
add_sum(struct buf *out, uint64_t numbers)
{
	unsigned	thousands = 8 + (unsigned)(numbers % 180);

	buf_printf(out, "%u.%s TL", thousands,
	    numbers >> 8 & 1 ? "000" : "500");
}

static const char *
sentence(struct copy *copy, const struct customer *c, const struct talk *t)
{
	const struct person	*p = &c->people[t->person];
	const char		*s, *text;
	struct buf		 out;

	buf_init(&out);
	for (s = t->text; *s != '\0'; s++) {
		if (*s != '$') {
			buf_add(&out, s, 1);
			continue;
		}
		switch (*++s) {
		case 'k':
			buf_printf(&out, "%s %s", p->first, p->polite);
			break;
		case 'f':
			buf_addz(&out, c->name);
			break;
		case 't':
			add_sum(&out, t->numbers);
			break;
		default:
			buf_printf(&out, "%u",
			    2 + (unsigned)(t->numbers >> 16) % 13);
		}
	}
	text = arena_strdup(copy->arena, buf_text(&out));
	buf_free(&out);
	return text;
}

static void
talk_rows(struct copy *copy, const struct customer *c)
{
	const struct talk	*t;

	for (t = c->talks; t < c->talks + c->ntalks; t++) {
		columns(copy, c->company->id, t->id, c->id,
		    c->people[t->person].id, t->kind, stamp(copy, t->at),
		    copy->sample->users[t->staff], sentence(copy, c, t),
		    stamp(copy, t->remind), stamp(copy, t->at),
		    stamp(copy, t->at), copy->sample->users[t->staff],
		    END_OF_COLUMNS);
		row_end(copy);
	}
}

static void
edit_rows(struct copy *copy, const struct customer *c)
{
	if (c->edited == 0)
		return;
	columns(copy, c->company->id, c->id, stamp(copy, c->edited),
	    copy->sample->users[c->editor],
	    c->was_potential ? "status" : "phone",
	    c->was_potential ? "potential" : c->old_phone, END_OF_COLUMNS);
	row_end(copy);
}

static void
copy_all(struct sample *s, const char *sql,
    void (*rows)(struct copy *, const struct customer *))
{
	struct copy	 copy = { .sample = s, .first = true };
	struct customer	 c;
	PGresult	*res = PQexec(s->conn, sql);
	long		 i, k;

	if (PQresultStatus(res) != PGRES_COPY_IN)
		ctl_die("%s", PQresultErrorMessage(res));
	PQclear(res);
	buf_init(&copy.buf);
	copy.arena = arena_new();
	for (i = 0; i < s->ncompanies; i++)
		for (k = s->companies[i].from;
		    k < s->companies[i].customers; k++) {
			make_customer(&c, &copy, &s->companies[i], k);
			rows(&copy, &c);
			arena_reset(copy.arena);
		}
	send(&copy);
	arena_free(copy.arena);
	buf_free(&copy.buf);
	if (PQputCopyEnd(s->conn, NULL) != 1)
		ctl_die("%s", PQerrorMessage(s->conn));
	while ((res = PQgetResult(s->conn)) != NULL) {
		if (PQresultStatus(res) != PGRES_COMMAND_OK)
			ctl_die("%s", PQresultErrorMessage(res));
		PQclear(res);
	}
}

/* --- histories ------------------------------------------------------------ */

static const char history_start_sql[] =
"create temp table history (company_id uuid, at timestamptz, user_id uuid, "
"    action text, module text, record_type text, record_id uuid, "
"    version int, op text, vals jsonb) on commit drop";

static const char history_sql[] =
/* What a customer was made with: what it is now, before its one edit. */
"insert into history select c.company_id, c.created_at, c.created_by, "
"    'CUSTOMER_CREATE', 'customers', 'customers', c.id, 1, 'create', "
"    jsonb_build_object('title', c.company_name, 'old', '{}'::jsonb, 'new', "
"    (jsonb_strip_nulls(to_jsonb(c)) - '{search,company_id,id,version,"
"created_at,updated_at,created_by,deleted_at,deleted_request}'::text[]) || "
"    coalesce((select jsonb_object_agg(e.field, e.old) from edits e "
"    where e.company_id = c.company_id and e.id = c.id), '{}'))"
"    from konak.customers c;"
"insert into history select e.company_id, e.at, e.user_id, "
"    'CUSTOMER_UPDATE', 'customers', 'customers', e.id, 2, 'edit', "
"    jsonb_build_object('title', c.company_name, "
"    'old', jsonb_build_object(e.field, e.old), "
"    'new', jsonb_build_object(e.field, to_jsonb(c) -> e.field)) "
"    from edits e join konak.customers c using (company_id, id);"
"insert into history select p.company_id, p.created_at, p.created_by, "
"    'CUSTOMER_CONTACT_CREATE', 'customers', 'customer_contacts', p.id, 1, "
"    'create', jsonb_build_object('title', p.name, 'old', '{}'::jsonb, "
"    'new', jsonb_strip_nulls(to_jsonb(p)) - '{search,company_id,id,version,"
"created_at,updated_at,created_by,deleted_at,deleted_request}'::text[]) "
"    from konak.customer_contacts p;"
"insert into history select i.company_id, i.created_at, i.created_by, "
"    'INTERACTION_CREATE', 'customers', 'interactions', i.id, 1, 'create', "
"    jsonb_build_object('title', i.text, 'old', '{}'::jsonb, 'new', "
"    jsonb_strip_nulls(to_jsonb(i)) - '{search,company_id,id,version,"
"created_at,updated_at,created_by,deleted_at,deleted_request,"
"reminded_at}'::text[]) from konak.interactions i;";

/* The five rows that the manual shows, on the day before; $1 the company,
 * $2 now, $3 the owner, $4 the manager, $5 the intern. */
static const char shown_sql[] =
"insert into history "
"select $1::uuid, ($2::timestamptz at time zone 'Europe/Istanbul')::date "
"    - 1 + v.t at time zone 'Europe/Istanbul', v.who::uuid, v.action, "
"    v.module, v.type, c.id, null, null, v.vals::jsonb "
"from (values "
"    (time '14:32', $3::text, 'LOGIN', 'session', 'users', null, "
"     '{\"ip\": \"192.168.1.5\", \"method\": \"totp\"}'), "
"    (time '14:35', $3, 'CREDENTIAL_VIEW', 'vault', 'credentials', null, "
"     '{\"title\": \"ABC Ltd\", \"kind\": \"ftp\"}'), "
"    (time '15:10', $4, 'FILE_DOWNLOAD', 'files', 'files', null, "
"     '{\"title\": \"sozlesme.pdf\", \"folder\": \"ABC Ltd\"}'), "
"    (time '16:20', $5, 'ACCESS_DENIED', 'vault', null, null, "
"     '{\"verb\": \"vault.list\", \"need\": \"vault.view\"}')) "
"    v(t, who, action, module, type, customer, vals) "
"left join konak.customers c on c.company_id = $1::uuid "
"    and c.company_name = v.customer";

/* The fifth: a customer's telephone, really changed. */
static const char phone_sql[] =
"with changed as (update konak.customers set phone = '+905331112233', "
"    version = version + 1, updated_at = "
"    ($2::timestamptz at time zone 'Europe/Istanbul')::date - 1 "
"    + time '14:50' at time zone 'Europe/Istanbul' "
"    where company_id = $1::uuid and company_name = 'XYZ AŞ' returning *) "
"insert into history select company_id, updated_at, $3::uuid, "
"    'CUSTOMER_UPDATE', 'customers', 'customers', id, version, 'edit', "
"    '{\"title\": \"XYZ AŞ\", \"old\": {\"phone\": \"+905321112233\"}, "
"\"new\": {\"phone\": \"+905331112233\"}}'::jsonb from changed";

static const char audit_sql[] =
"with made as (select h.*, konak.uuid7() as id, gen_random_uuid() as request, "
"    uuid_send(gen_random_uuid()) as salt from history h order by at), "
"logged as (insert into konak.audit_logs (company_id, at, id, request_id, "
"    user_id, action, module, record_type, record_id, version, op, ip, "
"    client, digest) select company_id, at, id, request, user_id, action, "
"    module, record_type, record_id, version, op, '192.168.1.5', 'konak', "
"    sha256(salt || convert_to(vals::text, 'UTF8')) from made) "
"insert into konak.audit_values (company_id, at, id, values, salt) "
"    select company_id, at, id, vals, salt from made";

/* What this transaction has set up (companies, people, places), and the group
 * before it, was there before anything happened in it. */
static void
set_up_long_ago(struct sample *s)
{
	static const char *const tables[] = { "companies", "users",
	    "memberships", "roles", "group_members", "groups" };
	char	 then[DATE_TEXT];
	size_t	 i;

	timestamp_write(s->now - 3 * 365 * DAY_US, then);
	for (i = 0; i < sizeof tables / sizeof *tables; i++)
		pg_exec(s->conn, arena_printf(s->ctl->arena,
		    "update konak.%s set created_at = '%s', updated_at = '%s' "
		    "where created_at = konak.now()", tables[i], then, then));
	pg_exec(s->conn, arena_printf(s->ctl->arena,
	    "with v as (update konak.audit_values v set at = '%s' "
	    "from konak.audit_logs l where v.company_id = l.company_id "
	    "and v.at = l.at and v.id = l.id and l.user_id is null) "
	    "update konak.audit_logs set at = '%s' where user_id is null",
	    then, then));
}

void
sample_history_start(struct sample *s)
{
	pg_exec(s->conn, history_start_sql);
}

void
sample_history_end(struct sample *s)
{
	pg_exec(s->conn, audit_sql);
	pg_exec(s->conn, "drop table history");
}

static void
make_history(struct sample *s)
{
	struct arena	*arena = s->ctl->arena;
	char		 now[DATE_TEXT];
	const char	*params[5];

	timestamp_write(s->now, now);
	sample_history_start(s);
	pg_exec(s->conn, history_sql);
	params[0] = s->companies[0].id;
	params[1] = arena_strdup(arena, now);
	params[2] = s->users[0];
	params[3] = s->users[2];
	params[4] = s->users[4];
	/* Before that its number was the one the change took away. */
	PQclear(pg_query(s->conn, "update history set vals = jsonb_set(vals, "
	    "'{new,phone}', '\"+905321112233\"') where action like "
	    "'CUSTOMER%' and vals ->> 'title' = 'XYZ AŞ' and "
	    "vals #>> '{new,phone}' is not null", 0, NULL));
	PQclear(pg_query(s->conn, phone_sql, 3, params));
	PQclear(pg_query(s->conn, shown_sql, 5, params));
	sample_history_end(s);
	PQclear(pg_query(s->conn, "update konak.memberships set "
	    "last_accessed_at = $1::timestamptz - interval '2 hours' "
	    "where company_id = $2::uuid", 2,
	    (const char *const[]) { params[1], params[0] }));
}

/* Many rows go in faster without their indexes, which are then built at
 * once; the definitions wait in a table meanwhile. */
static void
indexes(struct sample *s, const char *what)
{
	pg_exec(s->conn, arena_printf(s->ctl->arena,
	    "do $$ declare i record; begin "
	    "for i in select * from sample_indexes loop execute i.%s; "
	    "end loop; end $$", what));
}

static void
indexes_off(struct sample *s)
{
	pg_exec(s->conn, "set local maintenance_work_mem = '256MB'");
	pg_exec(s->conn, "create temp table sample_indexes on commit drop as "
	    "select format('drop index %s', indexrelid::regclass) as gone, "
	    "pg_get_indexdef(indexrelid) as back from pg_index "
	    "where indrelid in ('konak.customers'::regclass, "
	    "'konak.customer_contacts'::regclass, "
	    "'konak.interactions'::regclass) and not indisunique");
	indexes(s, "gone");
}

static long
missing(const struct sample *s)
{
	const struct sample_company	*c;
	long				 n = 0;

	for (c = s->companies; c < s->companies + s->ncompanies; c++)
		if (c->customers > c->from)
			n += c->customers - c->from;
	return n;
}

long
sample_rows(struct sample *s)
{
	long	n = missing(s);
	/* Without its indexes nobody else can use a table: not for a few. */
	bool	many = n > (s->fresh ? 5000 : 50000);

	if (n == 0)
		return 0;
	if (many)
		indexes_off(s);
	pg_exec(s->conn, "create temp table edits (company_id uuid, id uuid, "
	    "at timestamptz, user_id uuid, field text, old text) "
	    "on commit drop");
	/* Triggers would ask, stamp and audit each row as of this moment. */
	pg_exec(s->conn, "set local session_replication_role = replica");
	copy_all(s, "copy konak.customers (company_id, id, company_name, "
	    "contact_person, status, sector, phone, email, website, address, "
	    "city, tax_office, tax_number, notes, created_at, updated_at, "
	    "created_by, version) from stdin", customer_row);
	copy_all(s, "copy konak.customer_contacts (company_id, id, "
	    "customer_id, name, title, phone, email, is_primary, created_at, "
	    "updated_at, created_by) from stdin", people_rows);
	copy_all(s, "copy konak.interactions (company_id, id, customer_id, "
	    "contact_id, kind, happened_at, user_id, text, remind_at, "
	    "created_at, updated_at, created_by) from stdin", talk_rows);
	if (s->rich) {
		copy_all(s, "copy edits from stdin", edit_rows);
		set_up_long_ago(s);
		make_history(s);
	}
	if (many)
		indexes(s, "back");
	pg_exec(s->conn, "set local session_replication_role = origin");
	/* What a trigger would have ordered; nobody is told of old ones. */
	pg_exec(s->conn, "select konak.job_put(i.company_id, "
	    "'interactions.due', jsonb_build_object('id', i.id), i.remind_at, "
	    "i.id::text) from konak.interactions i where i.reminded_at is null "
	    "and i.remind_at > now() - interval '7 days'");
	return n;
}
