/* main.c - konakctl's entry point: finds the command and runs it. */
#include <stdio.h>
#include <string.h>

#include "lib/arena.h"
#include "server/ctl/ctl.h"

int
main(int argc, char **argv)
{
	struct ctl	ctl = { .conf_path = NULL };
	int		status;

	ctl.arena = arena_new();
	status = ctl_parse(&ctl, argc, argv);
	if (status < 0)
		status = ctl.cmd->run(&ctl);
	arena_free(ctl.arena);
	return status;
}
