/*
 * Allocation that dies instead of failing. Whatever size a peer names is
 * capped before it comes here.
 */
#ifndef KONAK_XMALLOC_H
#define KONAK_XMALLOC_H

#include <stdarg.h>
#include <stddef.h>

/* All of these end the process when memory is out or a product overflows;
 * none returns NULL, also for size 0. Freed with free(). */
void	*xmalloc(size_t size);
void	*xcalloc(size_t n, size_t size);
void	*xrealloc(void *, size_t size);
void	*xreallocarray(void *, size_t n, size_t size);
void	*xmemdup(const void *, size_t len);
char	*xstrdup(const char *);
char	*xstrndup(const char *, size_t max);
char	*xasprintf(const char *fmt, ...)
	    __attribute__((format(printf, 1, 2)));
char	*xvasprintf(const char *fmt, va_list)
	    __attribute__((format(printf, 1, 0)));

#endif
