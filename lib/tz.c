/*
 * tz.c - the clock, and zones read from TZif files (RFC 8536). After the last
 * change in a file its offset goes on; Debian's files reach to 2037.
 */
#include "lib/tz.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/buf.h"
#include "lib/xmalloc.h"

#define ZONEINFO	"/usr/share/zoneinfo/"
#define NAME_MAX_LEN	50
#define FILE_MAX_LEN	(256 * 1024)
#define HEADER_LEN	44

struct tz {
	struct tz	*next;
	char		 name[NAME_MAX_LEN + 1];
	size_t		 n;
	int64_t		*at;		/* n changes, rising */
	int32_t		*offset;	/* n: since at[i] */
	int32_t		 first;		/* before at[0] */
};

static pthread_mutex_t	 tz_lock = PTHREAD_MUTEX_INITIALIZER;
static struct tz	*tz_known;

/* --- Clock --------------------------------------------------------------- */

static int64_t
clock_us(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * SECOND_US + ts.tv_nsec / 1000;
}

#if KONAK_TEST_BUILD
static pthread_once_t	test_once = PTHREAD_ONCE_INIT;
static int64_t		test_shift, test_still;

static void
test_clock(void)
{
	const char *text = getenv("KONAK_TEST_NOW");
	int64_t us;

	if (text != NULL && timestamp_read(text, strlen(text), &us) == DATE_OK)
		test_shift = us - clock_us(CLOCK_REALTIME);
	if (test_shift != 0 && getenv("KONAK_TEST_STILL") != NULL)
		test_still = us;
}
#endif

int64_t
clock_now(void)
{
	int64_t now = clock_us(CLOCK_REALTIME);

#if KONAK_TEST_BUILD
	pthread_once(&test_once, test_clock);
	if (test_still != 0)
		return test_still;
	now += test_shift;
#endif
	return now;
}

int64_t
clock_mono(void)
{
	return clock_us(CLOCK_MONOTONIC) / 1000;
}

/* --- Files --------------------------------------------------------------- */

static int64_t
get_be(const uint8_t *p, int bytes)
{
	uint64_t v = p[0] & 0x80 ? ~UINT64_C(0) : 0;

	while (bytes-- > 0)
		v = v << 8 | *p++;
	return (int64_t)v;
}

struct counts {
	size_t	isut, isstd, leap, time, type, chars;
};

static bool
read_header(const uint8_t *p, size_t left, struct counts *c)
{
	size_t *to[] = {
		&c->isut, &c->isstd, &c->leap, &c->time, &c->type, &c->chars
	};
	int64_t v;
	int i;

	if (left < HEADER_LEN || memcmp(p, "TZif", 4) != 0)
		return false;
	for (i = 0; i < 6; i++) {
		v = get_be(p + 20 + i * 4, 4);
		if (v < 0 || v > FILE_MAX_LEN)
			return false;
		*to[i] = (size_t)v;
	}
	return c->type > 0;
}

static size_t
block_len(const struct counts *c, size_t width)
{
	return c->time * width + c->time + c->type * 6 + c->chars +
	    c->leap * (width + 4) + c->isstd + c->isut;
}

static bool
parse_block(struct tz *z, const uint8_t *p, const struct counts *c,
    size_t width)
{
	const uint8_t *types = p + c->time * width;
	const uint8_t *infos = types + c->time;
	size_t i;

	z->n = c->time;
	z->at = xreallocarray(NULL, c->time, sizeof(*z->at));
	z->offset = xreallocarray(NULL, c->time, sizeof(*z->offset));
	z->first = (int32_t)get_be(infos, 4);
	for (i = 0; i < c->time; i++) {
		if (types[i] >= c->type)
			return false;
		z->at[i] = get_be(p + i * width, (int)width);
		z->offset[i] = (int32_t)get_be(infos + types[i] * 6, 4);
	}
	return true;
}

