/*
 * input.c - the parser of terminal input. Bytes stand in `buf` until they
 * make a whole key; what never becomes one is dropped in silence, because a
 * stray letter would be a command.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "tui/input.h"

#define ESC_MS		100	/* a lone Esc */
#define SEQ_MS		400	/* Esc [ and Esc O: surely a sequence */
#define LATE_MS		300	/* after a lone Esc was taken for a key */
#define UTF8_MS		100
#define PASTE_MS	2000
#define PASTE_MAX	(1024 * 1024)
#define SEQ_MAX		256	/* a longer sequence is nobody's key */
#define STRING_MAX	8192	/* OSC and DCS answers */

static const char paste_end[] = "\033[201~";

struct learned {
	char		 seq[16];
	size_t		 len;
	uint32_t	 code;
	unsigned	 mods;
};

struct input_parser {
	input_cb	*cb;
	void		*arg;
	unsigned	 esc_ms;
	struct learned	*learned;
	size_t		 nlearned;
	char		*buf;
	size_t		 len, cap;
	int		 wait;
	bool		 late;	/* a lone Esc has just been emitted */
	bool		 pasting;
	bool		 too_long;	/* rest of the paste is dropped */
	char		*paste;
	size_t		 paste_len, paste_cap;
};

struct input_parser *
input_new(input_cb *cb, void *arg, unsigned esc_ms)
{
	struct input_parser *p = xcalloc(1, sizeof(*p));

	p->cb = cb;
	p->arg = arg;
	p->esc_ms = esc_ms ? esc_ms : ESC_MS;
	p->wait = -1;
	return p;
}

void
input_free(struct input_parser *p)
{
	if (p == NULL)
		return;
	free(p->learned);
	if (p->buf != NULL)
		explicit_bzero(p->buf, p->cap);
	free(p->buf);
	if (p->paste != NULL)
		explicit_bzero(p->paste, p->paste_cap);
	free(p->paste);
	free(p);
}

void
input_learn(struct input_parser *p, const char *seq, uint32_t code,
    unsigned mods)
{
	size_t len = seq == NULL ? 0 : strlen(seq), i;

	/* One-byte "sequences" are Backspace and the like: the grammar's. */
	if (len < 2 || len >= sizeof(p->learned->seq) || seq[0] != '\033')
		return;
	for (i = 0; i < p->nlearned; i++) {
		if (strcmp(p->learned[i].seq, seq) == 0)
			return;
	}
	p->learned = xreallocarray(p->learned, p->nlearned + 1,
	    sizeof(*p->learned));
	memcpy(p->learned[p->nlearned].seq, seq, len + 1);
	p->learned[p->nlearned].len = len;
	p->learned[p->nlearned].code = code;
	p->learned[p->nlearned].mods = mods;
	p->nlearned++;
}

static void
emit_key(struct input_parser *p, uint32_t code, unsigned mods)
{
	struct input in = { .kind = INPUT_KEY, .code = code, .mods = mods };

	p->cb(&in, p->arg);
}

static void
emit(struct input_parser *p, enum input_kind kind, uint32_t code)
{
	struct input in = { .kind = kind, .code = code };

	p->cb(&in, p->arg);
}

/*
 * One UTF-8 letter. Returns its length, 0 when more bytes are needed, and a
 * letter of 0 with length 1 for a byte that is none.
 */
static size_t
utf8_take(const char *s, size_t len, uint32_t *letter)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char b = (unsigned char)s[0];
	size_t need, i;
	uint32_t c;

	*letter = 0;
	if (b < 0x80) {
		*letter = b;
		return 1;
	}
	if (b >= 0xc2 && b <= 0xdf)
		need = 2;
	else if (b >= 0xe0 && b <= 0xef)
		need = 3;
	else if (b >= 0xf0 && b <= 0xf4)
		need = 4;
	else
		return 1;
	c = b & (0xffu >> (need + 1));
	for (i = 1; i < need; i++) {
		if (i == len)
			return 0;
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return i;
		c = c << 6 | ((unsigned char)s[i] & 0x3f);
	}
	if (c >= least[need] && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff))
		*letter = c;
	return need;
}

/* --- paste ------------------------------------------------------------- */

static void
paste_put(struct input_parser *p, char c)
{
	if (p->paste_len == PASTE_MAX) {
		p->too_long = true;
		return;
	}
	if (p->paste_len == p->paste_cap) {
		p->paste_cap = p->paste_cap ? p->paste_cap * 2 : 4096;
		p->paste = xrealloc(p->paste, p->paste_cap);
	}
	p->paste[p->paste_len++] = c;
}

