/* wire.c - one connection: resolving, connecting, TLS, who answers. */
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "lib/xmalloc.h"
#include "tui/wire.h"

struct wire {
	const struct link_conf	 *conf;
	const struct wire_events *events;
	void			 *arg;
	struct event_base	 *base;
	struct evdns_base	**dns;
	struct event		 *fail;	/* an error found before the loop */
	SSL_CTX			 *ctx;
	struct bufferevent	 *bev;
	bool			  up;
	enum link_why		  why;
	char			  detail[256];
	char			  key[64];
};

static void
wire_fail_cb(evutil_socket_t fd, short what, void *arg)
{
	struct wire	*w = arg;

	(void)fd;
	(void)what;
	w->events->down(w->why, w->detail, w->arg);
}

/* Reports from the event loop, so that wire_open's caller has its pointer. */
static void
wire_fail(struct wire *w, enum link_why why, const char *detail)
{
	struct timeval	now = { 0, 0 };

	w->why = why;
	snprintf(w->detail, sizeof w->detail, "%s", detail);
	if (w->fail == NULL)
		w->fail = evtimer_new(w->base, wire_fail_cb, w);
	evtimer_add(w->fail, &now);
}

/* SHA-256 of the public key, so that a renewed certificate keeps its pin. */
static bool
wire_fingerprint(SSL *ssl, char *out, size_t size)
{
	X509		*cert = SSL_get1_peer_certificate(ssl);
	unsigned char	 hash[32], b64[48], *der = NULL;
	unsigned	 n = 0;
	int		 len;
	bool		 ok = false;

	if (cert == NULL)
		return false;
	len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);
	if (len > 0 && EVP_Digest(der, (size_t)len, hash, &n, EVP_sha256(),
	    NULL) == 1) {
		EVP_EncodeBlock(b64, hash, (int)n);
		ok = snprintf(out, size, "SHA256:%s", (char *)b64) > 0;
	}
	OPENSSL_free(der);
	X509_free(cert);
	return ok;
}

/* Without a CA: the key must be the one pinned for this name. */
static bool
wire_check_key(struct wire *w)
{
	char	name[320];

	if (!wire_fingerprint(bufferevent_openssl_get_ssl(w->bev), w->key,
	    sizeof w->key)) {
		wire_fail(w, LINK_WHY_TLS, "no certificate");
		return false;
	}
	if (w->conf->ca != NULL)
		return true;
	link_conf_name(w->conf, name, sizeof name);
	switch (known_check(name, w->key)) {
	case KNOWN_SAME:
		return true;
	case KNOWN_CHANGED:
		wire_fail(w, LINK_WHY_KEY_CHANGED, w->key);
		return false;
	case KNOWN_NEW:
		if (!w->conf->accept_new) {
			wire_fail(w, LINK_WHY_KEY_UNKNOWN, w->key);
			return false;
		}
		if (!known_add(name, w->key)) {
			wire_fail(w, LINK_WHY_CONF, strerror(errno));
			return false;
		}
		return true;
	}
	return false;
}

static void
wire_read_cb(struct bufferevent *bev, void *arg)
{
	struct wire	*w = arg;

	if (w->up)
		w->events->data(bufferevent_get_input(bev), w->arg);
}

static void
wire_tls_error(struct wire *w)
{
	unsigned long	 e;
	long		 verify;
	SSL		*ssl = bufferevent_openssl_get_ssl(w->bev);

	verify = SSL_get_verify_result(ssl);
	e = bufferevent_get_openssl_error(w->bev);
	if (verify != X509_V_OK)
		wire_fail(w, LINK_WHY_TLS,
		    X509_verify_cert_error_string(verify));
	else if (e != 0 && ERR_reason_error_string(e) != NULL)
		wire_fail(w, w->up ? LINK_WHY_CLOSED : LINK_WHY_TLS,
		    ERR_reason_error_string(e));
	else
		wire_fail(w, w->up ? LINK_WHY_CLOSED : LINK_WHY_CONNECT, "");
}

static void
wire_event_cb(struct bufferevent *bev, short what, void *arg)
{
	struct wire	*w = arg;
	int		 err = EVUTIL_SOCKET_ERROR();
	int		 dns = bufferevent_socket_get_dns_error(bev);
	const char	*name = w->conf->addr;
	char		 words[256];
	int		 one = 1;

	if (what & BEV_EVENT_CONNECTED) {
		if (w->ctx != NULL && !wire_check_key(w))
			return;
		/* Or the hello waits 40 ms for the handshake's last ACK. */
		if (w->ctx != NULL)
			(void)setsockopt(bufferevent_getfd(bev), IPPROTO_TCP,
			    TCP_NODELAY, &one, sizeof one);
		w->up = true;
		w->events->up(w->arg);
		return;
	}
	bufferevent_disable(bev, EV_READ | EV_WRITE);
	if (dns != 0) {
		snprintf(words, sizeof words, "%s: %s", name == NULL ?
		    w->conf->host : name, evutil_gai_strerror(dns));
		wire_fail(w, LINK_WHY_NAME, words);
	} else if (what & BEV_EVENT_EOF)
		wire_fail(w, w->up ? LINK_WHY_CLOSED : LINK_WHY_CONNECT, "");
	else if (what & BEV_EVENT_TIMEOUT)
		wire_fail(w, LINK_WHY_CONNECT, strerror(ETIMEDOUT));
	else if (w->ctx != NULL && err == 0)
		wire_tls_error(w);
	else
		wire_fail(w, w->up ? LINK_WHY_CLOSED : LINK_WHY_CONNECT,
		    strerror(err));
}

