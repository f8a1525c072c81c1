/*
 * konak-paper - a page in JSON from standard input, a PDF to standard output.
 * konakd runs it for each paper (server/child.h), so that what lays out text is
 * neither in its memory nor within reach of its data. The page is described in
 * server/paper/paper.h.
 */
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cairo-pdf.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sodium.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/xmalloc.h"
#include "server/paper/draw.h"

#define A4_SHORT	595.276
#define A4_LONG		841.89
#define LOGO_SIDE	4096

struct bytes {
	const unsigned char	*p;
	size_t			 len;
};

static void __attribute__((noreturn))
die(const char *why)
{
	fprintf(stderr, "konak-paper: %s\n", why);
	_exit(1);
}

/* No socket and no program from here on, also where a new network namespace
 * was refused. */
static void
confine(void)
{
#define REFUSE(call) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##call, 0, 1), \
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)
	static struct sock_filter	rows[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    (uint32_t)offsetof(struct seccomp_data, nr)),
		REFUSE(socket), REFUSE(socketpair), REFUSE(connect),
		REFUSE(execve), REFUSE(execveat), REFUSE(ptrace),
		REFUSE(kill), REFUSE(unlinkat), REFUSE(renameat2),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	static const struct sock_fprog	program = {
		sizeof rows / sizeof rows[0], rows
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == -1)
		die("no system call filter");
}

static cairo_status_t
write_cb(void *arg, const unsigned char *p, unsigned len)
{
	ssize_t	n;

	for (; len > 0; p += n, len -= (unsigned)n) {
		n = write(STDOUT_FILENO, p, len);
		if (n == -1 && errno == EINTR)
			n = 0;
		if (n == -1)
			return CAIRO_STATUS_WRITE_ERROR;
	}
	return CAIRO_STATUS_SUCCESS;
}

static cairo_status_t
forget_cb(void *arg, const unsigned char *p, unsigned len)
{
	return CAIRO_STATUS_SUCCESS;
}

static cairo_status_t
read_cb(void *arg, unsigned char *p, unsigned len)
{
	struct bytes	*b = arg;

	if (len > b->len)
		return CAIRO_STATUS_READ_ERROR;
	memcpy(p, b->p, len);
	b->p += len;
	b->len -= len;
	return CAIRO_STATUS_SUCCESS;
}

/* Four bytes of a PNG's own head. */
static unsigned
png_side(const unsigned char *p)
{
	return (unsigned)p[0] << 24 | (unsigned)p[1] << 16 |
	    (unsigned)p[2] << 8 | p[3];
}

/* A PNG in base64; one that cannot be read, or unpacks to too much, is left
 * out. */
static cairo_surface_t *
logo_read(const char *text)
{
	cairo_surface_t	*s;
	struct bytes	 b;
	unsigned char	*raw;
	size_t		 len = text == NULL ? 0 : strlen(text);

	if (len == 0)
		return NULL;
	raw = xmalloc(len);
	if (sodium_base642bin(raw, len, text, len, " \n", &b.len, NULL,
	    sodium_base64_VARIANT_ORIGINAL) == -1 || b.len < 24 ||
	    png_side(raw + 16) - 1 >= LOGO_SIDE ||
	    png_side(raw + 20) - 1 >= LOGO_SIDE) {
		free(raw);
		return NULL;
	}
	b.p = raw;
	s = cairo_image_surface_create_from_png_stream(read_cb, &b);
	free(raw);
	if (cairo_surface_status(s) == CAIRO_STATUS_SUCCESS)
		return s;
	cairo_surface_destroy(s);
	return NULL;
}

/* Once to count the pages, and once for good. */
static bool
draw(struct paper *p, cairo_write_func_t out)
{
	cairo_surface_t	*s = cairo_pdf_surface_create_for_stream(out, NULL,
			    p->width, p->height);
	const char	*title, *date;
	bool		 good;

	title = json_string_value(json_object_get(p->doc, "title"));
	date = json_string_value(json_object_get(p->doc, "date"));
	if (title != NULL)
		cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_TITLE,
		    title);
	if (date != NULL)
		cairo_pdf_surface_set_metadata(s,
		    CAIRO_PDF_METADATA_CREATE_DATE, date);
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATOR,
	    "Konak " KONAK_VERSION);
	p->cr = cairo_create(s);
	good = paper_draw(p);
	cairo_destroy(p->cr);
	cairo_surface_finish(s);
	good = good && cairo_surface_status(s) == CAIRO_STATUS_SUCCESS;
	cairo_surface_destroy(s);
	return good;
}

int
main(void)
{
	struct paper	 p = { .font = "DejaVu Sans" };
	json_error_t	 e;
	json_t		*doc;
	bool		 wide;

	confine();
	doc = json_loadf(stdin, 0, &e);
	if (!json_is_object(doc))
		die("no page on standard input");
	p.doc = doc;
	wide = json_is_true(json_object_get(doc, "landscape"));
	p.width = wide ? A4_LONG : A4_SHORT;
	p.height = wide ? A4_SHORT : A4_LONG;
	p.logo = logo_read(json_string_value(json_object_get(
	    json_object_get(doc, "head"), "logo")));
	if (!draw(&p, forget_cb))
		die("too long");
	p.pages = p.page;
	if (!draw(&p, write_cb))
		die("cannot be written");
	/* What libraries keep goes with the process. */
	_exit(0);
}
