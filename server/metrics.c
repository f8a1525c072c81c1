/*
 * GET /health (200 "ok", or 503 while a tenant's database is away) and
 * GET /metrics in Prometheus' text form. Local only: the configuration
 * chooses the address.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/xmalloc.h"
#include "server/auth/password.h"
#include "server/client.h"
#include "server/conf.h"
#include "server/db/db.h"
#include "server/dispatch.h"
#include "server/metrics.h"
#include "server/tenant.h"
#include "server/worker.h"

static time_t	started;

static void
health_tenant(struct tenant *t, void *arg)
{
	if (!db_pool_up(tenant_db(t)))
		evbuffer_add_printf(arg, "tenant %s: no database\n",
		    tenant_name(t));
}

static void
health_cb(struct evhttp_request *req, void *arg)
{
	struct evbuffer	*b = evbuffer_new();
	bool		 good;

	tenant_each(health_tenant, b);
	good = evbuffer_get_length(b) == 0;
	if (good)
		evbuffer_add_printf(b, "ok\n");
	evhttp_send_reply(req, good ? 200 : 503, good ? "OK" : "Unavailable",
	    b);
	evbuffer_free(b);
}

static void
metrics_tenant(struct tenant *t, void *arg)
{
	struct evbuffer	*b = arg;
	struct db_stats	 s;
	const char	*n = tenant_name(t);

	db_pool_stats(tenant_db(t), &s);
	evbuffer_add_printf(b,
	    "konak_db_up{tenant=\"%s\"} %d\n"
	    "konak_db_connections{tenant=\"%s\"} %u\n"
	    "konak_db_waiting{tenant=\"%s\"} %zu\n"
	    "konak_db_running{tenant=\"%s\"} %zu\n"
	    "konak_db_transactions_total{tenant=\"%s\",end=\"done\"} %lu\n"
	    "konak_db_transactions_total{tenant=\"%s\",end=\"failed\"} %lu\n"
	    "konak_db_transactions_total{tenant=\"%s\",end=\"lost\"} %lu\n",
	    n, db_pool_up(tenant_db(t)), n, s.open, n, s.waiting, n, s.running,
	    n, s.done, n, s.failed, n, s.lost);
}

static void
metrics_clients(struct evbuffer *b)
{
	struct client	*c;
	unsigned	 signed_in = 0, paused = 0;

	TAILQ_FOREACH(c, &clients, link) {
		signed_in += c->stage == STAGE_SIGNED;
		paused += c->paused;
	}
	evbuffer_add_printf(b,
	    "konak_clients %u\nkonak_clients_signed_in %u\n"
	    "konak_clients_paused %u\n", client_count(), signed_in, paused);
}

static void
metrics_cb(struct evhttp_request *req, void *arg)
{
	struct evbuffer	*b = evbuffer_new();

	evbuffer_add_printf(b,
	    "konak_start_time_seconds %lld\n"
	    "konak_requests_total %lu\nkonak_request_errors_total %lu\n"
	    "konak_requests_denied_total %lu\nkonak_requests_retried_total "
	    "%lu\nkonak_request_seconds_sum %.6f\nkonak_requests_open %u\n"
	    "konak_password_hashes_total %lu\nkonak_worker_waiting %zu\n",
	    (long long)started, dispatch_stats.requests, dispatch_stats.errors,
	    dispatch_stats.denied, dispatch_stats.retried,
	    dispatch_stats.seconds, dispatch_stats.open,
	    password_count(), worker_waiting(WORK_SLOW));
	metrics_clients(b);
	tenant_each(metrics_tenant, b);
	evhttp_add_header(evhttp_request_get_output_headers(req),
	    "Content-Type", "text/plain; version=0.0.4");
	evhttp_send_reply(req, 200, "OK", b);
	evbuffer_free(b);
}

static void
metrics_socket(struct evhttp *http, const char *path)
{
	struct sockaddr_un	 sun = { .sun_family = AF_UNIX };
	int			 fd;
	mode_t			 old;

	if (strlen(path) >= sizeof sun.sun_path)
		fatalx("%s: too long for a socket's name", path);
	memcpy(sun.sun_path, path, strlen(path) + 1);
	(void)unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	old = umask(0117);
	if (fd == -1 || bind(fd, (struct sockaddr *)&sun, sizeof sun) == -1 ||
	    listen(fd, 16) == -1 || evhttp_accept_socket(http, fd) == -1)
		fatal("%s", path);
	umask(old);
}

void
metrics_start(struct event_base *base)
{
	struct evhttp	*http;
	char		*host, *port;

	if (conf.metrics == NULL)
		return;
	started = time(NULL);
	http = evhttp_new(base);
	if (http == NULL)
		fatalx("evhttp_new");
	evhttp_set_allowed_methods(http, EVHTTP_REQ_GET);
	evhttp_set_max_headers_size(http, 8192);
	evhttp_set_max_body_size(http, 0);
	evhttp_set_timeout(http, 10);
	evhttp_set_cb(http, "/health", health_cb, NULL);
	evhttp_set_cb(http, "/metrics", metrics_cb, NULL);
	if (conf.metrics[0] == '/') {
		metrics_socket(http, conf.metrics);
		return;
	}
	host = xstrdup(conf.metrics);
	port = strrchr(host, ':');
	if (port == NULL)
		fatalx("metrics: %s: address:port is wanted", conf.metrics);
	*port++ = '\0';
	if (evhttp_bind_socket(http, host, (ev_uint16_t)atoi(port)) == -1)
		fatalx("metrics: cannot listen on %s", conf.metrics);
	free(host);
}
