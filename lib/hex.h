/*
 * Bytes as text: hexadecimal, base32 (RFC 4648 without padding, for 2FA
 * secrets and one-time codes) and base64url without padding (tokens, cursors).
 */
#ifndef KONAK_HEX_H
#define KONAK_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEX_LEN(n)	((n) * 2)
#define BASE32_LEN(n)	(((n) * 8 + 4) / 5)
#define BASE64_LEN(n)	(((n) * 4 + 2) / 3)

/* out takes the length above and a NUL. Hex is lower case. */
void	hex_encode(const void *, size_t len, char *out);
void	base32_encode(const void *, size_t len, char *out);
void	base64_encode(const void *, size_t len, char *out);

/* Decode len characters into at most max bytes and set *outlen; false when a
 * character, the length or unused bits are wrong, or max is too small.
 * base32 takes either case and skips spaces and hyphens, as people type it. */
bool	hex_decode(const char *, size_t len, void *out, size_t max,
	    size_t *outlen) __attribute__((warn_unused_result));
bool	base32_decode(const char *, size_t len, void *out, size_t max,
	    size_t *outlen) __attribute__((warn_unused_result));
bool	base64_decode(const char *, size_t len, void *out, size_t max,
	    size_t *outlen) __attribute__((warn_unused_result));

#endif
