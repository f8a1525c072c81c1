/*
 * Two-factor codes of six digits (RFC 6238: SHA-1, 30 s), by liboath.
 */
#ifndef KONAK_TOTP_H
#define KONAK_TOTP_H

#include <stdint.h>

struct secret;

#define TOTP_SECRET	20	/* bytes */
#define TOTP_STEP_S	30
#define TOTP_URI_MAX	106	/* fits QR version 5-L */

struct secret	*totp_secret_new(void);

/* The step of the code, within one step of now (seconds since 1970) and
 * later than last (-1: none yet); -1 when it is wrong. The caller stores it:
 * a step counts once. Spaces in the code are skipped. */
int64_t		 totp_check(const struct secret *, int64_t now, int64_t last,
		    const char *code);
/* The code of a step, for tests and the demo. */
void		 totp_code(const struct secret *, int64_t step, char out[7]);

/* otpauth://totp/Konak:EMAIL?secret=…&issuer=Konak; what does not fit is
 * left out: first the issuer, then the end of the e-mail. */
void		 totp_uri(const struct secret *, const char *email,
		    char out[TOTP_URI_MAX + 1]);

#endif
