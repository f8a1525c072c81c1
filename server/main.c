/*
 * konakd: options, start and end, signals. Everything else happens in the
 * event loop.
 */
#include <sys/mman.h>
#include <sys/resource.h>

#include <event2/event.h>

#include <link.h>
#include <malloc.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "server/auth/auth.h"
#include "server/child.h"
#include "server/client.h"
#include "server/conf.h"
#include "server/dispatch.h"
#include "server/heads.h"
#include "server/job/job.h"
#include "server/keys/keys.h"
#include "server/listen.h"
#include "server/mail/mail.h"
#include "server/metrics.h"
#include "server/module.h"
#include "server/push.h"
#include "server/record/record.h"
#include "server/tenant.h"
#include "server/timetable/timetable.h"
#include "server/tls.h"
#include "server/why.h"
#include "server/worker.h"

static struct event_base	*base;
static struct event		*drain_ev;
static time_t			 stop_at;

/* libpq brings GnuTLS along, for directories of services that nobody here asks:
 * the self-test at its load would stay in memory. (GNUTLS_SKIP_GLOBAL_INIT of
 * its header, which need not be there to build.) */
int	_gnutls_global_init_skip(void);

int
_gnutls_global_init_skip(void)
{
	return 1;
}

static void
usage(void)
{
	fprintf(stderr, "usage: konakd [-LtV] [-c file]\n");
	exit(2);
}

static void
pid_write(void)
{
	FILE	*f;

	if (conf.pid_file == NULL)
		return;
	f = fopen(conf.pid_file, "w");
	if (f == NULL || fprintf(f, "%d\n", (int)getpid()) < 0 ||
	    fclose(f) != 0)
		fatal("%s", conf.pid_file);
}

/* Unless the next konakd has written its own by now. */
static void
pid_forget(void)
{
	FILE	*f = conf.pid_file != NULL ? fopen(conf.pid_file, "r") : NULL;
	long	 pid = 0;

	if (f == NULL)
		return;
	if (fscanf(f, "%ld", &pid) == 1 && pid == (long)getpid())
		(void)unlink(conf.pid_file);
	fclose(f);
}

/* A tenant that came or was migrated meanwhile; the others are served on. */
static void
rechecked(bool good)
{
	if (!good)
		log_error(NULL, "a tenant's database does not fit the "
		    "definitions: see above");
}

static void
reload_cb(evutil_socket_t sig, short what, void *arg)
{
	log_info(NULL, "reload");
	if (!conf_reload())
		return;
	if (conf.certificate != NULL && conf.tls[0] != NULL)
		(void)tls_reload(conf.certificate, conf.key);
	tenant_reload(conf.tenants);
	record_check_tenants(base, rechecked);
	log_info(NULL, "reloaded");
}

/* Requests under way are answered; then the loop ends. */
static void
drain_cb(evutil_socket_t fd, short what, void *arg)
{
	client_shutdown_all();
	if (client_count() == 0 || mono_time() >= stop_at)
		event_base_loopbreak(base);
}

static void
stop_cb(evutil_socket_t sig, short what, void *arg)
{
	static const struct timeval	often = { 0, 50000 };

	if (stop_at != 0) {
		event_base_loopbreak(base);
		return;
	}
	log_info(NULL, "stopping: %u clients", client_count());
	stop_at = mono_time() + conf.limits.drain_s;
	listen_stop();
	drain_ev = event_new(base, -1, EV_PERSIST, drain_cb, NULL);
	event_add(drain_ev, &often);
}

static void
signals_start(void)
{
	event_add(evsignal_new(base, SIGHUP, reload_cb, NULL), NULL);
	event_add(evsignal_new(base, SIGTERM, stop_cb, NULL), NULL);
	event_add(evsignal_new(base, SIGINT, stop_cb, NULL), NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* Each connection is a descriptor: as many as the system lets us have. */
static void
descriptors_raise(void)
{
	struct rlimit	lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) == -1)
		return;
	lim.rlim_cur = lim.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &lim);
}

