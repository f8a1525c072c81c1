/*
 * CBOR (RFC 8949) as Konak's wire uses it: null, bool, integers of 64 bits,
 * text, bytes, arrays, maps with text keys, and tag 37 (uuid); definite
 * lengths only. Written straight into a buffer and read with libcbor's
 * streaming decoder, never as a tree.
 */
#ifndef KONAK_CBOR_H
#define KONAK_CBOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/uuid.h"

struct arena;

#define CBOR_DEPTH	16
#define CBOR_ITEMS	65536
#define CBOR_TAG_UUID	37

/* --- Writing ------------------------------------------------------------- */

/*
 * A writer appends items to a buffer. It counts what goes into each map and
 * array: too many, too few or a wrong end is our mistake and fatal. The
 * buffer must not be drained while a map or array is open.
 */
#define CBW_DEPTH 20

struct cbw {
	struct buf	*buf;
	uint32_t	 items;		/* whole ones, outside of any */
	unsigned	 depth;
	struct {
		uint32_t left;	/* items to come; open: items so far */
		bool	 open;	/* begun without a count */
		bool	 map;
		size_t	 at;	/* open: head's place from buf's base */
	} stack[CBW_DEPTH];
};

void	cbw_init(struct cbw *, struct buf *);
/* About so many bytes will be written: better said once than grown into. */
void	cbw_room(struct cbw *, size_t);

void	cbw_map(struct cbw *, uint32_t pairs);	/* exactly so many follow */
void	cbw_array(struct cbw *, uint32_t items);
/* For counts not yet known: the head takes three bytes and the count (at most
 * 65,535) is put in at the end, so that the item is still definite. */
void	cbw_map_begin(struct cbw *);
void	cbw_map_end(struct cbw *);
void	cbw_array_begin(struct cbw *);
void	cbw_array_end(struct cbw *);

void	cbw_null(struct cbw *);
void	cbw_bool(struct cbw *, bool);
void	cbw_int(struct cbw *, int64_t);
void	cbw_text(struct cbw *, const char *, size_t len);	/* UTF-8 */
void	cbw_textz(struct cbw *, const char *);	/* NULL writes null */
void	cbw_bytes(struct cbw *, const void *, size_t len);
void	cbw_uuid(struct cbw *, const struct uuid *);
/* 36 characters; NULL writes null. What is no uuid is written as text. */
void	cbw_uuidz(struct cbw *, const char *);
/* One item that is already encoded (and was checked). */
void	cbw_raw(struct cbw *, const void *, size_t len);

/* A key of a map and its value. */
#define cbw_key(w, key) cbw_textz((w), (key))
void	cbw_kv_text(struct cbw *, const char *key, const char *value);
void	cbw_kv_int(struct cbw *, const char *key, int64_t value);
void	cbw_kv_bool(struct cbw *, const char *key, bool value);
void	cbw_kv_uuid(struct cbw *, const char *key, const char *value);
void	cbw_kv_null(struct cbw *, const char *key);

/* True when every map and array is complete. */
bool	cbw_complete(const struct cbw *);

/* --- Checking ------------------------------------------------------------ */

struct cbor_limits {
	unsigned depth;		/* maps and arrays inside each other */
	unsigned items;		/* keys and values, all levels */
};
extern const struct cbor_limits cbor_limits_wire;	/* 16 and 65,536 */

/*
 * Looks through one whole item before anybody reads it: limits, definite
 * lengths, UTF-8, keys that are text and unique in their map, no tag but 37
 * on 16 bytes, no floats, integers within int64_t, nothing left at the end.
 * Returns NULL when good, else what is wrong (English, a constant, for the
 * log). limits NULL means cbor_limits_wire.
 */
const char *cbor_check(const void *, size_t len, const struct cbor_limits *)
    __attribute__((warn_unused_result));

/* --- Reading ------------------------------------------------------------- */

enum cbr_type {
	CBR_NONE,	/* at the end, or after an error */
	CBR_NULL,
	CBR_BOOL,
	CBR_INT,
	CBR_TEXT,
	CBR_BYTES,
	CBR_ARRAY,
	CBR_MAP,
	CBR_UUID	/* tag 37 */
};

/*
 * A reader over bytes that it borrows. Every read takes the next item or, if
 * that is of another type, keeps the first error: from then on all reads
 * fail, and one cbr_ok() at the end tells. Good also on unchecked bytes.
 * A struct cbr may be copied: the copy reads on by itself.
 */
struct cbr {
	const uint8_t	*p;
	const uint8_t	*end;
	const char	*error;		/* NULL: good */
};

void	cbr_init(struct cbr *, const void *, size_t len);
enum cbr_type cbr_peek(const struct cbr *);

bool	cbr_map(struct cbr *, uint32_t *pairs);
bool	cbr_array(struct cbr *, uint32_t *items);
bool	cbr_text(struct cbr *, const char **, size_t *len);	/* no NUL */
/* A copy in the arena, ended by NUL; NULL on error or if a NUL is inside. */
char	*cbr_textz(struct cbr *, struct arena *);
bool	cbr_bytes(struct cbr *, const uint8_t **, size_t *len);
bool	cbr_int(struct cbr *, int64_t *);
bool	cbr_bool(struct cbr *, bool *);
/* Tag 37, or text of 36 characters. */
bool	cbr_uuid(struct cbr *, struct uuid *);
bool	cbr_uuid_text(struct cbr *, char out[UUID_TEXT]);
/* Takes a null and says true; anything else stays and is no error. */
bool	cbr_null(struct cbr *);
void	cbr_skip(struct cbr *);
/* Takes one whole item and gives its bytes. */
bool	cbr_raw(struct cbr *, const uint8_t **, size_t *len);

/* The reader stands before a map: sets *value on what follows this key and
 * says true; map itself stays where it is. False when it is not there. */
bool	cbr_find(const struct cbr *map, const char *key, struct cbr *value);
/* Compares a text that has no NUL with a C string. */
bool	cbr_is(const char *, size_t len, const char *word);

bool	cbr_end(struct cbr *);		/* an error when anything is left */
bool	cbr_ok(const struct cbr *);
void	cbr_fail(struct cbr *, const char *why);  /* keeps the first one */

#endif
