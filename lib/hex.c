/*
 * hex.c - bytes as hexadecimal, base32 and base64url. The last two are one
 * pair of functions over the number of bits a character carries.
 */
#include "lib/hex.h"

#include <string.h>

static const char hex_set[] = "0123456789abcdef";
static const char base32_set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
static const char base64_set[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void
encode(const char *set, unsigned bits, const void *data, size_t len, char *out)
{
	const uint8_t *p = data;
	unsigned have = 0;
	uint32_t acc = 0;

	while (len-- > 0) {
		acc = (acc << 8 | *p++) & 0xffff;
		have += 8;
		while (have >= bits) {
			have -= bits;
			*out++ = set[acc >> have & ((1U << bits) - 1)];
		}
	}
	if (have > 0)
		*out++ = set[acc << (bits - have) & ((1U << bits) - 1)];
	*out = '\0';
}

static bool
decode(const char *set, unsigned bits, const char *s, size_t len, void *out,
    size_t max, size_t *outlen)
{
	uint8_t *o = out;
	const char *at;
	unsigned have = 0;
	uint32_t acc = 0;
	size_t n = 0;

	for (; len > 0; s++, len--) {
		if (bits == 5 && (*s == ' ' || *s == '-'))
			continue;
		if (*s == '\0')
			return false;
		if (bits == 4)
			at = strchr(set, *s >= 'A' && *s <= 'F' ? *s + 32 : *s);
		else if (bits == 5)
			at = strchr(set, *s >= 'a' && *s <= 'z' ? *s - 32 : *s);
		else
			at = strchr(set, *s);
		if (at == NULL)
			return false;
		acc = (acc << bits | (uint32_t)(at - set)) & 0xffff;
		have += bits;
		if (have >= 8) {
			have -= 8;
			if (n == max)
				return false;
			o[n++] = (uint8_t)(acc >> have);
		}
	}
	/* A whole character too many, or bits that say nothing. */
	if (have >= bits || (acc & ((1U << have) - 1)) != 0)
		return false;
	*outlen = n;
	return true;
}

void
hex_encode(const void *data, size_t len, char *out)
{
	encode(hex_set, 4, data, len, out);
}

void
base32_encode(const void *data, size_t len, char *out)
{
	encode(base32_set, 5, data, len, out);
}

void
base64_encode(const void *data, size_t len, char *out)
{
	encode(base64_set, 6, data, len, out);
}

bool
hex_decode(const char *s, size_t len, void *out, size_t max, size_t *outlen)
{
	return decode(hex_set, 4, s, len, out, max, outlen);
}

bool
base32_decode(const char *s, size_t len, void *out, size_t max, size_t *outlen)
{
	return decode(base32_set, 5, s, len, out, max, outlen);
}

bool
base64_decode(const char *s, size_t len, void *out, size_t max, size_t *outlen)
{
	return decode(base64_set, 6, s, len, out, max, outlen);
}
