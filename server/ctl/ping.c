/*
 * ping.c - greets the server as a client would: by its Unix socket and, for
 * a tenant's host, by TLS, where the certificate must be the configured one
 * and cover the name.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/cbor.h"
#include "lib/frame.h"
#include "server/ctl/ctl.h"

static void
set_limit(int fd)
{
	struct timeval	limit = { .tv_sec = 3 };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

static int
open_unix(const char *path, const char **error)
{
	struct sockaddr_un	sa = { .sun_family = AF_UNIX };
	int			fd;

	if (path == NULL || strlen(path) >= sizeof sa.sun_path) {
		*error = "konakd.yaml names no usable socket";
		return -1;
	}
	memcpy(sa.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	set_limit(fd);
	if (connect(fd, (struct sockaddr *)&sa, sizeof sa) == -1) {
		*error = "nobody listens on the socket";
		close(fd);
		return -1;
	}
	return fd;
}

/* "127.0.0.1:7677", "[::1]:7677" or "*:7677". */
static int
open_tcp(struct ctl *ctl, const char *address, const char **error)
{
	struct addrinfo	 hints = { .ai_socktype = SOCK_STREAM,
			    .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	struct addrinfo	*ai;
	const char	*colon = strrchr(address, ':');
	char		*host;
	int		 fd;

	*error = "konakd.yaml's listen is no address";
	if (colon == NULL)
		return -1;
	host = arena_strndup(ctl->arena, address, (size_t)(colon - address));
	if (*host == '[') {
		host++;
		host[strcspn(host, "]")] = '\0';
	} else if (*host == '\0' || strcmp(host, "*") == 0 ||
	    strcmp(host, "0.0.0.0") == 0)
		host = arena_strdup(ctl->arena, "127.0.0.1");
	if (getaddrinfo(host, colon + 1, &hints, &ai) != 0)
		return -1;
	fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	set_limit(fd);
	*error = NULL;
	if (connect(fd, ai->ai_addr, ai->ai_addrlen) == -1) {
		*error = "nobody listens on the TLS port";
		close(fd);
		fd = -1;
	}
	freeaddrinfo(ai);
	return fd;
}

static void
hello(const char *tenant, struct buf *out)
{
	struct buf	 body;
	struct frame	 frame = { .kind = FRAME_HELLO };
	uint8_t		 header[FRAME_HEADER];
	struct cbw	 w;

	buf_init(&body);
	cbw_init(&w, &body);
	cbw_map_begin(&w);
	cbw_key(&w, "v");
	cbw_array(&w, 2);
	cbw_int(&w, 1);
	cbw_int(&w, 1);
	cbw_kv_text(&w, "client", "konakctl " KONAK_VERSION);
	cbw_kv_text(&w, "lang", "en");
	if (tenant != NULL)
		cbw_kv_text(&w, "tenant", tenant);
	cbw_map_end(&w);
	frame.len = (uint32_t)buf_len(&body);
	frame_encode(&frame, header);
	buf_init(out);
	buf_add(out, header, sizeof header);
	buf_add(out, buf_data(&body), buf_len(&body));
	buf_free(&body);
}

static const char *
judge(const uint8_t *header, ssize_t got)
{
	struct frame	frame;

	if (got != FRAME_HEADER)
		return "the server did not answer the greeting";
	if (frame_decode(header, &frame) != NULL || frame.kind != FRAME_HELLO)
		return "what answers there is no konakd of this version";
	return NULL;
}

/* NULL when it answers, else what is wrong. */
const char *
ping_unix(struct ctl *ctl, const char *tenant)
{
	uint8_t		 header[FRAME_HEADER];
	const char	*error = NULL;
	struct buf	 out;
	ssize_t		 got = -1;
	int		 fd;

	if ((fd = open_unix(ctl_conf(ctl)->socket, &error)) == -1)
		return error;
	hello(tenant, &out);
	if (write(fd, buf_data(&out), buf_len(&out)) == (ssize_t)buf_len(&out))
		got = recv(fd, header, sizeof header, MSG_WAITALL);
	buf_free(&out);
	close(fd);
	return judge(header, got);
}

static const char *
greet_tls(struct ctl *ctl, SSL *ssl)
{
	uint8_t		 header[FRAME_HEADER];
	struct buf	 out;
	int		 got = -1;
	long		 verdict;

	if (SSL_connect(ssl) != 1) {
		verdict = SSL_get_verify_result(ssl);
		if (verdict != X509_V_OK)
			return arena_printf(ctl->arena, "certificate: %s",
			    X509_verify_cert_error_string(verdict));
		return "no TLS 1.3 there";
	}
	hello(NULL, &out);
	if (SSL_write(ssl, buf_data(&out), (int)buf_len(&out)) > 0)
		got = SSL_read(ssl, header, sizeof header);
	buf_free(&out);
	return judge(header, got);
}

const char *
ping_tls(struct ctl *ctl, const char *host)
{
	struct ctl_conf	*conf = ctl_conf(ctl);
	const char	*error;
	SSL_CTX		*ctx;
	SSL		*ssl;
	int		 fd;

	if (conf->listen == NULL)
		return NULL;
	if ((fd = open_tcp(ctl, conf->listen, &error)) == -1)
		return error;
	ctx = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	/* The configured certificate itself is trusted, whoever signed it. */
	X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ctx),
	    X509_V_FLAG_PARTIAL_CHAIN);
	if (conf->certificate == NULL || SSL_CTX_load_verify_locations(ctx,
	    conf->certificate, NULL) != 1)
		error = "the certificate's file cannot be read";
	else {
		ssl = SSL_new(ctx);
		SSL_set_fd(ssl, fd);
		SSL_set_tlsext_host_name(ssl, host);
		SSL_set1_host(ssl, host);
		error = greet_tls(ctl, ssl);
		SSL_free(ssl);
	}
	SSL_CTX_free(ctx);
	close(fd);
	return error;
}

static const char *
ping_tenant(struct ctl *ctl, const char *name)
{
	struct tenant_file	*t = tenant_load(ctl, name);
	const char		*error;

	if (t == NULL)
		return "there is no such tenant";
	if ((error = ping_unix(ctl, t->name)) != NULL)
		return error;
	return ping_tls(ctl, t->host);
}

int
ping_run(struct ctl *ctl)
{
	long		 left = ctl_number(ctl, "timeout", 5, 0, 600) * 20;
	char		**names = tenant_names(ctl), *one[2] = { NULL };
	const char	*error = NULL;

	if (ctl->argc > 0) {
		one[0] = ctl->argv[0];
		names = one;
	}
	for (; *names != NULL; names++) {
		while ((error = ping_tenant(ctl, *names)) != NULL && left-- > 0)
			usleep(50000);
		if (error != NULL)
			ctl_die("%s: %s", *names, error);
		printf("%s answers\n", *names);
	}
	return 0;
}
