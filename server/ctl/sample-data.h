/*
 * What a record type brings of its own to the sample: files sample/NAME.yaml
 * beside the definitions, "Sample data" of konak-module(5). sample-data.c
 * reads a file and inserts its rows, sample-value.c turns one value into SQL.
 */
#ifndef KONAK_SAMPLE_DATA_H
#define KONAK_SAMPLE_DATA_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct def;
struct def_errors;
struct sample;
struct ynode;

#define BLOCK_FIELDS	64

/* A block's rows: what its values may refer to. In the statement `b` is the
 * row to make: company, slug, staff, parent, n, row and k, the text that its
 * random numbers come from; each field made so far is a lateral f1, f2, ... */
struct block {
	struct sample		*sample;
	struct def_errors	*errors;
	const struct def	*def, *each;
	const struct ynode	*node;
	const char		*names[BLOCK_FIELDS];
	size_t			 n;
};

/* The SQL of one field's value, in the sample's arena; "null" after a
 * complaint. */
const char	*sample_value(struct block *, const struct ynode *,
		    const char *field);
/* "5" or "2..4" as an integer expression over b. */
const char	*sample_range(struct block *, const struct ynode *,
		    const char *salt);

#endif
