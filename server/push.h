/*
 * Telling clients that something changed. What a write changed goes to this
 * server's watchers at once, and through the tenant's notifier connection to
 * the other servers. No field values are sent.
 */
#ifndef KONAK_PUSH_H
#define KONAK_PUSH_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>

struct client;
struct tenant;

struct change {
	TAILQ_ENTRY(change)	 link;
	const char		*type;
	const char		*id;		/* NULL: look at all again */
	const char		*op;
	int64_t			 version;
	const char		*person;	/* NULL: of everybody who may see */
	const char		*by;		/* who did it; NULL: not known */
};

/* One type that a client watches, in the company it had entered then. */
struct watch {
	TAILQ_ENTRY(watch)	 link;		/* of its client */
	LIST_ENTRY(watch)	 chain;		/* by tenant, company, type */
	struct client		*client;
	struct tenant		*tenant;
	char			*type;
	char			 company[37];
	char			*need;		/* to see the type */
	bool			 some;		/* of its records are seen, not
						 * all: which change is not told */
};

/* After the commit. request may be NULL. */
void	push_change(struct tenant *, const char *company,
	    const struct change *, const char *request);
/* "Look again" to every watcher of the tenant: something may be lost. */
void	push_again_all(struct tenant *);
/* What was held back while the client did not read. */
void	push_owed(struct client *);
void	push_rights(struct client *);
void	push_ended(struct client *, const char *key);

bool	watch_start(struct client *, const char *type, const char *need);
void	watch_stop(struct client *, const char *type);
void	watch_end_all(struct client *);
/* Ends what the session may no longer see. */
void	watch_recheck(struct client *);

/* notify.c: to and from the other servers. */
struct notifier;
struct notifier	*notifier_new(struct tenant *);
void		 notifier_free(struct notifier *);
void		 notifier_stop(struct notifier *);	/* for good */
/* The tenant's database settings have changed. */
void		 notifier_conf(struct notifier *);
void		 notifier_wake(struct notifier *);	/* somebody watches */
void		 notify_change(struct tenant *, const char *company,
		    const struct change *, const char *request);
/* "e" session ended, "u" sessions of a person ended, "r" rights changed; the
 * words after the letter separated by spaces. */
void		 notify_line(struct tenant *, const char *line);
/* push.c and session.c, called by notify.c: local clients only. */
void		 push_change_local(struct tenant *, const char *company,
		    const struct change *, const char *request);
void		 session_heard(struct tenant *, const char *line);

/* Told of every change, here or on another server; company and type NULL:
 * anything may have changed. */
void		 push_on_change(void (*)(const struct tenant *,
		    const char *company, const char *type));

/* Verbs watch.start and watch.stop. */
void		 push_register(void);

#endif
