/*
 * ctl.c - reads the command line by the table of cmds.c, prints help from
 * the same table, and reads konakctl.yaml.
 */
#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "server/ctl/ctl.h"

void
ctl_die(const char *fmt, ...)
{
	va_list	ap;

	va_start(ap, fmt);
	fputs("konakctl: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(1);
}

/* Length of the command's words at the start of argv, 0 when they differ. */
static int
cmd_matches(const struct ctl_cmd *cmd, int argc, char **argv)
{
	const char	*p = cmd->words;
	size_t		 len;
	int		 n = 0;

	while (*p != '\0') {
		len = strcspn(p, " ");
		if (n >= argc || strlen(argv[n]) != len ||
		    strncmp(argv[n], p, len) != 0)
			return 0;
		n++;
		p += len;
		p += strspn(p, " ");
	}
	return n;
}

static void
help_cmd(FILE *out, const struct ctl_cmd *cmd)
{
	const struct ctl_opt	*opt;
	char			 left[64];

	fprintf(out, "konakctl %s%s%s%s\n    %s\n", cmd->words,
	    *cmd->operands != '\0' ? " " : "", cmd->operands,
	    cmd->opts[0].name != NULL ? " [options]" : "", cmd->help);
	for (opt = cmd->opts; opt < cmd->opts + CTL_OPTS && opt->name != NULL;
	    opt++) {
		snprintf(left, sizeof left, "--%s %s", opt->name,
		    opt->value != NULL ? opt->value : "");
		fprintf(out, "    %-22s %s\n", left, opt->help);
	}
}

static int
help(FILE *out)
{
	const struct ctl_cmd	*cmd;

	fputs("konakctl [--config FILE] COMMAND, one of:\n\n", out);
	for (cmd = ctl_cmds; cmd->words != NULL; cmd++)
		help_cmd(out, cmd);
	return out == stdout ? 0 : 2;
}

static int
usage(const struct ctl_cmd *cmd, const char *what, const char *arg)
{
	fprintf(stderr, "konakctl: %s%s%s\n", what, *arg != '\0' ? " " : "",
	    arg);
	help_cmd(stderr, cmd);
	return 2;
}

/* After a first word that some have, those; else where all of them stand. */
static int
unknown(int argc, char **argv)
{
	const struct ctl_cmd	*cmd;
	size_t			 len = strlen(argv[0]);
	bool			 some = false;

	fprintf(stderr, "konakctl: no such command: %s%s%s\n", argv[0],
	    argc > 1 ? " " : "", argc > 1 ? argv[1] : "");
	for (cmd = ctl_cmds; cmd->words != NULL; cmd++) {
		if (strncmp(cmd->words, argv[0], len) != 0 ||
		    cmd->words[len] != ' ')
			continue;
		help_cmd(stderr, cmd);
		some = true;
	}
	if (!some)
		fputs("konakctl help lists the commands\n", stderr);
	return 2;
}

static int
option_find(const struct ctl_cmd *cmd, const char *name, size_t len)
{
	int	i;

	for (i = 0; i < CTL_OPTS && cmd->opts[i].name != NULL; i++)
		if (strlen(cmd->opts[i].name) == len &&
		    strncmp(cmd->opts[i].name, name, len) == 0)
			return i;
	return -1;
}

/* One "--name", "--name=value" or "--name value"; gives how many words it
 * took, 0 after a complaint. */
static int
option_read(struct ctl *ctl, int argc, char **argv)
{
	const char	*name = argv[0] + 2, *eq = strchr(name, '=');
	size_t		 len = eq != NULL ? (size_t)(eq - name) : strlen(name);
	const char	*wrong = NULL;
	int		 i, took = 1;

	i = option_find(ctl->cmd, name, len);
	if (i == -1)
		wrong = "no such option:";
	else if (ctl->cmd->opts[i].value == NULL && eq != NULL)
		wrong = "takes no value:";
	else if (ctl->cmd->opts[i].value == NULL)
		ctl->values[i] = "";
	else if (eq != NULL)
		ctl->values[i] = eq + 1;
	else if (argc < 2)
		wrong = "needs a value:";
	else {
		ctl->values[i] = argv[1];
		took = 2;
	}
	if (wrong != NULL) {
		usage(ctl->cmd, wrong, argv[0]);
		return 0;
	}
	return took;
}

int
ctl_parse(struct ctl *ctl, int argc, char **argv)
{
	const struct ctl_cmd	*cmd;
	int			 n, took;

	argc--, argv++;
	if (argc >= 2 && strcmp(argv[0], "--config") == 0) {
		ctl->conf_path = argv[1];
		argc -= 2, argv += 2;
	}
	if (argc == 0)
		return help(stderr);
	if (strcmp(argv[0], "help") == 0 || strcmp(argv[0], "--help") == 0)
		return help(stdout);
	if (strcmp(argv[0], "--version") == 0) {
		puts("konakctl " KONAK_VERSION);
		return 0;
	}
	if (argv[0][0] == '-') {
		fprintf(stderr, "konakctl: %s stands before a command; only "
		    "--config FILE does, and options begin with --\n",
		    argv[0]);
		fprintf(stderr, "konakctl help lists the commands\n");
		return 2;
	}
	for (cmd = ctl_cmds; cmd->words != NULL; cmd++)
		if ((n = cmd_matches(cmd, argc, argv)) > 0)
			break;
	if (cmd->words == NULL)
		return unknown(argc, argv);
	ctl->cmd = cmd;
	ctl->argv = arena_alloc(ctl->arena, (size_t)argc * sizeof *argv);
	for (argc -= n, argv += n; argc > 0; argc -= took, argv += took) {
		took = 1;
		if (strncmp(*argv, "--", 2) != 0)
			ctl->argv[ctl->argc++] = *argv;
		else if ((took = option_read(ctl, argc, argv)) == 0)
			return 2;
	}
	if (ctl->argc < cmd->min || ctl->argc > cmd->max)
		return usage(cmd, ctl->argc < cmd->min ? "something is missing"
		    : "too many words", "");
	return -1;
}

const char *
ctl_opt(const struct ctl *ctl, const char *name)
{
	int	i = option_find(ctl->cmd, name, strlen(name));

	if (i == -1)
		ctl_die("bug: %s has no --%s", ctl->cmd->words, name);
	return ctl->values[i];
}

long
ctl_number(const struct ctl *ctl, const char *name, long dflt, long min,
    long max)
{
	const char	*s = ctl_opt(ctl, name);
	char		*end;
	long		 n;

	if (s == NULL)
		return dflt;
	errno = 0;
	n = strtol(s, &end, 10);
	if (*s == '\0' || *end != '\0' || errno != 0 || n < min || n > max)
		ctl_die("--%s must be a number from %ld to %ld, not \"%s\"",
		    name, min, max, s);
	return n;
}
