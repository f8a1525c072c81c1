/*
 * Accepting connections: on the Unix socket (0660; who is at the other end is
 * logged) and on TCP, where TLS begins at once, or after a PROXY v2 header
 * when the peer is a balancer that the configuration lists.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <arpa/inet.h>
#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/xmalloc.h"
#include "server/client.h"
#include "server/conf.h"
#include "server/limit.h"
#include "server/listen.h"
#include "server/tls.h"

#define BACKLOG		512
#define ACCEPTS		64	/* a turn */
#define LISTENERS	16
#define PROXY_HEADER	16
#define PROXY_MAX	(PROXY_HEADER + 520)

struct listener {
	struct event	*ev;
	int		 fd;
	bool		 local;
};

static struct listener		 listeners[LISTENERS];
static size_t			 nlisteners;
static struct event_base	*base;
static struct event		*again_ev;

/* Behind a balancer, once the address is known. uid and pid: of the Unix
 * socket's other end, else NULL. */
static void
client_log_new(const struct client *c, const char *uid, const char *pid)
{
	char	number[24];

	snprintf(number, sizeof number, "%llu", (unsigned long long)c->serial);
	log_kv(LOG_LEVEL_INFO, NULL, "client.new", "client", number, "address",
	    c->address, "uid", uid, "pid", pid, NULL);
}

/*
 * PROXY v2: looked at with MSG_PEEK and taken off the socket exactly, so that
 * what follows is untouched for TLS.
 */

static const uint8_t proxy_magic[12] = {
	0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
};

static bool
proxy_address(struct client *c, const uint8_t *h, size_t len)
{
	if ((h[12] & 0x0f) == 0)
		return true;	/* LOCAL: the balancer's own check */
	if (h[13] == 0x11 && len >= 12)
		inet_ntop(AF_INET, h + PROXY_HEADER, c->address,
		    sizeof c->address);
	else if (h[13] == 0x21 && len >= 36)
		inet_ntop(AF_INET6, h + PROXY_HEADER, c->address,
		    sizeof c->address);
	else
		return false;
	return true;
}

static ssize_t
proxy_read(struct client *c, void *p, size_t n)
{
	uint8_t	h[PROXY_MAX];
	ssize_t	got = recv(c->fd, h, sizeof h, MSG_PEEK);
	size_t	len;

	if (got == 0)
		return IO_CLOSED;
	if (got == -1)
		return errno == EAGAIN || errno == EINTR ? IO_AGAIN :
		    IO_BROKEN;
	if (memcmp(h, proxy_magic, (size_t)got < sizeof proxy_magic ?
	    (size_t)got : sizeof proxy_magic) != 0)
		goto bad;
	if (got < PROXY_HEADER)
		return IO_AGAIN;
	len = (size_t)h[14] << 8 | h[15];
	if (h[12] >> 4 != 2 || len > PROXY_MAX - PROXY_HEADER)
		goto bad;
	if ((size_t)got < PROXY_HEADER + len)
		return IO_AGAIN;
	if (!proxy_address(c, h, len))
		goto bad;
	if (recv(c->fd, h, PROXY_HEADER + len, 0) !=
	    (ssize_t)(PROXY_HEADER + len))
		return IO_BROKEN;
	c->listed = limit_address_enter(c->address);
	if (!c->listed) {
		client_drop(c, DROP_FLOOD, "too many connections");
		return IO_AGAIN;
	}
	client_log_new(c, NULL, NULL);
	tls_accept(c);
	return c->io->read(c, p, n);
bad:
	client_drop(c, DROP_PROTOCOL, "not a PROXY v2 header");
	return IO_AGAIN;
}

static ssize_t
proxy_write(struct client *c, const void *p, size_t n)
{
	return IO_AGAIN;
}

static size_t
proxy_pending(const struct client *c)
{
	return 0;
}

static void
proxy_close(struct client *c)
{
	close(c->fd);
}

static const struct io	io_proxy = {
	"proxy", proxy_read, proxy_write, proxy_pending, proxy_close
};

static bool
is_balancer(const char *address)
{
	const char	**b;

	for (b = conf.balancers; *b != NULL; b++) {
		if (strcmp(*b, address) == 0)
			return true;
	}
	return false;
}

/*
 * Accepting.
 */

static void
accept_local(int fd)
{
	struct ucred	 cred;
	socklen_t	 len = sizeof cred;
	struct client	*c = client_new(fd, &io_plain, "local");
	char		 uid[16], pid[16];

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == -1)
		memset(&cred, 0xff, sizeof cred);
	snprintf(uid, sizeof uid, "%d", (int)cred.uid);
	snprintf(pid, sizeof pid, "%d", (int)cred.pid);
	client_log_new(c, uid, pid);
}

static void
address_text(const struct sockaddr_storage *ss, char text[46])
{
	const struct sockaddr_in	*v4 = (const void *)ss;
	const struct sockaddr_in6	*v6 = (const void *)ss;

	if (ss->ss_family == AF_INET)
		inet_ntop(AF_INET, &v4->sin_addr, text, 46);
	else if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
		inet_ntop(AF_INET, v6->sin6_addr.s6_addr + 12, text, 46);
	else
		inet_ntop(AF_INET6, &v6->sin6_addr, text, 46);
}

