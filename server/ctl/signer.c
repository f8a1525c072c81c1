/*
 * signer.c - heads of audit chains are signed where the tenant's keys are: in
 * the key process of the running server, or, when none runs, in one that is
 * started for it and gets the key file's name. The key does not come here.
 */
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/hex.h"
#include "server/child.h"
#include "server/ctl/audit.h"
#include "server/ctl/ctl.h"
#include "server/keys/wire.h"

struct signer {
	struct ctl			*ctl;
	const struct tenant_file	*t;
	const char			*id;
	pid_t				 child;
	int				 sock;	/* -1: the server's */
	uint8_t				 public[SEAL_PUBLIC];
};

/* --- The server's ------------------------------------------------------------------ */

/* A word of hex digits behind a tab. */
static bool
word_read(const char **p, uint8_t *out, size_t size)
{
	size_t	len, n;

	if (**p != '\t')
		return false;
	(*p)++;
	len = strcspn(*p, "\t\n");
	if (!hex_decode(*p, len, out, size, &n) || n != size)
		return false;
	*p += len;
	return true;
}

/* NULL when it is done; else why not, "" when no server listens. */
static const char *
by_server(struct signer *s, const void *text, size_t len, uint8_t *signature)
{
	const char	*p;

	if (ctl_conf(s->ctl)->socket == NULL)
		return "";
	p = keys_control(s->ctl, arena_printf(s->ctl->arena, "sign %s %s\n",
	    s->t->name, s->id), text, len);
	if (p == NULL)
		return "";
	if (strncmp(p, "ok", 2) == 0) {
		p += 2;
		if (word_read(&p, s->public, sizeof s->public) &&
		    (len == 0 || word_read(&p, signature, SEAL_SIGNATURE)))
			return NULL;
	} else if (strncmp(p, "error\t", 6) == 0)
		return arena_strndup(s->ctl->arena, p + 6,
		    strcspn(p + 6, "\n"));
	return "the server's key process is of another version";
}

/* --- Our own ----------------------------------------------------------------------- */

static void
add_text(struct buf *b, const char *s)
{
	uint16_t	n = (uint16_t)strlen(s);

	buf_add(b, &n, sizeof n);
	buf_addz(b, s);
}

static enum seal_result
ask(struct signer *s, enum keys_op op, const char *const *texts, size_t ntexts,
    const void *value, size_t len, uint8_t *answer, size_t size)
{
	uint8_t		packet[KEYS_ANSWER + 1024];
	uint32_t	number = 1;
	struct buf	b = BUF_INIT;
	size_t		i;
	ssize_t		n;

	buf_add(&b, &number, sizeof number);
	buf_add8(&b, (uint8_t)op);
	for (i = 0; i < ntexts; i++)
		add_text(&b, texts[i]);
	if (len > 0)
		buf_add(&b, value, len);
	n = send(s->sock, buf_data(&b), buf_len(&b), MSG_NOSIGNAL);
	buf_free(&b);
	if (n != -1)
		n = recv(s->sock, packet, sizeof packet - 1, 0);
	if (n < KEYS_ANSWER)
		ctl_die("the key process (konak-keys) does not answer");
	n -= KEYS_ANSWER;
	packet[KEYS_ANSWER + n] = '\0';
	if (op == KEYS_LOAD && packet[4] != SEAL_OK)
		ctl_die("%s: %s", s->t->key_file, packet + KEYS_ANSWER);
	if (packet[4] == SEAL_OK && (size_t)n < size)
		return SEAL_FAILED;
	if (size > 0)
		memcpy(answer, packet + KEYS_ANSWER, size);
	return (enum seal_result)packet[4];
}

static void
by_ourselves(struct signer *s, const void *text, size_t len,
    uint8_t *signature)
{
	const char	*texts[] = { s->t->name, s->id };
	uint8_t		 answer[SEAL_PUBLIC + SEAL_SIGNATURE];

	if (ask(s, KEYS_SIGN, texts, 2, text, len, answer, SEAL_PUBLIC +
	    (len > 0 ? SEAL_SIGNATURE : 0)) != SEAL_OK)
		ctl_die("%s: the heads cannot be signed", s->t->name);
	memcpy(s->public, answer, SEAL_PUBLIC);
	if (len > 0)
		memcpy(signature, answer + SEAL_PUBLIC, SEAL_SIGNATURE);
}

static void
start(struct signer *s, const char *box)
{
	static const char *const pass[] = { "ASAN_OPTIONS", NULL };
	const char	*load[] = { s->t->name, "file", s->t->key_file };
	const char	*check[] = { s->t->name, s->id };
	uint8_t		 raw[1024];
	size_t		 len = 0;
	int		 pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
		ctl_die("socketpair: %s", strerror(errno));
	if (!child_spawn("konak-keys", pair[1], KEYS_FD, pass,
	    &s->child))
		ctl_die("konak-keys could not be started");
	close(pair[1]);
	s->sock = pair[0];
	(void)ask(s, KEYS_LOAD, load, 3, NULL, 0, NULL, 0);
	if (box == NULL)
		return;
	if (!hex_decode(box + 2, strlen(box) - 2, raw, sizeof raw, &len) ||
	    ask(s, KEYS_CHECK, check, 2, raw, len, NULL, 0) != SEAL_OK)
		ctl_die("%s: this is not the master key of the tenant",
		    s->t->key_file);
}

/* --- Either ------------------------------------------------------------------------ */

struct signer *
signer_open(struct ctl *ctl, const struct tenant_file *t, const char *id,
    const char *box)
{
	struct signer	*s = arena_alloc(ctl->arena, sizeof *s);
	const char	*why;

	*s = (struct signer) { .ctl = ctl, .t = t, .id = id, .sock = -1 };
	if ((why = by_server(s, NULL, 0, NULL)) == NULL)
		return s;
	if (t->keys != NULL && strcmp(t->keys, "file") != 0)
		ctl_die("%s: heads are signed by the server, which has the "
		    "keys: %s", t->name, *why != '\0' ? why :
		    "no konakd is running");
	start(s, box);
	by_ourselves(s, NULL, 0, NULL);
	return s;
}

void
signer_sign(struct signer *s, const void *text, size_t len,
    uint8_t signature[SEAL_SIGNATURE])
{
	const char	*why;

	if (s->sock != -1)
		by_ourselves(s, text, len, signature);
	else if ((why = by_server(s, text, len, signature)) != NULL)
		ctl_die("%s: %s", s->t->name, *why != '\0' ? why :
		    "the server has ended");
}

const uint8_t *
signer_public(const struct signer *s)
{
	return s->public;
}

void
signer_close(struct signer *s)
{
	if (s->sock == -1)
		return;
	close(s->sock);
	while (waitpid(s->child, NULL, 0) == -1 && errno == EINTR)
		;
}
