/* totp.c - six-digit codes of the authenticator apps, over liboath. */
#include "lib/totp.h"

#include <liboath/oath.h>
#include <pthread.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/hex.h"
#include "lib/log.h"
#include "lib/secret.h"

#define DIGITS	6
#define PREFIX	"otpauth://totp/Konak:"
#define SECRET	"?secret="
#define ISSUER	"&issuer=Konak"

static pthread_once_t oath_once = PTHREAD_ONCE_INIT;

static void
start_oath(void)
{
	if (oath_init() != OATH_OK)
		fatalx("liboath does not start");
}

struct secret *
totp_secret_new(void)
{
	return secret_random(TOTP_SECRET);
}

void
totp_code(const struct secret *secret, int64_t step, char out[7])
{
	int rc;

	pthread_once(&oath_once, start_oath);
	rc = oath_totp_generate((const char *)secret_expose(secret),
	    secret_len(secret), (time_t)(step * TOTP_STEP_S), TOTP_STEP_S, 0,
	    DIGITS, out);
	if (rc != OATH_OK)
		fatalx("oath_totp_generate: %s", oath_strerror(rc));
}

/* Only the digits, for people write "123 456". */
static bool
squeeze(const char *code, char out[DIGITS + 1])
{
	int n = 0;

	for (; *code != '\0'; code++) {
		if (*code == ' ')
			continue;
		if (*code < '0' || *code > '9' || n == DIGITS)
			return false;
		out[n++] = *code;
	}
	out[n] = '\0';
	return n == DIGITS;
}

int64_t
totp_check(const struct secret *secret, int64_t now, int64_t last,
    const char *typed)
{
	int64_t step = now / TOTP_STEP_S, hit = -1;
	char code[DIGITS + 1], want[DIGITS + 1];
	int i;

	if (!squeeze(typed, code))
		return -1;
	/* All three are always worked out, so that time tells nothing. */
	for (i = -1; i <= 1; i++) {
		if (step + i < 0)
			continue;
		totp_code(secret, step + i, want);
		if (sodium_memcmp(want, code, DIGITS) == 0 && step + i > last)
			hit = step + i;
	}
	sodium_memzero(want, sizeof(want));
	sodium_memzero(code, sizeof(code));
	return hit;
}

static bool
unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || strchr("-._~@", c) != NULL;
}

/* The account's name, escaped, in at most max bytes. */
static size_t
put_label(char *out, size_t max, const char *email)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t n = 0;

	for (; *email != '\0'; email++) {
		if (unreserved(*email)) {
			if (n + 1 > max)
				break;
			out[n++] = *email;
		} else {
			if (n + 3 > max)
				break;
			out[n++] = '%';
			out[n++] = hex[(unsigned char)*email >> 4];
			out[n++] = hex[*email & 15];
		}
	}
	return n;
}

void
totp_uri(const struct secret *secret, const char *email,
    char out[TOTP_URI_MAX + 1])
{
	char text[BASE32_LEN(64) + 1];
	size_t n, room;

	if (secret_len(secret) > TOTP_SECRET)
		fatalx("a TOTP secret of %zu bytes", secret_len(secret));
	base32_encode(secret_expose(secret), secret_len(secret), text);
	n = strlen(PREFIX);
	memcpy(out, PREFIX, n);
	room = TOTP_URI_MAX - n - strlen(SECRET) - strlen(text);
	n += put_label(out + n, room, email);
	n += (size_t)snprintf(out + n, TOTP_URI_MAX + 1 - n, SECRET "%s", text);
	if (n + strlen(ISSUER) <= TOTP_URI_MAX)
		memcpy(out + n, ISSUER, sizeof(ISSUER));
	sodium_memzero(text, sizeof(text));
}