static void
accept_tcp(int fd, const struct sockaddr_storage *ss)
{
	struct client	*c;
	char		 address[46];
	int		 one = 1;

	address_text(ss, address);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
	if (is_balancer(address)) {
		c = client_new(fd, &io_proxy, address);
		c->stage = STAGE_PROXY;
	} else {
		if (!limit_address_enter(address)) {
			log_info(NULL, "too many connections from %s",
			    address);
			close(fd);
			return;
		}
		c = client_new(fd, &io_plain, address);
		c->listed = true;
		client_log_new(c, NULL, NULL);
		tls_accept(c);
	}
}

static void
listeners_again(evutil_socket_t fd, short what, void *arg)
{
	size_t	i;

	for (i = 0; i < nlisteners; i++)
		event_add(listeners[i].ev, NULL);
}

/* Out of descriptors, or full: a moment's pause instead of a busy loop. */
static void
listeners_pause(const char *why)
{
	static const struct timeval	second = { 1, 0 };
	size_t				i;

	log_warn(NULL, "not accepting connections for a second: %s", why);
	for (i = 0; i < nlisteners; i++)
		event_del(listeners[i].ev);
	evtimer_add(again_ev, &second);
}

static void
listener_cb(evutil_socket_t lfd, short what, void *arg)
{
	struct listener		*l = arg;
	struct sockaddr_storage	 ss;
	socklen_t		 len;
	int			 fd, i;

	for (i = 0; i < ACCEPTS; i++) {
		if (client_count() >= conf.limits.connections) {
			listeners_pause("limits.connections is reached");
			return;
		}
		len = sizeof ss;
		fd = accept4(lfd, (struct sockaddr *)&ss, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd == -1) {
			if (errno == EMFILE || errno == ENFILE ||
			    errno == ENOBUFS || errno == ENOMEM)
				listeners_pause(strerror(errno));
			return;
		}
		if (l->local)
			accept_local(fd);
		else
			accept_tcp(fd, &ss);
	}
}

/*
 * Listening.
 */

static void
listener_add(int fd, bool local)
{
	struct listener	*l;

	if (nlisteners == LISTENERS)
		fatalx("more than %d addresses to listen on", LISTENERS);
	if (listen(fd, BACKLOG) == -1)
		fatal("listen");
	l = &listeners[nlisteners++];
	l->fd = fd;
	l->local = local;
	l->ev = event_new(base, fd, EV_READ | EV_PERSIST, listener_cb, l);
	event_add(l->ev, NULL);
}

static void
listen_local(const char *path)
{
	struct sockaddr_un	 sun = { .sun_family = AF_UNIX };
	struct group		*gr = NULL;
	int			 fd;
	mode_t			 old;

	if (strlen(path) >= sizeof sun.sun_path)
		fatalx("%s: too long for a socket's name", path);
	memcpy(sun.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		fatal("socket");
	/* One that answers belongs to another konakd. */
	if (connect(fd, (struct sockaddr *)&sun, sizeof sun) == 0)
		fatalx("%s: another konakd listens there", path);
	close(fd);
	(void)unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	old = umask(0117);
	if (fd == -1 || bind(fd, (struct sockaddr *)&sun, sizeof sun) == -1)
		fatal("%s", path);
	umask(old);
	if (conf.socket_group != NULL) {
		gr = getgrnam(conf.socket_group);
		if (gr == NULL)
			fatalx("no group %s", conf.socket_group);
		if (chown(path, (uid_t)-1, gr->gr_gid) == -1)
			fatal("%s", path);
	}
	listener_add(fd, true);
}

static void
listen_tcp(const char *where)
{
	struct addrinfo	 hints = { .ai_flags = AI_PASSIVE | AI_NUMERICHOST |
			    AI_NUMERICSERV, .ai_socktype = SOCK_STREAM };
	struct addrinfo	*ai;
	char		*host = xstrdup(where), *port;
	int		 fd, one = 1, e;

	port = strrchr(host, ':');
	if (port == NULL)
		fatalx("listen: %s: address:port is wanted", where);
	*port++ = '\0';
	if (host[0] == '[' && port[-2] == ']') {
		port[-2] = '\0';
		memmove(host, host + 1, strlen(host));
	}
	e = getaddrinfo(host[0] == '\0' || strcmp(host, "*") == 0 ? NULL :
	    host, port, &hints, &ai);
	if (e != 0)
		fatalx("listen: %s: %s", where, gai_strerror(e));
	fd = socket(ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0);
	if (fd == -1)
		fatal("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) == -1)
		fatal("listen: %s", where);
	freeaddrinfo(ai);
	free(host);
	listener_add(fd, false);
}

void
listen_start(struct event_base *b)
{
	const char	**t;

	base = b;
	again_ev = evtimer_new(base, listeners_again, NULL);
	if (conf.socket != NULL)
		listen_local(conf.socket);
	for (t = conf.tls; *t != NULL; t++)
		listen_tcp(*t);
}

void
listen_stop(void)
{
	size_t	i;

	for (i = 0; i < nlisteners; i++) {
		event_free(listeners[i].ev);
		close(listeners[i].fd);
	}
	nlisteners = 0;
	event_free(again_ev);
	if (conf.socket != NULL)
		(void)unlink(conf.socket);
}
