/*
 * OpenSSL directly over the non-blocking socket: no BIO pairs and no copies,
 * and no buffers while a connection is idle (SSL_MODE_RELEASE_BUFFERS).
 */
#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "server/client.h"
#include "server/tenant.h"
#include "server/tls.h"

static SSL_CTX	*context;

static const char *
ssl_why(void)
{
	static char	text[256];
	unsigned long	e = ERR_get_error();

	if (e == 0)
		return "connection broken";
	ERR_error_string_n(e, text, sizeof text);
	ERR_clear_error();
	return text;
}

/* An unknown name gets the server's own certificate and no tenant: signing in
 * then fails like a wrong password. */
static int
name_cb(SSL *ssl, int *alert, void *arg)
{
	struct client	*c = SSL_get_app_data(ssl);
	const char	*name;
	SSL_CTX		*own;

	name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	if (name == NULL)
		return SSL_TLSEXT_ERR_OK;
	c->tenant = tenant_by_host(name);
	if (c->tenant != NULL) {
		own = tenant_certificate(c->tenant);
		if (own != NULL)
			SSL_set_SSL_CTX(ssl, own);
	}
	return SSL_TLSEXT_ERR_OK;
}

void *
tls_certificate(const char *certificate, const char *key)
{
	SSL_CTX	*ctx = SSL_CTX_new(TLS_server_method());

	if (ctx == NULL)
		fatalx("SSL_CTX_new: %s", ssl_why());
	SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS |
	    SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_read_ahead(ctx, 1);		/* one read a record, not two */
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	/* Resuming would save nothing: the key exchange stays. */
	SSL_CTX_set_num_tickets(ctx, 0);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_tlsext_servername_callback(ctx, name_cb);
	if (SSL_CTX_use_certificate_chain_file(ctx, certificate) != 1 ||
	    SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(ctx) != 1) {
		log_error(NULL, "%s, %s: %s", certificate, key, ssl_why());
		SSL_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}

void
tls_certificate_free(void *ctx)
{
	SSL_CTX_free(ctx);
}

void
tls_start(const char *certificate, const char *key)
{
	context = tls_certificate(certificate, key);
	if (context == NULL)
		exit(1);
}

bool
tls_reload(const char *certificate, const char *key)
{
	SSL_CTX	*new = tls_certificate(certificate, key);

	if (new == NULL)
		return false;
	/* Connections that exist hold the old one. */
	SSL_CTX_free(context);
	context = new;
	return true;
}

/*
 * Reading and writing.
 */

static ssize_t
tls_result(struct client *c, int n)
{
	switch (SSL_get_error(c->ssl, n)) {
	case SSL_ERROR_WANT_READ:
		return IO_AGAIN;
	case SSL_ERROR_WANT_WRITE:
		c->want_write = true;
		event_add(&c->write_ev, NULL);
		return IO_AGAIN;
	case SSL_ERROR_ZERO_RETURN:
		return IO_CLOSED;
	default:
		ERR_clear_error();
		return IO_BROKEN;
	}
}

static ssize_t
tls_read(struct client *c, void *p, size_t n)
{
	int	r;

	ERR_clear_error();
	r = SSL_read(c->ssl, p, n > INT32_MAX ? INT32_MAX : (int)n);
	return r > 0 ? r : tls_result(c, r);
}

/* Records of one answer leave together: the client is woken once for them. */
static void
tls_gather(struct client *c, int on)
{
	setsockopt(c->fd, IPPROTO_TCP, TCP_CORK, &on, sizeof on);
}

static ssize_t
tls_write(struct client *c, const void *p, size_t n)
{
	bool	many = n > SSL3_RT_MAX_PLAIN_LENGTH;
	size_t	done = 0;
	int	r = 1;

	ERR_clear_error();
	c->want_write = false;
	if (many)
		tls_gather(c, 1);
	while (done < n && r > 0) {
		r = SSL_write(c->ssl, (const char *)p + done,
		    n - done > INT32_MAX ? INT32_MAX : (int)(n - done));
		if (r > 0)
			done += (size_t)r;
	}
	if (many)
		tls_gather(c, 0);
	if (done > 0)
		return (ssize_t)done;	/* what stopped it comes again */
	r = (int)tls_result(c, r);
	return r == IO_CLOSED ? IO_BROKEN : r;
}

static size_t
tls_pending(const struct client *c)
{
	return (size_t)SSL_has_pending(c->ssl);
}

static void
tls_close(struct client *c)
{
	if (c->dropped != DROP_TLS)
		(void)SSL_shutdown(c->ssl);	/* says goodbye, no waiting */
	ERR_clear_error();
	SSL_free(c->ssl);
	close(c->fd);
}

static const struct io	io_tls = {
	"tls", tls_read, tls_write, tls_pending, tls_close
};

/*
 * The handshake: its "read" is SSL_accept(), and when that is through the
 * connection changes over to io_tls.
 */

static ssize_t
handshake_step(struct client *c)
{
	ssize_t	n;
	int	r;

	ERR_clear_error();
	r = SSL_accept(c->ssl);
	if (r == 1) {
		c->io = &io_tls;
		c->stage = STAGE_CONNECTED;	/* one deadline for both */
		return IO_AGAIN;
	}
	n = tls_result(c, r);
	if (n == IO_AGAIN)
		return n;
	client_drop(c, DROP_TLS, "the TLS handshake failed");
	return IO_AGAIN;
}

static ssize_t
handshake_read(struct client *c, void *p, size_t n)
{
	ssize_t	r = handshake_step(c);

	return c->io == &io_tls && c->dropped == DROP_NONE ?
	    tls_read(c, p, n) : r;
}

static ssize_t
handshake_write(struct client *c, const void *p, size_t n)
{
	return handshake_step(c);
}

static size_t
handshake_pending(const struct client *c)
{
	return 0;
}

static const struct io	io_handshake = {
	"tls", handshake_read, handshake_write, handshake_pending, tls_close
};

void
tls_accept(struct client *c)
{
	SSL	*ssl = SSL_new(context);

	if (ssl == NULL)
		fatalx("SSL_new: %s", ssl_why());
	SSL_set_app_data(ssl, c);
	SSL_set_fd(ssl, c->fd);
	c->ssl = ssl;
	c->io = &io_handshake;
	c->stage = STAGE_TLS;
}
