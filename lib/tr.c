/*
 * tr.c - UTF-8, Turkish case and folding, and text for the terminal. The
 * tables of composition, category and width are utf8proc's; the four letters
 * that Turkish treats its own way stand here.
 */
#include "lib/tr.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "lib/arena.h"
#include "lib/buf.h"

#define MARK_FIRST	0x0300	/* combining marks that folding drops */
#define MARK_LAST	0x036f
#define MARKS_MAX	4	/* combining marks drawn on one character */
#define ZWJ		0x200d
#define ELLIPSIS	"\xe2\x80\xa6"

/* --- UTF-8 --------------------------------------------------------------- */

/* Length of the well-formed character at p, 0 when there is none. */
static size_t
char_len(const unsigned char *p, size_t left)
{
	unsigned char c = p[0];

	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	if (left < 2 || (p[1] & 0xc0) != 0x80)
		return 0;
	if (c < 0xe0)
		return 2;
	if (left < 3 || (p[2] & 0xc0) != 0x80)
		return 0;
	if (c < 0xf0) {
		if ((c == 0xe0 && p[1] < 0xa0) || (c == 0xed && p[1] > 0x9f))
			return 0;	/* overlong, surrogate */
		return 3;
	}
	if (left < 4 || (p[3] & 0xc0) != 0x80)
		return 0;
	if ((c == 0xf0 && p[1] < 0x90) || (c == 0xf4 && p[1] > 0x8f))
		return 0;		/* overlong, over U+10FFFF */
	return 4;
}

bool
utf8_ok(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t n;

	while (len > 0) {
		if ((n = char_len(p, len)) == 0)
			return false;
		p += n;
		len -= n;
	}
	return true;
}

size_t
utf8_count(const char *s, size_t len)
{
	size_t n = 0;

	while (len-- > 0)
		if (((unsigned char)*s++ & 0xc0) != 0x80)
			n++;
	return n;
}

uint32_t
utf8_next(const char **pp, const char *end)
{
	const unsigned char *p = (const unsigned char *)*pp;
	size_t n = char_len(p, (size_t)(end - *pp));

	*pp += n != 0 ? n : 1;
	switch (n) {
	case 1:
		return p[0];
	case 2:
		return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
	case 3:
		return (uint32_t)(p[0] & 0x0f) << 12 |
		    (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
	case 4:
		return (uint32_t)(p[0] & 0x07) << 18 |
		    (uint32_t)(p[1] & 0x3f) << 12 |
		    (uint32_t)(p[2] & 0x3f) << 6 | (p[3] & 0x3f);
	default:
		return 0xfffd;
	}
}

size_t
utf8_put(char out[4], uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static void
buf_char(struct buf *b, uint32_t c)
{
	char out[4];

	buf_add(b, out, utf8_put(out, c));
}

/* Moves a buffer's text into the arena. */
static char *
to_arena(struct arena *a, struct buf *b)
{
	char *s = arena_memdup(a, buf_text(b), buf_len(b) + 1);

	buf_free(b);
	return s;
}

static bool
is_ascii(const char *s, size_t len)
{
	while (len-- > 0)
		if ((unsigned char)*s++ >= 0x80)
			return false;
	return true;
}

/* --- Composition and case ------------------------------------------------ */

/* NULL when the text is not UTF-8; else malloc'd. */
static char *
map(const char *s, size_t len, utf8proc_option_t options, size_t *outlen)
{
	utf8proc_uint8_t *out = NULL;
	utf8proc_ssize_t n;

	if (!utf8_ok(s, len))
		return NULL;
	n = utf8proc_map((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)len,
	    &out, options | UTF8PROC_STABLE);
	if (n < 0) {
		free(out);
		return NULL;
	}
	*outlen = (size_t)n;
	return (char *)out;
}

/* Everything below U+0300 is composed as it stands; that is nearly all that
 * people type, and saves the tables. */
static bool
is_composed(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)s[i] >= 0xcc)
			return false;
	return utf8_ok(s, len);
}

char *
tr_nfc(struct arena *a, const char *s, size_t len)
{
	char *mapped, *out;
	size_t n;

	if (is_composed(s, len)) {
		out = arena_alloc(a, len + 1);
		memcpy(out, s, len);
		return out;
	}
	if ((mapped = map(s, len, UTF8PROC_COMPOSE, &n)) == NULL)
		return NULL;
	out = arena_alloc(a, n + 1);
	memcpy(out, mapped, n);
	free(mapped);
	return out;
}