/* Only valid UTF-8 without controls; any line end becomes \n. */
static size_t
paste_clean(char *s, size_t len)
{
	size_t i = 0, n, out = 0;
	uint32_t c;

	while (i < len) {
		n = utf8_take(s + i, len - i, &c);
		if (n == 0)
			break;
		if (c == '\r') {
			if (i + 1 < len && s[i + 1] == '\n')
				i++;
			s[out++] = '\n';
		} else if (c == '\n' || c == '\t' || (c >= 0x20 && c != 0x7f &&
		    (c < 0x80 || c > 0x9f))) {
			memmove(s + out, s + i, n);
			out += n;
		}
		i += n;
	}
	return out;
}

static void
paste_done(struct input_parser *p)
{
	struct input in = { .kind = INPUT_PASTE };

	p->pasting = false;
	p->too_long = false;
	paste_put(p, '\0');
	p->paste_len--;
	in.len = paste_clean(p->paste, p->paste_len);
	p->paste[in.len] = '\0';
	in.text = p->paste;
	p->cb(&in, p->arg);
	/* It may have been a password. */
	explicit_bzero(p->paste, p->paste_cap);
	free(p->paste);
	p->paste = NULL;
	p->paste_len = p->paste_cap = 0;
}

/*
 * Moves bytes from the buffer into the paste. Returns how many are used;
 * a possible start of the end mark stays.
 */
static size_t
paste_take(struct input_parser *p)
{
	size_t n = sizeof(paste_end) - 1, i, left;

	for (i = 0; i < p->len; i++) {
		if (p->buf[i] == '\033') {
			left = p->len - i < n ? p->len - i : n;
			if (memcmp(p->buf + i, paste_end, left) == 0) {
				if (left < n)
					return i;
				paste_done(p);
				return i + n;
			}
		}
		paste_put(p, p->buf[i]);
	}
	return i;
}

/* --- sequences ---------------------------------------------------------- */

static const struct {
	char		 final;
	uint32_t	 code;
} letter_keys[] = {
	{ 'A', K_UP }, { 'B', K_DOWN }, { 'C', K_RIGHT }, { 'D', K_LEFT },
	{ 'H', K_HOME }, { 'F', K_END }, { 'P', K_F1 }, { 'Q', K_F2 },
	{ 'R', K_F3 }, { 'S', K_F4 }
};

static const uint32_t number_keys[] = {
	[1] = K_HOME, [2] = K_INSERT, [3] = K_DELETE, [4] = K_END,
	[5] = K_PGUP, [6] = K_PGDN, [7] = K_HOME, [8] = K_END,
	[11] = K_F1, [12] = K_F2, [13] = K_F3, [14] = K_F4, [15] = K_F5,
	[17] = K_F6, [18] = K_F7, [19] = K_F8, [20] = K_F9, [21] = K_F10,
	[23] = K_F11, [24] = K_F12
};

static uint32_t
letter_key(char final)
{
	size_t i;

	for (i = 0; i < sizeof(letter_keys) / sizeof(letter_keys[0]); i++) {
		if (letter_keys[i].final == final)
			return letter_keys[i].code;
	}
	return K_NONE;
}

/* xterm's modifier parameter: 1 + shift 1, alt 2, ctrl 4. */
static unsigned
xterm_mods(int param)
{
	unsigned m = param > 1 ? (unsigned)param - 1 : 0, mods = 0;

	if (m & 1)
		mods |= MOD_SHIFT;
	if (m & (2 | 8))
		mods |= MOD_ALT;
	if (m & 4)
		mods |= MOD_CTRL;
	return mods;
}

/* A letter that came with modifiers by number (CSI u, modifyOtherKeys). */
static void
emit_code(struct input_parser *p, uint32_t code, unsigned mods)
{
	if (code == 0x08)
		code = K_BACKSPACE;
	if (code < 0x20 && code != K_TAB && code != K_ENTER && code != K_ESC)
		return;
	/* 0xe000 and up are keys of the kitty protocol without a letter. */
	if ((code >= 0x80 && code <= 0x9f) ||
	    (code >= 0xd800 && code <= 0xf8ff) || code > 0x10ffff)
		return;
	if (code > K_SPACE && code != K_BACKSPACE && !(mods & MOD_CTRL))
		mods &= ~(unsigned)MOD_SHIFT;
	emit_key(p, code, mods);
}

