/*
 * konak-mail, one conversation with one mail server: started by konakd, which
 * says through standard input what about (wire.h) and hears there how it went.
 * It writes nothing else anywhere, leaves no core and ends with its parent.
 */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <curl/curl.h>
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/net.h"
#include "lib/secret.h"
#include "lib/xmalloc.h"
#include "server/mail/wire.h"

#define CONNECT_S	8L

/* The packet, in locked memory: the password is one of its texts. */
static struct secret	*packet;

struct job {
	enum mail_op		 op;
	enum mail_security	 security;
	unsigned		 port, seconds, nto;
	char			*host, *user, *password, *from;
	char			*networks;	/* inside, and allowed */
	char			*to[MAIL_TO_MAX];
	const char		*message;
	size_t			 len, sent;
	bool			 signed_in;	/* the server has said so */
	bool			 let_go;
	bool			 inside;	/* was not allowed */
};

static bool
read_all(uint8_t *p, size_t n)
{
	ssize_t	got;

	while (n > 0) {
		got = recv(STDIN_FILENO, p, n, 0);
		if (got == -1 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		p += got;
		n -= (size_t)got;
	}
	return true;
}

/* Moved over its own length, so that there is room for the NUL. */
static char *
text_take(uint8_t **p, size_t *left, size_t *len)
{
	uint32_t	n;
	char		*s = (char *)*p;

	if (*left < sizeof n)
		return NULL;
	memcpy(&n, *p, sizeof n);
	if (*left - sizeof n < n)
		return NULL;
	memmove(s, s + sizeof n, n);
	s[n] = '\0';
	*p += sizeof n + n;
	*left -= sizeof n + n;
	if (len != NULL)
		*len = n;
	return s;
}

static unsigned
number(const uint8_t *p)
{
	uint16_t	n;

	memcpy(&n, p, sizeof n);
	return n;
}

static bool
job_read(struct job *j)
{
	uint32_t	 total;
	uint8_t		*p;
	size_t		 left;
	unsigned	 i;

	if (!read_all((uint8_t *)&total, sizeof total) || total < MAIL_HEAD ||
	    total > MAIL_BYTES_MAX)
		return false;
	packet = secret_new(total);
	p = secret_expose(packet);
	if (!read_all(p, total) || p[0] >= MAIL_OPS || p[1] > MAIL_PLAIN)
		return false;
	j->op = (enum mail_op)p[0];
	j->security = (enum mail_security)p[1];
	j->port = number(p + 2);
	j->seconds = number(p + 4);
	j->nto = number(p + 6);
	p += MAIL_HEAD;
	left = total - MAIL_HEAD;
	if (j->nto > MAIL_TO_MAX ||
	    (j->host = text_take(&p, &left, NULL)) == NULL ||
	    (j->user = text_take(&p, &left, NULL)) == NULL ||
	    (j->password = text_take(&p, &left, NULL)) == NULL ||
	    (j->from = text_take(&p, &left, NULL)) == NULL ||
	    (j->networks = text_take(&p, &left, NULL)) == NULL)
		return false;
	for (i = 0; i < j->nto; i++)
		if ((j->to[i] = text_take(&p, &left, NULL)) == NULL)
			return false;
	j->message = text_take(&p, &left, &j->len);
	return j->message != NULL && left == 0;
}

/* Nothing of them may become a line of its own on the way. */
static bool
one_line(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	return true;
}

static char *
url_of(const struct job *j)
{
	bool		 six = strchr(j->host, ':') != NULL;
	const char	*name = j->op == MAIL_TEST_IMAP ? "imap" : "smtp";

	if (j->host[0] == '\0' || strpbrk(j->host, "/@?#[]%\\ ") != NULL ||
	    !one_line(j->host))
		return NULL;
	return xasprintf("%s%s://%s%s%s:%u/", name, j->security == MAIL_TLS ?
	    "s" : "", six ? "[" : "", j->host, six ? "]" : "", j->port);
}

static size_t
message_read(char *p, size_t size, size_t n, void *arg)
{
	struct job	*j = arg;
	size_t		 part = size * n;
	uint8_t		 word = MAIL_READY;

	/* The server has asked for it: from here on it may have got it. */
	if (!j->let_go && (send(STDIN_FILENO, &word, sizeof word,
	    MSG_NOSIGNAL) != sizeof word || !read_all(&word, sizeof word) ||
	    word != MAIL_GO))
		return CURL_READFUNC_ABORT;
	j->let_go = true;
	if (part > j->len - j->sent)
		part = j->len - j->sent;
	memcpy(p, j->message + j->sent, part);
	j->sent += part;
	return part;
}

/* Each address that the name leads to comes by here right before it is
 * called: what a name server says later changes nothing. */
static curl_socket_t
socket_open(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct job	*j = arg;

	if (net_inside(&a->addr) && !net_listed(&a->addr, j->networks)) {
		j->inside = true;
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

/* libcurl goes on without a sign-in when an SMTP server offers none. */
static size_t
answer_seen(char *p, size_t size, size_t n, void *arg)
{
	struct job	*j = arg;

	if (size * n >= 3 && memcmp(p, "235", 3) == 0)
		j->signed_in = true;
	return size * n;
}

static size_t
body_seen(char *p, size_t size, size_t n, void *arg)
{
	return size * n;
}

static enum mail_end
end_of(CURLcode rc, long code)
{
	switch (rc) {
	case CURLE_OK:
		return MAILED_OK;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_URL_MALFORMAT:
		return MAILED_NAME;
	case CURLE_COULDNT_CONNECT:
		return MAILED_CONNECT;
	case CURLE_OPERATION_TIMEDOUT:
		return MAILED_TIME;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return MAILED_CERT;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_USE_SSL_FAILED:
	case CURLE_SSL_CIPHER:
		return MAILED_TLS;
	case CURLE_LOGIN_DENIED:
	case CURLE_REMOTE_ACCESS_DENIED:
		return MAILED_LOGIN;
	case CURLE_OUT_OF_MEMORY:
	case CURLE_FAILED_INIT:
	case CURLE_SSL_CACERT_BADFILE:
		return MAILED_BROKEN;
	default:
		return code >= 400 ? MAILED_REFUSED : MAILED_ANSWER;
	}
}

static enum mail_end
job_do(CURL *c, struct job *j, long *code)
{
	const char		*ca = getenv("SSL_CERT_FILE");
	struct curl_slist	*to = NULL;
	char			*url = url_of(j);
	enum mail_end		 end;
	unsigned		 i;

	if (url == NULL)
		return MAILED_NAME;
	if (!one_line(j->user) || !one_line(j->password)) {
		free(url);
		return MAILED_LOGIN;
	}
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "imap,imaps,smtp,smtps");
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, socket_open);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, j);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)j->seconds);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
	curl_easy_setopt(c, CURLOPT_USE_SSL, j->security == MAIL_PLAIN ?
	    (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (ca != NULL)
		curl_easy_setopt(c, CURLOPT_CAINFO, ca);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, answer_seen);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, j);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, body_seen);
	if (j->user[0] != '\0') {
		curl_easy_setopt(c, CURLOPT_USERNAME, j->user);
		curl_easy_setopt(c, CURLOPT_PASSWORD, j->password);
	}
	if (j->op == MAIL_SEND) {
		for (i = 0; i < j->nto; i++)
			to = curl_slist_append(to, j->to[i]);
		curl_easy_setopt(c, CURLOPT_MAIL_FROM, j->from);
		curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
		curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
		curl_easy_setopt(c, CURLOPT_READFUNCTION, message_read);
		curl_easy_setopt(c, CURLOPT_READDATA, j);
	} else {
		curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, "NOOP");
		if (j->op == MAIL_TEST_SMTP)
			curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
	}
	end = end_of(curl_easy_perform(c), 0);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, code);
	if (end == MAILED_ANSWER && *code >= 400)
		end = MAILED_REFUSED;
	if (end == MAILED_CONNECT && j->inside)
		end = MAILED_INSIDE;
	if (end == MAILED_OK && j->op == MAIL_TEST_SMTP && !j->signed_in)
		end = MAILED_OPEN;
	curl_slist_free_all(to);
	free(url);
	return end;
}

static void
answer(enum mail_end end, long code)
{
	uint8_t	out[MAIL_ANSWER] = { (uint8_t)end };
	int32_t	n = (int32_t)code;

	memcpy(out + 1, &n, sizeof n);
	(void)!send(STDIN_FILENO, out, sizeof out, MSG_NOSIGNAL);
}

int
main(void)
{
	struct rlimit	 none = { 0, 0 };
	struct job	 j = { .op = MAIL_OPS };
	enum mail_end	 end = MAILED_BROKEN;
	long		 code = 0;
	CURL		*c;

	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	if (job_read(&j) && curl_global_init(CURL_GLOBAL_DEFAULT) == 0) {
		if ((c = curl_easy_init()) != NULL) {
			end = job_do(c, &j, &code);
			curl_easy_cleanup(c);
		}
		curl_global_cleanup();
	}
	secret_free(packet);
	answer(end, code);
	return 0;
}