static void
modules_start(void)
{
	size_t	i;

	push_register();
	auth_register();
	verb_register(why_verbs);
	for (i = 0; modules[i] != NULL; i++) {
		if (modules[i]->verbs != NULL)
			verb_register(modules[i]->verbs);
	}
	/* Last: what definitions name must be there. */
	record_start(conf.definitions);
}

/* Programs and libraries are read-only in these parts: what runs again comes
 * back from the page cache. */
static int
parts_forget(struct dl_phdr_info *info, size_t size, void *page)
{
	uintptr_t	begin, end;
	int		i;

	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr)	*p = &info->dlpi_phdr[i];

		if (p->p_type != PT_LOAD || (p->p_flags & PF_W) != 0)
			continue;
		begin = (info->dlpi_addr + p->p_vaddr) & ~*(uintptr_t *)page;
		end = info->dlpi_addr + p->p_vaddr + p->p_memsz;
		(void)madvise((void *)begin, end - begin, MADV_DONTNEED);
	}
	return 0;
}

/* What reading the definitions took, of memory and of the libraries' pages,
 * is not needed any more. */
static void
start_forget(void)
{
	uintptr_t	page = (uintptr_t)sysconf(_SC_PAGESIZE) - 1;

	malloc_trim(0);
	dl_iterate_phdr(parts_forget, &page);
}

/* Tenants' databases were compared with the definitions. */
static void
checked(bool good)
{
	if (!good)
		fatalx("the definitions do not fit the database");
	listen_start(base);
	timetable_start(base);
	job_start(base);
	heads_start(base);
	pid_write();
	start_forget();
	log_info(NULL, "konakd " KONAK_VERSION " is ready");
}

/* One line a verb: name, what it needs, how far signing in must have come,
 * whether it writes. */
static void
verb_print(const struct verb *v, void *arg)
{
	static const char *const	states[] = {
		[VERB_ANON] = "anonymous", [VERB_SIGNED] = "signed",
		[VERB_COMPANY] = "company"
	};
	int				i;

	printf("%s\t", v->name);
	for (i = 0; i < VERB_NEEDS && v->need[i] != NULL; i++)
		printf("%s%s", i == 0 ? "" : ",", v->need[i]);
	printf("\t%s\t%c\t", states[v->state],
	    v->flags & VERB_WRITE ? 'w' : 'r');
	for (i = 0; i < VERB_ARGS && v->args[i].type != ARG_END; i++)
		printf("%s%s:%s%s", i == 0 ? "" : " ", v->args[i].name,
		    verb_type_name(v->args[i].type),
		    v->args[i].required ? "!" : "");
	putchar('\n');
}

int
main(int argc, char **argv)
{
	const char	*path = KONAK_SYSCONFDIR "/konakd.yaml";
	bool		 test = false, list = false;
	int		 ch;

	while ((ch = getopt(argc, argv, "Lc:tV")) != -1) {
		switch (ch) {
		case 'L':
			list = true;
			break;
		case 'c':
			path = optarg;
			break;
		case 't':
			test = true;
			break;
		case 'V':
			puts("konakd " KONAK_VERSION);
			return 0;
		default:
			usage();
		}
	}
	if (optind != argc)
		usage();
	conf_start(path);
	modules_start();
	if (list)
		verb_each(verb_print, NULL);
	if (test || list)
		return 0;
	descriptors_raise();
	base = event_base_new();
	if (base == NULL)
		fatalx("event_base_new");
	signals_start();
	worker_start(base, (unsigned)conf.worker_threads,
	    (size_t)conf.worker_queue);
	child_base(base);
	dispatch_start(base);
	client_start(base);
	if (conf.tls[0] != NULL)
		tls_start(conf.certificate, conf.key);
	tenant_start(base, conf.tenants);
	keys_start(base, conf.socket);
	mail_start(base);
	metrics_start(base);
	record_check_tenants(base, checked);
	event_base_dispatch(base);
	log_info(NULL, "stopped");
	mail_stop();
	keys_stop();
	heads_stop();
	worker_stop();
	pid_forget();
	conf_stop();
	return 0;
}
