/*
 * Inside konakctl: a row of the audit chain as the database or an export has
 * it, and heads of chains, signed.
 */
#ifndef KONAK_CTL_AUDIT_H
#define KONAK_CTL_AUDIT_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/seal.h"
#include "lib/uuid.h"

struct arena;
struct ctl;
struct signer;
struct tenant_file;

#define AUDIT_HASH	32
#define AUDIT_COLUMNS	15

/* Columns of audit_logs in the order in which they are hashed, each as
 * PostgreSQL sends it: name, type's number. */
#define AUDIT_TABLE(X) \
	X(COMPANY_ID, "company_id", 2950)	/* uuid */ \
	X(AT, "at", 1184)			/* timestamptz */ \
	X(ID, "id", 2950) \
	X(REQUEST_ID, "request_id", 2950) \
	X(USER_ID, "user_id", 2950) \
	X(ACTION, "action", 25)			/* text */ \
	X(MODULE, "module", 25) \
	X(RECORD_TYPE, "record_type", 25) \
	X(RECORD_ID, "record_id", 2950) \
	X(VERSION, "version", 23)		/* integer */ \
	X(OP, "op", 25) \
	X(DESCRIPTION, "description", 25) \
	X(IP, "ip", 25) \
	X(CLIENT, "client", 25) \
	X(DIGEST, "digest", 17)			/* bytea */

enum audit_column {
#define X(name, word, type) AUDIT_##name,
	AUDIT_TABLE(X)
#undef X
};

struct audit_bytes {
	const uint8_t	*p;		/* NULL: null */
	int		 len;
};

struct audit_row {
	char			 company[UUID_TEXT];
	bool			 chained;	/* has a place */
	bool			 there;		/* stands in audit_logs */
	int64_t			 seq;
	struct audit_bytes	 hash;
	struct audit_bytes	 place_at, place_id; /* as the chain says */
	struct audit_bytes	 column[AUDIT_COLUMNS];
	struct audit_bytes	 values, salt;	/* NULL: erased */
};

extern const char *const audit_names[AUDIT_COLUMNS];

/* audit-row.c: each row of a tenant's audit to fn, a company after the other,
 * by their places; those that have none come last. */
void	audit_rows(PGconn *, const char *company,
	    void (*fn)(const struct audit_row *, void *), void *arg);
/* The hash of a row with the one before it; that of the chain's beginning. */
void	audit_hash(const struct audit_row *, const uint8_t before[AUDIT_HASH],
	    uint8_t out[AUDIT_HASH]);
void	audit_begin(const char *company, uint8_t out[AUDIT_HASH]);
/* True when the values are those that the digest was made of. */
bool	audit_values_fit(const struct audit_row *);
/* A line of an export, and back: false when it is none. */
void	audit_write(FILE *, const struct audit_row *);
bool	audit_read(struct arena *, const char *line, size_t len,
	    struct audit_row *);
/* "2025-12-19T08:00:00Z id" of a row, in a static buffer. */
const char *audit_place(const struct audit_row *);

/* heads.c */

struct audit_head {
	char		 group[UUID_TEXT];	/* whose tenant */
	char		 company[UUID_TEXT];
	int64_t		 seq;
	uint8_t		 hash[AUDIT_HASH];
	char		 at[32];		/* when it was signed */
	const char	*from;			/* file, or NULL: now */
};

struct audit_heads {
	struct audit_head	*head;
	size_t			 n;
};

/* The public keys that heads were signed with, from the file named, or the
 * tenant's own; NULL: there are none. */
struct audit_key;
struct audit_key *audit_key_public(struct ctl *, const struct tenant_file *,
		    const char *path);
/* Where the tenant's heads are kept. */
const char	*audit_heads_path(struct ctl *, const struct tenant_file *);
/* Adds a public key to the tenant's own. */
void		 audit_key_keep(struct ctl *, const struct tenant_file *,
		    const uint8_t public[SEAL_PUBLIC]);
void		 audit_head_write(FILE *, const struct audit_head *,
		    struct signer *);
/* A line; false with a reason when it is no head or its signature does not
 * fit. */
bool		 audit_head_read(const char *line, size_t len,
		    const struct audit_key *, struct audit_head *,
		    const char **why);
/* Heads of a file are added, sorted by company and place; ends the program
 * when one does not fit. false: there is no such file. */
bool		 audit_heads_load(struct ctl *, const char *path,
		    const struct audit_key *, struct audit_heads *);


/* signer.c */

/* Who signs heads for the tenant: the running server's key process, or one of
 * our own. Ends the program when the keys are to be had nowhere. id is the
 * tenant's, the group's; box what knows its key again ("\x…"), or NULL. */
struct signer	*signer_open(struct ctl *, const struct tenant_file *,
		    const char *id, const char *box);
void		 signer_sign(struct signer *, const void *text, size_t len,
		    uint8_t signature[SEAL_SIGNATURE]);
const uint8_t	*signer_public(const struct signer *);
void		 signer_close(struct signer *);

#endif
