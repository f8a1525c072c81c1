/*
 * Numbers and addresses with rules of their own: VKN, TCKN, IBAN, phone,
 * e-mail, URL, colour, network address. *_check() judge the canonical form
 * that goes over the wire; *_parse() make it from what a person typed.
 */
#ifndef KONAK_IDS_H
#define KONAK_IDS_H

#include <stdbool.h>
#include <stddef.h>

enum id_result {
	ID_OK,
	ID_EMPTY,
	ID_CHARS,		/* a character that cannot be there */
	ID_LENGTH,		/* too short or too long */
	ID_CHECK,		/* the check digits do not fit: a typing slip */
	ID_FORM			/* built wrongly */
};

#define IBAN_TEXT	35	/* 34 characters and a NUL */
#define PHONE_TEXT	17	/* +, 15 digits, NUL */
#define ID_EMAIL_MAX	254

enum id_result	vkn_check(const char *, size_t len);	/* 10 digits */
enum id_result	tckn_check(const char *, size_t len);	/* 11 digits */
/* Capitals and digits without spaces, any country; Turkish ones are 26. */
enum id_result	iban_check(const char *, size_t len);
enum id_result	phone_check(const char *, size_t len);	/* E.164 */
enum id_result	email_check(const char *, size_t len);
enum id_result	url_check(const char *, size_t len);	/* http, https */
enum id_result	color_check(const char *, size_t len);	/* #rrggbb */
enum id_result	inet_check(const char *, size_t len);	/* IP or CIDR */

/* Digits with spaces, dots, hyphens between them; out takes 12 bytes. */
enum id_result	vkn_parse(const char *, size_t len, char out[12]);
enum id_result	tckn_parse(const char *, size_t len, char out[12]);
enum id_result	iban_parse(const char *, size_t len, char out[IBAN_TEXT]);
/* 0532 111 22 33, 532…, 90 532…, +90 (532) …, 0049 …: to E.164. */
enum id_result	phone_parse(const char *, size_t len, char out[PHONE_TEXT]);
/* Spaces around are dropped and the domain goes to lower case; out takes
 * len + 1 bytes. */
enum id_result	email_parse(const char *, size_t len, char *out);
/* Without a scheme it gets https://; scheme and host go to lower case; out
 * takes len + 9 bytes. */
enum id_result	url_parse(const char *, size_t len, char *out);

/* TR33 0006 1005 …; out takes 44 bytes. */
void		iban_format(const char *, char out[44]);
/* Name of a Turkish bank by its IBAN, NULL when not known. */
const char	*iban_bank(const char *);
/* 0532 111 22 33 for Turkish numbers, as it is for others; 24 bytes. */
void		phone_format(const char *, char out[24]);

#endif
