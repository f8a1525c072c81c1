/*
 * Every sentence a person reads, in Turkish and English, compiled in. A
 * sentence has a key ("value.too_long") and parameters in braces:
 *
 *	MSG("value.too_long",
 *	    "En çok {max} karakter olabilir, {len} yazıldı.",
 *	    "At most {max} characters; {len} were typed.")
 *
 * {name|one|many} chooses by the parameter's value: `1` gives the first.
 *
 * TO ADD A SENTENCE: a line in the file of its area in lib/msg/; the unit
 * test compares the parameters of both languages.
 */
#ifndef KONAK_MSG_H
#define KONAK_MSG_H

#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>

#include "lib/lang.h"

struct arena;
struct buf;

#define MSG_PARAMS 8

struct msg_param {
	const char	*name;
	const char	*value;
};

/* The sentence with its braces; the key itself when there is none. */
const char	*msg_text(enum lang, const char *key);
bool		 msg_known(const char *key);

/* Appends the sentence with its parameters: name, value pairs ended by NULL.
 * A parameter that is not given stays in its braces. */
void	 msg_format(struct buf *, enum lang, const char *key, ...)
	    __attribute__((sentinel));
void	 msg_format_params(struct buf *, enum lang, const char *key,
	    const struct msg_param *, size_t n);
char	*msg_dup(struct arena *, enum lang, const char *key, ...)
	    __attribute__((sentinel));
char	*msg_dup_params(struct arena *, enum lang, const char *key,
	    const struct msg_param *, size_t n);
/* Collects name, value pairs ended by NULL into params (at most MSG_PARAMS)
 * and says how many; borrowed. */
size_t	 msg_params(struct msg_param params[MSG_PARAMS], va_list);

/* All sentences, in the order of the .def files: for tests and tools. */
struct msg_row {
	const char	*key;
	const char	*text[LANG_COUNT];
};
const struct msg_row *msg_rows(size_t *n);

#endif
