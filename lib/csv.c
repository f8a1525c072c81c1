/* csv.c - see csv.h. */
#include <stdint.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/csv.h"
#include "lib/tr.h"

/* --- Encodings ---------------------------------------------------------------- */

/* Windows-1254 where it is not Latin-1: 0x80–0x9f and six Turkish letters. */
static uint32_t
cp1254(uint8_t c)
{
	static const uint16_t high[32] = {
		0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020,
		0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd,
		0xfffd, 0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c, 0x201d,
		0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a,
		0x0153, 0xfffd, 0xfffd, 0x0178
	};

	if (c >= 0x80 && c < 0xa0)
		return high[c - 0x80];
	switch (c) {
	case 0xd0:
		return 0x11e;	/* Ğ */
	case 0xdd:
		return 0x130;	/* İ */
	case 0xde:
		return 0x15e;	/* Ş */
	case 0xf0:
		return 0x11f;
	case 0xfd:
		return 0x131;
	case 0xfe:
		return 0x15f;
	default:
		return c;
	}
}

static void
put(struct buf *b, uint32_t c)
{
	char	out[4];

	buf_add(b, out, utf8_put(out, c));
}

static void
utf16(struct buf *b, const uint8_t *s, size_t len, bool big)
{
	uint32_t	c, low;
	size_t		i;

	for (i = 2; i + 1 < len; i += 2) {
		c = big ? (uint32_t)s[i] << 8 | s[i + 1] :
		    (uint32_t)s[i + 1] << 8 | s[i];
		if (c >= 0xd800 && c < 0xdc00 && i + 3 < len) {
			low = big ? (uint32_t)s[i + 2] << 8 | s[i + 3] :
			    (uint32_t)s[i + 3] << 8 | s[i + 2];
			if (low >= 0xdc00 && low < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10) +
				    (low - 0xdc00);
				i += 2;
			}
		}
		put(b, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
	}
}

const char *
csv_decode(struct buf *b, const void *data, size_t len)
{
	const uint8_t	*s = data;
	size_t		 i;

	if (len >= 2 && ((s[0] == 0xff && s[1] == 0xfe) ||
	    (s[0] == 0xfe && s[1] == 0xff))) {
		utf16(b, s, len, s[0] == 0xfe);
		return "UTF-16";
	}
	if (len >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0) {
		s += 3;
		len -= 3;
	}
	if (utf8_ok((const char *)s, len)) {
		buf_add(b, s, len);
		return "UTF-8";
	}
	for (i = 0; i < len; i++) {
		if (s[i] < 0x80)
			buf_add8(b, s[i]);
		else
			put(b, cp1254(s[i]));
	}
	return "CP1254";
}

/* --- Reading -------------------------------------------------------------------- */

char
csv_delimiter(const char *s, size_t len)
{
	static const char	signs[] = ";,\t";
	size_t			n[3] = { 0, 0, 0 }, i, best = 0;
	const char		*found;
	bool			quoted = false;

	for (i = 0; i < len && (quoted || (s[i] != '\n' && s[i] != '\r'));
	    i++) {
		if (s[i] == '"')
			quoted = !quoted;
		else if (!quoted && s[i] != '\0' &&
		    (found = strchr(signs, s[i])) != NULL)
			n[found - signs]++;
	}
	for (i = 1; i < 3; i++)
		if (n[i] > n[best])
			best = i;
	return signs[best];
}

void
csv_init(struct csv *c, const char *s, size_t len, char delimiter)
{
	*c = (struct csv){ .p = s, .end = s + len, .delimiter = delimiter,
	    .line = 0 };
}

/* Takes one cell; *cut when the file ends inside its quotes. */
static char *
take_cell(struct csv *c, struct arena *a, size_t *lines, bool *cut)
{
	struct buf	 b = BUF_INIT;
	bool		 quoted = c->p < c->end && *c->p == '"';
	char		*s;

	if (quoted)
		c->p++;
	for (; c->p < c->end; c->p++) {
		if (quoted && *c->p == '"') {
			if (c->p + 1 < c->end && c->p[1] == '"')
				c->p++;
			else {
				quoted = false;
				continue;
			}
		} else if (!quoted && (*c->p == c->delimiter ||
		    *c->p == '\n' || *c->p == '\r'))
			break;
		*lines += *c->p == '\n';
		buf_add8(&b, (uint8_t)*c->p);
	}
	*cut = quoted;
	s = arena_strndup(a, buf_text(&b), buf_len(&b));
	buf_free(&b);
	if (s[0] == '\'' && s[1] != '\0' && strchr("=+-@\t\r", s[1]) != NULL)
		s++;
	return s;
}

static void
end_of_line(struct csv *c)
{
	if (c->p < c->end && *c->p == '\r')
		c->p++;
	if (c->p < c->end && *c->p == '\n')
		c->p++;
}

enum csv_result
csv_row(struct csv *c, struct arena *a, char ***cells, size_t *n)
{
	static char	*none[1];
	size_t		 room = 16, lines = 0;
	char		**more;
	bool		 cut;

	for (c->line++; c->p < c->end && (*c->p == '\n' || *c->p == '\r');
	    c->line++)
		end_of_line(c);
	if (c->p == c->end)
		return CSV_END;
	*cells = none;
	for (*n = 0;;) {
		if (*n == 0 || *n == room) {
			more = arena_array(a, room * 2, sizeof *more);
			if (*n > 0)
				memcpy(more, *cells, *n * sizeof *more);
			room = *n == 0 ? room : room * 2;
			*cells = more;
		}
		(*cells)[(*n)++] = take_cell(c, a, &lines, &cut);
		if (cut)
			return CSV_CUT;
		if (c->p == c->end || *c->p != c->delimiter)
			break;
		c->p++;
	}
	end_of_line(c);
	c->line += lines;
	return CSV_ROW;
}

/* --- Writing ----------------------------------------------------------------------- */

/* A number with its sign is no formula: "+905321112233", "-12,50". */
static bool
formula(const char *s)
{
	if (s[0] == '\0' || strchr("=+-@\t\r", s[0]) == NULL)
		return false;
	return !((s[0] == '+' || s[0] == '-') && s[1] != '\0' &&
	    strspn(s + 1, "0123456789., ") == strlen(s + 1));
}

void
csv_cell(struct buf *b, const char *s, char delimiter, bool guard)
{
	bool	apostrophe = guard && formula(s);

	if (!apostrophe && strchr(s, delimiter) == NULL &&
	    strpbrk(s, "\"\r\n") == NULL) {
		buf_addz(b, s);
		return;
	}
	buf_add8(b, '"');
	if (apostrophe)
		buf_add8(b, '\'');
	for (; *s != '\0'; s++) {
		if (*s == '"')
			buf_add8(b, '"');
		buf_add8(b, (uint8_t)*s);
	}
	buf_add8(b, '"');
}
