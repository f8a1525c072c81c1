/* reload.c - asks a running konakd to read its files again. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "server/ctl/ctl.h"

bool
server_reload(struct ctl *ctl)
{
	const char	*path = ctl_conf(ctl)->pid_file, *text;
	int		 pid;

	if (path == NULL || (text = file_read(ctl, path, NULL)) == NULL)
		return false;
	pid = atoi(text);
	return pid > 1 && kill(pid, SIGHUP) == 0;
}

int
reload_run(struct ctl *ctl)
{
	if (ctl_conf(ctl)->pid_file == NULL)
		ctl_die("konakd.yaml names no pid_file");
	if (!server_reload(ctl))
		ctl_die("no konakd answers to %s", ctl_conf(ctl)->pid_file);
	puts("the server reads its tenants and its certificate again; its "
	    "log tells what changed");
	return 0;
}