static void
emit_mouse(struct input_parser *p, int b, int x, int y, bool released)
{
	struct input in = { .kind = INPUT_MOUSE, .row = y - 1, .col = x - 1 };

	if (x < 1 || y < 1 || x > 10000 || y > 10000 || b < 0)
		return;
	if (b & 4)
		in.mods |= MOD_SHIFT;
	if (b & 8)
		in.mods |= MOD_ALT;
	if (b & 16)
		in.mods |= MOD_CTRL;
	if (b & 64) {
		if ((b & 3) > 1)
			return;
		in.button = b & 1 ? MOUSE_WHEEL_DOWN : MOUSE_WHEEL_UP;
	} else if (released || (b & 3) == 3)
		in.button = MOUSE_RELEASE;
	else if (b & 32)
		in.button = MOUSE_DRAG;
	else if ((b & 3) == 1)
		in.button = MOUSE_MIDDLE;
	else if ((b & 3) == 2)
		in.button = MOUSE_RIGHT;
	else
		in.button = MOUSE_PRESS;
	p->cb(&in, p->arg);
}

/* CSI with its parameters read. */
static void
csi_emit(struct input_parser *p, char mark, const int *par, int n, char final,
    unsigned mods)
{
	uint32_t code;

	if (mark == '<' && n == 3 && (final == 'M' || final == 'm')) {
		emit_mouse(p, par[0], par[1], par[2], final == 'm');
		return;
	}
	if (mark != 0) {
		emit(p, INPUT_REPLY, (uint32_t)final);
		return;
	}
	if (n >= 2)
		mods |= xterm_mods(par[1]);
	switch (final) {
	case '~':
		if (par[0] == 200) {
			p->pasting = true;
			return;
		}
		if (par[0] == 27 && n == 3) {
			emit_code(p, (uint32_t)par[2], mods);
			return;
		}
		if (par[0] > 0 && (size_t)par[0] <
		    sizeof(number_keys) / sizeof(number_keys[0]) &&
		    number_keys[par[0]] != K_NONE)
			emit_key(p, number_keys[par[0]], mods);
		return;
	case 'u':
		if (n >= 1 && par[0] > 0)
			emit_code(p, (uint32_t)par[0], mods);
		return;
	case 'Z':
		emit_key(p, K_TAB, mods | MOD_SHIFT);
		return;
	case 'I':
	case 'O':
		if (n == 0)
			emit(p, INPUT_FOCUS, final == 'I');
		return;
	case 'a': case 'b': case 'c': case 'd':		/* rxvt, shifted */
		emit_key(p, letter_key((char)(final - 'a' + 'A')),
		    mods | MOD_SHIFT);
		return;
	default:
		/* A position report looks like F3 with modifiers; we ask for
		 * none, so it is F3. */
		code = letter_key(final);
		if (code != K_NONE && (n == 0 || par[0] <= 1))
			emit_key(p, code, mods);
	}
}

/* At s: "ESC [", `off` bytes in front of the [. 0: more bytes needed. */
static size_t
csi_take(struct input_parser *p, const char *s, size_t len, size_t off,
    unsigned mods)
{
	int par[8] = { 0 }, n = 0;
	char mark = 0;
	size_t i = off + 1;
	bool plain = true;

	if (i < len && s[i] == '[') {		/* Linux console: F1 to F5 */
		if (i + 1 >= len)
			return 0;
		if (s[i + 1] >= 'A' && s[i + 1] <= 'E')
			emit_key(p, K_F1 + (uint32_t)(s[i + 1] - 'A'), mods);
		return s[i + 1] == '\033' ? i + 1 : i + 2;
	}
	if (i < len && s[i] == 'M') {		/* X10 mouse: three bytes */
		if (i + 3 >= len)
			return 0;
		emit_mouse(p, (unsigned char)s[i + 1] - 32,
		    (unsigned char)s[i + 2] - 32,
		    (unsigned char)s[i + 3] - 32, false);
		return i + 4;
	}
	if (i < len && s[i] >= '<' && s[i] <= '?')
		mark = s[i++];
	for (; i < len; i++) {
		if (i - off > SEQ_MAX)
			return i;
		if (s[i] >= '0' && s[i] <= '9') {
			if (n == 0)
				n = 1;
			if (n <= 8 && par[n - 1] < 100000000)
				par[n - 1] = par[n - 1] * 10 + s[i] - '0';
		} else if (s[i] == ';') {
			if (n == 0)
				n = 1;
			if (++n > 8)
				plain = false;
		} else if (s[i] >= ' ' && s[i] <= '?') {
			/* Intermediates and sub-parameters: an answer, or
			 * nobody's key. */
			plain = false;
		} else if (s[i] >= '@' && s[i] <= '~') {
			if (plain)
				csi_emit(p, mark, par, n, s[i], mods);
			else if (s[i] == 'y' && s[i - 1] == '$' && n == 2 &&
			    par[0] == 2026 && (par[1] == 1 || par[1] == 2))
				emit(p, INPUT_REPLY, INPUT_SYNC);
			else
				emit(p, INPUT_REPLY, (uint32_t)s[i]);
			return i + 1;
		} else
			return i;	/* broken; begin again with this byte */
	}
	return 0;
}

