/*
 * Values of record fields: what each type accepts over the wire, how a person
 * types it and how it is shown. Server and form use the same functions, so
 * that both say the same sentence.
 *
 * Canonical text is the wire's form of a value, and what is bound as a
 * parameter of a statement: decimal text, YYYY-MM-DD, true/false, seconds of
 * a duration as digits, a uuid's 36 characters. An empty value is null, never
 * "".
 */
#ifndef KONAK_VALUE_H
#define KONAK_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/msg.h"
#include "lib/when.h"

struct arena;
struct buf;
struct cbr;
struct cbw;

/* name in definitions, default of max (characters) */
#define VALUE_TABLE(X) \
	X(TEXT,		"text",		255)	/* one line */ \
	X(LONGTEXT,	"longtext",	20000)	/* \n and \t allowed */ \
	X(EMAIL,	"email",	254) \
	X(PHONE,	"phone",	16)	/* E.164 */ \
	X(URL,		"url",		255)	/* http, https */ \
	X(INT,		"int",		0) \
	X(DECIMAL,	"decimal",	0)	/* digits, scale */ \
	X(MONEY,	"money",	0)	/* two decimals */ \
	X(PERCENT,	"percent",	0)	/* 18.5 is 18.5 % */ \
	X(DATE,		"date",		0) \
	X(TIME,		"time",		0) \
	X(TIMESTAMP,	"timestamp",	0)	/* UTC */ \
	X(DURATION,	"duration",	0)	/* seconds */ \
	X(BOOL,		"bool",		0) \
	X(CHOICE,	"choice",	0)	/* its code */ \
	X(CHOICES,	"choices",	0)	/* set; text[] in SQL */ \
	X(REF,		"ref",		0)	/* uuid of another record */ \
	X(UUID,		"uuid",		0) \
	X(VKN,		"vkn",		10) \
	X(TCKN,		"tckn",		11) \
	X(TAX_NO,	"tax_no",	11)	/* VKN or TCKN */ \
	X(IBAN,		"iban",		34) \
	X(CURRENCY,	"currency",	3) \
	X(COLOR,	"color",	7)	/* #rrggbb */ \
	X(TIMEZONE,	"timezone",	50) \
	X(LANGUAGE,	"language",	2) \
	X(INET,		"inet",		64)	/* address or network */ \
	X(TAGS,		"tags",		100)	/* set of texts; text[] */ \
	X(SENTENCE,	"sentence",	0)	/* read only */ \
	X(JSON,		"json",		65536)	/* read only, text of JSON */ \
	X(SECRET,	"secret",	4096)	/* sealed; told is only that
						 * there is one */

enum value_type {
#define X(name, word, max) VALUE_##name,
	VALUE_TABLE(X)
#undef X
	VALUE_COUNT
};

bool		 value_type_parse(const char *, enum value_type *);
const char	*value_type_name(enum value_type);
int		 value_type_max(enum value_type);	/* 0: no length */

struct value_choice {
	const char	*code;
	const char	*label[LANG_COUNT];
};

/* What a secret is, once it is open. */
#define VALUE_HOLDS_TABLE(X) \
	X(TEXT,		"text") \
	X(LONGTEXT,	"longtext") \
	X(PASSWORD,	"password")	/* as it was typed, spaces and all */ \
	X(TOTP,		"totp")		/* seed of codes, base 32 */ \
	X(CARD,		"card")		/* number of a bank card */ \
	X(TCKN,		"tckn") \
	X(IBAN,		"iban")

enum value_holds {
#define X(name, word) HOLDS_##name,
	VALUE_HOLDS_TABLE(X)
#undef X
	HOLDS_COUNT
};

bool		 value_holds_parse(const char *, enum value_holds *);
const char	*value_holds_name(enum value_holds);

/* What a definition says on a field; borrowed. */
struct value_rules {
	enum value_type			 type;
	enum value_holds		 holds;	/* of a secret */
	int				 max;	/* characters; 0: the type's */
	int				 digits; /* in all; 0: 14 */
	int				 scale;	/* of them decimals; 0: 2 */
	const char			*least;	/* canonical bound, or NULL */
	const char			*most;
	const struct value_choice	*choices;
	size_t				 nchoices;
	const char			*currency; /* of money, or NULL */
};

/* Whose words and clock. */
struct value_ctx {
	enum lang		 lang;
	const struct tz		*tz;		/* NULL: UTC */
	const char		*date_pattern;	/* NULL: DD.MM.YYYY */
	int64_t			 now;		/* microseconds */
};

/* A sentence about a value: key of msg.def with its parameters. Their text
 * lies in the error itself, so an error is used where it is, never copied. */
struct value_error {
	const char		*key;
	size_t			 nparams;
	struct msg_param	 params[4];
	char			 text[4][96];
};

/* A canonical wire text (not empty, NUL-terminated or not): true when it
 * keeps all the rules. */
bool	 value_parse_wire(const struct value_rules *, const char *, size_t len,
	    struct value_error *) __attribute__((warn_unused_result));

/* Takes one item from a reader and gives the canonical text in the arena;
 * *out NULL for null and for text of nothing but spaces. Text comes out in
 * NFC, without spaces at either end (longtext keeps those at line starts);
 * phone, e-mail, URL, IBAN and tax numbers may come as people write them.
 * CHOICES and TAGS come out as a PostgreSQL array literal. */
bool	 value_read(const struct value_rules *, struct cbr *, struct arena *,
	    const char **out, struct value_error *)
	    __attribute__((warn_unused_result));
/* Writes PostgreSQL's text form of a column (DateStyle ISO, TimeZone UTC;
 * NULL: null) as the wire has it. */
void	 value_write(enum value_type, struct cbw *, const char *);
/* The same when there is no writer yet: canonical text of a CBOR item of the
 * wire, for display; NULL for null or another type. */
const char *value_text(enum value_type, struct cbr *, struct arena *);
/* Writes canonical text as the wire's item; NULL writes null. CHOICES and
 * TAGS are texts with commas between. */
void	 value_send(enum value_type, struct cbw *, const char *canonical);

/* What a person typed, to canonical text in the arena (CHOICES and TAGS:
 * with commas between); *out NULL when it is empty. REF and read-only types are
 * not typed. */
bool	 value_parse_typed(const struct value_rules *,
	    const struct value_ctx *, const char *, size_t len,
	    struct arena *, const char **out, struct value_error *)
	    __attribute__((warn_unused_result));

/* Appends canonical text as people read it; what is not canonical is
 * appended as it is. Money without its currency. Not yet safe to draw. */
void	 value_format(const struct value_rules *, const struct value_ctx *,
	    const char *canonical, struct buf *);
/* The text to edit: what value_parse_typed() takes back unchanged. */
void	 value_edit_text(const struct value_rules *, const struct value_ctx *,
	    const char *canonical, struct buf *);

/* The sentence of an error. */
char	*value_error_text(struct arena *, enum lang,
	    const struct value_error *);

#endif
