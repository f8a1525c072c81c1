/*
 * files.c - the person's own files, whole: where a typed name leads, one that
 * is read, one that is written anew. Export and import of records go row by
 * row and have their own (transfer.h).
 */
#ifndef KONAK_TUI_FILES_H
#define KONAK_TUI_FILES_H

#include <stdbool.h>
#include <stddef.h>

/* "~/liste.csv" is at home. The caller frees it. */
char	*files_path(const char *typed);
/* For a dialog: there must be a name, and no file of that name. */
bool	 files_new(const char *typed, char *why, size_t size, void *);
/* Its name without folder and ending: what it holds is called so. */
void	 files_title(const char *path, char *out, size_t size);
/* All of it, at most max bytes; NULL: errno says why (EFBIG: too large). The
 * caller frees it. */
char	*files_read(const char *path, size_t max, size_t *len);
/* A new file; false: errno says why, and none is left. */
bool	 files_write(const char *path, const void *, size_t);

#endif