/* At s: "ESC O", `off` bytes in front of the O. */
static size_t
ss3_take(struct input_parser *p, const char *s, size_t len, size_t off,
    unsigned mods)
{
	static const char keypad[] = "j*k+l,m-n.o/p0q1r2s3t4u5v6w7x8y9X=";
	size_t i = off + 1, k;
	int m = 0;

	while (i < len && ((s[i] >= '0' && s[i] <= '9') || s[i] == ';')) {
		m = s[i] == ';' ? 0 : m * 10 + s[i] - '0';
		if (++i - off > 8)
			return i;
	}
	if (i >= len)
		return 0;
	if ((unsigned char)s[i] < 0x20 || (unsigned char)s[i] > 0x7e)
		return i;
	mods |= xterm_mods(m);
	if (letter_key(s[i]) != K_NONE)
		emit_key(p, letter_key(s[i]), mods);
	else if (s[i] == 'M')
		emit_key(p, K_ENTER, mods);
	else if (s[i] >= 'a' && s[i] <= 'd')		/* rxvt, Ctrl */
		emit_key(p, letter_key((char)(s[i] - 'a' + 'A')),
		    mods | MOD_CTRL);
	else {
		for (k = 0; keypad[k] != '\0'; k += 2) {
			if (keypad[k] == s[i])
				emit_key(p, (uint32_t)keypad[k + 1], mods);
		}
	}
	return i + 1;
}

/* OSC, DCS and their kind: an answer of the terminal, up to BEL or ST. */
static size_t
string_take(struct input_parser *p, const char *s, size_t len, size_t off)
{
	size_t i;

	for (i = off + 1; i < len; i++) {
		if (s[i] == '\007' || (s[i] == '\\' && s[i - 1] == '\033')) {
			emit(p, INPUT_REPLY, (uint32_t)(unsigned char)s[off]);
			return i + 1;
		}
		if (i > STRING_MAX)
			return i;
	}
	return 0;
}

/* The whole of a learned sequence: its length; a beginning of one: *partial. */
static size_t
learned_take(struct input_parser *p, const char *s, size_t len, bool *partial)
{
	size_t i, best = 0;
	const struct learned *l, *hit = NULL;

	for (i = 0; i < p->nlearned; i++) {
		l = &p->learned[i];
		if (l->len <= len && memcmp(l->seq, s, l->len) == 0) {
			if (l->len > best) {
				best = l->len;
				hit = l;
			}
		} else if (l->len > len && memcmp(l->seq, s, len) == 0)
			*partial = true;
	}
	if (hit != NULL)
		emit_key(p, hit->code, hit->mods);
	return best;
}

static void
emit_control(struct input_parser *p, unsigned char b, unsigned mods)
{
	if (b == '\t')
		emit_key(p, K_TAB, mods);
	else if (b == '\r' || b == '\n')
		emit_key(p, K_ENTER, mods);
	else if (b == 0x08 || b == 0x7f)
		emit_key(p, K_BACKSPACE, mods);
	else if (b == 0)
		emit_key(p, K_SPACE, mods | MOD_CTRL);
	else if (b <= 0x1a)
		emit_key(p, (uint32_t)b + 'a' - 1, mods | MOD_CTRL);
	else
		emit_key(p, (uint32_t)b + '@', mods | MOD_CTRL);
}

/* A letter or a control, `mods` from an Esc before it. */
static size_t
letter_take(struct input_parser *p, const char *s, size_t len, unsigned mods)
{
	uint32_t c;
	size_t n;

	if ((unsigned char)s[0] < 0x20 || s[0] == 0x7f) {
		emit_control(p, (unsigned char)s[0], mods);
		return 1;
	}
	n = utf8_take(s, len, &c);
	if (n > 0 && c >= 0x20 && (c < 0x80 || c > 0x9f))
		emit_key(p, c, mods);
	return n;
}

