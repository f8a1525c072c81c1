/* konak - its command line. Scripts go to script.c, people to app.c. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/msg.h"
#include "tui/app.h"
#include "tui/link.h"
#include "tui/prefs.h"
#include "tui/script.h"
#include "tui/term.h"

struct options {
	struct link_conf	 conf;
	struct term_options	 term;
	enum lang		 lang;
	bool			 lang_given;
	const char		*request;
};

enum {
	OPT_SOCKET = 256,
	OPT_TENANT,
	OPT_HOST,
	OPT_ADDR,
	OPT_PORT,
	OPT_CA,
	OPT_ACCEPT,
	OPT_LANG,
	OPT_REQUEST,
	OPT_ASCII,
	OPT_NO_COLOUR,
	OPT_PLAIN,
	OPT_SLOW,
	OPT_NO_MOUSE
};

static const struct option long_options[] = {
	{ "socket", required_argument, NULL, OPT_SOCKET },
	{ "tenant", required_argument, NULL, OPT_TENANT },
	{ "host", required_argument, NULL, OPT_HOST },
	{ "addr", required_argument, NULL, OPT_ADDR },
	{ "port", required_argument, NULL, OPT_PORT },
	{ "ca", required_argument, NULL, OPT_CA },
	{ "accept-new", no_argument, NULL, OPT_ACCEPT },
	{ "lang", required_argument, NULL, OPT_LANG },
	{ "request", required_argument, NULL, OPT_REQUEST },
	{ "ascii", no_argument, NULL, OPT_ASCII },
	{ "renksiz", no_argument, NULL, OPT_NO_COLOUR },
	{ "sade", no_argument, NULL, OPT_PLAIN },
	{ "slow", no_argument, NULL, OPT_SLOW },
	{ "no-mouse", no_argument, NULL, OPT_NO_MOUSE },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 }
};

/* English only for those whose environment says so. */
static enum lang
main_lang(void)
{
	const char	*s = getenv("KONAK_LANG");
	enum lang	 lang;

	if (s != NULL && lang_parse(s, &lang))
		return lang;
	if ((s = getenv("LC_ALL")) == NULL || s[0] == '\0')
		s = getenv("LC_MESSAGES");
	if (s == NULL || s[0] == '\0')
		s = getenv("LANG");
	return s != NULL && strncmp(s, "en", 2) == 0 ? LANG_EN : LANG_TR;
}

static int
main_complain(enum lang lang, const char *key, const char *name,
    const char *value)
{
	struct buf	b = BUF_INIT;

	msg_format(&b, lang, key, name, value, NULL);
	fprintf(stderr, "konak: %s\n", buf_text(&b));
	buf_free(&b);
	return SCRIPT_REFUSED;
}

/* Returns -1 to go on, or the exit code. */
static int
main_options(struct options *o, int argc, char **argv)
{
	const char	*known = ":hV";
	int		 c, i;

	opterr = 0;
	for (i = 1; i < argc; i++)
		if (script_is_file(argv[i]) ||
		    strcmp(argv[i], "timetable") == 0)
			known = "+:hV";
	while ((c = getopt_long(argc, argv, known, long_options, NULL)) != -1) {
		switch (c) {
		case OPT_SOCKET:
			o->conf.socket = optarg;
			break;
		case OPT_TENANT:
			o->conf.tenant = optarg;
			break;
		case OPT_HOST:
			o->conf.host = optarg;
			break;
		case OPT_ADDR:
			o->conf.addr = optarg;
			break;
		case OPT_PORT:
			o->conf.port = optarg;
			break;
		case OPT_CA:
			o->conf.ca = optarg;
			break;
		case OPT_ACCEPT:
			o->conf.accept_new = true;
			break;
		case OPT_REQUEST:
			o->request = optarg;
			break;
		case OPT_LANG:
			if (!lang_parse(optarg, &o->lang))
				return main_complain(o->lang, "client.lang",
				    NULL, NULL);
			o->lang_given = true;
			break;
		case OPT_ASCII:
			o->term.ascii = true;
			break;
		case OPT_NO_COLOUR:
			o->term.no_colour = true;
			break;
		case OPT_PLAIN:
			o->term.plain = true;
			break;
		case OPT_SLOW:
			o->term.slow = true;
			break;
		case OPT_NO_MOUSE:
			o->term.no_mouse = true;
			break;
		case 'h':
			printf("%s\n", msg_text(o->lang, "client.usage"));
			return SCRIPT_DONE;
		case 'V':
			puts("konak " KONAK_VERSION);
			return SCRIPT_DONE;
		default:
			return main_complain(o->lang, "client.option",
			    "option", argv[optind - 1]);
		}
	}
	return -1;
}

int
main(int argc, char **argv)
{
	struct options	o = { .lang = main_lang() };
	char		why[400];
	int		code;

	if ((code = main_options(&o, argc, argv)) != -1)
		return code;
	signal(SIGPIPE, SIG_IGN);
	link_conf_env(&o.conf);
	o.conf.lang = lang_code(o.lang);
	o.conf.client = "konak " KONAK_VERSION;
	if (optind < argc && script_is(argv[optind]))
		return script_run(&o.conf, o.lang, o.request, argc - optind,
		    argv + optind);
	if (optind < argc)
		return main_complain(o.lang, "client.usage", NULL, NULL);
	o.conf.retry = true;
	if (!prefs_load(why, sizeof why))
		fprintf(stderr, "konak: %s\n", why);
	if (!o.term.plain)
		prefs_ask(o.lang);
	prefs_options(&o.term);
	return app_run(&o.conf, o.lang, o.lang_given, &o.term);
}