static bool
wire_open_unix(struct wire *w)
{
	struct sockaddr_un	sun = { .sun_family = AF_UNIX };

	if (strlen(w->conf->socket) >= sizeof sun.sun_path) {
		wire_fail(w, LINK_WHY_CONF, strerror(ENAMETOOLONG));
		return false;
	}
	memcpy(sun.sun_path, w->conf->socket,
	    strlen(w->conf->socket) + 1);
	w->bev = bufferevent_socket_new(w->base, -1,
	    BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	if (w->bev == NULL)
		return false;
	bufferevent_setcb(w->bev, wire_read_cb, NULL, wire_event_cb, w);
	if (bufferevent_socket_connect(w->bev, (struct sockaddr *)&sun,
	    sizeof sun) == -1)
		wire_fail(w, LINK_WHY_CONNECT,
		    strerror(EVUTIL_SOCKET_ERROR()));
	return true;
}

static SSL *
wire_tls(struct wire *w)
{
	SSL	*ssl;

	w->ctx = SSL_CTX_new(TLS_client_method());
	if (w->ctx == NULL)
		return NULL;
	SSL_CTX_set_min_proto_version(w->ctx, TLS1_3_VERSION);
	SSL_CTX_set_mode(w->ctx, SSL_MODE_RELEASE_BUFFERS);
	if (w->conf->ca != NULL) {
		if (SSL_CTX_load_verify_file(w->ctx, w->conf->ca) != 1) {
			wire_fail(w, LINK_WHY_CONF, w->conf->ca);
			return NULL;
		}
		SSL_CTX_set_verify(w->ctx, SSL_VERIFY_PEER, NULL);
	}
	if ((ssl = SSL_new(w->ctx)) == NULL)
		return NULL;
	if (SSL_set_tlsext_host_name(ssl, w->conf->host) != 1 ||
	    SSL_set1_host(ssl, w->conf->host) != 1) {
		SSL_free(ssl);
		return NULL;
	}
	return ssl;
}

static bool
wire_open_tls(struct wire *w)
{
	const char	*addr = w->conf->addr, *port = w->conf->port;
	struct timeval	 limit = { 15, 0 };
	SSL		*ssl;

	if (addr == NULL)
		addr = w->conf->host;
	if (port == NULL)
		port = LINK_PORT;
	if ((ssl = wire_tls(w)) == NULL)
		return false;
	w->bev = bufferevent_openssl_socket_new(w->base, -1, ssl,
	    BUFFEREVENT_SSL_CONNECTING,
	    BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	if (w->bev == NULL) {
		SSL_free(ssl);
		return false;
	}
	/* A peer that goes without close_notify is a closed line, no attack:
	 * every message has its length. */
	bufferevent_openssl_set_allow_dirty_shutdown(w->bev, 1);
	bufferevent_setcb(w->bev, wire_read_cb, NULL, wire_event_cb, w);
	bufferevent_set_timeouts(w->bev, NULL, &limit);
	if (*w->dns == NULL)
		*w->dns = evdns_base_new(w->base,
		    EVDNS_BASE_INITIALIZE_NAMESERVERS |
		    EVDNS_BASE_DISABLE_WHEN_INACTIVE);
	if (bufferevent_socket_connect_hostname(w->bev, *w->dns, AF_UNSPEC,
	    addr, atoi(port)) == -1)
		wire_fail(w, LINK_WHY_CONNECT,
		    strerror(EVUTIL_SOCKET_ERROR()));
	return true;
}

struct wire *
wire_open(struct event_base *base, struct evdns_base **dns,
    const struct link_conf *conf, const struct wire_events *events, void *arg)
{
	struct wire	*w = xcalloc(1, sizeof *w);
	bool		 ok;

	w->base = base;
	w->dns = dns;
	w->conf = conf;
	w->events = events;
	w->arg = arg;
	if (conf->socket == NULL && conf->host == NULL) {
		wire_fail(w, LINK_WHY_CONF, "");
		return w;
	}
	ok = conf->socket != NULL ? wire_open_unix(w) : wire_open_tls(w);
	if (ok)
		bufferevent_enable(w->bev, EV_READ | EV_WRITE);
	else if (w->fail == NULL)
		wire_fail(w, LINK_WHY_CONF, "TLS");
	return w;
}

void
wire_free(struct wire *w)
{
	if (w == NULL)
		return;
	if (w->fail != NULL)
		event_free(w->fail);
	if (w->bev != NULL)
		bufferevent_free(w->bev);
	SSL_CTX_free(w->ctx);
	free(w);
}

struct evbuffer *
wire_out(struct wire *w)
{
	return bufferevent_get_output(w->bev);
}

const char *
wire_key(const struct wire *w)
{
	return w == NULL ? "" : w->key;
}
