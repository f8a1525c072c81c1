/*
 * Passwords: Argon2id strings (64 MiB, t=3) and what a new one must be. Also
 * one-time and recovery codes, which are random and so need no slow hash.
 * Everything here waits; konakd calls the slow ones in its worker pool.
 */
#ifndef KONAK_AUTH_PASSWORD_H
#define KONAK_AUTH_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

#define PASSWORD_HASH_MAX	128	/* with its NUL */
#define PASSWORD_MIN		10	/* characters */
#define PASSWORD_MAX		256

#define CODE_RECOVERY		16	/* base32 digits: 80 bits */
#define CODE_RESET		12	/* 60 bits, and it expires */
#define CODE_TEXT		20	/* XXXX-XXXX-XXXX-XXXX and a NUL */
#define CODE_HASH_HEX		67	/* \x, 64 digits and a NUL */
#define CODE_RECOVERY_COUNT	10

/* Both take about 150 ms. false: out of memory. */
bool	password_hash(char out[PASSWORD_HASH_MAX], const char *password)
	    __attribute__((warn_unused_result));
/* hash NULL: the same work with a hash that nothing fits, and false. */
bool	password_verify(const char *hash, const char *password)
	    __attribute__((warn_unused_result));

/* How often either was called. */
unsigned long password_count(void);

/* The sentence that says why not, or NULL when the password will do. */
const char *password_policy(const char *password, const char *email);

/* A random code of n digits in groups of four. */
void	code_new(char out[CODE_TEXT], size_t n);
/* As typed: spaces and hyphens go, letters become capitals. false when it
 * cannot be a code of n digits. */
bool	code_plain(char out[CODE_TEXT], size_t n, const char *typed)
	    __attribute__((warn_unused_result));
/* SHA-256 of user id and plain code, as PostgreSQL reads bytea. */
void	code_hash(char out[CODE_HASH_HEX], const char *user,
	    const char *plain);

#endif
