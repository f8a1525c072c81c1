/*
 * uuid.c - UUIDs of version 7. Within a millisecond the 12 bits behind the
 * time count up; when they are used up the time runs ahead by one.
 */
#include "lib/uuid.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>
#include <time.h>

static pthread_mutex_t	uuid_lock = PTHREAD_MUTEX_INITIALIZER;
static int64_t		uuid_ms;
static unsigned		uuid_count;

static void
next_stamp(int64_t *ms, unsigned *count)
{
	struct timespec ts;
	int64_t now;

	clock_gettime(CLOCK_REALTIME, &ts);
	now = (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
	pthread_mutex_lock(&uuid_lock);
	if (now > uuid_ms) {
		uuid_ms = now;
		/* The upper half is left for counting. */
		uuid_count = randombytes_uniform(0x800);
	} else if (++uuid_count > 0xfff) {
		uuid_ms++;
		uuid_count = 0;
	}
	*ms = uuid_ms;
	*count = uuid_count;
	pthread_mutex_unlock(&uuid_lock);
}

void
uuid_v7(struct uuid *u)
{
	unsigned count;
	int64_t ms;
	int i;

	next_stamp(&ms, &count);
	for (i = 0; i < 6; i++)
		u->b[i] = (uint8_t)((uint64_t)ms >> (40 - 8 * i));
	u->b[6] = (uint8_t)(0x70 | count >> 8);
	u->b[7] = (uint8_t)count;
	randombytes_buf(u->b + 8, 8);
	u->b[8] = (u->b[8] & 0x3f) | 0x80;
}

void
uuid_v7_text(char out[UUID_TEXT])
{
	struct uuid u;

	uuid_v7(&u);
	uuid_format(&u, out);
}

static int
hex_digit(char c)
{
	/* Digit + 1; a table, because lists are full of uuids. */
	static const int8_t digit[256] = {
		['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5,
		['5'] = 6, ['6'] = 7, ['7'] = 8, ['8'] = 9, ['9'] = 10,
		['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15,
		['f'] = 16, ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14,
		['E'] = 15, ['F'] = 16
	};

	return digit[(unsigned char)c] - 1;
}

bool
uuid_parse(const char *s, size_t len, struct uuid *out)
{
	struct uuid u;
	int i, hi, lo;

	if (len != UUID_TEXT - 1)
		return false;
	for (i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			if (*s++ != '-')
				return false;
		if ((hi = hex_digit(*s++)) == -1 ||
		    (lo = hex_digit(*s++)) == -1)
			return false;
		u.b[i] = (uint8_t)(hi << 4 | lo);
	}
	*out = u;
	return true;
}

void
uuid_format(const struct uuid *u, char out[UUID_TEXT])
{
	static const char hex[] = "0123456789abcdef";
	int i;

	for (i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		*out++ = hex[u->b[i] >> 4];
		*out++ = hex[u->b[i] & 15];
	}
	*out = '\0';
}

bool
uuid_is_v7(const struct uuid *u)
{
	return u->b[6] >> 4 == 7 && u->b[8] >> 6 == 2;
}

int64_t
uuid_v7_ms(const struct uuid *u)
{
	int64_t ms = 0;
	int i;

	for (i = 0; i < 6; i++)
		ms = ms << 8 | u->b[i];
	return ms;
}
