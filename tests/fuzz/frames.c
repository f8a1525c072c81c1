/*
 * A connection from its first byte, before and after signing in: frames,
 * hello, requests in parts, windows, cancelling.
 */
#include "tests/fuzz/server.h"

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	fuzz_server_start();
	return 0;
}

/* The first byte: signed in or not, and where the bytes are cut. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct fuzz	 f = { p, p + len };
	unsigned	 how = fuzz_byte(&f);
	struct client	*c = fuzz_client(how & 1);
	size_t		 n = (how >> 1) * 8;
	const uint8_t	*first = fuzz_bytes(&f, &n);
	struct fuzz	 none = { p, p + (len < 4 ? len : 4) };

	fuzz_client_feed(c, first, n, &none);
	fuzz_client_feed(c, f.p, (size_t)(f.end - f.p), &none);
	fuzz_client_end(c, &none);
	return 0;
}
