/*
 * konakd.yaml. The rows of the table (conf.c) are the manual's list; those
 * without CONF_RELOAD need a restart, which a reload says in the log.
 */
#ifndef KONAK_SERVER_CONF_H
#define KONAK_SERVER_CONF_H

#include <stdbool.h>
#include <stdint.h>

struct limits {
	int64_t	connections;		/* of the whole server */
	int64_t	connections_address;	/* of one address */
	int64_t	hello_s, password_s, code_s, silence_s, slow_s, drain_s;
	int64_t	output_pause, output_max;	/* bytes a client */
	int64_t	requests_rate, requests_burst;	/* of one session */
	int64_t	address_rate, address_burst;	/* of one address, signed in */
	int64_t	anon_rate, anon_burst;		/* of one address, before
						 * signing in */
	int64_t	statement_s;
	int64_t	connections_db;		/* a tenant */
	int64_t	connections_server;	/* all tenants of a PostgreSQL */
};

struct conf {
	const char	*socket;	/* NULL: none */
	const char	*socket_group;
	const char	**tls;		/* "address:port" */
	const char	**balancers;	/* addresses that send PROXY v2 */
	const char	**mail_networks; /* inside, where mail servers stand */
	const char	*certificate, *key;
	const char	*tenants;
	const char	*definitions;	/* directory */
	const char	*pid_file;
	const char	*engine;	/* of timetables */
	const char	*heads;		/* folder of signed heads; NULL: none */
	int64_t		 heads_every_s;
	int64_t		 worker_threads, worker_queue;
	int64_t		 session_idle_s, session_absolute_s;
	const char	*metrics;	/* address:port, or a socket's path */
	const char	*log_level, *log_to;
	struct limits	 limits;
};

extern struct conf	conf;

/* Exits when the file is wrong. */
void	conf_start(const char *path);
/* false: the file is wrong, everything stays as it was. */
bool	conf_reload(void);
void	conf_stop(void);

#endif
