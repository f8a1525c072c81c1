/*
 * Inside server/auth: what signing in, sessions and people share. The verbs
 * stand in tables at the end of their files; auth.c registers them.
 */
#ifndef KONAK_AUTH_H
#define KONAK_AUTH_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/auth/password.h"
#include "server/req.h"

struct secret;

/* Registers all verbs of this folder. */
void	auth_register(void);

/* auth.c: small helpers around a request */

/* Copies an id or a hash, whose length is known. */
void	 auth_set(char *out, size_t size, const char *);
/* A column of a result's first row, copied to the arena; NULL when null. */
char	*auth_col(struct req *, const PGresult *, const char *name);
bool	 auth_col_bool(const PGresult *, const char *name);
int64_t	 auth_col_int(const PGresult *, const char *name);
/* The network a try counts for: /24, /56, or "local". */
const char *auth_network(struct req *);
const char *auth_number(struct req *, int64_t);
const char *auth_hex(struct req *, const void *, size_t len); /* bytea */
/* SHA-256 of a token as bytea. */
const char *auth_token_hash(struct req *, const uint8_t *token, size_t len);
/* Leads a VERB_NO_ENTER verb: company may be NULL. */
void	 auth_enter(struct req *, const char *company);

/* work.c: Argon2id and sealed secrets, away from the event loop */

struct auth_work {
	const char	*old;		/* password to compare; NULL: none */
	const char	*old_hash;	/* NULL: nobody's */
	const char	*new;		/* password to hash; NULL: none */
	bool		 fits;
	bool		 failed;	/* no memory */
	char		 new_hash[PASSWORD_HASH_MAX];
	void		(*then)(struct req *);
	struct req	*req;
	struct work	*work;
};

/* Holds the request, works, calls then (which may queue statements) and lets
 * the request go. work lives in the request's arena. */
void	auth_work(struct req *, struct auth_work *,
	    void (*then)(struct req *));

/* Opens a sealed 2FA secret and compares the code: then(r, step), -1 when it
 * is wrong. box is bytea as text. Fails the request when the box cannot be
 * opened. */
void	auth_check_code(struct req *, const char *user, const char *group,
	    const char *box, int64_t last, const char *code,
	    void (*then)(struct req *, int64_t step));
/* The same for the attempt that is the request's state, once its time to wait
 * is over; and the answer to a code that was wrong. */
void	auth_judge_code(struct req *, void (*judge)(struct req *,
	    int64_t step));
void	auth_code_wrong(struct req *);
/* Seals a secret: then(r, box as bytea text). */
void	auth_seal(struct req *, const char *user, const char *group,
	    const struct secret *, void (*then)(struct req *,
	    const char *box));

/* signin.c: between password and second factor. Requests copy what they need:
 * the state goes when the connection signs in or starts over. */
struct signin {
	char		 user[37];
	char		*email;
	bool		 setup;		/* has no second factor yet */
	struct secret	*totp;		/* the one that is being set up */
};

/* One try to get through; r->state of these verbs. */
struct attempt {
	const char	*user;
	const char	*email;
	const char	*network;
	const char	*code;
	const char	*group;		/* what the box is bound to */
	const char	*box;
	int64_t		 last_step;
	int64_t		 wait;
	bool		 ok;
	const char	*state;
	bool		 recovery;
	bool		 emailed;	/* codes may come, or this one came,
					 * by e-mail */
	const char	*hash;		/* of the password, as stored */
	struct auth_work work;
	struct secret	*totp;
	int64_t		 step;
	uint8_t		 token[32];
	const char	*token_hash;
	const char	*session, *expires;
	struct auth_user *signed_in;
	bool		 must_change;
	const char	*codes[CODE_RECOVERY_COUNT];	/* shown once */
};

struct auth_user {
	const char	*id, *first_name, *last_name, *email, *language,
			*timezone;
};
struct auth_user *auth_user_of(struct req *, const PGresult *);
void	auth_user_write(struct cbw *, const struct auth_user *);

void	auth_signin_free(void *);

/* "Try again in …", with the wait. */
void	auth_too_early(struct req *, enum err, int64_t wait);
/* Six digits, spaces dropped; NULL after failing the request. */
const char *auth_code_digits(struct req *);
/* The attempt of a verb between password and second factor; NULL after
 * failing the request when the connection is not there. */
struct attempt *auth_attempt(struct req *, bool setup);
/* Counts the try, reads the box, then calls fn unless it is too early. */
void	auth_attempt_begin(struct req *, void (*fn)(struct req *));
/* For konak.signed_in: rows, and what is to be done after the commit. */
void	auth_signed_rows(struct req *, PGresult *);
void	auth_signed_then(struct req *);
/* session.c: a code inside a session. The attempt outlives the session. */
struct attempt *auth_session_attempt(struct req *);
/* Counts the try, reads the box, then calls fn. */
void	auth_session_code_begin(struct req *, void (*fn)(struct req *));
/* The code was of this step; -1: wrong, which is recorded and answered. */
void	auth_step_judge(struct req *, int64_t step);

/* Ten new recovery codes into codes, their hashes as bytea[]. */
const char *auth_codes_new(struct req *, const char *user,
	    const char *codes[CODE_RECOVERY_COUNT]);
void	auth_codes_write(struct cbw *, const char *const *codes);

/* nowhere.c: tries at a tenant that does not exist, kept in memory */
unsigned nowhere_take(const char *email, const char *network);
unsigned nowhere_miss(const char *email, const char *network);

extern const struct verb signin_verbs[], email_verbs[], setup_verbs[],
    session_verbs[], people_verbs[], leave_verbs[], role_verbs[],
    group_verbs[], draft_verbs[];

#endif
