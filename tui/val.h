/*
 * A decoded value of the wire, as a tree. The client handles a page of rows
 * at a time, so it can afford what the server cannot: one node an item.
 *
 * Looking up in NULL, in a value of another kind or under a missing key gives
 * NULL (or the default), so chains need no checks. Text is always ended by a
 * NUL that `len` does not count. No key is a missing key.
 */
#ifndef KONAK_TUI_VAL_H
#define KONAK_TUI_VAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum val_kind {
	VAL_NULL,
	VAL_BOOL,
	VAL_INT,
	VAL_TEXT,
	VAL_BYTES,
	VAL_UUID,		/* s holds the 36 characters */
	VAL_ARRAY,
	VAL_MAP
};

struct val {
	enum val_kind	  kind;
	int64_t		  i;	/* VAL_INT; VAL_BOOL: 0 or 1 */
	char		 *s;	/* VAL_TEXT, VAL_BYTES, VAL_UUID */
	size_t		  len;	/* of s */
	size_t		  n;	/* items of an array or a map */
	struct val	**item;
	char		**key;	/* of a map; map keys are always text */
};

struct val	*val_null(void);
struct val	*val_bool(bool);
struct val	*val_int(int64_t);
struct val	*val_text(const char *);	/* NULL becomes VAL_NULL */
struct val	*val_textn(const char *, size_t);
struct val	*val_bytes(const void *, size_t);
/* 36 characters, not checked; NULL becomes VAL_NULL. */
struct val	*val_uuid(const char *);
struct val	*val_array(void);
struct val	*val_map(void);
struct val	*val_copy(const struct val *);
void		 val_free(struct val *);	/* NULL is fine; wipes text and bytes */

/* The container takes the value; what is no such container, as a server may
 * send it, frees it. val_put replaces an earlier one. */
void		 val_add(struct val *array, struct val *);
void		 val_put(struct val *map, const char *key, struct val *);
/* As val_put for a key that is not there yet: does not look. */
void		 val_put_new(struct val *map, const char *key, struct val *);
void		 val_drop(struct val *map, const char *key);
/* A new map of what both have, either may be NULL; the second's win. */
struct val	*val_both(const struct val *, const struct val *);
/* Shorthands; return the map, so that they nest. */
struct val	*val_put_text(struct val *map, const char *key, const char *);
struct val	*val_put_int(struct val *map, const char *key, int64_t);
struct val	*val_put_bool(struct val *map, const char *key, bool);

const struct val *val_get(const struct val *map, const char *key);
const struct val *val_at(const struct val *array, size_t);
size_t		 val_count(const struct val *);	/* items; 0 for others */
/* The key of a map's item, "" where it is no map. */
const char	*val_key(const struct val *map, size_t);
/* Text, uuid: the characters; others and missing: NULL. */
const char	*val_str(const struct val *);
const char	*val_get_str(const struct val *map, const char *key);
/* The same, never NULL: "" where there is no text. What a server must send is
 * read by these where nothing asks whether it has. */
const char	*val_word(const struct val *);
const char	*val_get_word(const struct val *map, const char *key);
int64_t		 val_get_int(const struct val *map, const char *key, int64_t);
bool		 val_get_bool(const struct val *map, const char *key);
bool		 val_is_null(const struct val *);	/* true for NULL too */
bool		 val_equal(const struct val *, const struct val *);

/* CBOR. Encoding cannot fail; *buf is the caller's to free. Decoding gives
 * NULL when the bytes are not exactly one item within the wire's limits. */
void		 val_encode(const struct val *, uint8_t **buf, size_t *len);
struct val	*val_decode(const uint8_t *, size_t);

/* JSON as lib/json.h has it. The text is the caller's to free. Parsing gives
 * NULL and a message in err. */
char		*val_json(const struct val *, bool pretty);
struct val	*val_parse_json(const char *, size_t, char *err, size_t errlen);

#endif