/* Version 1 has 32-bit times; from version 2 on the same follows with 64. */
static bool
parse_file(struct tz *z, const uint8_t *p, size_t len)
{
	struct counts c;
	size_t width = 4, skip;

	if (!read_header(p, len, &c))
		return false;
	if (p[4] >= '2') {
		skip = HEADER_LEN + block_len(&c, width);
		if (skip > len)
			return false;
		p += skip;
		len -= skip;
		width = 8;
		if (!read_header(p, len, &c))
			return false;
	}
	if (block_len(&c, width) > len - HEADER_LEN)
		return false;
	return parse_block(z, p + HEADER_LEN, &c, width);
}

static bool
name_ok(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len <= NAME_MAX_LEN && name[0] != '/' &&
	    strstr(name, "..") == NULL && strstr(name, "//") == NULL &&
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/")] == '\0';
}

static bool
load_file(struct tz *z)
{
	char path[sizeof(ZONEINFO) + NAME_MAX_LEN];
	struct buf b = BUF_INIT;
	bool ok;
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), ZONEINFO "%s", z->name);
	if ((f = fopen(path, "re")) == NULL)
		return false;
	do {
		n = fread(buf_reserve(&b, 4096), 1, 4096, f);
		buf_commit(&b, n);
	} while (n > 0 && buf_len(&b) < FILE_MAX_LEN);
	fclose(f);
	ok = parse_file(z, buf_data(&b), buf_len(&b));
	buf_free(&b);
	return ok;
}

static struct tz *
load(const char *name)
{
	struct tz *z = xcalloc(1, sizeof(*z));

	snprintf(z->name, sizeof(z->name), "%s", name);
	if (load_file(z) || strcmp(name, "UTC") == 0)
		return z;
	free(z->at);
	free(z->offset);
	z->n = 0;
	if (strcmp(name, "Europe/Istanbul") == 0) {
		z->first = 3 * 3600;
		return z;
	}
	free(z);
	return NULL;
}

const struct tz *
tz_find(const char *name)
{
	struct tz *z;

	if (name == NULL || !name_ok(name))
		return NULL;
	pthread_mutex_lock(&tz_lock);
	for (z = tz_known; z != NULL; z = z->next)
		if (strcmp(z->name, name) == 0)
			break;
	if (z == NULL && (z = load(name)) != NULL) {
		z->next = tz_known;
		tz_known = z;
	}
	pthread_mutex_unlock(&tz_lock);
	return z;
}

/* --- Use ----------------------------------------------------------------- */

int
tz_offset(const struct tz *z, int64_t utc)
{
	size_t lo = 0, hi, mid;

	if (z == NULL || z->n == 0 || utc < z->at[0])
		return z != NULL ? z->first : 0;
	for (hi = z->n; hi - lo > 1;) {
		mid = lo + (hi - lo) / 2;
		if (z->at[mid] <= utc)
			lo = mid;
		else
			hi = mid;
	}
	return z->offset[lo];
}

void
tz_local(const struct tz *z, int64_t us, struct date *d, int *s)
{
	int64_t utc = us / SECOND_US - (us % SECOND_US < 0), local, days;

	local = utc + tz_offset(z, utc);
	days = local / DAY_S - (local % DAY_S < 0);
	*s = (int)(local - days * DAY_S);
	if (days < DATE_DAYS_MIN)
		days = DATE_DAYS_MIN;
	if (days > DATE_DAYS_MAX)
		days = DATE_DAYS_MAX;
	*d = date_from_days((int32_t)days);
}

int64_t
tz_utc(const struct tz *z, const struct date *d, int s)
{
	int64_t local = (int64_t)date_days(d) * DAY_S + s, utc;
	int before = tz_offset(z, local - DAY_S), after;

	/* Right unless the clock changed since a day before. */
	utc = local - before;
	after = tz_offset(z, utc);
	if (after != before && tz_offset(z, local - after) == after)
		utc = local - after;
	return utc * SECOND_US;
}
