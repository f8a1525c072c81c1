/*
 * replay - gives a fuzz target its kept corpus ($KONAK_SRC/tests/fuzz/corpus/
 * NAME), or the files named: each input whole and cut at a few places. Prints
 * TAP; whatever is wrong ends the program, by the sanitizers.
 */
#ifndef KONAK_FUZZING	/* else libFuzzer has the main() */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#define CUTS	6

static unsigned	runs;

__attribute__((weak)) int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	return 0;
}

/* A copy of exactly that length, so that one byte too far is seen. */
static void
once(const uint8_t *bytes, size_t len)
{
	uint8_t	*copy = malloc(len == 0 ? 1 : len);

	memcpy(copy, bytes, len);
	(void)LLVMFuzzerTestOneInput(copy, len);
	free(copy);
	runs++;
}

static void
replay(const char *path)
{
	static uint8_t	 bytes[1 << 20];
	FILE		*f = fopen(path, "r");
	size_t		 len, i;

	if (f == NULL) {
		perror(path);
		exit(2);
	}
	len = fread(bytes, 1, sizeof bytes, f);
	fclose(f);
	once(bytes, len);
	for (i = 1; i < CUTS; i++)
		once(bytes, len * i / CUTS);
}

int
main(int argc, char **argv)
{
	const char	*name = strrchr(argv[0], '/');
	char		 dir[PATH_MAX], path[PATH_MAX];
	struct dirent	*e;
	unsigned	 files = 0;
	DIR		*d;
	int		 i;

	name = name == NULL ? argv[0] : name + 1;
	LLVMFuzzerInitialize(&argc, &argv);
	for (i = 1; i < argc; i++)
		replay(argv[i]);
	if (argc > 1)
		return 0;
	snprintf(dir, sizeof dir, "%s/tests/fuzz/corpus/%s", fuzz_source(),
	    name);
	if ((d = opendir(dir)) == NULL) {
		perror(dir);
		return 2;
	}
	once((const uint8_t *)"", 0);
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		if ((size_t)snprintf(path, sizeof path, "%s/%s", dir,
		    e->d_name) >= sizeof path)
			continue;
		replay(path);
		files++;
	}
	closedir(d);
	printf("%s 1 - %s: %u inputs, %u runs\n1..1\n",
	    files > 0 ? "ok" : "not ok", name, files, runs);
	return files > 0 ? 0 : 1;
}
#endif
