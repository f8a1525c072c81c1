/* head.c - see head.h. */
#include "server/keys/head.h"

#include "lib/buf.h"
#include "server/keys/wire.h"

void
head_text(struct buf *b, const struct head *h)
{
	buf_printf(b, KEYS_SIGNED "%s\n%s\n%lld\n%s\n%s\n", h->group,
	    h->company, (long long)h->seq, h->hash, h->at);
}

void
head_line(struct buf *b, const struct head *h, const char *signature)
{
	buf_printf(b, "{\"head\":%lld,\"company\":\"%s\",\"group\":\"%s\","
	    "\"hash\":\"%s\",\"at\":\"%s\",\"signature\":\"%s\"}\n",
	    (long long)h->seq, h->company, h->group, h->hash, h->at,
	    signature);
}
