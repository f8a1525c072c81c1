/*
 * The server's copy of who is signed in on a connection. It is only a copy:
 * konak.enter() decides with every request, on every instance; what stands
 * here gives a quick no and the words of a refusal.
 */
#ifndef KONAK_SESSION_H
#define KONAK_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct client;
struct tenant;

struct session {
	char	 id[37];	/* row of auth.sessions */
	char	 hash[67];	/* SHA-256 of the token, "\x…": the bytea that
				 * konak.enter() takes */
	char	 user[37];
	char	 company[37];	/* entered; "" none */
	char	*rights;	/* "|customers.view=all|…|"; NULL none */
	time_t	 auth_at;	/* last second factor */
	time_t	 touched;	/* last time the database was told */
	struct session *dead;	/* detached ones of this connection: requests
				 * under way still point there */
};

/* Attaches an empty session to the connection (which frees it); what the
 * connection had before is freed. The stage becomes STAGE_SIGNED. */
struct session	*session_attach(struct client *);
/* Signs the connection out: watches end, the stage is STAGE_HELLO again. */
void		 session_detach(struct client *);
void		 session_sweep(struct client *);
/* Takes a copy; NULL: none. */
void		 session_rights(struct session *, const char *rights);
/* Of rights as a session has them; code may hold alternatives "a|b". */
bool		 session_may(const char *rights, const char *code);
/* Copies the scope that the code carries; false when the code is not held. */
bool		 session_scope(const char *rights, const char *code, char *buf,
		    size_t size);

/* Reads the copy of the rights again, as the database has them now; fn (may be
 * NULL) always runs, with false when the database could not be asked. The
 * client is told when they have changed. */
void		 session_refresh(struct client *,
		    void (*fn)(struct client *, bool, void *), void *arg);
/* No longer inside a company. */
void		 session_left(struct client *);

/* Other connections of the tenant, on this server and on all others: */
/* the session with this id is over; its connections are told and signed out */
void		 session_ended(struct tenant *, const char *id);
/* like session_ended for every session of the person; except may be NULL */
void		 session_ended_user(struct tenant *, const char *user,
		    const char *except_id);
/* rights changed; NULL user or company: all. Copies are read again from the
 * database and the clients told. */
void		 session_rights_changed(struct tenant *, const char *user,
		    const char *company);

#endif
