/*
 * password.c - Argon2id by libsodium, the rule for new passwords, and codes.
 */
#include <ctype.h>
#include <sodium.h>
#include <stdatomic.h>
#include <string.h>

#include "lib/hex.h"
#include "lib/tr.h"
#include "server/auth/password.h"

#define ARGON_OPS	3
#define ARGON_MEM	(64 * 1024 * 1024)

_Static_assert(PASSWORD_HASH_MAX >= crypto_pwhash_STRBYTES, "hash");

/* Nobody has this one: it stands in where there is no account, so that a
 * wrong name costs what a wrong password costs. */
static const char nobody[] = "$argon2id$v=19$m=65536,t=3,p=1"
    "$S29uYWtLb25ha0tvbmFrSw"
    "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/* Ten letters and more that many would choose; others are too short. */
static const char *const common[] = {
	"1234567890", "0123456789", "12345678910", "123456789a", "1q2w3e4r5t",
	"qwertyuiop", "qwerty12345", "qwerty1234", "password123",
	"password12", "password1234", "passw0rd123", "iloveyou123",
	"abcdefghij", "abc1234567", "asdfghjkl1", "zxcvbnm123", "administrator",
	"adminadmin", "admin12345", "welcome123", "galatasaray", "galatasaray1905",
	"fenerbahce", "fenerbahce1907", "besiktas1903", "trabzonspor",
	"istanbul34", "istanbul1453", "turkiye1923", "mustafakemal", "parola1234",
	"parola12345", "sifre12345", "sifresifre", "1111111111", "0000000000",
	"aaaaaaaaaa", "1212121212", "5555555555", "qazwsxedcr", "letmein123",
	NULL
};

static atomic_ulong	hashed;

unsigned long
password_count(void)
{
	return hashed;
}

bool
password_hash(char out[PASSWORD_HASH_MAX], const char *password)
{
	hashed++;
	memset(out, 0, PASSWORD_HASH_MAX);
	return crypto_pwhash_str_alg(out, password, strlen(password),
	    ARGON_OPS, ARGON_MEM, crypto_pwhash_ALG_ARGON2ID13) == 0;
}

bool
password_verify(const char *hash, const char *password)
{
	bool fits;

	hashed++;
	fits = crypto_pwhash_str_verify(hash != NULL ? hash : nobody, password,
	    strlen(password)) == 0;
	return fits && hash != NULL;
}

static bool
is_common(const char *password)
{
	const char *first = password;
	size_t i;

	for (i = 0; common[i] != NULL; i++)
		if (strcasecmp(common[i], password) == 0)
			return true;
	while (*password == *first)
		password++;
	return *password == '\0';	/* one character all along */
}

const char *
password_policy(const char *password, const char *email)
{
	char name[64];
	size_t n;

	n = utf8_count(password, strlen(password));
	if (n < PASSWORD_MIN)
		return "auth.password_short";
	if (n > PASSWORD_MAX)
		return "auth.password_long";
	if (is_common(password))
		return "auth.password_common";
	n = strcspn(email, "@");
	if (n >= 4 && n < sizeof(name)) {
		memcpy(name, email, n);
		name[n] = '\0';
		if (strcasestr(password, name) != NULL)
			return "auth.password_email";
	}
	return NULL;
}

void
code_new(char out[CODE_TEXT], size_t n)
{
	uint8_t raw[10];
	char text[BASE32_LEN(sizeof(raw)) + 1];
	size_t i, at = 0;

	randombytes_buf(raw, sizeof(raw));
	base32_encode(raw, sizeof(raw), text);
	for (i = 0; i < n; i++) {
		if (i > 0 && i % 4 == 0)
			out[at++] = '-';
		out[at++] = text[i];
	}
	out[at] = '\0';
	sodium_memzero(raw, sizeof(raw));
	sodium_memzero(text, sizeof(text));
}

bool
code_plain(char out[CODE_TEXT], size_t n, const char *typed)
{
	size_t at = 0;

	for (; *typed != '\0'; typed++) {
		if (*typed == ' ' || *typed == '-')
			continue;
		if (at == n || !isalnum((unsigned char)*typed))
			return false;
		out[at++] = toupper((unsigned char)*typed);
	}
	out[at] = '\0';
	return at == n;
}

void
code_hash(char out[CODE_HASH_HEX], const char *user, const char *plain)
{
	crypto_hash_sha256_state st;
	uint8_t sum[crypto_hash_sha256_BYTES];

	crypto_hash_sha256_init(&st);
	crypto_hash_sha256_update(&st, (const uint8_t *)user, strlen(user));
	crypto_hash_sha256_update(&st, (const uint8_t *)plain, strlen(plain));
	crypto_hash_sha256_final(&st, sum);
	memcpy(out, "\\x", 2);
	hex_encode(sum, sizeof(sum), out + 2);
}
