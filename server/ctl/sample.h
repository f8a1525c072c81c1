/*
 * The sample holding: sample.c makes its organisation and accounts,
 * sample-rows.c its customers and their histories.
 */
#ifndef KONAK_SAMPLE_H
#define KONAK_SAMPLE_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/uuid.h"

struct ctl;
struct def;
struct seal;

#define SAMPLE_USERS	11
#define SAMPLE_COMPANIES 8	/* the holding's; more are for load tests */

struct sample_company {
	char		 id[UUID_TEXT];
	int		 trade;		/* TRADE_…; -1: no customers */
	long		 from, customers;	/* numbers of those to make */
	/* Who works there, as indices of users. */
	int		 staff[SAMPLE_USERS];
	int		 nstaff;
};

struct sample {
	struct ctl		*ctl;
	PGconn			*conn;
	uint64_t		 seed;
	int64_t			 now;	/* µs; where the histories end */
	const char		*stamp, *today;	/* the same, in Istanbul */
	const char		*key_file;
	struct seal		*seal;	/* opened with the first secret */
	bool			 fresh;	/* the tenant was empty */
	bool			 rich;	/* full histories, with audit */
	struct sample_company	*companies;
	long			 ncompanies;
	char			 users[SAMPLE_USERS][UUID_TEXT];
};

/* Repeatable random numbers; every customer has a state of its own. */
uint64_t	sample_random(uint64_t *state);
/* From 0 to n - 1. */
long		sample_pick(uint64_t *state, long n);
/* A version-7 uuid of that moment, from the same numbers. */
void		sample_uuid(uint64_t *state, int64_t at, char out[UUID_TEXT]);

/* Within the caller's transaction; gives the number of customers made. */
long		sample_rows(struct sample *);

/* sample-data.c: the other record types, from their files; the number of
 * records made. A company that has some of a type gets no more of it. */
long		 sample_data(struct sample *);

/* sample-secret.c: the temporary table, and the secrets of one type's rows. */
void		 sample_secrets_start(struct sample *);
void		 sample_secrets(struct sample *, const struct def *);

/* Histories are rows of the table history until the end writes them as audit
 * rows. */
void		 sample_history_start(struct sample *);
void		 sample_history_end(struct sample *);

#endif