bool
tr_is_nfc(const char *s, size_t len)
{
	char *mapped;
	size_t n;
	bool same;

	if (is_composed(s, len))
		return true;
	if ((mapped = map(s, len, UTF8PROC_COMPOSE, &n)) == NULL)
		return false;
	same = n == len && memcmp(mapped, s, len) == 0;
	free(mapped);
	return same;
}

char *
tr_fold(struct arena *a, const char *s, size_t len)
{
	struct buf b = BUF_INIT;
	const char *p, *end;
	char *mapped = NULL;
	uint32_t c;
	size_t n = len;

	if (!is_ascii(s, len) &&
	    (mapped = map(s, len, UTF8PROC_DECOMPOSE, &n)) == NULL)
		return NULL;
	p = mapped != NULL ? mapped : s;
	for (end = p + n; p < end;) {
		c = utf8_next(&p, end);
		if (c >= MARK_FIRST && c <= MARK_LAST)
			continue;	/* İ is I and a dot here */
		if (c == 0x131)		/* ı */
			c = 'i';
		buf_char(&b, (uint32_t)utf8proc_tolower((utf8proc_int32_t)c));
	}
	free(mapped);
	return to_arena(a, &b);
}

bool
tr_match(const char *text, const char *needle)
{
	return strstr(text, needle) != NULL;
}

static uint32_t
upper_char(enum lang lang, uint32_t c)
{
	if (lang == LANG_TR && c == 'i')
		return 0x130;
	if (c == 0x131)
		return 'I';
	return (uint32_t)utf8proc_toupper((utf8proc_int32_t)c);
}

static uint32_t
lower_char(enum lang lang, uint32_t c)
{
	if (lang == LANG_TR && c == 'I')
		return 0x131;
	if (c == 0x130)
		return 'i';
	return (uint32_t)utf8proc_tolower((utf8proc_int32_t)c);
}

static char *
recase(struct arena *a, enum lang lang, const char *s,
    uint32_t (*fn)(enum lang, uint32_t))
{
	struct buf b = BUF_INIT;
	const char *end = s + strlen(s);

	while (s < end)
		buf_char(&b, fn(lang, utf8_next(&s, end)));
	return to_arena(a, &b);
}

char *
tr_upper(struct arena *a, enum lang lang, const char *s)
{
	return recase(a, lang, s, upper_char);
}

char *
tr_lower(struct arena *a, enum lang lang, const char *s)
{
	return recase(a, lang, s, lower_char);
}

/* --- For the terminal ---------------------------------------------------- */

int
text_cell(uint32_t c)
{
	int w;

	if (c < 0x7f)
		return c >= ' ' ? 1 : 0;
	w = utf8proc_charwidth((utf8proc_int32_t)c);
	return w < 0 ? 0 : w > 2 ? 2 : w;
}