static size_t
escape_take(struct input_parser *p, const char *s, size_t len)
{
	bool partial = false;
	unsigned mods = 0;
	size_t off = 1, n;

	n = learned_take(p, s, len, &partial);
	if (n > 0)
		return n;
	p->wait = (int)p->esc_ms;
	if (len == 1)
		return 0;
	if (s[1] == '\033') {
		/* PuTTY and rxvt: Alt with an arrow; else two Escs. */
		if (len == 2)
			return 0;
		if (s[2] != '[' && s[2] != 'O') {
			emit_key(p, K_ESC, 0);
			return 1;
		}
		off = 2;
		mods = MOD_ALT;
	}
	p->wait = SEQ_MS;
	switch (s[off]) {
	case '[':
		return csi_take(p, s, len, off, mods);
	case 'O':
		return ss3_take(p, s, len, off, mods);
	case ']': case 'P': case '^': case '_': case 'X':
		return string_take(p, s, len, off);
	}
	if (partial)
		return 0;
	n = letter_take(p, s + 1, len - 1, MOD_ALT);
	return n == 0 ? 0 : n + 1;
}

/* Bytes used by one event; 0: wait for more. */
static size_t
take(struct input_parser *p)
{
	size_t n;

	p->wait = -1;
	if (p->pasting) {
		p->wait = PASTE_MS;
		return paste_take(p);
	}
	if (p->late && (p->buf[0] == '[' || p->buf[0] == 'O')) {
		/* The rest of a sequence whose Esc came alone too long. */
		p->wait = SEQ_MS;
		n = p->buf[0] == '[' ? csi_take(p, p->buf, p->len, 0, 0) :
		    ss3_take(p, p->buf, p->len, 0, 0);
		if (n > 0)
			p->late = false;
		return n;
	}
	p->late = false;
	if (p->buf[0] == '\033')
		return escape_take(p, p->buf, p->len);
	p->wait = UTF8_MS;
	return letter_take(p, p->buf, p->len, 0);
}

static void
drop(struct input_parser *p, size_t n)
{
	p->len -= n;
	memmove(p->buf, p->buf + n, p->len);
	explicit_bzero(p->buf + p->len, n);
}

static void
drain(struct input_parser *p)
{
	size_t n;

	while (p->len > 0) {
		n = take(p);
		if (n == 0)
			return;
		drop(p, n);
	}
	p->wait = p->pasting ? PASTE_MS : p->late ? LATE_MS : -1;
}

/* Whether Esc and this byte can begin a sequence. */
static bool
sequence_begins(const struct input_parser *p, char next)
{
	size_t i;

	if (memchr("[O]P^_X\033", next, 8) != NULL)
		return true;
	for (i = 0; i < p->nlearned; i++) {
		if (p->learned[i].seq[1] == next)
			return true;
	}
	return false;
}

void
input_feed(struct input_parser *p, const void *bytes, size_t len)
{
	if (len == 0)
		return;
	/* Alt and a letter are written at once, so come at once. A letter
	 * after an Esc that came by itself is a key of its own, however short
	 * the pause was: both count, none is lost as a chord. */
	if (!p->pasting && p->len == 1 && p->buf[0] == '\033' &&
	    !sequence_begins(p, *(const char *)bytes)) {
		drop(p, 1);
		emit_key(p, K_ESC, 0);
	}
	if (p->cap - p->len < len) {
		p->cap = p->len + len + 256;
		p->buf = xrealloc(p->buf, p->cap);
	}
	memcpy(p->buf + p->len, bytes, len);
	p->len += len;
	drain(p);
}

int
input_wait(const struct input_parser *p)
{
	return p->wait;
}

bool
input_half(const struct input_parser *p)
{
	return p->len > 0 || p->pasting;
}

void
input_expire(struct input_parser *p)
{
	if (p->pasting) {
		while (p->len > 0) {	/* half an end mark is text, too */
			paste_put(p, p->buf[0]);
			drop(p, 1);
		}
		paste_done(p);
	} else if (p->len == 0) {
		p->late = false;
	} else if (p->late || p->buf[0] != '\033') {
		p->late = false;
		drop(p, p->len);	/* half a letter, half a sequence */
	} else if (p->len == 1) {
		drop(p, 1);
		p->late = true;
		emit_key(p, K_ESC, 0);
	} else if (p->len == 2 && p->buf[1] == '\033') {
		drop(p, 2);
		p->late = true;
		emit_key(p, K_ESC, 0);
		emit_key(p, K_ESC, 0);
	} else if (p->len == 2 && p->buf[1] != '[' && p->buf[1] != 'O') {
		char c = p->buf[1];

		drop(p, 2);
		letter_take(p, &c, 1, MOD_ALT);
	} else
		drop(p, p->len);
	p->wait = -1;
	drain(p);
}

bool
input_is_text(const struct input *in)
{
	return in->kind == INPUT_KEY && in->code >= K_SPACE &&
	    in->code < K_UP && in->code != K_BACKSPACE &&
	    !(in->mods & (MOD_CTRL | MOD_ALT));
}
