/* What the two files of values share; for them alone. */
#ifndef KONAK_VALUE_INT_H
#define KONAK_VALUE_INT_H

#include "lib/ids.h"
#include "lib/money.h"
#include "lib/value.h"

/* All of these fill in the error and return false. */
bool	value_fail(struct value_error *, const char *key, ...)
	    __attribute__((sentinel));
bool	value_fail_id(struct value_error *, enum value_type, enum id_result,
	    size_t len);
bool	value_fail_date(struct value_error *, enum value_type,
	    enum date_result, const char *, size_t len);
bool	value_fail_decimal(struct value_error *, const struct value_rules *,
	    enum lang, enum decimal_result);

int	value_digits(const struct value_rules *);
int	value_scale(const struct value_rules *);
/* Numbers and addresses as people write them, to canonical text. */
const char *value_plain_id(enum value_type, const char *, size_t len,
	    struct arena *, struct value_error *);
/* A secret's text as it is sealed; *out NULL when it is empty. */
bool	value_read_secret(const struct value_rules *, struct arena *,
	    const char *, size_t len, const char **out, struct value_error *);
bool	value_check_text(const struct value_rules *, const char *, size_t len,
	    struct value_error *);
char	*value_clean_text(enum value_type, struct arena *, const char *,
	    size_t len);
const struct value_choice *value_find_choice(const struct value_rules *,
	    const char *, size_t len);
bool	value_check_set(const struct value_rules *, const char *const *,
	    size_t n, struct value_error *);

#endif