/* Direction marks and everything else that is there and cannot be seen. */
static bool
is_hidden(uint32_t c)
{
	return (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
	    (c >= 0x2060 && c <= 0x206f) || c == 0x00ad || c == 0x061c ||
	    c == 0x180e || c == 0xfeff || c == 0x2028 || c == 0x2029 ||
	    c == 0x034f || c == 0x115f || c == 0x1160 || c == 0x17b4 ||
	    c == 0x17b5 || c == 0x3164 || c == 0xffa0 ||
	    (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

static bool
is_variation(uint32_t c)
{
	return (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0100 && c <= 0xe01ef);
}

static bool
is_skin_tone(uint32_t c)
{
	return c >= 0x1f3fb && c <= 0x1f3ff;
}

/* No sign at all: unassigned, private, or a surrogate. */
static bool
is_nothing(uint32_t c)
{
	switch (utf8proc_category((utf8proc_int32_t)c)) {
	case UTF8PROC_CATEGORY_CN:
	case UTF8PROC_CATEGORY_CO:
	case UTF8PROC_CATEGORY_CS:
		return true;
	default:
		return false;
	}
}

/* The nearest sign for a terminal without UTF-8: ş is s there, not ?. */
static char
ascii_of(uint32_t c)
{
	utf8proc_int32_t parts[8];
	int bound = 0;

	switch (c) {
	case 0x131:
		return 'i';
	case 0x2018:
	case 0x2019:
		return '\'';
	case 0x201c:
	case 0x201d:
		return '"';
	case 0x2010:
	case 0x2011:
	case 0x2012:
	case 0x2013:
	case 0x2014:
		return '-';
	case 0xa0:
	case 0x202f:
		return ' ';
	default:
		break;
	}
	if (utf8proc_decompose_char((utf8proc_int32_t)c, parts, 8,
	    UTF8PROC_DECOMPOSE, &bound) > 0 && parts[0] < 0x7f)
		return (char)parts[0];
	return '?';
}

static void
safe_control(struct buf *b, uint32_t c)
{
	if (c < 0x20)
		buf_printf(b, "^%c", (int)c + '@');
	else if (c == 0x7f)
		buf_addz(b, "^?");
	else
		buf_printf(b, "<%02X>", (unsigned)c);
}

void
text_safe(struct buf *b, const char *s, size_t len, unsigned flags)
{
	const char *end = s + len;
	uint32_t c, last = 0;
	int marks = 0, width, lastw = 0;

	while (s < end) {
		c = utf8_next(&s, end);
		if (c == '\n' && (flags & TEXT_LINES) != 0) {
			buf_add8(b, '\n');
			last = lastw = marks = 0;
			continue;
		}
		if (c < 0x20 || (c >= 0x7f && c < 0xa0)) {
			safe_control(b, c);
			last = lastw = marks = 0;
			continue;
		}
		if (c < 0x7f) {
			buf_add8(b, (uint8_t)c);
			last = c;
			lastw = 1;
			marks = 0;
			continue;
		}
		if (is_variation(c) || (is_skin_tone(c) && lastw == 2))
			continue;
		if (c == ZWJ && lastw == 2) {
			/* An emoji of several: its first one stays. */
			if (s < end)
				utf8_next(&s, end);
			continue;
		}
		if (is_hidden(c)) {
			buf_printf(b, "<%04X>", (unsigned)c);
			last = lastw = marks = 0;
			continue;
		}
		width = text_cell(c);
		if (is_nothing(c) || (width == 0 &&
		    (last == 0 || ++marks > MARKS_MAX))) {
			if (width != 0 || last == 0)
				buf_add8(b, '?');
			last = '?';
			lastw = 1;
			continue;
		}
		if (width != 0) {
			marks = 0;
			last = c;
			lastw = width;
		}
		if ((flags & TEXT_ASCII) == 0)
			buf_char(b, c);
		else if (width == 1)
			buf_add8(b, (uint8_t)ascii_of(c));
		else if (width == 2)
			buf_addz(b, "??");
	}
}

char *
text_safe_dup(struct arena *a, const char *s, unsigned flags)
{
	struct buf b = BUF_INIT;

	text_safe(&b, s, strlen(s), flags);
	return to_arena(a, &b);
}

int
text_width(const char *s, size_t len)
{
	const char *end = s + len;
	int cells = 0;

	while (s < end)
		cells += text_cell(utf8_next(&s, end));
	return cells;
}

size_t
text_fit(const char *s, size_t len, int cells, int *used)
{
	const char *p = s, *end = s + len, *at = s;
	int n = 0, w;

	while (p < end) {
		w = text_cell(utf8_next(&p, end));
		if (n + w > cells)
			break;
		n += w;
		at = p;
	}
	if (used != NULL)
		*used = n;
	return (size_t)(at - s);
}

int
text_cut(struct buf *b, const char *s, size_t len, int cells, unsigned flags)
{
	size_t fit;
	int used;

	if (cells <= 0)
		return 0;
	fit = text_fit(s, len, cells, &used);
	if (fit == len) {
		buf_add(b, s, len);
		return used;
	}
	fit = text_fit(s, len, cells - 1, &used);
	buf_add(b, s, fit);
	buf_addz(b, (flags & TEXT_ASCII) != 0 ? "~" : ELLIPSIS);
	return used + 1;
}

void
text_pad(struct buf *b, const char *s, size_t len, int cells, unsigned flags)
{
	int used = text_cut(b, s, len, cells, flags);

	while (used++ < cells)
		buf_add8(b, ' ');
}
