/* status.c to frame.c: the toast that stands in the status row now. */
#ifndef KONAK_TUI_STATUS_H
#define KONAK_TUI_STATUS_H

#include <stdbool.h>
#include <stdint.h>

/* False: none. `sign` is put before it where colour alone would say it. */
bool	status_toast(const char **text, uint32_t *style, char *sign);

#endif
