/*
 * What the fuzz targets share. A target is one file: it gets bytes that
 * nobody has looked at yet, gives them to a parser as the program would, and
 * comes back. tests/fuzz/run builds it with libFuzzer and lets it search;
 * ./check gives it the kept corpus by replay.c.
 *
 * TO ADD A TARGET:
 *  1. tests/fuzz/NAME.c with the function below; fuzz_start() when something
 *     must be made once;
 *  2. its name in tests/local.mk (fuzz_tests), and what it links;
 *  3. a few true inputs as tests/fuzz/corpus/NAME/…, words of its language in
 *     tests/fuzz/dict/NAME (one "word" a line; may be missing);
 *  4. tests/fuzz/run NAME 600, then tests/fuzz/run -m NAME, which keeps what
 *     the corpus needs and no more.
 */
#ifndef KONAK_FUZZ_H
#define KONAK_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);
int	 LLVMFuzzerInitialize(int *, char ***);

/* An input that is read as a list of decisions; zeros when it is used up. */
struct fuzz {
	const uint8_t	*p, *end;
};

static inline unsigned
fuzz_byte(struct fuzz *f)
{
	return f->p < f->end ? *f->p++ : 0;
}

/* n bytes, or what is left. */
static inline const uint8_t *
fuzz_bytes(struct fuzz *f, size_t *n)
{
	const uint8_t	*p = f->p;

	if (*n > (size_t)(f->end - f->p))
		*n = (size_t)(f->end - f->p);
	f->p += *n;
	return p;
}

/* A folder of this process, removed at its end. */
const char	*fuzz_folder(void);
/* Writes a file into it and returns the path (a static buffer). */
const char	*fuzz_file(const char *name, const void *, size_t);
/* The source's folder, from KONAK_SRC. */
const char	*fuzz_source(void);

#endif
