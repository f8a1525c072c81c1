/* Files of a fuzz target. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

static char	folder[64];
static pid_t	owner;

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *at)
{
	return remove(path);
}

static void
folder_remove(void)
{
	if (getpid() == owner)
		(void)nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

const char *
fuzz_folder(void)
{
	if (folder[0] != '\0')
		return folder;
	snprintf(folder, sizeof folder, "%s/konak-f-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (mkdtemp(folder) == NULL) {
		perror(folder);
		exit(2);
	}
	owner = getpid();
	atexit(folder_remove);
	return folder;
}

const char *
fuzz_file(const char *name, const void *bytes, size_t len)
{
	static char	 path[128];
	FILE		*f;

	snprintf(path, sizeof path, "%s/%s", fuzz_folder(), name);
	f = fopen(path, "w");
	if (f == NULL || fwrite(bytes, 1, len, f) != len || fclose(f) != 0) {
		perror(path);
		exit(2);
	}
	return path;
}

const char *
fuzz_source(void)
{
	const char	*s = getenv("KONAK_SRC");

	return s != NULL ? s : ".";
}
